package talent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/profile"
	"gongyuan/engine/sitting"
	"gongyuan/engine/training"
)

// Store keeps entries.
type Store interface {
	// Talent returns ErrNotFound where there is none.
	Talent(ctx context.Context, id people.CandidateID) (Entry, error)
	// Talents returns at most limit entries whose consent holds, by candidate
	// from the one behind after; "" begins.
	Talents(ctx context.Context, after people.CandidateID, limit int) ([]Entry, error)
	// TalentsOf returns those of candidates whose consent holds, by candidate.
	TalentsOf(ctx context.Context, ids []people.CandidateID) ([]Entry, error)
	// PutTalent stores e with Version+1 if what is stored has e.Version, 0 being
	// nothing, else it returns ErrConflict. It returns what it stored.
	PutTalent(ctx context.Context, e Entry) (Entry, error)
}

// Sources knows what else is shown of people.
type Sources interface {
	CertificatesOf(ctx context.Context, ids []people.CandidateID) ([]certificate.Certificate, error)
	Profiles(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]profile.Profile, error)
	Trainings(ctx context.Context, ids []people.CandidateID) ([]training.Record, error)
}

// Candidates finds people.
type Candidates interface {
	// CandidatesByHash returns those who exist, by Candidate.IDHash.
	CandidatesByHash(ctx context.Context, hashes []string) (map[string]people.Candidate, error)
	CandidatesByID(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]people.Candidate, error)
}

// Registrations finds registrations.
type Registrations interface {
	Registration(ctx context.Context, id sitting.RegistrationID) (sitting.Registration, error)
}

// Accounts finds staff.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Hasher makes the keyed hash by which an identity number is found.
type Hasher interface{ Hash(text string) string }

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Deps is what an Office works with.
type Deps struct {
	Store         Store
	Sources       Sources
	Candidates    Candidates
	Registrations Registrations
	Accounts      Accounts
	Sealer        Hasher
	Audit         audit.Recorder
	Clock         Clock
}

// Office keeps the pool. Administrators see it; people agree and withdraw for
// themselves, or staff record it for them. It is safe for concurrent use: an
// entry is guarded by its version.
type Office struct{ in Deps }

// NewOffice returns an Office.
func NewOffice(d Deps) *Office { return &Office{d} }

// mustLead returns ErrForbidden to all but administrators in use. What is kept here
// is of all sittings, so an account with limits is outside.
func (o *Office) mustLead(ctx context.Context, by people.AccountID, also ...people.Role) error {
	return people.MustBeUnlimited(ctx, o.in.Accounts, by, ErrForbidden, append(also, people.Administrator)...)
}

func (o *Office) now() time.Time { return o.in.Clock.Now().UTC().Truncate(time.Millisecond) }

// entry returns the entry of somebody, an empty one where there is none.
func (o *Office) entry(ctx context.Context, id people.CandidateID) (Entry, error) {
	e, err := o.in.Store.Talent(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return Entry{Candidate: id}, nil
	}
	return e, err
}

// put stores an entry after it is recorded who changes what.
func (o *Office) put(ctx context.Context, e Entry, event audit.Event) error {
	event.Object = "talent:" + string(e.Candidate)
	return audit.Do(ctx, o.in.Audit, event, func() error {
		_, err := o.in.Store.PutTalent(ctx, e)
		return err
	})
}

// Own is what somebody sees of themselves.
type Own struct {
	Certified bool // there is a certificate that counts
	Consent   *Consent
}

// Own tells candidates whether they are in the pool and may be.
func (o *Office) Own(ctx context.Context, who sitting.RegistrationID) (Own, error) {
	id, own, err := o.own(ctx, who)
	if err != nil {
		return own, fmt.Errorf("own place in the pool: %w", err)
	}
	e, err := o.entry(ctx, id)
	own.Consent = e.Consent()
	return own, err
}

func (o *Office) own(ctx context.Context, who sitting.RegistrationID) (people.CandidateID, Own, error) {
	reg, err := o.in.Registrations.Registration(ctx, who)
	if err != nil {
		return "", Own{}, err
	}
	best, err := o.certificates(ctx, []people.CandidateID{reg.Candidate})
	_, certified := best[reg.Candidate]
	return reg.Candidate, Own{Certified: certified}, err
}

// Agree records a candidate's own consent to words that are current. It returns
// ErrNone without a certificate, ErrState where they are in the pool already, a
// *FieldError for other words than those of today.
func (o *Office) Agree(ctx context.Context, who sitting.RegistrationID, words string) (Own, error) {
	id, own, err := o.own(ctx, who)
	switch {
	case err != nil:
		return own, fmt.Errorf("agree to the pool: %w", err)
	case words != WordsZH && words != WordsEN:
		return own, &FieldError{"/words", "words-changed"}
	case !own.Certified:
		return own, ErrNone
	}
	e, err := o.entry(ctx, id)
	if err != nil {
		return own, fmt.Errorf("agree to the pool: %w", err)
	}
	me := "candidate:" + string(who)
	if e, err = e.Agreed(Consent{Purpose: words, On: Today(o.in.Clock.Now()), By: me, At: o.now()}); err != nil {
		return own, err
	}
	own.Consent = e.Consent()
	return own, o.put(ctx, e, audit.Event{Actor: me, Act: "talent.agree", After: own.Consent})
}

