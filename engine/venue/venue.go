package venue

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// SiteID names a site, RoomID a room.
type (
	SiteID string
	RoomID string
)

// Site (考点) is an address with rooms.
type Site struct {
	ID      SiteID
	Name    string
	Address string
	Version int // raised by each change, guards concurrent ones; 0 is new
}

// Places of a plan, one character each.
const (
	Floor      = '.' // no seat: an aisle, a pillar
	Usable     = 'o'
	Unusable   = 'x' // a seat that is not to be used
	Accessible = 'a' // a usable seat that can be reached with a wheelchair
)

// Room (考场) is a room with its plan.
type Room struct {
	ID   RoomID
	Site SiteID
	Name string // unique within the site; candidates read it
	// Plan has a line for each row from the front, with a character for each
	// place from the left.
	Plan []string
	// Addresses are the networks of the room's computers, in CIDR form.
	Addresses []string
	Version   int // raised by each change, guards concurrent ones; 0 is new
}

// Seat is one seat of a room.
type Seat struct {
	Label      string // number over all seats of the room, "01" being the first
	Row        int    // from 0 at the front
	Column     int
	Usable     bool
	Accessible bool
}

// Seats lists the seats of a room in order. One that is not usable keeps its
// number, so that numbers stay when it is mended.
func (r *Room) Seats() []Seat {
	var out []Seat
	for y, line := range r.Plan {
		for x, c := range line {
			if c != Floor {
				out = append(out, Seat{fmt.Sprintf("%02d", len(out)+1), y, x, c != Unusable, c == Accessible})
			}
		}
	}
	return out
}

// Capacity is how many seats can be used, and how many of them are accessible.
func (r *Room) Capacity() (usable, accessible int) {
	for _, s := range r.Seats() {
		if s.Usable {
			usable++
		}
		if s.Accessible {
			accessible++
		}
	}
	return usable, accessible
}

// Use is a room that a sitting uses.
type Use struct {
	Room         RoomID
	Apart        bool // only for those who are granted a room apart
	Invigilators []people.AccountID
}

// Staffing is which rooms a sitting uses and who is in them.
type Staffing struct {
	Sitting sitting.ID
	Rooms   []Use
	Version int // raised by each change, guards concurrent ones; 0 is new
}

// Errors of this package.
var (
	ErrNotFound  = errors.New("venue: not found")
	ErrConflict  = errors.New("venue: changed by someone else meanwhile")
	ErrForbidden = errors.New("venue: not yours to do")
	ErrState     = errors.New("venue: the sitting is over")
	ErrInvalid   = errors.New("venue: invalid")
)

// FieldError names the field that is wrong.
type FieldError struct {
	Field  string // JSON pointer within what was given
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf("venue: %s: %s", e.Field, e.Reason) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

func within(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && utf8.ValidString(s)
}

// check tells what is wrong with a site, as a *FieldError. It trims.
func (s *Site) check() error {
	s.Name, s.Address = strings.TrimSpace(s.Name), strings.TrimSpace(s.Address)
	switch {
	case !within(s.Name, 2, 80):
		return &FieldError{"/name", "length-2-80"}
	case !within(s.Address, 0, 200):
		return &FieldError{"/address", "length-0-200"}
	}
	return nil
}

// The largest plan.
const (
	mostRows    = 30
	mostColumns = 30
)

// check tells what is wrong with a room, as a *FieldError. It trims.
func (r *Room) check() error {
	if r.Name = strings.TrimSpace(r.Name); !within(r.Name, 1, 20) {
		return &FieldError{"/name", "length-1-20"}
	}
	if len(r.Plan) < 1 || len(r.Plan) > mostRows {
		return &FieldError{"/plan", "room-plan"}
	}
	for _, line := range r.Plan {
		if len(line) != len(r.Plan[0]) || len(line) < 1 || len(line) > mostColumns || strings.Trim(line, ".oxa") != "" {
			return &FieldError{"/plan", "room-plan"}
		}
	}
	if usable, _ := r.Capacity(); usable == 0 {
		return &FieldError{"/plan", "room-without-seats"}
	}
	if len(r.Addresses) > 10 {
		return &FieldError{"/addresses", "maxItems"}
	}
	for i, a := range r.Addresses {
		p, err := network(a)
		if err != nil {
			return &FieldError{fmt.Sprintf("/addresses/%d", i), "network"}
		}
		r.Addresses[i] = p.String()
	}
	return nil
}

// network reads a network, or one address.
func network(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}

// Holds tells whether an address is one of the room's; a room without networks
// holds every one.
func (r *Room) Holds(a netip.Addr) bool {
	for _, s := range r.Addresses {
		if p, err := netip.ParsePrefix(s); err == nil && p.Contains(a.Unmap()) {
			return true
		}
	}
	return len(r.Addresses) == 0
}
