package enginetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"gongyuan/bank"
	"gongyuan/engine/marking"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// MarkingStore is all that marking.Desk keeps of its own.
type MarkingStore interface {
	marking.Plans
	marking.Pieces
	marking.Claims
	marking.Marks
}

// TheoryStore is what marking.Desk asks of the store of results, and what
// tests look at.
type TheoryStore interface {
	marking.Results
	InsertTheories(ctx context.Context, all []result.Theory) error
	Past(ctx context.Context, attempt string) ([]result.Theory, error)
}

// RunMarking is the suite that every store of what people mark must pass. open
// returns stores that the subtests may share.
func RunMarking(t *testing.T, open func(t *testing.T) (MarkingStore, TheoryStore)) {
	for name, test := range map[string]func(*testing.T, MarkingStore){
		"Plans":       markingPlans,
		"Pieces":      markingPieces,
		"Claims":      markingClaims,
		"Marks":       markingMarks,
		"Settlements": markingSettlements,
		"Concurrent":  markingConcurrentClaims,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, _ := open(t)
			test(t, store)
		})
	}
	t.Run("Advance", func(t *testing.T) {
		t.Parallel()
		_, results := open(t)
		theoryAdvance(t, results)
	})
	runMarkingDesk(t, open)
}

func newPiece(id sitting.ID, round, slot int) marking.Piece {
	attempt := "a-" + string(id)
	return marking.Piece{
		ID: marking.NewPieceID(attempt, round, slot), Sitting: id, Attempt: attempt, Round: round, Slot: slot,
		Ref: bank.Ref{Item: "b/E-A-A-A-001-001", Revision: 2, Part: 1}, Type: bank.ShortAnswer, Points: 500, State: marking.Open,
	}
}

func newSittingID() sitting.ID { return sitting.ID(uuid.NewString()) }

func markingPlans(t *testing.T, store MarkingStore) {
	ctx, who := t.Context(), people.AccountID(uuid.NewString())
	p := marking.Plan{
		Sitting: newSittingID(), Markers: []marking.Marker{{Account: who}, {Account: "b", Types: []bank.Type{bank.Essay}}},
		Tolerance: 20, Every: 10, Grace: 90 * time.Second, By: "admin", At: Start,
	}
	_, err := store.Plan(ctx, p.Sitting)
	wantErr(t, "none yet", err, marking.ErrNotFound)
	want := p
	want.Version = 1
	got, err := store.PutPlan(ctx, p)
	check(t, err)
	diff(t, "stored", got, want)
	_, err = store.PutPlan(ctx, p)
	wantErr(t, "again", err, marking.ErrConflict)
	stale := want
	want.Tolerance = 0
	got, err = store.PutPlan(ctx, want)
	check(t, err)
	want.Version = 2
	diff(t, "changed", got, want)
	_, err = store.PutPlan(ctx, stale)
	wantErr(t, "an older version", err, marking.ErrConflict)
	got, err = store.Plan(ctx, p.Sitting)
	check(t, err)
	diff(t, "read", got, want)
	mine, err := store.PlansOf(ctx, who)
	check(t, err)
	diff(t, "of a marker", mine, []marking.Plan{want})
}

func markingPieces(t *testing.T, store MarkingStore) {
	ctx, id := t.Context(), newSittingID()
	one, two, later := newPiece(id, 0, 1), newPiece(id, 0, 2), newPiece(id, 1, 1)
	check(t, store.InsertPieces(ctx, []marking.Piece{one, two}))
	changed := one
	changed.Points = 1
	check(t, store.InsertPieces(ctx, []marking.Piece{changed, later}))
	got, err := store.Piece(ctx, one.ID)
	check(t, err)
	diff(t, "stays", got, one)
	_, err = store.Piece(ctx, "none")
	wantErr(t, "missing", err, marking.ErrNotFound)
	check(t, store.Move(ctx, []marking.PieceID{two.ID}, marking.Done))
	check(t, store.Move(ctx, []marking.PieceID{two.ID}, marking.Void)) // it is no longer open
	two.State = marking.Done
	all, err := store.PiecesOf(ctx, id, false)
	check(t, err)
	diff(t, "all", all, []marking.Piece{one, two, later})
	all, err = store.PiecesOf(ctx, id, true)
	check(t, err)
	diff(t, "open", all, []marking.Piece{one, later})
	waiting, err := store.Waiting(ctx)
	check(t, err)
	if !slices.Contains(waiting, id) {
		t.Error("a sitting with open pieces does not wait")
	}
	check(t, store.Supersede(ctx, one.Attempt, 1))
	all, err = store.PiecesOf(ctx, id, false)
	check(t, err)
	diff(t, "of the later round only", all, []marking.Piece{later})
	check(t, store.Move(ctx, []marking.PieceID{later.ID}, marking.Done))
	waiting, err = store.Waiting(ctx)
	check(t, err)
	if slices.Contains(waiting, id) {
		t.Error("a sitting without open pieces waits")
	}
}