// Leave ends a candidate's consent.
func (o *Office) Leave(ctx context.Context, who sitting.RegistrationID) (Own, error) {
	id, own, err := o.own(ctx, who)
	if err != nil {
		return own, fmt.Errorf("leave the pool: %w", err)
	}
	e, err := o.entry(ctx, id)
	if err != nil {
		return own, fmt.Errorf("leave the pool: %w", err)
	}
	me := "candidate:" + string(who)
	if e, err = e.Withdrawn(Ending{By: me, At: o.now()}); err != nil {
		return own, err
	}
	return own, o.put(ctx, e, audit.Event{Actor: me, Act: "talent.withdraw", After: map[string]any{"consents": len(e.Consents)}})
}

// Paper is a consent that somebody gave on paper.
type Paper struct {
	IDNumber string
	Name     string
	Consent  Consent // Purpose, On and Evidence
}

// Record takes down a consent that was given on paper. It returns a
// *FieldError, ErrNone without a certificate, ErrState where one holds.
func (o *Office) Record(ctx context.Context, by people.AccountID, p Paper) error {
	if err := o.mustLead(ctx, by); err != nil {
		return err
	}
	number, err := people.NormalIdentity(p.IDNumber, o.in.Clock.Now())
	if err != nil {
		return &FieldError{"/idNumber", "identity"}
	}
	if err := p.Consent.check(Today(o.in.Clock.Now())); err != nil {
		return err
	}
	hash := o.in.Sealer.Hash(number)
	found, err := o.in.Candidates.CandidatesByHash(ctx, []string{hash})
	if err != nil {
		return fmt.Errorf("record a consent: %w", err)
	}
	who, known := found[hash]
	switch {
	case !known:
		return &FieldError{"/idNumber", "no-such-candidate"}
	case who.Name != strings.TrimSpace(p.Name):
		return &FieldError{"/name", "other-name-known"}
	}
	best, err := o.certificates(ctx, []people.CandidateID{who.ID})
	if err != nil {
		return fmt.Errorf("record a consent: %w", err)
	}
	if _, certified := best[who.ID]; !certified {
		return ErrNone
	}
	e, err := o.entry(ctx, who.ID)
	if err != nil {
		return fmt.Errorf("record a consent: %w", err)
	}
	c := Consent{Purpose: p.Consent.Purpose, On: p.Consent.On, Evidence: p.Consent.Evidence, By: string(by), At: o.now()}
	if e, err = e.Agreed(c); err != nil {
		return err
	}
	return o.put(ctx, e, audit.Event{Actor: string(by), Act: "talent.agree", After: c})
}

// present returns the entry of somebody who is in the pool, as the caller saw it.
func (o *Office) present(ctx context.Context, by people.AccountID, id people.CandidateID, version int) (Entry, error) {
	if err := o.mustLead(ctx, by); err != nil {
		return Entry{}, err
	}
	e, err := o.in.Store.Talent(ctx, id)
	switch {
	case err != nil:
		return e, err
	case e.Consent() == nil:
		return e, ErrNotFound
	case e.Version != version:
		return e, ErrConflict
	}
	return e, nil
}

// Withdraw takes down that somebody withdrew, with how they said so.
func (o *Office) Withdraw(ctx context.Context, by people.AccountID, id people.CandidateID, version int, why string) error {
	e, err := o.present(ctx, by, id, version)
	if err != nil {
		return err
	}
	if why = strings.TrimSpace(why); !within(why, 2, 500) {
		return &FieldError{"/why", "length-2-500"}
	}
	if e, err = e.Withdrawn(Ending{why, string(by), o.now()}); err != nil {
		return err
	}
	return o.put(ctx, e, audit.Event{Actor: string(by), Act: "talent.withdraw", Why: why, After: map[string]any{"consents": len(e.Consents)}})
}

// Describe replaces what staff say of somebody's special functions and awards.
// The record of acts has which fields were given, not their content: that goes
// when the person withdraws.
func (o *Office) Describe(ctx context.Context, by people.AccountID, id people.CandidateID, version int, some []Function, awards string) error {
	e, err := o.present(ctx, by, id, version)
	if err != nil {
		return err
	}
	if e.Functions, err = functions(some); err != nil {
		return err
	}
	if e.Awards = strings.TrimSpace(awards); !within(e.Awards, 0, 400) {
		return &FieldError{"/awards", "length-0-400"}
	}
	return o.put(ctx, e, audit.Event{Actor: string(by), Act: "talent.describe", After: map[string]any{"functions": len(e.Functions), "awards": e.Awards != ""}})
}
