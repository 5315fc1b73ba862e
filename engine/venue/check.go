package venue

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Rules are the parameters of staffing and of rooms.
type Rules struct {
	Sample                   bool `json:"sample"` // 示例: set by nobody in charge yet
	CandidatesPerInvigilator int  `json:"candidatesPerInvigilator"`
	LeastInvigilators        int  `json:"leastInvigilators"` // in each room
	MostCandidates           int  `json:"mostCandidates"`    // in each room
	LeastSpareSeats          int  `json:"leastSpareSeats"`   // over all rooms, for the day
	Version                  int  `json:"version"`           // raised by each change, guards concurrent ones; 0 is what comes with the program
}

// check tells what is wrong with rules, as a *FieldError.
func (r *Rules) check() error {
	for _, x := range []struct {
		n, least, most int
		field, reason  string
	}{
		{r.CandidatesPerInvigilator, 1, 100, "/candidatesPerInvigilator", "between-1-100"}, {r.LeastInvigilators, 0, 100, "/leastInvigilators", "between-0-100"},
		{r.MostCandidates, 1, 1000, "/mostCandidates", "between-1-1000"}, {r.LeastSpareSeats, 0, 10_000, "/leastSpareSeats", "between-0-10000"},
	} {
		if x.n < x.least || x.n > x.most {
			return &FieldError{x.field, x.reason}
		}
	}
	return nil
}

//go:embed data/rules.json
var sampleRules []byte

// ReadRules reads rules; nil stands for the sample.
func ReadRules(data []byte) (Rules, error) {
	if data == nil {
		data = sampleRules
	}
	var r Rules
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fmt.Errorf("venue: rules: %w", err)
	}
	return r, r.check()
}

// Flaw is what is wrong with how a sitting is accommodated.
type Flaw string

// The flaws.
const (
	NoRooms         Flaw = "no-rooms"
	TooFewSeats     Flaw = "too-few-seats"    // over all rooms
	FewSpare        Flaw = "few-spare-seats"  // over all rooms
	FewAccessible   Flaw = "few-accessible"   // over all rooms
	NoRoomApart     Flaw = "no-room-apart"    // somebody is granted one
	Unseated        Flaw = "unseated"         // people without a seat
	UnknownSeat     Flaw = "unknown-seat"     // people on a seat that the plan does not have or that is not usable
	NotAccessible   Flaw = "not-accessible"   // people who need an accessible seat and have another
	NotApart        Flaw = "not-apart"        // people who are granted a room apart and sit elsewhere
	TooMany         Flaw = "too-many"         // in the room
	FewInvigilators Flaw = "few-invigilators" // in the room
	SamePlace       Flaw = "invigilator-twice"
)

// Finding is one flaw. Block tells that the sitting cannot go on like this;
// others ask for attention.
type Finding struct {
	Flaw  Flaw
	Block bool
	Room  string // its name, "" for all
	Have  int
	Need  int
	Who   string // of SamePlace: the account
}

// Plan is all that is held against the rules.
type Plan struct {
	Staffing Staffing
	Rooms    map[RoomID]Room
	Roster   []sitting.Registration // who sits in the theory exam
}

// Invigilators is how many a room with so many candidates needs.
func (r *Rules) Invigilators(candidates int) int {
	if candidates == 0 {
		return 0
	}
	return max(r.LeastInvigilators, (candidates+r.CandidatesPerInvigilator-1)/r.CandidatesPerInvigilator)
}

// Check holds a plan against the rules.
func (r *Rules) Check(p *Plan) []Finding {
	if len(p.Staffing.Rooms) == 0 {
		return []Finding{{Flaw: NoRooms, Block: true}}
	}
	byRoom := map[string]int{}
	for _, reg := range p.Roster {
		byRoom[reg.Room]++
	}
	var out []Finding
	add := func(f Finding, wrong bool) {
		if wrong {
			out = append(out, f)
		}
	}
	seats, accessible, apart := 0, 0, 0
	in := map[people.AccountID]bool{}
	for _, use := range p.Staffing.Rooms {
		room := p.Rooms[use.Room]
		usable, ramps := room.Capacity()
		seats, accessible = seats+usable, accessible+ramps
		if use.Apart {
			apart += usable
		}
		n := byRoom[room.Name]
		add(Finding{TooMany, true, room.Name, n, r.MostCandidates, ""}, n > r.MostCandidates)
		need := r.Invigilators(n)
		add(Finding{FewInvigilators, true, room.Name, len(use.Invigilators), need, ""}, n > 0 && len(use.Invigilators) < need)
		for _, who := range use.Invigilators {
			add(Finding{SamePlace, true, room.Name, 2, 1, string(who)}, in[who])
			in[who] = true
		}
	}
	needApart, needRamp := 0, 0
	for _, reg := range p.Roster {
		if reg.Needs.Apart {
			needApart++
		}
		if reg.Needs.Accessible {
			needRamp++
		}
	}
	add(Finding{TooFewSeats, true, "", seats, len(p.Roster), ""}, seats < len(p.Roster))
	add(Finding{FewSpare, false, "", seats - len(p.Roster), r.LeastSpareSeats, ""}, seats >= len(p.Roster) && seats-len(p.Roster) < r.LeastSpareSeats)
	add(Finding{FewAccessible, true, "", accessible, needRamp, ""}, accessible < needRamp)
	add(Finding{NoRoomApart, true, "", apart, needApart, ""}, apart < needApart)
	return append(out, p.seating()...)
}

// seating finds who sits where they should not.
func (p *Plan) seating() []Finding {
	type place struct{ room, seat string }
	seats, apart := map[place]Seat{}, map[string]bool{}
	for _, use := range p.Staffing.Rooms {
		room := p.Rooms[use.Room]
		apart[room.Name] = use.Apart
		for _, s := range room.Seats() {
			seats[place{room.Name, s.Label}] = s
		}
	}
	count := map[Flaw]int{}
	for _, reg := range p.Roster {
		s := seats[place{reg.Room, reg.Seat}]
		switch {
		case !reg.Seated():
			count[Unseated]++
		case !s.Usable:
			count[UnknownSeat]++
		case reg.Needs.Accessible && !s.Accessible:
			count[NotAccessible]++
		case reg.Needs.Apart && !apart[reg.Room]:
			count[NotApart]++
		}
	}
	var out []Finding
	for _, f := range []Flaw{Unseated, UnknownSeat, NotAccessible, NotApart} {
		if count[f] > 0 {
			out = append(out, Finding{Flaw: f, Block: f != UnknownSeat, Have: count[f]})
		}
	}
	return out
}
