package marking_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyuan/bank"
	"gongyuan/engine/marking"
	"gongyuan/engine/people"
)

var start = time.Date(2026, 12, 6, 9, 0, 0, 0, time.UTC)

// pieces makes n answers to each of some questions.
func pieces(questions, n int) []marking.Piece {
	var out []marking.Piece
	for a := range n {
		for q := range questions {
			attempt := fmt.Sprintf("attempt-%02d", a)
			out = append(out, marking.Piece{
				ID: marking.NewPieceID(attempt, 0, q+1), Sitting: "s", Attempt: attempt, Slot: q + 1,
				Ref: bank.Ref{Item: bank.ItemID(fmt.Sprint("b/", q)), Revision: 1}, Type: bank.ShortAnswer, Points: 1000, State: marking.Open,
			})
		}
	}
	return out
}

func planOf(every int, who ...people.AccountID) marking.Plan {
	p := marking.Plan{Sitting: "s", Tolerance: 20, Every: every}
	for _, w := range who {
		p.Markers = append(p.Markers, marking.Marker{Account: w})
	}
	return p
}

// room plays markers against a board: each takes what is next and marks it.
type room struct {
	known marking.Known
	now   time.Time
}

func (r *room) board() *marking.Board { return marking.NewBoard(r.known) }

// step lets somebody take and mark the next piece, and returns it.
func (r *room) step(who people.AccountID, mark func(marking.Choice) bank.Marks) (marking.Choice, bool) {
	r.now = r.now.Add(time.Second)
	c, ok := r.board().Next(who, r.now)
	if !ok {
		return c, false
	}
	if c.Held == nil {
		r.known.Claims = append(r.known.Claims, marking.Claim{Sitting: "s", Piece: c.Piece.ID, Place: c.Place, Marker: who, Taken: r.now, Until: r.now.Add(marking.Lease)})
	}
	r.now = r.now.Add(time.Second)
	r.known.Marks = append(r.known.Marks, marking.Mark{
		Sitting: "s", Piece: c.Piece.ID, Place: c.Place, Marker: who, Version: 1, Given: marking.Given{Marks: mark(c)}, At: r.now,
	})
	return c, true
}

// TestNext lets three markers work in a random order until nothing is left:
// each piece gets two marks of two people, a third of a third person exactly
// where the two disagree, one question is done after the other by each marker,
// and who came when changes nothing of what a piece comes to.
func TestNext(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		who := []people.AccountID{"a", "b", "c"}
		r := &room{known: marking.Known{Plan: planOf(0, who...), Secret: []byte("secret"), Pieces: pieces(3, 4)}, now: start}
		// What somebody gives a piece depends on both and not on the moment.
		mark := func(w people.AccountID) func(marking.Choice) bank.Marks {
			return func(c marking.Choice) bank.Marks {
				return bank.Marks(rand.New(rand.NewPCG(uint64(w[0]), uint64(len(c.Piece.Attempt))+uint64(c.Piece.Attempt[9])*31+uint64(c.Piece.Slot))).IntN(1001))
			}
		}
		asked := map[people.AccountID][]string{}
		for idle := 0; idle < 3; {
			w := rapid.SampledFrom(who).Draw(t, "who")
			c, ok := r.step(w, mark(w))
			if !ok {
				idle++
				continue
			}
			idle = 0
			if c.Place != marking.Third {
				asked[w] = append(asked[w], c.Piece.Question())
			}
		}
		for _, w := range who { // whoever still has something finishes
			for ok := true; ok; {
				_, ok = r.step(w, mark(w))
			}
		}
		b := r.board()
		p := b.Progress()
		if p.Questions[0].Pieces != 4 || p.Pieces != 12 || p.ThirdWait != 0 {
			t.Fatalf("progress: %+v", p)
		}
		seen := map[string]bool{}
		for _, m := range r.known.Marks {
			key := fmt.Sprint(m.Piece, m.Marker)
			if seen[key] {
				t.Fatalf("%s got %s twice", m.Marker, m.Piece)
			}
			seen[key] = true
		}
		for i := range r.known.Pieces {
			if c := b.Combined(&r.known.Pieces[i]); !c.Known {
				t.Fatalf("piece %s: %+v", r.known.Pieces[i].ID, c)
			}
		}
		shuffled := r.known
		shuffled.Marks = append([]marking.Mark(nil), r.known.Marks...)
		rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "order"))).Shuffle(len(shuffled.Marks), func(i, j int) {
			shuffled.Marks[i], shuffled.Marks[j] = shuffled.Marks[j], shuffled.Marks[i]
		})
		if d := cmp.Diff(p, marking.NewBoard(shuffled).Progress()); d != "" {
			t.Fatalf("the order of what is read matters: %s", d)
		}
	})
}

