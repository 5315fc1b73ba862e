package personnel

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// Deps is what an Office works with.
type Deps struct {
	Accounts Accounts
	Sessions Sessions
	Factors  *Factors
	Gate     *Gate
	Audit    audit.Recorder
	Clock    Clock
	Levels   []int // that the standard knows
	Sites    Sites
	Cost     people.Cost
	// Apart is for how long an account does not count as another person than who
	// made it or had it in the hand; 0 for not at all.
	Apart time.Duration
}

// Office (账号管理) keeps the accounts. Administrators keep them; everybody
// keeps the own password and the own sessions. It is safe for concurrent use:
// an account is guarded by its version.
type Office struct{ in Deps }

// NewOffice returns an Office.
func NewOffice(d Deps) *Office { return &Office{d} }

// givenFor is how long a password that was given by somebody else is good for
// choosing an own one.
const givenFor = 72 * time.Hour

func (o *Office) may(ctx context.Context, by people.AccountID, change bool) error {
	a, err := o.in.Accounts.Account(ctx, by)
	if errors.Is(err, people.ErrNotFound) {
		return ErrForbidden
	}
	if err != nil {
		return err
	}
	if a.Disabled || !a.Has(people.Administrator) && (change || !a.Has(people.Auditor)) {
		return ErrForbidden
	}
	if change && !a.Limits().None() { // nobody gives what they do not have
		return people.ErrOutside
	}
	return nil
}

// List returns all accounts by login, the disabled ones too.
func (o *Office) List(ctx context.Context, by people.AccountID) ([]people.Account, error) {
	if err := o.may(ctx, by, false); err != nil {
		return nil, err
	}
	return o.in.Accounts.Accounts(ctx)
}

