package marking

import (
	"cmp"
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
)

// QuestionProgress is how far the answers to one question are.
type QuestionProgress struct {
	Ref     bank.Ref
	Type    bank.Type
	Points  bank.Marks // of the first of its pieces; papers of one sitting agree
	Pieces  int
	First   int // have their first mark
	Second  int // have their second
	Third   int // need a third, or have it
	Thirds  int // have a third
	Settled int
}

// Figures is a mean over some pairs of marks, in hundredths. Pairs 0 tells
// that there is nothing to say.
type Figures struct {
	Pairs    int
	Signed   bank.Marks // mean difference, rounded half away from 0
	Absolute bank.Marks // mean size of the difference, rounded half up
}

// figuresOf is the mean of differences.
func figuresOf(differences []bank.Marks) Figures {
	f := Figures{Pairs: len(differences)}
	if f.Pairs == 0 {
		return f
	}
	var signed, absolute bank.Marks
	for _, d := range differences {
		signed += d
		absolute += max(d, -d)
	}
	f.Signed, f.Absolute = rounded(signed, f.Pairs), rounded(absolute, f.Pairs)
	return f
}

// rounded divides, half away from 0.
func rounded(sum bank.Marks, n int) bank.Marks {
	size := (2*max(sum, -sum) + bank.Marks(n)) / (2 * bank.Marks(n))
	if sum < 0 {
		return -size
	}
	return size
}

// MarkerProgress is what one marker did.
type MarkerProgress struct {
	Marker   people.AccountID
	Marked   int           // pieces, those had again aside
	Pace     time.Duration // mean time from getting a piece to marking it; 0 for none
	Drift    Figures       // second mark of an own piece less the first
	Severity Figures       // own first or second mark less the other's: above 0 is milder
	Holds    *Claim        // the piece in hand
}

// Progress is how far the marking of a sitting is.
type Progress struct {
	Questions []QuestionProgress // by the sitting's order
	Markers   []MarkerProgress   // in the plan's order, then others who marked
	Pieces    int
	Settled   int
	ThirdWait int // pieces that wait for a third mark
}

// Progress says how far the marking is.
func (b *Board) Progress() Progress {
	var out Progress
	index := map[string]int{}
	for i := range b.pieces {
		p := &b.pieces[i]
		at, ok := index[p.Question()]
		if !ok {
			at = len(out.Questions)
			index[p.Question()] = at
			out.Questions = append(out.Questions, QuestionProgress{Ref: p.Ref, Type: p.Type, Points: p.Points})
		}
		b.count(&out.Questions[at], p)
	}
	for _, q := range out.Questions {
		out.Pieces += q.Pieces
		out.Settled += q.Settled
		out.ThirdWait += q.Third - q.Thirds
	}
	slices.SortFunc(out.Questions, func(x, y QuestionProgress) int {
		return cmp.Compare(b.code("question", questionOf(x.Ref)), b.code("question", questionOf(y.Ref)))
	})
	for _, who := range b.markers() {
		out.Markers = append(out.Markers, b.marker(who))
	}
	return out
}

func (b *Board) count(q *QuestionProgress, p *Piece) {
	q.Pieces++
	if b.given(p.ID, First) != nil {
		q.First++
	}
	if b.given(p.ID, Second) != nil {
		q.Second++
	}
	c := b.Combined(p)
	if c.Third {
		q.Third++
		if b.given(p.ID, Third) != nil {
			q.Thirds++
		}
	}
	if _, ok := b.settled[p.ID]; ok || p.State == Done {
		q.Settled++
	}
}

// markers lists whom the plan names, and then whoever else marked.
func (b *Board) markers() []people.AccountID {
	var out, others []people.AccountID
	for _, m := range b.plan.Markers {
		out = append(out, m.Account)
	}
	for _, m := range b.marks {
		if !slices.Contains(out, m.Marker) && !slices.Contains(others, m.Marker) {
			others = append(others, m.Marker)
		}
	}
	slices.Sort(others)
	return append(out, others...)
}

func (b *Board) marker(who people.AccountID) MarkerProgress {
	marked, _ := b.own(who)
	out := MarkerProgress{Marker: who, Marked: len(marked), Holds: b.inHand(who)}
	var drift, severity []bank.Marks
	var took time.Duration
	timed := 0
	for _, m := range marked {
		if again, ok := b.marks[seat{m.Piece, Again, who}]; ok {
			drift = append(drift, again.Marks-m.Marks)
		}
		if other := b.given(m.Piece, First+Second-m.Place); m.Place != Third && other != nil {
			severity = append(severity, m.Marks-*other)
		}
		for _, c := range b.claims[m.Piece] {
			if c.Marker == who && c.Place == m.Place && m.At.After(c.Taken) {
				took += m.At.Sub(c.Taken)
				timed++
			}
		}
	}
	if timed > 0 {
		out.Pace = took / time.Duration(timed)
	}
	out.Drift, out.Severity = figuresOf(drift), figuresOf(severity)
	return out
}

// ThirdPiece is a piece that a third marks or marked, with all that was given.
type ThirdPiece struct {
	Piece   Piece
	Within  bank.Marks
	Marks   []Mark // by place
	Settled *Settlement
}

// Thirds lists the pieces whose first two marks lie too far apart, the open
// ones first.
func (b *Board) Thirds() []ThirdPiece {
	var out []ThirdPiece
	for i := range b.pieces {
		p := &b.pieces[i]
		if !b.Combined(p).Third {
			continue
		}
		t := ThirdPiece{Piece: *p, Within: b.plan.Within(p.Points)}
		for _, place := range []Place{First, Second, Third} {
			if m, ok := b.marks[seat{piece: p.ID, place: place}]; ok {
				t.Marks = append(t.Marks, m)
			}
		}
		if s, ok := b.settled[p.ID]; ok {
			t.Settled = &s
		}
		out = append(out, t)
	}
	slices.SortStableFunc(out, func(x, y ThirdPiece) int {
		return cmp.Or(cmp.Compare(len(x.Marks), len(y.Marks)), cmp.Compare(b.code("piece", string(x.Piece.ID)), b.code("piece", string(y.Piece.ID))))
	})
	return out
}
