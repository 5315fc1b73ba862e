package marking

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
)

// Board is all that is known of the marking of a sitting at one moment. What
// it answers depends on what is on it and never on the order in which it came.
type Board struct {
	plan    Plan
	secret  []byte
	pieces  []Piece
	byID    map[PieceID]*Piece
	claims  map[PieceID][]Claim
	marks   map[seat]Mark // the newest version of each
	began   map[seat]time.Time
	settled map[PieceID]Settlement
}

// seat is a place of a piece; of Again there is one for each marker.
type seat struct {
	piece PieceID
	place Place
	who   people.AccountID // of Again
}

func seatOf(piece PieceID, place Place, who people.AccountID) seat {
	if place != Again {
		who = ""
	}
	return seat{piece, place, who}
}

// Known is what a Board is made of.
type Known struct {
	Plan        Plan
	Secret      []byte // of the sitting
	Pieces      []Piece
	Claims      []Claim
	Marks       []Mark
	Settlements []Settlement
}

// NewBoard returns the board.
func NewBoard(k Known) *Board {
	b := &Board{
		plan: k.Plan, secret: k.Secret, pieces: slices.Clone(k.Pieces), byID: map[PieceID]*Piece{}, claims: map[PieceID][]Claim{},
		marks: map[seat]Mark{}, began: map[seat]time.Time{}, settled: map[PieceID]Settlement{},
	}
	slices.SortFunc(b.pieces, func(x, y Piece) int { return cmp.Compare(x.ID, y.ID) })
	for i := range b.pieces {
		b.byID[b.pieces[i].ID] = &b.pieces[i]
	}
	for _, c := range k.Claims {
		b.claims[c.Piece] = append(b.claims[c.Piece], c)
	}
	for _, all := range b.claims {
		slices.SortFunc(all, func(x, y Claim) int { return cmp.Or(cmp.Compare(x.Place, y.Place), cmp.Compare(x.Marker, y.Marker)) })
	}
	for _, m := range k.Marks {
		at := seatOf(m.Piece, m.Place, m.Marker)
		if m.Version > b.marks[at].Version {
			b.marks[at] = m
		}
		if m.Version == 1 {
			b.began[at] = m.At
		}
	}
	for _, s := range k.Settlements {
		b.settled[s.Piece] = s
	}
	return b
}

// given returns what was given at a place of a piece, nil for nothing yet.
func (b *Board) given(piece PieceID, place Place) *bank.Marks {
	if m, ok := b.marks[seat{piece: piece, place: place}]; ok {
		return &m.Marks
	}
	return nil
}

// Combined is what the marks of a piece come to now.
func (b *Board) Combined(p *Piece) Combined {
	return Combine(p.Points, b.plan.Within(p.Points), b.given(p.ID, First), b.given(p.ID, Second), b.given(p.ID, Third))
}

// ripe tells whether the marks of a piece have stood for as long as they may
// be corrected.
func (b *Board) ripe(p *Piece, now time.Time) bool {
	for _, place := range []Place{First, Second, Third} {
		if m, ok := b.marks[seat{piece: p.ID, place: place}]; ok && now.Before(m.At.Add(b.plan.Grace)) {
			return false
		}
	}
	return true
}

// people is what a piece came to, with the marks that made it.
func (b *Board) people(p *Piece) result.PeopleMark {
	c := b.Combined(p)
	out := result.PeopleMark{Awarded: c.Awarded, Rule: c.Rule}
	for _, place := range []Place{First, Second, Third} {
		if m, ok := b.marks[seat{piece: p.ID, place: place}]; ok && (place != Third || c.Third) {
			out.Marks = append(out.Marks, result.OneMark{Place: int(place), Marker: m.Marker, Marks: m.Marks, At: m.At})
		}
	}
	return out
}

