package earlier

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/intake"
	"gongyuan/engine/people"
)

// Store keeps records. None is ever deleted.
type Store interface {
	// EarlierByNumber returns those that are there, removed ones too.
	EarlierByNumber(ctx context.Context, numbers []certificate.Number) (map[certificate.Number]Record, error)
	// EarlierByDocument returns those that count of documents' keyed hashes, by
	// number.
	EarlierByDocument(ctx context.Context, hashes []string) ([]Record, error)
	// EarlierPage returns some of those that count and whose holder's name begins
	// with a text, by number, and how many there are.
	EarlierPage(ctx context.Context, name string, skip, limit int) ([]Record, int, error)
	// PutEarlier stores r with Version+1 if what is stored has r.Version, 0 being
	// nothing, else it returns intake.ErrConflict. It returns what it stored.
	PutEarlier(ctx context.Context, r Record) (Record, error)
}

// Issued knows the certificates that this program issued.
type Issued interface {
	// ByNumber returns certificate.ErrNotFound where there is none.
	ByNumber(ctx context.Context, n certificate.Number) (certificate.Certificate, error)
}

// Office keeps the records. Administrators and certificate officers enter them.
// It is safe for concurrent use: a record is guarded by its version.
type Office struct {
	store  Store
	issued Issued
	desk   intake.Desk
}

// NewOffice returns an Office.
func NewOffice(store Store, issued Issued, desk intake.Desk) *Office {
	return &Office{store, issued, desk}
}

// List returns some of the records that count, by number, and how many there
// are.
func (o *Office) List(ctx context.Context, by people.AccountID, name string, skip, limit int) ([]Record, int, error) {
	if err := o.desk.MustLead(ctx, by, people.CertificateOfficer, people.Auditor); err != nil {
		return nil, 0, err
	}
	return o.store.EarlierPage(ctx, name, skip, limit)
}

// OfDocuments returns what counts of document numbers, by number as given,
// whoever asks.
func (o *Office) OfDocuments(ctx context.Context, numbers []string) (map[string][]Record, error) {
	hashes, of := make([]string, len(numbers)), map[string]string{}
	for i, n := range numbers {
		hashes[i] = o.desk.Sealer.Hash(n)
		of[hashes[i]] = n
	}
	all, err := o.store.EarlierByDocument(ctx, hashes)
	if err != nil {
		return nil, fmt.Errorf("earlier certificates: %w", err)
	}
	out := map[string][]Record{}
	for _, r := range all {
		out[of[r.Holder.Hash]] = append(out[of[r.Holder.Hash]], r)
	}
	return out, nil
}

// Judge tells what would become of each row. Nothing is stored or recorded.
func (o *Office) Judge(ctx context.Context, by people.AccountID, rows []Row) ([]intake.Verdict, error) {
	p, err := o.plan(ctx, by, rows)
	return p.Verdicts, err
}

// Import keeps the rows that can be kept and says what became of each. Done
// again, it changes nothing. A record that was removed counts again.
func (o *Office) Import(ctx context.Context, by people.AccountID, rows []Row) ([]intake.Verdict, error) {
	p, err := o.plan(ctx, by, rows)
	if err != nil {
		return nil, err
	}
	return p.Keep(func(r Record) error {
		r.Changed, r.By = o.desk.Now(), by
		return o.put(ctx, r, audit.Event{Actor: string(by), Act: "earlier.put", Object: "certificate:" + string(r.Number), After: r.said()})
	})
}

func (o *Office) put(ctx context.Context, r Record, event audit.Event) error {
	return audit.Do(ctx, o.desk.Audit, event, func() error {
		_, err := o.store.PutEarlier(ctx, r)
		return err
	})
}

// said is what the record of acts keeps of a record: not the sealed number.
func (r Record) said() Record {
	r.Holder.Sealed, r.Holder.Hash = nil, ""
	return r
}

func (o *Office) plan(ctx context.Context, by people.AccountID, rows []Row) (out intake.Plan[Record], err error) {
	if err := o.desk.MustLead(ctx, by, people.CertificateOfficer); err != nil {
		return out, err
	}
	numbers := make([]certificate.Number, len(rows))
	for i := range rows {
		numbers[i] = certificate.NormalNumber(rows[i].Number)
	}
	have, err := o.store.EarlierByNumber(ctx, numbers)
	if err != nil {
		return out, fmt.Errorf("import certificates: %w", err)
	}
	seen, today := map[certificate.Number]bool{}, o.desk.Today()
	for i := range rows {
		r, document, field, reason := rows[i].read(o.desk.Clock.Now(), today)
		if reason == "" && seen[r.Number] {
			field, reason = "number", "twice"
		}
		if reason == "" {
			_, err := o.issued.ByNumber(ctx, r.Number)
			switch {
			case err == nil:
				field, reason = "number", "issued-here"
			case !errors.Is(err, certificate.ErrNotFound):
				return out, fmt.Errorf("import certificates: %w", err)
			}
		}
		if reason != "" {
			out.Refuse(rows[i].Name, field, reason)
			continue
		}
		seen[r.Number] = true
		old, known := have[r.Number]
		r.Version = old.Version
		r.Holder.Hash, r.Holder.Sealed = o.desk.Sealer.Hash(document), o.desk.Sealer.Seal(document, SealContext(r.Number))
		out.Take(rows[i].Name, intake.Compare(known && old.Removal == nil, old.same(&r)), r)
	}
	return out, nil
}

// Remove marks a record as entered by mistake. It returns ErrConflict for an old
// version, ErrNotFound where none counts, a *FieldError without a reason.
func (o *Office) Remove(ctx context.Context, by people.AccountID, number certificate.Number, version int, why string) error {
	if err := o.desk.MustLead(ctx, by, people.CertificateOfficer); err != nil {
		return err
	}
	why = strings.TrimSpace(why)
	if why == "" || intake.Longer(why, 500) {
		return &intake.FieldError{Field: "/why", Reason: "length-2-500"}
	}
	have, err := o.store.EarlierByNumber(ctx, []certificate.Number{number})
	r, known := have[number]
	switch {
	case err != nil:
		return fmt.Errorf("remove a certificate: %w", err)
	case !known || r.Removal != nil:
		return intake.ErrNotFound
	case r.Version != version:
		return intake.ErrConflict
	}
	before, now := r.said(), o.desk.Now()
	r.Removal, r.Changed, r.By = &Removal{why, by, now}, now, by
	return o.put(ctx, r, audit.Event{Actor: string(by), Act: "earlier.remove", Object: "certificate:" + string(number), Why: why, Before: before})
}