// TestQuestionByQuestion makes sure that one marker who works alone with
// another finishes a question before the next begins.
func TestQuestionByQuestion(t *testing.T) {
	t.Parallel()
	r := &room{known: marking.Known{Plan: planOf(0, "a", "b"), Secret: []byte("secret"), Pieces: pieces(4, 5)}, now: start}
	var asked []string
	for {
		c, ok := r.step("a", func(marking.Choice) bank.Marks { return 500 })
		if !ok {
			break
		}
		if n := len(asked); n == 0 || asked[n-1] != c.Piece.Question() {
			asked = append(asked, c.Piece.Question())
		}
	}
	if len(asked) != 4 || len(r.known.Marks) != 20 {
		t.Errorf("%d marks in %d runs of questions, want 20 in 4", len(r.known.Marks), len(asked))
	}
	if why := r.board().Why(); why != marking.LeftOthers {
		t.Errorf("nothing left because of %s", why)
	}
	other := marking.NewBoard(marking.Known{Plan: planOf(0, "a", "b"), Secret: []byte("another"), Pieces: pieces(4, 5)})
	first, _ := marking.NewBoard(marking.Known{Plan: planOf(0, "a", "b"), Secret: []byte("secret"), Pieces: pieces(4, 5)}).Next("a", start)
	second, _ := other.Next("a", start)
	if first.Piece.ID == second.Piece.ID {
		t.Errorf("two secrets begin with the same piece %s", first.Piece.ID)
	}
}

// TestAgain counts re-marks: one after every ten pieces, of an own piece, each
// once, and the tally does not move when they come.
func TestAgain(t *testing.T) {
	t.Parallel()
	r := &room{known: marking.Known{Plan: planOf(10, "a", "b"), Secret: []byte("secret"), Pieces: pieces(1, 40)}, now: start}
	question := r.known.Pieces[0].Question()
	first := map[marking.PieceID]bool{}
	again, n := 0, 0
	for {
		before := r.board().Tally("a", question, r.now)
		c, ok := r.step("a", func(c marking.Choice) bank.Marks {
			if c.Place == marking.Again {
				return 600
			}
			return 700
		})
		if !ok {
			break
		}
		n++
		after := r.board().Tally("a", question, r.now)
		if after.Done != before.Done+1 || after.Of != before.Of || after.Of != 44 {
			t.Fatalf("piece %d, place %d: from %+v to %+v", n, c.Place, before, after)
		}
		if c.Place != marking.Again {
			first[c.Piece.ID] = true
			continue
		}
		again++
		if !first[c.Piece.ID] || len(first) != 10*again {
			t.Errorf("piece %s again after %d pieces", c.Piece.ID, len(first))
		}
		first[c.Piece.ID] = false
	}
	if len(first) != 40 || again != 4 {
		t.Errorf("%d pieces, %d again; want 40 and 4", len(first), again)
	}
	got := r.board().Progress().Markers[0]
	if d := cmp.Diff(marking.Figures{Pairs: 4, Signed: -100, Absolute: 100}, got.Drift); d != "" || got.Marked != 40 || got.Pace != time.Second {
		t.Errorf("marked %d, pace %s, drift %s", got.Marked, got.Pace, d)
	}
	// What was given again changes no piece.
	for i := range r.known.Pieces {
		if c := r.board().Combined(&r.known.Pieces[i]); c.Known || c.Third {
			t.Errorf("piece %s: %+v", r.known.Pieces[i].ID, c)
		}
	}
}

// TestSeverity holds two markers against each other.
func TestSeverity(t *testing.T) {
	t.Parallel()
	r := &room{known: marking.Known{Plan: planOf(0, "a", "b", "c"), Secret: []byte("secret"), Pieces: pieces(1, 3)}, now: start}
	for range 3 {
		r.step("a", func(marking.Choice) bank.Marks { return 700 })
	}
	for i := range 3 {
		r.step("b", func(marking.Choice) bank.Marks { return bank.Marks(600 + i) })
	}
	p := r.board().Progress()
	if d := cmp.Diff(marking.Figures{Pairs: 3, Signed: 99, Absolute: 99}, p.Markers[0].Severity); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(marking.Figures{Pairs: 3, Signed: -99, Absolute: 99}, p.Markers[1].Severity); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(marking.Figures{}, p.Markers[2].Severity); d != "" {
		t.Error(d)
	}
}

// TestLease lets a piece be left: it is its taker's until the lease is over,
// then anybody else's.
func TestLease(t *testing.T) {
	t.Parallel()
	known := marking.Known{Plan: planOf(0, "a", "b", "c"), Secret: []byte("secret"), Pieces: pieces(1, 1)}
	id := known.Pieces[0].ID
	known.Claims = []marking.Claim{
		{Piece: id, Place: marking.First, Marker: "a", Taken: start, Until: start.Add(marking.Lease)},
		{Piece: id, Place: marking.Second, Marker: "b", Taken: start, Until: start.Add(2 * marking.Lease)},
	}
	b := marking.NewBoard(known)
	if _, ok := b.Next("c", start.Add(marking.Lease-1)); ok {
		t.Error("a piece in hand was handed out")
	}
	c, ok := b.Next("c", start.Add(marking.Lease))
	if !ok || c.Place != marking.First || c.Left == nil || c.Left.Marker != "a" {
		t.Errorf("after the lease: %+v, %v", c, ok)
	}
	mine, ok := b.Next("a", start.Add(3*marking.Lease))
	if !ok || mine.Held == nil || mine.Place != marking.First {
		t.Errorf("its taker, late but first: %+v, %v", mine, ok)
	}
}