// holds tells whether somebody has or had a place of the piece.
func (b *Board) holds(p PieceID, who people.AccountID) bool {
	if slices.ContainsFunc(b.claims[p], func(c Claim) bool { return c.Marker == who && c.Place != Again }) {
		return true
	}
	for _, place := range []Place{First, Second, Third} {
		if b.marks[seat{piece: p, place: place}].Marker == who {
			return true
		}
	}
	return false
}

// marked tells whether the claim has its mark.
func (b *Board) marked(c *Claim) bool {
	_, ok := b.marks[seatOf(c.Piece, c.Place, c.Marker)]
	return ok
}

// Choice is a piece and the place that somebody is to have of it.
type Choice struct {
	Piece Piece
	Place Place
	Held  *Claim // the own claim that is there already
	Left  *Claim // somebody's claim that ran out and has to go first
}

// Next returns what somebody is to mark next, and false where there is
// nothing. It is the piece in hand, or now and then an own one again, or else
// the next of the question that they are at, or of the next question. The
// order of questions and of answers is by the sitting's secret, so that nobody
// can aim.
func (b *Board) Next(who people.AccountID, now time.Time) (Choice, bool) {
	me, ok := b.plan.Marker(who)
	if !ok {
		return Choice{}, false
	}
	if c := b.inHand(who); c != nil {
		return Choice{Piece: *b.byID[c.Piece], Place: c.Place, Held: c}, true
	}
	if c, ok := b.again(who); ok {
		return c, true
	}
	at := b.questionNow(who)
	var best Choice
	var rank string
	for i := range b.pieces {
		p := &b.pieces[i]
		place, left := b.free(p, &me, now)
		if place == 0 {
			continue
		}
		mine := b.order(p)
		if p.Question() == at {
			mine = " " + mine // before every other question
		}
		if rank == "" || mine < rank {
			best, rank = Choice{Piece: *p, Place: place, Left: left}, mine
		}
	}
	return best, rank != ""
}

// order is where a piece comes: by its question, then by itself.
func (b *Board) order(p *Piece) string {
	return b.code("question", p.Question()) + b.code("piece", string(p.ID))
}

// code is a number that only the sitting's secret gives away, as 64 digits.
func (b *Board) code(what string, of ...string) string {
	mac := hmac.New(sha256.New, b.secret)
	fmt.Fprintf(mac, "gongyuan marking 1 %s", what)
	for _, s := range of {
		fmt.Fprintf(mac, "\x00%s", s)
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// ticket names a claim for its marker's page.
func (b *Board) ticket(c *Claim) string {
	return b.code("ticket", string(c.Piece), fmt.Sprint(c.Place), string(c.Marker), fmt.Sprint(c.Taken.UnixNano()))[:24]
}

// inHand is the oldest claim of somebody that waits for its mark.
func (b *Board) inHand(who people.AccountID) *Claim {
	var found *Claim
	for _, p := range b.pieces {
		all := b.claims[p.ID]
		for i := range all {
			c := &all[i]
			waits := c.Marker == who && !b.marked(c) && (c.Place == Again || b.needs(&p, c.Place))
			if waits && (found == nil || c.Taken.Before(found.Taken)) {
				found = c
			}
		}
	}
	return found
}

// needs tells whether a piece still asks for a mark at a place.
func (b *Board) needs(p *Piece, place Place) bool {
	if _, settled := b.settled[p.ID]; settled || p.State != Open || b.given(p.ID, place) != nil {
		return false
	}
	c := b.Combined(p)
	return !c.Known && (place != Third || c.Third)
}

// free returns the place of a piece that somebody can have, 0 for none, and
// the claim that has to go before.
func (b *Board) free(p *Piece, me *Marker, now time.Time) (Place, *Claim) {
	if !me.marks(p.Type) || b.holds(p.ID, me.Account) {
		return 0, nil
	}
	for _, place := range []Place{First, Second, Third} {
		if !b.needs(p, place) || place == Third && !b.ripe(p, now) {
			continue
		}
		i := slices.IndexFunc(b.claims[p.ID], func(c Claim) bool { return c.Place == place })
		if i < 0 {
			return place, nil
		}
		if c := b.claims[p.ID][i]; !now.Before(c.Until) {
			return place, &c
		}
	}
	return 0, nil
}

// questionNow is the question of the piece that somebody got last.
func (b *Board) questionNow(who people.AccountID) string {
	var last time.Time
	question := ""
	for _, p := range b.pieces {
		for _, c := range b.claims[p.ID] {
			if c.Marker == who && c.Place != Again && (question == "" || c.Taken.After(last)) {
				last, question = c.Taken, p.Question()
			}
		}
	}
	return question
}

// own lists the pieces that somebody marked, in the order of the first marks,
// and counts those that they got again.
func (b *Board) own(who people.AccountID) (marked []Mark, again int) {
	for _, p := range b.pieces {
		for _, place := range []Place{First, Second, Third} {
			at := seat{piece: p.ID, place: place}
			if m, ok := b.marks[at]; ok && m.Marker == who {
				m.At = b.began[at]
				marked = append(marked, m)
			}
		}
		for _, c := range b.claims[p.ID] {
			if c.Marker == who && c.Place == Again {
				again++
			}
		}
	}
	slices.SortFunc(marked, func(x, y Mark) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Piece, y.Piece)) })
	return marked, again
}

