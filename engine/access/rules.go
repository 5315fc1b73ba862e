package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Errors of this package.
var (
	ErrNotFound = errors.New("access: no rules")
	ErrConflict = errors.New("access: changed meanwhile")
	// ErrState tells that the sitting is over.
	ErrState   = errors.New("access: the sitting is over")
	ErrInvalid = errors.New("access: invalid")

	// ErrCode tells that the start code is missing or wrong.
	ErrCode = errors.New("access: start code")
	// ErrAddress tells that the computer is outside the room's range.
	ErrAddress = errors.New("access: address outside the room")
	// ErrSEB tells that the request does not come from Safe Exam Browser with
	// the sitting's settings.
	ErrSEB = errors.New("access: not the Safe Exam Browser of the sitting")
)

// FieldError names the field that is wrong.
type FieldError struct {
	Field  string // JSON pointer within what was given
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return "access: " + e.Field + ": " + e.Reason }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// Outside is what becomes of a computer outside the room's range.
type Outside string

// The values. In a running exam an address outside is only ever noted: a
// network that changes must cost nobody the exam.
const (
	Note   Outside = "note"
	Refuse Outside = "refuse"
)

// Range is where the computers of a room are.
type Range struct {
	Room   string // empty for every room that has no range of its own
	Prefix netip.Prefix
}

// Rules are what one sitting asks. The zero value asks nothing.
type Rules struct {
	Sitting    sitting.ID
	Version    int // 0 where nothing was ever set
	Ranges     []Range
	Outside    Outside
	Code       string // told in the rooms; empty for none
	FullScreen bool
	SEB        SEB
	By         people.AccountID
	At         time.Time
	// Rooms are the networks of the rooms that the sitting uses. They count for
	// a room that Ranges does not name; they are kept with the rooms, not here.
	Rooms []Range
}

// Places knows the networks of the rooms that a sitting uses.
type Places interface {
	Networks(ctx context.Context, id sitting.ID) ([]Range, error)
}

// Limits tells whether any address is outside at all.
func (r *Rules) Limits() bool { return len(r.Ranges)+len(r.Rooms) > 0 }

// Inside tells whether a computer of a room may have the address. What is said
// of the room itself counts, else its own networks, else what is said of every
// room; without any, all may.
func (r *Rules) Inside(room string, addr netip.Addr) bool {
	addr = addr.Unmap()
	own, inside := false, false
	for _, from := range []struct {
		ranges []Range
		of     string
	}{{r.Ranges, room}, {r.Rooms, room}, {r.Ranges, ""}} {
		for _, x := range from.ranges {
			if x.Room == from.of {
				own, inside = true, inside || x.Prefix.Contains(addr)
			}
		}
		if own {
			return inside
		}
	}
	return true
}

// Fits tells whether a start code is the one that was told.
func (r *Rules) Fits(code string) bool {
	return r.Code == "" || subtle.ConstantTimeCompare([]byte(r.Code), []byte(strings.TrimSpace(code))) == 1
}

// ParseRange reads an address or a range of addresses.
func ParseRange(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	if p, err := netip.ParsePrefix(text); err == nil {
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, ErrInvalid
	}
	return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), nil
}

// Store keeps the rules of sittings.
type Store interface {
	// Rules returns ErrNotFound where nothing was ever set.
	Rules(ctx context.Context, id sitting.ID) (Rules, error)
	// PutRules stores r with Version+1 if what is stored has still r.Version, 0
	// for nothing, else it returns ErrConflict. It returns what it stored.
	PutRules(ctx context.Context, r Rules) (Rules, error)
}

