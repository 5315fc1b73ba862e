package certificate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/sequence"
	"gongyuan/engine/sitting"
)

// Registry (证书登记) issues certificates of one site and carries out what is
// decided about them. It is safe for concurrent use, also by several copies of
// the program.
type Registry struct {
	records Records
	log     *Log
	keys    *Keys
	sealer  Sealer
	clock   Clock
	rule    Rule
	body    string
	permit  Permit
	years   int

	evidence Evidence
	place    *sequence.Sequence
	finder   sitting.Finder
}

// Deps is what a Registry works with.
type Deps struct {
	Records Records
	Log     *Log
	Keys    *Keys
	Sealer  Sealer
	Clock   Clock
	Rule    Rule
	Body    string // the certifying body's name as filed
	Permit  Permit // whether the body may issue; nil asks nobody
	Years   int    // for which a certificate counts; 0 for always
	// Sittings tells whether whoever acts deals with the sitting of a certificate;
	// nil asks nobody.
	Sittings sitting.Finder
	// Evidence has the files of motions; nil where there are none.
	Evidence Evidence
}

// NewRegistry returns a Registry, or a *FieldError for a rule that makes no
// numbers.
func NewRegistry(d Deps) (*Registry, error) {
	if err := d.Rule.Check(); err != nil {
		return nil, err
	}
	if d.Body = strings.TrimSpace(d.Body); d.Body == "" {
		return nil, &FieldError{"/bodyName", "empty"}
	}
	return &Registry{d.Records, d.Log, d.Keys, d.Sealer, d.Clock, d.Rule, d.Body, d.Permit, d.Years, d.Evidence, sequence.New(), d.Sittings}, nil
}

// Log returns the log of what was issued.
func (r *Registry) Log() *Log { return r.log }

// JWKS returns the public keys that verify statements and heads.
func (r *Registry) JWKS() JWKS { return r.keys.JWKS() }

// Issue gives somebody who has qualified a certificate with the next number,
// once per sitting and registration: asked again, it returns the certificate
// that is there. After an error it may be issued or not; asking again finds
// out, finishes what was cut off, and never takes a second number. It returns
// a *FieldError for what cannot be certified, ErrDiffers where the
// registration has a certificate that says something else, ErrFull where the
// series has no serial left.
func (r *Registry) Issue(ctx context.Context, q Qualified, by people.AccountID) (Certificate, error) {
	c, err := r.draft(q, by)
	if err != nil {
		return Certificate{}, err
	}
	if err := r.permitted(ctx, &c); err != nil {
		return Certificate{}, err
	}
	year, rule := c.Date.Year(), r.rule
	rule.Site = cmp.Or(q.Site, rule.Site)
	series := rule.Series(year, c.Level)
	c.Series = series
	err = r.place.Place(ctx, sequence.Step{
		Run: string(series), First: 1,
		Last: func(ctx context.Context, from int64) (int64, error) {
			n, err := r.records.LastSerial(ctx, series, int(from))
			return int64(n), err
		},
		Insert: func(ctx context.Context, serial int64) error {
			if err := r.number(&c, rule, int(serial)); err != nil {
				return err
			}
			return r.records.Insert(ctx, c)
		},
		Mine: func(ctx context.Context) (bool, error) {
			have, err := r.records.ByIntake(ctx, c.Sitting, c.Registration)
			if errors.Is(err, ErrNotFound) {
				return false, nil
			}
			if err == nil && !same(&have, &c) {
				err = fmt.Errorf("%s: %w", have.Number, ErrDiffers)
			}
			c = have
			return err == nil, err
		},
	})
	if err != nil {
		return Certificate{}, fmt.Errorf("issue a certificate: %w", err)
	}
	return r.logged(ctx, c)
}

// Check returns the *FieldError that Issue would, and gives no number.
func (r *Registry) Check(q Qualified, by people.AccountID) error {
	_, err := r.draft(q, by)
	return err
}

// OfDocuments returns the certificates of document numbers, by number as given.
func (r *Registry) OfDocuments(ctx context.Context, numbers []string) (map[string][]Certificate, error) {
	hashes, of := make([]string, 0, len(numbers)), make(map[string]string, len(numbers))
	for _, n := range numbers {
		h := r.sealer.Hash(normalDocument(n))
		hashes = append(hashes, h)
		of[h] = n
	}
	found, err := r.records.ByDocuments(ctx, hashes)
	if err != nil {
		return nil, fmt.Errorf("certificates of documents: %w", err)
	}
	out := map[string][]Certificate{}
	for _, c := range found {
		n := of[c.DocumentHash]
		out[n] = append(out[n], c)
	}
	return out, nil
}

// number gives the draft a serial and signs what it says with it.
func (r *Registry) number(c *Certificate, rule Rule, serial int) error {
	n, err := rule.Number(c.Date.Year(), c.Level, serial)
	if err != nil {
		return err
	}
	c.Number, c.Serial = n, serial
	c.Statement, err = r.keys.sign(typStatement, statementOf(c))
	return err
}