// Particulars are what an administrator decides of an account.
type Particulars struct {
	Name     string
	Roles    []people.Role
	Levels   []int
	Sites    []string // by the register of sites
	Disabled bool
}

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,31}$`)

// Sites knows the places where sittings are held.
type Sites interface {
	// KnownSite tells whether there is such a site of the body.
	KnownSite(ctx context.Context, site string) (bool, error)
}

// check brings the particulars into their normal form, or names what is wrong.
func (o *Office) check(ctx context.Context, p *Particulars) error {
	if err := p.check(o.in.Levels); err != nil {
		return err
	}
	p.Sites = sorted(p.Sites, strings.Compare)
	for _, site := range p.Sites {
		known, err := o.in.Sites.KnownSite(ctx, site)
		if err != nil {
			return err
		}
		if !known {
			return &FieldError{"/sites", "no-such-site"}
		}
	}
	return nil
}

func (p *Particulars) check(levels []int) error {
	p.Name = people.OneLine(p.Name)
	switch n := len([]rune(p.Name)); {
	case n == 0:
		return &FieldError{"/name", "required"}
	case n > 40:
		return &FieldError{"/name", "length-1-40"}
	case len(p.Roles) == 0:
		return &FieldError{"/roles", "role-needed"}
	}
	known := people.StaffRoles()
	for _, r := range p.Roles {
		if !slices.Contains(known, r) {
			return &FieldError{"/roles", "unknown"}
		}
	}
	if len(p.Roles) > 1 && slices.Contains(p.Roles, people.Auditor) {
		return &FieldError{"/roles", "auditor-alone"}
	}
	for _, l := range p.Levels {
		if !slices.Contains(levels, l) {
			return &FieldError{"/levels", "no-such-level"}
		}
	}
	p.Roles = sorted(p.Roles, func(a, b people.Role) int { return slices.Index(known, a) - slices.Index(known, b) })
	p.Levels = sorted(p.Levels, func(a, b int) int { return b - a })
	return nil
}

func sorted[T comparable](all []T, by func(a, b T) int) []T {
	return slices.Compact(slices.SortedFunc(slices.Values(all), by))
}

// seen is what the record says of an account: all but the password.
type seen struct {
	Login    string        `json:"login"`
	Name     string        `json:"name"`
	Roles    []people.Role `json:"roles"`
	Levels   []int         `json:"levels,omitempty"`
	Sites    []string      `json:"sites,omitempty"`
	Disabled bool          `json:"disabled,omitempty"`
}

func seenOf(a *people.Account) seen {
	return seen{a.Login, a.Name, a.Roles, a.Levels, a.Sites, a.Disabled}
}

func (o *Office) event(by, id people.AccountID, act string) audit.Event {
	return audit.Event{Actor: string(by), Act: "account." + act, Object: "account:" + string(id)}
}

// Make adds an account and returns the password with which its owner signs in
// for the first time, to choose an own one. It is shown once and kept nowhere.
// It returns a *FieldError for what cannot be.
func (o *Office) Make(ctx context.Context, by people.AccountID, login string, p Particulars) (people.Account, string, error) {
	if err := o.may(ctx, by, true); err != nil {
		return people.Account{}, "", err
	}
	login = strings.ToLower(strings.TrimSpace(login))
	if !loginForm.MatchString(login) {
		return people.Account{}, "", &FieldError{"/login", "login-form"}
	}
	if err := o.check(ctx, &p); err != nil {
		return people.Account{}, "", err
	}
	now := o.in.Clock.Now().UTC().Truncate(time.Millisecond)
	a := people.Account{
		ID: people.AccountID(uuid.NewString()), Login: login, Name: p.Name, Roles: p.Roles, Levels: p.Levels, Sites: p.Sites, Disabled: p.Disabled, Created: now, Version: 1,
	}
	password, err := o.give(&a, now)
	if err != nil {
		return people.Account{}, "", err
	}
	handed(&a, by, now)
	event := o.event(by, a.ID, "make")
	event.After = seenOf(&a)
	err = audit.Do(ctx, o.in.Audit, event, func() error { return o.in.Accounts.InsertAccount(ctx, a) })
	if errors.Is(err, people.ErrDuplicate) {
		err = &FieldError{"/login", "login-taken"}
	}
	return a, password, err
}

// give sets a password that somebody else knows.
func (o *Office) give(a *people.Account, now time.Time) (string, error) {
	password := oneTime()
	encoded, err := people.HashPassword(password, o.in.Cost)
	if err != nil {
		return "", err
	}
	a.Password, a.GivenUntil = encoded, now.Add(givenFor)
	return password, nil
}

// legible has no 0, 1, l and o.
var legible = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// oneTime is sixteen characters of eighty random bits, in fours to be read out;
// none looks like another.
func oneTime() string {
	var raw [10]byte
	rand.Read(raw[:]) // never fails, by its documentation
	s := legible.EncodeToString(raw[:])
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

// Change replaces what an administrator decides of an account, as its caller saw
// it. Nobody changes the own one. A disabled account is out at once, with all
// its sessions. It returns a *FieldError, ErrOwn, people.ErrNotFound or
// people.ErrConflict.
func (o *Office) Change(ctx context.Context, by, id people.AccountID, version int, p Particulars) (people.Account, error) {
	if err := o.may(ctx, by, true); err != nil {
		return people.Account{}, err
	}
	before, err := o.theirs(ctx, by, id, version)
	if err != nil {
		return people.Account{}, err
	}
	if err := o.check(ctx, &p); err != nil {
		return people.Account{}, err
	}
	after := before
	after.Name, after.Roles, after.Levels, after.Sites, after.Disabled = p.Name, p.Roles, p.Levels, p.Sites, p.Disabled
	event := o.event(by, id, "change")
	event.Before, event.After = seenOf(&before), seenOf(&after)
	return after, audit.Do(ctx, o.in.Audit, event, func() error {
		if after, err = o.in.Accounts.ReplaceAccount(ctx, after); err != nil {
			return err
		}
		o.in.Gate.Forget(id)
		if after.Disabled {
			return o.in.Sessions.EndOthers(ctx, people.Staff, string(id), "")
		}
		return nil
	})
}

func (o *Office) theirs(ctx context.Context, by, id people.AccountID, version int) (people.Account, error) {
	a, err := o.in.Accounts.Account(ctx, id)
	switch {
	case err != nil:
		return people.Account{}, err
	case by == id:
		return people.Account{}, ErrOwn
	case a.Version != version:
		return people.Account{}, people.ErrConflict
	}
	return a, nil
}

// Reset gives an account a new password for choosing an own one, and ends its
// sessions: whoever knew the old one is out. The password is shown once.
func (o *Office) Reset(ctx context.Context, by, id people.AccountID, version int) (people.Account, string, error) {
	if err := o.may(ctx, by, true); err != nil {
		return people.Account{}, "", err
	}
	a, err := o.theirs(ctx, by, id, version)
	if err != nil {
		return people.Account{}, "", err
	}
	now := o.in.Clock.Now().UTC().Truncate(time.Millisecond)
	password, err := o.give(&a, now)
	if err != nil {
		return people.Account{}, "", err
	}
	has, err := o.in.Factors.Has(ctx, id)
	if err != nil {
		return people.Account{}, "", err
	}
	if !has { // who has one stays the only one to sign in
		handed(&a, by, now)
	}
	return a, password, audit.Do(ctx, o.in.Audit, o.event(by, id, "password-reset"), func() error {
		if a, err = o.in.Accounts.ReplaceAccount(ctx, a); err != nil {
			return err
		}
		return o.endOthers(ctx, id, "")
	})
}

func (o *Office) endOthers(ctx context.Context, id people.AccountID, keep string) error {
	err := o.in.Sessions.EndOthers(ctx, people.Staff, string(id), keep)
	o.in.Gate.Forget(id)
	return err
}

// ChoosePassword replaces the own password and ends the own sessions elsewhere.
// The API has checked the old one. It returns people.ErrWeak, or a *FieldError
// where it is the old one.
func (o *Office) ChoosePassword(ctx context.Context, id people.AccountID, family, password string) error {
	a, err := o.in.Accounts.Account(ctx, id)
	if err != nil {
		return err
	}
	if people.CheckPassword(a.Password, password) {
		return &FieldError{"/password", "password-same"}
	}
	if strings.Contains(strings.ToLower(password), a.Login) {
		return &FieldError{"/password", "password-login"}
	}
	if a.Password, err = people.HashPassword(password, o.in.Cost); err != nil {
		return &FieldError{"/password", "password-length"}
	}
	a.GivenUntil = time.Time{}
	return audit.Do(ctx, o.in.Audit, o.event(id, id, "password-change"), func() error {
		if _, err := o.in.Accounts.ReplaceAccount(ctx, a); err != nil {
			return err
		}
		return o.endOthers(ctx, id, family)
	})
}
