package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// RequestID names a request to read an archive: the sitting and an id.
type RequestID string

// RequestOf returns the request of a sitting with an id.
func RequestOf(s sitting.ID, id string) RequestID { return RequestID(string(s) + ":" + id) }

// Short returns the id within the sitting.
func (id RequestID) Short() string {
	s := string(id)
	return s[strings.LastIndexByte(s, ':')+1:]
}

// State is where a request stands.
type State string

// The states of a request.
const (
	Asked    State = "asked"
	Approved State = "approved"
	Refused  State = "refused"
)

// Request is somebody's wish to read an archive. Another person decides.
type Request struct {
	ID      RequestID
	Archive ID
	Sitting sitting.ID
	SHA256  string // of the archive, as it was asked for
	// Registration limits what is read to one candidate; "" for everybody.
	Registration sitting.RegistrationID
	Why          string
	By           people.AccountID
	At           time.Time
	State        State
	Second       people.AccountID // who decided
	SecondWhy    string
	SecondAt     time.Time
	Until        time.Time // of Approved: the asker may read before it
	Version      int
}

func within(text string, least, most int) bool {
	n := len([]rune(strings.TrimSpace(text)))
	return n >= least && n <= most
}

func (r *Request) event(act string, by people.AccountID, why string) audit.Event {
	after := map[string]any{"request": r.ID, "archive": r.Archive}
	object := "sitting:" + string(r.Sitting)
	if r.Registration != "" {
		object = "registration:" + string(r.Registration)
	}
	return audit.Event{Actor: string(by), Act: act, Object: object, Why: why, After: after}
}

// Ask asks to read an archive, or what it holds of one candidate. Errors:
// ErrForbidden, ErrNotFound, a *FieldError.
func (d *Desk) Ask(ctx context.Context, by people.AccountID, id ID, of sitting.RegistrationID, why string) (Request, error) {
	if err := d.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return Request{}, err
	}
	if !within(why, 2, 500) {
		return Request{}, &FieldError{"/reason", "length-2-500"}
	}
	a, err := d.in.Store.Archive(ctx, id)
	if err != nil {
		return Request{}, err
	}
	r := Request{
		ID: RequestOf(a.Sitting, uuid.NewString()), Archive: id, Sitting: a.Sitting, SHA256: a.SHA256, Registration: of,
		Why: strings.TrimSpace(why), By: by, At: d.now(), State: Asked,
	}
	if of != "" {
		all, err := d.in.Sources.Sittings.RegistrationsOf(ctx, a.Sitting)
		if err != nil {
			return Request{}, err
		}
		known := false
		for i := range all {
			known = known || all[i].ID == of
		}
		if !known {
			return Request{}, &FieldError{"/registration", "unknown"}
		}
	}
	return r, audit.Do(ctx, d.in.Audit, r.event("archive.ask", by, r.Why), func() error { return d.in.Store.InsertRequest(ctx, r) })
}

// Requests lists those about a sitting, the newest first.
func (d *Desk) Requests(ctx context.Context, by people.AccountID, id sitting.ID) ([]Request, error) {
	if err := d.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return nil, err
	}
	return d.in.Store.RequestsOf(ctx, id)
}

// Decide approves or refuses a request. Only another administrator than the
// asker may. What was decided the same way already stays. Errors: ErrForbidden,
// ErrNotFound, ErrSecondPerson, ErrState, ErrConflict, a *FieldError.
func (d *Desk) Decide(ctx context.Context, by people.AccountID, id RequestID, to State, why string) (Request, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return Request{}, err
	}
	r, err := d.in.Store.Request(ctx, id)
	if err != nil {
		return Request{}, err
	}
	why = strings.TrimSpace(why)
	switch {
	case people.Same(ctx, by, r.By):
		return Request{}, ErrSecondPerson
	case to != Approved && to != Refused:
		return Request{}, &FieldError{"/decision", "unknown"}
	case to == Refused && !within(why, 2, 500) || !within(why, 0, 500):
		return Request{}, &FieldError{"/reason", "length-2-500"}
	case r.State == to && r.Second == by:
		return r, nil
	case r.State != Asked:
		return Request{}, fmt.Errorf("decide a request that is %s: %w", r.State, ErrState)
	}
	a, err := d.in.Store.Archive(ctx, r.Archive)
	if err != nil {
		return Request{}, err
	}
	if to == Approved && a.SHA256 != r.SHA256 {
		return Request{}, fmt.Errorf("the archive is not the one that was asked for: %w", ErrConflict)
	}
	act := "archive.refuse"
	r.State, r.Second, r.SecondWhy, r.SecondAt = to, by, why, d.now()
	if to == Approved {
		act, r.Until = "archive.approve", r.SecondAt.Add(d.in.Access)
	}
	err = audit.Do(ctx, d.in.Audit, r.event(act, by, why), func() (err error) {
		r, err = d.in.Store.ReplaceRequest(ctx, r)
		return err
	})
	return r, err
}