// draft makes all of a certificate but its number.
func (r *Registry) draft(q Qualified, by people.AccountID) (Certificate, error) {
	now := r.clock.Now().UTC().Truncate(time.Second)
	q.Name, q.Direction = strings.TrimSpace(q.Name), strings.TrimSpace(q.Direction)
	if q.Date == "" {
		q.Date = DateOf(now)
	}
	if q.Direction == "" {
		q.Direction = NoDirection
	}
	if err := q.check(by, DateOf(now)); err != nil {
		return Certificate{}, err
	}
	document, err := CheckDocument(q.Document, q.DocumentNumber, now)
	if err != nil {
		return Certificate{}, err
	}
	var expires Date
	if r.years > 0 {
		expires = q.Date.lastDay(r.years)
	}
	return Certificate{
		Sitting: q.Sitting, Registration: q.Registration, Candidate: q.Candidate,
		Name: q.Name, NameKey: normalName(q.Name), Document: q.Document,
		DocumentSealed: r.sealer.Seal(document, SealContext(q.Sitting, q.Registration)),
		DocumentHash:   r.sealer.Hash(document), DocumentMasked: people.MaskIdentity(document),
		Occupation: q.Occupation, Direction: q.Direction, Level: q.Level, LevelTitle: q.LevelTitle,
		Body: r.body, Date: q.Date, Expires: expires, Template: q.Template, Issued: now, By: by, LogIndex: NotLogged,
	}, nil
}

func (q *Qualified) check(by people.AccountID, today Date) error {
	switch {
	case q.Sitting == "":
		return &FieldError{"/sitting", "empty"}
	case q.Registration == "":
		return &FieldError{"/registration", "empty"}
	case q.Candidate == "":
		return &FieldError{"/candidate", "empty"}
	case by == "":
		return &FieldError{"/by", "empty"}
	case normalName(q.Name) == "" || len([]rune(q.Name)) > 60:
		return &FieldError{"/name", "length-1-60"}
	case q.Occupation.Code == "" || q.Occupation.Name == "":
		return &FieldError{"/occupation", "empty"}
	case q.Level < 1 || q.Level > 5:
		return &FieldError{"/level", "level-1-5"}
	case q.LevelTitle == "":
		return &FieldError{"/levelTitle", "empty"}
	case q.Site != "" && !digits(q.Site, 6):
		return &FieldError{"/site", "6-digits"}
	case q.Date > today:
		return &FieldError{"/date", "in-the-future"}
	}
	return q.Date.Check()
}

// SealContext binds a sealed document number to the certificate's intake.
func SealContext(s sitting.ID, r sitting.RegistrationID) string {
	return "certificate:" + string(s) + ":" + string(r)
}

// same tells whether two certificates of one intake certify the same. The date
// is not asked: a batch that is finished the next day finds its first half.
func same(a, b *Certificate) bool {
	return a.Candidate == b.Candidate && a.NameKey == b.NameKey && a.Document == b.Document && a.DocumentHash == b.DocumentHash &&
		a.Occupation.Code == b.Occupation.Code && a.Direction == b.Direction && a.Level == b.Level
}

// logged gives the issue and each act of a certificate its leaf, where they
// have none, and returns the certificate with the indexes.
func (r *Registry) logged(ctx context.Context, c Certificate) (Certificate, error) {
	c.Acts = append([]Act(nil), c.Acts...)
	for seq, e := range c.entries() {
		at := &c.LogIndex
		if seq > 0 {
			at = &c.Acts[seq-1].LogIndex
		}
		if *at != NotLogged {
			continue
		}
		index, err := r.log.Append(ctx, e)
		if err != nil {
			return c, err
		}
		if err := r.records.SetLogged(ctx, c.Number, seq, index); err != nil {
			return c, fmt.Errorf("note the leaf of %s: %w", e.Key(), err)
		}
		*at = index
	}
	return c, nil
}

// settleBatch is how many certificates Settle reads at a time.
const settleBatch = 100

// Settle gives a leaf to everything that a crash has left without one, and
// returns how many certificates that were. It is idempotent; call it at
// start-up and now and then.
func (r *Registry) Settle(ctx context.Context) (int, error) {
	for n := 0; ; {
		some, err := r.records.Unlogged(ctx, settleBatch)
		if err != nil {
			return n, fmt.Errorf("settle: %w", err)
		}
		for _, c := range some {
			if _, err := r.logged(ctx, c); err != nil {
				return n, fmt.Errorf("settle: %w", err)
			}
			n++
		}
		if len(some) < settleBatch {
			return n, nil
		}
	}
}

// Certificate returns ErrNotFound where there is none. It is for staff: what
// it returns is not masked.
func (r *Registry) Certificate(ctx context.Context, n Number) (Certificate, error) {
	return r.byNumber(ctx, n)
}

// byNumber returns a certificate of a sitting that whoever acts deals with.
func (r *Registry) byNumber(ctx context.Context, n Number) (Certificate, error) {
	c, err := r.records.ByNumber(ctx, n)
	if err == nil && r.finder != nil {
		err = sitting.Within(ctx, r.finder, c.Sitting)
	}
	if err != nil {
		return Certificate{}, err
	}
	return c, nil
}

// OfIntake returns the certificate of a registration, or ErrNotFound.
func (r *Registry) OfIntake(ctx context.Context, s sitting.ID, reg sitting.RegistrationID) (Certificate, error) {
	return r.records.ByIntake(ctx, s, reg)
}

// OfSitting returns the certificates of a sitting, by number.
func (r *Registry) OfSitting(ctx context.Context, id sitting.ID) ([]Certificate, error) {
	if r.finder != nil {
		if err := sitting.Within(ctx, r.finder, id); err != nil {
			return nil, err
		}
	}
	return r.records.OfSitting(ctx, id)
}

// DocumentNumber opens the document number, which is shown in full on the
// printed page and nowhere else.
func (r *Registry) DocumentNumber(c Certificate) (string, error) {
	n, err := r.sealer.Open(c.DocumentSealed, SealContext(c.Sitting, c.Registration))
	if err != nil {
		return "", fmt.Errorf("document number of %s: %w", c.Number, err)
	}
	return n, nil
}