func newClaim(p marking.Piece, place marking.Place, who people.AccountID) marking.Claim {
	return marking.Claim{
		Sitting: p.Sitting, Piece: p.ID, Place: place, Marker: who, Ticket: "t-" + uuid.NewString(), Taken: Start, Until: Start.Add(marking.Lease),
	}
}

func markingClaims(t *testing.T, store MarkingStore) {
	ctx, p := t.Context(), newPiece(newSittingID(), 0, 1)
	a := newClaim(p, marking.First, "a")
	check(t, store.InsertClaim(ctx, a))
	wantErr(t, "the same place", store.InsertClaim(ctx, newClaim(p, marking.First, "b")), marking.ErrTaken)
	wantErr(t, "another place of the same marker", store.InsertClaim(ctx, newClaim(p, marking.Second, "a")), marking.ErrTaken)
	again := newClaim(p, marking.Again, "a")
	check(t, store.InsertClaim(ctx, again))
	wantErr(t, "again for the second time", store.InsertClaim(ctx, newClaim(p, marking.Again, "a")), marking.ErrTaken)
	b, other := newClaim(p, marking.Second, "b"), newClaim(p, marking.Again, "b")
	check(t, store.InsertClaim(ctx, b))
	check(t, store.InsertClaim(ctx, other))
	got, err := store.ClaimByTicket(ctx, p.Sitting, again.Ticket)
	check(t, err)
	diff(t, "by ticket", got, again)
	_, err = store.ClaimByTicket(ctx, newSittingID(), again.Ticket)
	wantErr(t, "by the ticket of another sitting", err, marking.ErrNotFound)

	check(t, store.ExtendClaim(ctx, a, Start.Add(time.Hour)))
	wantErr(t, "extended since", store.ExtendClaim(ctx, a, Start.Add(2*time.Hour)), marking.ErrTaken)
	check(t, store.DeleteClaim(ctx, a)) // its end has moved: nothing happens
	a.Until = Start.Add(time.Hour)
	all, err := store.ClaimsOf(ctx, p.Sitting, p.ID)
	check(t, err)
	slices.SortFunc(all, func(x, y marking.Claim) int {
		return int(x.Place-y.Place)*10 + slices.Compare([]rune(x.Marker), []rune(y.Marker))
	})
	diff(t, "of the piece", all, []marking.Claim{a, b, again, other})
	check(t, store.DeleteClaim(ctx, a))
	check(t, store.InsertClaim(ctx, newClaim(p, marking.First, "c")))
	all, err = store.ClaimsOf(ctx, p.Sitting, "")
	check(t, err)
	if len(all) != 4 {
		t.Errorf("%d claims of the sitting, want 4", len(all))
	}
}

func newMark(p marking.Piece, place marking.Place, who people.AccountID, version int) marking.Mark {
	return marking.Mark{
		Sitting: p.Sitting, Piece: p.ID, Place: place, Marker: who, Version: version,
		Given: marking.Given{Marks: 250, Criteria: []int{0, 2}, Note: "写得清楚"}, At: Start,
	}
}