// MayDecide tells whether somebody can be the second person of a request.
func (d *Desk) MayDecide(ctx context.Context, by people.AccountID, r *Request) bool {
	return r.State == Asked && r.By != by && d.mustBe(ctx, by, people.Administrator) == nil
}

// MayRead tells whether a request lets somebody read at this moment.
func (d *Desk) MayRead(by people.AccountID, r *Request) bool {
	return r.State == Approved && r.By == by && d.now().Before(r.Until)
}

// Readable is an archive whose lines may be read by virtue of a request. It was
// found whole.
type Readable struct {
	desk    *Desk
	archive Archive
	Request Request
}

// Open lets who asked read what was approved, and takes it down. The file is
// checked whole before anything of it is shown. Errors: ErrForbidden for
// anybody else, ErrNotFound, ErrState, ErrOver, ErrBroken, ErrKey.
func (d *Desk) Open(ctx context.Context, by people.AccountID, id RequestID) (*Readable, error) {
	if err := d.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return nil, err
	}
	r, err := d.in.Store.Request(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case r.By != by:
		return nil, ErrForbidden
	case r.State != Approved:
		return nil, fmt.Errorf("read by a request that is %s: %w", r.State, ErrState)
	case !d.now().Before(r.Until):
		return nil, ErrOver
	}
	a, err := d.in.Store.Archive(ctx, r.Archive)
	if err != nil {
		return nil, err
	}
	if a.SHA256 != r.SHA256 {
		return nil, fmt.Errorf("the archive is not the one that was asked for: %w", ErrConflict)
	}
	err = audit.Do(ctx, d.in.Audit, r.event("archive.read", by, r.Why), func() error {
		_, err := d.check(ctx, &a, nil)
		return err
	})
	return &Readable{d, a, r}, err
}

// Lines calls see for each line that the request is for, in order.
func (r *Readable) Lines(ctx context.Context, see func(Line) error) error {
	only := newFilter(r.Request.Registration)
	_, err := r.desk.check(ctx, &r.archive, func(l Line) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		ok, err := only.keeps(l)
		if err != nil || !ok {
			return err
		}
		return see(l)
	})
	return err
}

// filter keeps the lines of one candidate, and those that are of nobody.
type filter struct {
	registration string
	ids          map[string]bool // of the candidate: what lines name
	items        map[string]bool
}

func newFilter(of sitting.RegistrationID) *filter {
	return &filter{string(of), map[string]bool{string(of): true}, map[string]bool{}}
}

// general are kinds of which every line is for everybody, shared those of which
// a line is where it names no candidate.
var (
	general = map[string]bool{"manifest": true, "staff": true, "sheet": true}
	shared  = map[string]bool{"order": true, "act": true}
)

// named is what a line says of whom it is about.
type named struct {
	ID, Registration, Candidate, Attempt, Item, Object string
	Slots                                              []struct{ Ref struct{ Item string } }
}

func (f *filter) keeps(l Line) (bool, error) {
	if f.registration == "" || general[l.Kind] {
		return true, nil
	}
	var x named
	var other *json.UnmarshalTypeError // a field of that name that is something else
	if err := json.Unmarshal(l.Data, &x); err != nil && !errors.As(err, &other) {
		return false, fmt.Errorf("%w: %s: %w", ErrBroken, l.Kind, err)
	}
	mine := f.ids[x.Registration] || f.ids[x.Attempt]
	switch l.Kind {
	case "sitting", "panel": // they name everybody
		return false, nil
	case "registration":
		if mine = x.ID == f.registration; mine {
			f.ids[x.Candidate] = true
		}
	case "candidate":
		mine = f.ids[x.ID]
	case "attempt":
		if mine {
			f.ids[x.ID] = true
		}
	case "paper":
		for _, s := range x.Slots {
			f.items[s.Ref.Item] = f.items[s.Ref.Item] || mine
		}
	case "revision":
		mine = f.items[x.Item]
	case "audit":
		for part := range strings.SplitSeq(x.Object, ":") {
			mine = mine || f.ids[part]
		}
	}
	return mine || shared[l.Kind] && x.Registration == "", nil
}
