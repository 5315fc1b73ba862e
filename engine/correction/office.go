package correction

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// Store keeps requests.
type Store interface {
	// InsertRequest adds one.
	InsertRequest(ctx context.Context, r Request) error
	// ReplaceRequest stores r with Version+1 if what is stored has r.Version,
	// else it returns ErrConflict. It returns what it stored.
	ReplaceRequest(ctx context.Context, r Request) (Request, error)
	// Request returns ErrNotFound where there is none.
	Request(ctx context.Context, id ID) (Request, error)
	// RequestsOf lists those of a candidate, the newest first.
	RequestsOf(ctx context.Context, id people.CandidateID) ([]Request, error)
	// Requests lists those that wait, the oldest first, or those that were
	// decided, the newest first, and how many there are.
	Requests(ctx context.Context, decided bool, skip, limit int) ([]Request, int, error)
}

// Candidates finds people and puts names right.
type Candidates interface {
	CandidatesByID(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]people.Candidate, error)
	// RenameCandidate returns people.ErrConflict where the name was another.
	RenameCandidate(ctx context.Context, id people.CandidateID, was, name string) error
}

// Accounts finds staff.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Deps is what an Office works with.
type Deps struct {
	Store      Store
	Candidates Candidates
	Accounts   Accounts
	Audit      audit.Recorder
	Clock      Clock
}

// Office takes requests and decides them. It is safe for concurrent use: a
// request is guarded by its version.
type Office struct{ in Deps }

// NewOffice returns an Office.
func NewOffice(d Deps) *Office { return &Office{d} }

func (o *Office) now() time.Time { return o.in.Clock.Now().UTC().Truncate(time.Millisecond) }

// mustBe is for requests of candidates, who may be of any sitting: an account
// with limits is outside.
func (o *Office) mustBe(ctx context.Context, by people.AccountID, roles ...people.Role) error {
	return people.MustBeUnlimited(ctx, o.in.Accounts, by, ErrForbidden, roles...)
}

// Own lists the requests of a candidate, the newest first.
func (o *Office) Own(ctx context.Context, who people.CandidateID) ([]Request, error) {
	return o.in.Store.RequestsOf(ctx, who)
}

// Ask sends a request of a candidate. It returns a *FieldError for what cannot
// be, ErrOpen while one about the same waits, ErrMany after many.
func (o *Office) Ask(ctx context.Context, who people.CandidateID, about About, wish string) (Request, error) {
	r := Request{ID: ID(uuid.NewString()), Candidate: who, About: about, Wish: wish, At: o.now(), State: Sent, Version: 1}
	if err := r.check(); err != nil {
		return Request{}, err
	}
	all, err := o.in.Store.RequestsOf(ctx, who)
	if err != nil {
		return Request{}, fmt.Errorf("requests of a candidate: %w", err)
	}
	for _, x := range all {
		if x.State == Sent && x.About == about {
			return Request{}, ErrOpen
		}
	}
	if len(all) >= mostRequests {
		return Request{}, ErrMany
	}
	// What somebody wishes may be an identity number: the record says about
	// what, and the request, which is sealed, the rest.
	event := audit.Event{Actor: string(who), Act: "correction.ask", Object: "candidate:" + string(who), After: map[string]string{"request": string(r.ID), "about": string(about)}}
	return r, audit.Do(ctx, o.in.Audit, event, func() error { return o.in.Store.InsertRequest(ctx, r) })
}

// Queue lists what waits for a decision, or what was decided, for
// administrators and auditors.
func (o *Office) Queue(ctx context.Context, by people.AccountID, decided bool, skip, limit int) ([]Request, int, error) {
	if err := o.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return nil, 0, err
	}
	return o.in.Store.Requests(ctx, decided, skip, limit)
}

// Decision is what an administrator says to a request.
type Decision struct {
	Request ID
	Version int
	State   State // Done or Refused
	Answer  string
}

// Decide decides a request, once. Done about a name changes the name.
func (o *Office) Decide(ctx context.Context, by people.AccountID, d Decision) (Request, error) {
	if err := o.mustBe(ctx, by, people.Administrator); err != nil {
		return Request{}, err
	}
	d.Answer = people.OneLine(d.Answer)
	switch n := utf8.RuneCountInString(d.Answer); {
	case d.State != Done && d.State != Refused:
		return Request{}, &FieldError{"/decision", "unknown"}
	case n == 0:
		return Request{}, &FieldError{"/answer", "required"}
	case n > mostAnswer:
		return Request{}, &FieldError{"/answer", "maxLength"}
	}
	r, err := o.in.Store.Request(ctx, d.Request)
	if err != nil {
		return Request{}, err
	}
	if r.State != Sent {
		return Request{}, ErrDecided
	}
	if r.Version != d.Version {
		return Request{}, ErrConflict
	}
	person, err := o.person(ctx, r.Candidate)
	if err != nil {
		return Request{}, err
	}
	renames := d.State == Done && r.About == Name && person.Name != r.Wish
	event := audit.Event{
		Actor: string(by), Act: "correction." + string(d.State), Object: "candidate:" + string(r.Candidate), Why: d.Answer,
		Before: map[string]string{"request": string(r.ID), "about": string(r.About)},
	}
	if renames {
		event.Before = map[string]string{"request": string(r.ID), "about": string(r.About), "name": person.Name}
		event.After = map[string]string{"name": r.Wish}
	}
	err = audit.Do(ctx, o.in.Audit, event, func() error {
		// Whoever decides first takes the request, which waits on while the name
		// is put right: it is called done when it is.
		r.By = by
		if r, err = o.in.Store.ReplaceRequest(ctx, r); err != nil {
			return err
		}
		if renames {
			if err := o.in.Candidates.RenameCandidate(ctx, r.Candidate, person.Name, r.Wish); err != nil {
				return err
			}
		}
		r.State, r.Answer, r.Decided = d.State, d.Answer, o.now()
		r, err = o.in.Store.ReplaceRequest(ctx, r)
		return err
	})
	return r, err
}

func (o *Office) person(ctx context.Context, id people.CandidateID) (people.Candidate, error) {
	found, err := o.in.Candidates.CandidatesByID(ctx, []people.CandidateID{id})
	if err != nil {
		return people.Candidate{}, err
	}
	p, ok := found[id]
	if !ok {
		return people.Candidate{}, ErrNotFound
	}
	return p, nil
}