// Sittings tells where a sitting stands.
type Sittings interface {
	Sitting(ctx context.Context, id sitting.ID) (sitting.Sitting, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Desk is where rules are set. It is safe for concurrent use.
type Desk struct {
	Store    Store
	Sittings Sittings
	Audit    audit.Recorder
	Clock    Clock
	Places   Places // nil for rooms without networks
}

// Rules returns the rules of a sitting; those that ask nothing where none were
// set.
func (d *Desk) Rules(ctx context.Context, id sitting.ID) (Rules, error) {
	if err := sitting.Within(ctx, d.Sittings, id); err != nil {
		return Rules{}, err
	}
	r, err := d.Store.Rules(ctx, id)
	if errors.Is(err, ErrNotFound) {
		r, err = Rules{Sitting: id, Outside: Note}, nil
	}
	if err == nil && d.Places != nil {
		r.Rooms, err = d.Places.Networks(ctx, id)
	}
	return r, err
}

// Wish is what the rules are to be.
type Wish struct {
	Sitting      sitting.ID
	Version      int // of the rules as the caller saw them
	Ranges       []Range
	Outside      Outside
	Code         bool
	NewCode      bool
	FullScreen   bool
	SEB          bool
	StartURL     string
	QuitPassword *string // nil leaves it as it was
	MoreKeys     []string
	By           people.AccountID
}

// Set changes the rules. Errors: a *FieldError, ErrState, ErrConflict.
func (d *Desk) Set(ctx context.Context, w Wish) (Rules, error) {
	x, err := d.Sittings.Sitting(ctx, w.Sitting)
	if err != nil {
		return Rules{}, err
	}
	if x.State != sitting.Draft && x.State != sitting.Sealed && x.State != sitting.Open {
		return Rules{}, fmt.Errorf("sitting is %s: %w", x.State, ErrState)
	}
	was, err := d.Rules(ctx, w.Sitting)
	if err != nil {
		return Rules{}, err
	}
	if was.Version != w.Version {
		return Rules{}, ErrConflict
	}
	r, err := w.apply(was)
	if err != nil {
		return Rules{}, err
	}
	r.At = d.Clock.Now().UTC().Truncate(time.Millisecond)
	err = audit.Do(ctx, d.Audit, audit.Event{
		Actor: string(w.By), Act: "access.set", Object: "sitting:" + string(w.Sitting), Before: was.kept(), After: r.kept(),
	}, func() error {
		kept, err := d.Store.PutRules(ctx, r)
		kept.Rooms, r = r.Rooms, kept
		return err
	})
	return r, err
}

func (w *Wish) apply(was Rules) (Rules, error) {
	r := was
	r.Ranges, r.Outside, r.FullScreen, r.By = w.Ranges, w.Outside, w.FullScreen, w.By
	if w.Outside != Note && w.Outside != Refuse {
		return r, &FieldError{"/outside", "unknown"}
	}
	switch {
	case !w.Code:
		r.Code = ""
	case r.Code == "" || w.NewCode:
		n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
		if err != nil {
			return r, fmt.Errorf("access: code: %w", err)
		}
		r.Code = fmt.Sprintf("%06d", n.Int64())
	}
	r.SEB.On = w.SEB
	if !w.SEB {
		return r, nil
	}
	u, err := url.Parse(strings.TrimSpace(w.StartURL))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return r, &FieldError{"/seb/startUrl", "web-address"}
	}
	r.SEB.StartURL = u.String()
	if w.QuitPassword != nil {
		r.SEB.QuitHash = ""
		if *w.QuitPassword != "" {
			r.SEB.QuitHash = digest(*w.QuitPassword)
		}
	}
	r.SEB.MoreKeys = nil
	for i, k := range w.MoreKeys {
		k = strings.ToLower(strings.TrimSpace(k))
		if len(k) != 64 || strings.Trim(k, "0123456789abcdef") != "" {
			return r, &FieldError{fmt.Sprintf("/seb/moreKeys/%d", i), "config-key"}
		}
		r.SEB.MoreKeys = append(r.SEB.MoreKeys, k)
	}
	if len(r.SEB.Salt) == 0 {
		r.SEB.Salt = make([]byte, 32)
		rand.Read(r.SEB.Salt) // never fails, by its documentation
	}
	return r, nil
}

// kept is what the audit keeps: no code, and nothing from which a key can be
// made.
func (r *Rules) kept() map[string]any {
	ranges := make([]string, len(r.Ranges))
	for i, x := range r.Ranges {
		ranges[i] = x.Room + " " + x.Prefix.String()
	}
	return map[string]any{
		"version": r.Version, "ranges": ranges, "outside": string(r.Outside), "code": r.Code != "", "fullScreen": r.FullScreen,
		"seb": r.SEB.On, "startUrl": r.SEB.StartURL, "quitPassword": r.SEB.QuitHash != "", "moreKeys": len(r.SEB.MoreKeys),
	}
}
