package diploma

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/print"
)

// Version is a form as it was kept once. It never changes: certificates name
// the version that they are printed after.
type Version struct {
	Number int // from 1; 0 is the form that the program was started with
	Form
	By  people.AccountID
	At  time.Time
	Why string
}

// Versions keeps versions.
type Versions interface {
	// InsertVersion returns ErrTaken where there is one of this number.
	InsertVersion(ctx context.Context, v Version) error
	// Version returns ErrNotFound where there is none.
	Version(ctx context.Context, number int) (Version, error)
	// Versions returns all without their pictures, the newest first.
	Versions(ctx context.Context) ([]Version, error)
}

// Accounts knows who may act.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Errors of a Shelf.
var (
	ErrNotFound  = certificate.ErrNotFound
	ErrTaken     = certificate.ErrTaken
	ErrConflict  = certificate.ErrConflict // another version was kept meanwhile
	ErrForbidden = errors.New("diploma: not allowed")
)

// Shelf (证书样式) has the body's forms. It is safe for concurrent use.
type Shelf struct {
	ShelfDeps

	mu   sync.Mutex
	read map[int]*Form // versions never change
}

// ShelfDeps is what a Shelf works with.
type ShelfDeps struct {
	Store    Versions
	Accounts Accounts
	Audit    audit.Recorder
	Clock    interface{ Now() time.Time }
	Printer  *Printer // its form is version 0
}

// NewShelf returns a Shelf.
func NewShelf(d ShelfDeps) *Shelf {
	return &Shelf{ShelfDeps: d, read: map[int]*Form{0: &d.Printer.Form}}
}

// mostPicture bounds a logo or a seal, in bytes.
const mostPicture = 300 << 10

// CheckForm returns a *TemplateError for what cannot be a form.
func (f *Form) CheckForm() error {
	if err := f.Template.Validate(); err != nil {
		return err
	}
	for _, p := range []struct {
		field string
		data  []byte
	}{{"/logo", f.Logo}, {"/sealPicture", f.Seal}} {
		if p.data == nil {
			continue
		}
		if len(p.data) > mostPicture {
			return &TemplateError{p.field, "picture-300-kb"}
		}
		if _, err := print.ParseImage(p.data); err != nil {
			return &TemplateError{p.field, "picture"}
		}
	}
	return nil
}

// Save keeps a form as the next version; new certificates are printed after
// it. after is the version that it was made from; where that is not the last
// one the error is ErrConflict.
func (s *Shelf) Save(ctx context.Context, by people.AccountID, after int, f Form, why string) (Version, error) {
	if err := people.MustBeUnlimited(ctx, s.Accounts, by, ErrForbidden, people.Administrator); err != nil {
		return Version{}, err
	}
	why = strings.TrimSpace(why)
	if n := utf8.RuneCountInString(why); n < 2 || n > 200 {
		return Version{}, &TemplateError{"/why", "length-2-200"}
	}
	if err := f.CheckForm(); err != nil {
		return Version{}, err
	}
	last, err := s.Current(ctx)
	if err != nil {
		return Version{}, err
	}
	if last != after {
		return Version{}, ErrConflict
	}
	v := Version{Number: last + 1, Form: f, By: by, At: s.Clock.Now().UTC().Truncate(time.Millisecond), Why: why}
	ev := audit.Event{Actor: string(by), Act: "certificate-template.save", Object: fmt.Sprintf("certificate-template:%d", v.Number), Why: why, After: f.Template}
	err = audit.Do(ctx, s.Audit, ev, func() error { return s.Store.InsertVersion(ctx, v) })
	if errors.Is(err, ErrTaken) {
		err = ErrConflict
	}
	return v, err
}

// Current returns the number of the version that new certificates are printed
// after.
func (s *Shelf) Current(ctx context.Context) (int, error) {
	all, err := s.Store.Versions(ctx)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[0].Number, nil
}

// Form returns a version's form.
func (s *Shelf) Form(ctx context.Context, number int) (*Form, error) {
	s.mu.Lock()
	f := s.read[number]
	s.mu.Unlock()
	if f != nil {
		return f, nil
	}
	v, err := s.Store.Version(ctx, number)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read[number] = &v.Form
	return &v.Form, nil
}