func markingMarks(t *testing.T, store MarkingStore) {
	ctx, p := t.Context(), newPiece(newSittingID(), 0, 1)
	m := newMark(p, marking.First, "a", 1)
	check(t, store.InsertMark(ctx, m))
	wantErr(t, "the same version", store.InsertMark(ctx, newMark(p, marking.First, "a", 1)), marking.ErrConflict)
	wantErr(t, "the same place by somebody else", store.InsertMark(ctx, newMark(p, marking.First, "b", 1)), marking.ErrConflict)
	second, again := newMark(p, marking.First, "a", 2), newMark(p, marking.Again, "a", 1)
	second.Criteria, second.Note = nil, ""
	check(t, store.InsertMark(ctx, second))
	check(t, store.InsertMark(ctx, again))
	check(t, store.InsertMark(ctx, newMark(p, marking.Again, "b", 1)))
	other := newPiece(p.Sitting, 0, 2)
	check(t, store.InsertMark(ctx, newMark(other, marking.First, "a", 1)))
	got, err := store.MarksOf(ctx, p.Sitting, p.ID)
	check(t, err)
	slices.SortFunc(got, func(x, y marking.Mark) int {
		return int(x.Place-y.Place)*100 + slices.Compare([]rune(x.Marker), []rune(y.Marker))*10 + x.Version - y.Version
	})
	diff(t, "all versions of a piece", got, []marking.Mark{m, second, again, newMark(p, marking.Again, "b", 1)})
	all, err := store.MarksOf(ctx, p.Sitting, "")
	check(t, err)
	if len(all) != 5 {
		t.Errorf("%d marks of the sitting, want 5", len(all))
	}
}

func markingSettlements(t *testing.T, store MarkingStore) {
	ctx, p := t.Context(), newPiece(newSittingID(), 0, 1)
	s := marking.Settlement{Sitting: p.Sitting, Piece: p.ID, At: Start, Result: result.PeopleMark{Awarded: 325, Rule: result.NearestMean, Marks: []result.OneMark{
		{Place: 1, Marker: "a", Marks: 100, At: Start}, {Place: 2, Marker: "b", Marks: 300, At: Start}, {Place: 3, Marker: "c", Marks: 350, At: Start},
	}}}
	check(t, store.InsertSettlement(ctx, s))
	changed := s
	changed.Result.Awarded = 0
	check(t, store.InsertSettlement(ctx, changed))
	got, err := store.SettlementsOf(ctx, p.Sitting)
	check(t, err)
	diff(t, "stays", got, []marking.Settlement{s})
}

func markingConcurrentClaims(t *testing.T, store MarkingStore) {
	p := newPiece(newSittingID(), 0, 1)
	var mu sync.Mutex
	won := map[marking.Place]int{}
	var wg sync.WaitGroup
	for n := range 12 {
		wg.Go(func() {
			place := marking.Place(1 + n%2)
			err := store.InsertClaim(t.Context(), newClaim(p, place, people.AccountID(fmt.Sprint("m", n%4))))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won[place]++
			} else if !errors.Is(err, marking.ErrTaken) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	diff(t, "one for each place", won, map[marking.Place]int{marking.First: 1, marking.Second: 1})
}

func theoryAdvance(t *testing.T, results TheoryStore) {
	ctx, id := t.Context(), uuid.NewString()
	old := result.Theory{
		Attempt: id, Sitting: "s", Version: 1, Awarded: 100, Full: 600, Pass: 360, Marked: Start,
		Sections: []result.Section{{Type: bank.ShortAnswer, Full: 600, Slots: 1, Waiting: 1}},
		Slots:    []result.Slot{{Number: 1, Mark: bank.Mark{Verdict: bank.Waiting, ByPeople: true}}},
	}
	next := old
	next.Version, next.Awarded, next.Complete, next.Passed = 2, 500, true, true
	next.Sections = []result.Section{{Type: bank.ShortAnswer, Awarded: 400, Full: 600, Slots: 1}}
	next.Slots = []result.Slot{{Number: 1, Mark: bank.Mark{Awarded: 400, Verdict: bank.Partial, ByPeople: true}, People: &result.PeopleMark{
		Awarded: 400, Rule: result.AgreedMean, Marks: []result.OneMark{{Place: 1, Marker: "a", Marks: 300, At: Start}, {Place: 2, Marker: "b", Marks: 500, At: Start}},
	}}}
	wantErr(t, "of no result", results.Advance(ctx, old, next), result.ErrConflict)
	check(t, results.InsertTheories(ctx, []result.Theory{old}))
	check(t, results.Advance(ctx, old, next))
	wantErr(t, "again", results.Advance(ctx, old, next), result.ErrConflict)
	got, err := results.Result(ctx, id)
	check(t, err)
	diff(t, "the newer", got, next)
	past, err := results.Past(ctx, id)
	check(t, err)
	diff(t, "the older", past, []result.Theory{old})
	later := old
	later.Round = 1
	check(t, results.InsertTheories(ctx, []result.Theory{later}))
	wantErr(t, "of an earlier round", results.Advance(ctx, next, next), result.ErrConflict)
}
