package seating

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"slices"

	"gongyuan/engine/sitting"
)

// Person is who is to be seated.
type Person struct {
	ID       sitting.RegistrationID
	Employer string // "" where not known: nobody is kept from them
	Needs    sitting.Needs
}

// Seat is a seat that can be used.
type Seat struct {
	Room       string
	Label      string
	Row        int
	Column     int
	Accessible bool
	Apart      bool // in a room for those who are granted one apart
}

// Seed makes an arrangement what it is.
type Seed [32]byte

// Arrangement is who sits where.
type Arrangement struct {
	Places   []sitting.Place          // in the order of the seats
	Unseated []sitting.RegistrationID // for whom there is no seat that fits
	Beside   int                      // pairs of one employer who touch, also at a corner
}

// Arrange seats people at random, then lets two change seats for as long as
// that parts people of one employer. It depends on the seed, on who they are and
// on the seats in their order, not on the order of the people. Whoever needs an
// accessible seat or a room apart gets one or none. Others get accessible seats
// only where all else is taken, and a room apart never. Those of taken sit
// already and stay; they count as neighbours.
func Arrange(seed Seed, persons []Person, seats []Seat, taken map[Seat]Person) Arrangement {
	a := &arranger{seats: seats, who: map[int]Person{}, at: map[spot]int{}, fixed: map[int]bool{}}
	for i, s := range seats {
		a.at[spot{s.Room, s.Row, s.Column}] = i
		if p, ok := taken[s]; ok {
			a.who[i], a.fixed[i] = p, true
		}
	}
	// The most particular first: rooms apart, then accessible seats, then all.
	var unseated []sitting.RegistrationID
	for _, p := range shuffled(seed, persons) {
		if i := a.free(p); i >= 0 {
			a.who[i] = p
		} else {
			unseated = append(unseated, p.ID)
		}
	}
	a.part()
	out := Arrangement{Unseated: unseated, Beside: a.pairs()}
	for i, s := range seats {
		if p, ok := a.who[i]; ok && !a.fixed[i] {
			out.Places = append(out.Places, sitting.Place{Registration: p.ID, Room: s.Room, Seat: s.Label})
		}
	}
	return out
}

// particular orders people by how few seats they can have.
func particular(n sitting.Needs) int {
	rank := 0
	if !n.Apart {
		rank += 2
	}
	if !n.Accessible {
		rank++
	}
	return rank
}

// shuffled puts people in an order that the seed decides.
func shuffled(seed Seed, persons []Person) []Person {
	key := make(map[sitting.RegistrationID][]byte, len(persons))
	for _, p := range persons {
		m := hmac.New(sha256.New, seed[:])
		m.Write([]byte("gongyuan seating 1:" + string(p.ID)))
		key[p.ID] = m.Sum(nil)
	}
	out := slices.Clone(persons)
	slices.SortFunc(out, func(x, y Person) int {
		return cmp.Or(cmp.Compare(particular(x.Needs), particular(y.Needs)), bytes.Compare(key[x.ID], key[y.ID]))
	})
	return out
}

// spot is where a seat stands.
type spot struct {
	room        string
	row, column int
}

type arranger struct {
	seats []Seat
	at    map[spot]int // seats by where they stand
	who   map[int]Person
	fixed map[int]bool // seats whose people stay
}

// fits tells whether somebody may have a seat.
func fits(p Person, s Seat) bool {
	return p.Needs.Apart == s.Apart && (!p.Needs.Accessible || s.Accessible)
}

// free finds the first free seat that fits, an accessible one for who does not
// need it only if there is no other.
func (a *arranger) free(p Person) int {
	spare := -1
	for i, s := range a.seats {
		if _, taken := a.who[i]; taken || !fits(p, s) {
			continue
		}
		if s.Accessible == p.Needs.Accessible {
			return i
		}
		if spare < 0 {
			spare = i
		}
	}
	return spare
}

// clashes counts who of an employer touches a seat, one seat left out.
func (a *arranger) clashes(employer string, at, without int) int {
	if employer == "" {
		return 0
	}
	n, s := 0, a.seats[at]
	for y := s.Row - 1; y <= s.Row+1; y++ {
		for x := s.Column - 1; x <= s.Column+1; x++ {
			i, ok := a.at[spot{s.Room, y, x}]
			if ok && i != at && i != without && a.who[i].Employer == employer {
				n++
			}
		}
	}
	return n
}

// rounds bounds how often everybody is looked at. Each change parts somebody, so
// that it would end by itself; few need more than three.
const rounds = 12

// part lets people change seats, also with an empty one, while that helps.
func (a *arranger) part() {
	for range rounds {
		changed := false
		for i := range a.seats {
			p, sits := a.who[i]
			if sits && !a.fixed[i] && a.clashes(p.Employer, i, i) > 0 && a.move(i) {
				changed = true
			}
		}
		if !changed {
			return
		}
	}
}

// move makes the change of seats that parts most people, if any does.
func (a *arranger) move(i int) bool {
	p := a.who[i]
	best, most := -1, 0
	here := a.clashes(p.Employer, i, i)
	for k, s := range a.seats {
		if k == i || a.fixed[k] || !fits(p, s) {
			continue
		}
		o, sits := a.who[k]
		if sits && (o.Employer == p.Employer || !fits(o, a.seats[i])) || !sits && s.Accessible != a.seats[i].Accessible {
			continue
		}
		// The two themselves are of different employers: they do not count.
		gain := here + a.clashes(o.Employer, k, k) - a.clashes(p.Employer, k, i) - a.clashes(o.Employer, i, k)
		if gain > most {
			best, most = k, gain
		}
	}
	if best < 0 {
		return false
	}
	if o, sits := a.who[best]; sits {
		a.who[i] = o
	} else {
		delete(a.who, i)
	}
	a.who[best] = p
	return true
}

// pairs counts those of one employer who touch.
func (a *arranger) pairs() int {
	n := 0
	for i := range a.seats {
		if p, ok := a.who[i]; ok {
			n += a.clashes(p.Employer, i, i)
		}
	}
	return n / 2
}