// again chooses a piece that somebody marked before, where one is due. The
// latest are left out: they are still in mind.
func (b *Board) again(who people.AccountID) (Choice, bool) {
	marked, had := b.own(who)
	if b.plan.Every == 0 || len(marked) < b.plan.Every*(had+1) {
		return Choice{}, false
	}
	var best PieceID
	rank := ""
	for _, m := range marked[:len(marked)-len(marked)/2] {
		if slices.ContainsFunc(b.claims[m.Piece], func(c Claim) bool { return c.Place == Again && c.Marker == who }) {
			continue
		}
		if mine := b.code("again", string(who), string(m.Piece)); rank == "" || mine < rank {
			best, rank = m.Piece, mine
		}
	}
	if rank == "" {
		return Choice{}, false
	}
	return Choice{Piece: *b.byID[best], Place: Again}, true
}

// Left says why there is nothing to mark for somebody.
type Left string

// The reasons.
const (
	LeftNothing Left = "nothing" // nobody handed in anything that people mark
	LeftOthers  Left = "others"  // it waits for other markers
	LeftDone    Left = "done"    // everything is marked
)

// Why says why Next has nothing.
func (b *Board) Why() Left {
	if len(b.pieces) == 0 {
		return LeftNothing
	}
	for i := range b.pieces {
		if p := &b.pieces[i]; p.State == Open && !b.Combined(p).Known {
			return LeftOthers
		}
	}
	return LeftDone
}

// Tally is how far somebody is with a question.
type Tally struct{ Done, Of int }

// Tally counts with a question what somebody marked and what is there for them,
// the piece in hand included. Those to be had again are part of it before they
// come, so that the count does not give them away.
func (b *Board) Tally(who people.AccountID, question string, now time.Time) Tally {
	me, ok := b.plan.Marker(who)
	if !ok {
		return Tally{}
	}
	var t Tally
	open := 0
	for i := range b.pieces {
		p := &b.pieces[i]
		if p.Question() != question {
			continue
		}
		for _, c := range b.claims[p.ID] {
			switch {
			case c.Marker == who && b.marked(&c):
				t.Done++
			case c.Marker == who && c.Place != Again:
				open++
			}
		}
		if place, _ := b.free(p, &me, now); place != 0 {
			open++
		}
	}
	t.Of = t.Done + open
	if marked, had := b.own(who); b.plan.Every > 0 {
		t.Of += max(0, (len(marked)+open)/b.plan.Every-b.againMarked(who, had))
	}
	return t
}

// againMarked is how many of the pieces had again have their mark.
func (b *Board) againMarked(who people.AccountID, had int) int {
	for _, all := range b.claims {
		for i := range all {
			if all[i].Marker == who && all[i].Place == Again && !b.marked(&all[i]) {
				had--
			}
		}
	}
	return had
}
