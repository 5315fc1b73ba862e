package enginetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/audit"
	"gongyuan/engine/marking"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// markingWorld is a marking desk over a store under test, with the rest of the
// engine played: a sitting whose candidates answered one short answer of 5
// points and one essay of 10.
type markingWorld struct {
	*marking.Desk
	store   MarkingStore
	results TheoryStore
	clock   *Clock
	id      sitting.ID
	plan    marking.Plan

	mu     sync.Mutex
	rounds map[string]int
	events []audit.Event
}

const (
	markingAdmin = people.AccountID("admin")
	markers      = 4 // m0, m1 …
)

func markerName(n int) people.AccountID { return people.AccountID(fmt.Sprint("m", n)) }

func newMarkingWorld(t *testing.T, store MarkingStore, results TheoryStore, candidates int) *markingWorld {
	t.Helper()
	w := &markingWorld{store: store, results: results, clock: NewClock(Start), id: newSittingID(), rounds: map[string]int{}}
	w.Desk = marking.NewDesk(marking.Deps{
		Plans: store, Pieces: store, Claims: store, Marks: store, Results: results, Papers: w, Sittings: w, Accounts: w, Recorder: w, Clock: w.clock,
	})
	for n := range candidates {
		w.submit(t, fmt.Sprintf("%s-%02d", w.id, n), 0)
	}
	w.plan = marking.Plan{Sitting: w.id, Tolerance: 20, Grace: time.Minute}
	for n := range markers {
		w.plan.Markers = append(w.plan.Markers, marking.Marker{Account: markerName(n)})
	}
	var err error
	w.plan, err = w.PutPlan(t.Context(), markingAdmin, w.plan)
	check(t, err)
	return w
}

// submit is what the engine does with a submission.
func (w *markingWorld) submit(t *testing.T, attempt string, round int) {
	t.Helper()
	w.mu.Lock()
	w.rounds[attempt] = round
	w.mu.Unlock()
	sub, err := w.Submitted(t.Context(), attempt, round)
	check(t, err)
	check(t, w.Take(t.Context(), []marking.Submitted{sub}))
	theory, err := w.Remark(t.Context(), &sub, nil)
	check(t, err)
	check(t, w.results.InsertTheories(t.Context(), []result.Theory{theory}))
}

func (w *markingWorld) Round(_ context.Context, attempt string) (int, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rounds[attempt], true, nil
}

func (w *markingWorld) Submitted(_ context.Context, attempt string, round int) (marking.Submitted, error) {
	rubric := []bank.Criterion{{Text: "报警", Weight: 200}, {Text: "疏散", Weight: 300}}
	revs := map[bank.Ref]*bank.Revision{
		{Item: "b/1", Revision: 1}: {Question: bank.Question{Type: bank.ShortAnswer, Stem: "简答", Key: bank.Key{Reference: "要点", Rubric: rubric}}},
		{Item: "b/2", Revision: 1}: {Question: bank.Question{Type: bank.Essay, Stem: "论述", Key: bank.Key{Reference: "要点"}}},
	}
	return marking.Submitted{
		Attempt: attempt, Sitting: w.id, Round: round,
		Paper: bank.Paper{
			Sections: []bank.Section{{Type: bank.ShortAnswer, Count: 1, Points: 500}, {Type: bank.Essay, Count: 1, Points: 1000}},
			Slots: []bank.Slot{
				{Number: 1, Section: 0, Points: 500, Ref: bank.Ref{Item: "b/1", Revision: 1}},
				{Number: 2, Section: 1, Points: 1000, Ref: bank.Ref{Item: "b/2", Revision: 1}},
			},
		},
		Answers: map[int]bank.Response{1: {Text: []string{"答一"}}, 2: {Text: []string{"答二 " + attempt}}},
		Lookup:  func(r bank.Ref) (*bank.Revision, bool) { rev, ok := revs[r]; return rev, ok },
	}, nil
}

func (w *markingWorld) Remark(_ context.Context, s *marking.Submitted, given map[int]result.PeopleMark) (result.Theory, error) {
	theory, err := result.MarkTheoryBy(s.Paper, s.Answers, s.Lookup, standard.Component{Full: 10000, Pass: 6000}, given)
	theory.Attempt, theory.Sitting, theory.Round, theory.Marked = s.Attempt, string(s.Sitting), s.Round, Start
	return theory, err
}

func (w *markingWorld) Handed(context.Context, sitting.ID) ([]marking.HandedIn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []marking.HandedIn
	for attempt, round := range w.rounds {
		out = append(out, marking.HandedIn{Attempt: attempt, Round: round})
	}
	return out, nil
}

func (w *markingWorld) Sitting(_ context.Context, id sitting.ID) (sitting.Sitting, error) {
	if id != w.id {
		return sitting.Sitting{}, sitting.ErrNotFound
	}
	return sitting.Sitting{ID: id, State: sitting.Closed, Secret: []byte("secret of " + id)}, nil
}

func (w *markingWorld) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	switch {
	case id == markingAdmin:
		return people.Account{ID: id, Roles: []people.Role{people.Administrator}}, nil
	case id == "gone":
		return people.Account{ID: id, Roles: []people.Role{people.Examiner}, Disabled: true}, nil
	case id == "nobody":
		return people.Account{}, people.ErrNotFound
	}
	return people.Account{ID: id, Roles: []people.Role{people.Examiner}}, nil
}

func (w *markingWorld) Record(_ context.Context, e audit.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, e)
	return nil
}

// recorded counts the events of an act.
func (w *markingWorld) recorded(act string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, e := range w.events {
		if e.Act == act {
			n++
		}
	}
	return n
}

// give lets somebody take the next piece and mark it; false where there is
// none.
func (w *markingWorld) give(t *testing.T, who people.AccountID, mark func(marking.Task) bank.Marks) (marking.Task, bool) {
	t.Helper()
	h, err := w.Next(t.Context(), who, w.id)
	check(t, err)
	if h.Task == nil {
		return marking.Task{}, false
	}
	w.clock.Advance(time.Second)
	_, err = w.Give(t.Context(), who, w.id, h.Task.Ticket, 0, marking.Given{Marks: mark(*h.Task)})
	check(t, err)
	return *h.Task, true
}

func (w *markingWorld) finish(t *testing.T, who people.AccountID, mark bank.Marks) {
	t.Helper()
	for ok := true; ok; {
		_, ok = w.give(t, who, func(task marking.Task) bank.Marks { return min(mark, task.Slot.Points) })
	}
}

func runMarkingDesk(t *testing.T, open func(t *testing.T) (MarkingStore, TheoryStore)) {
	for name, test := range map[string]func(*testing.T, MarkingStore, TheoryStore){
		"Agree":      deskAgree,
		"Third":      deskThird,
		"Correct":    deskCorrect,
		"Reopened":   deskReopened,
		"Crash":      deskCrash,
		"Concurrent": deskConcurrent,
		"Lease":      deskLease,
		"Mine":       deskMine,
	} {
		t.Run("Desk"+name, func(t *testing.T) {
			t.Parallel()
			store, results := open(t)
			test(t, store, results)
		})
	}
}

// deskAgree lets two markers agree about two candidates: each result is
// complete once, in its second version, and says how it came about.
func deskAgree(t *testing.T, store MarkingStore, results TheoryStore) {
	ctx, w := t.Context(), newMarkingWorld(t, store, results, 2)
	task, ok := w.give(t, "m0", func(marking.Task) bank.Marks { return 400 })
	if !ok || task.Answer == "" || task.Ticket == "" || task.Slot.Number != 0 {
		t.Fatalf("task: %+v", task)
	}
	w.finish(t, "m0", 400)
	w.finish(t, "m1", 450)
	if _, ok := w.give(t, "m2", nil); ok {
		t.Error("a third got a piece that nobody disputes")
	}
	check(t, w.Settle(ctx, w.id))
	attempt := fmt.Sprintf("%s-00", w.id)
	theory, err := results.Result(ctx, attempt)
	check(t, err)
	if theory.Complete || theory.Version != 1 {
		t.Error("settled before the time to correct was over")
	}
	w.clock.Advance(w.plan.Grace)
	for range 2 {
		check(t, w.Settle(ctx, w.id))
	}
	theory, err = results.Result(ctx, attempt)
	check(t, err)
	if !theory.Complete || theory.Version != 2 || theory.Awarded != 850 || theory.Passed || len(theory.Slots[1].People.Marks) != 2 {
		t.Errorf("result %+v", theory)
	}
	past, err := results.Past(ctx, attempt)
	check(t, err)
	if len(past) != 1 || past[0].Complete {
		t.Errorf("history: %+v", past)
	}
	p, err := w.Progress(ctx, markingAdmin, w.id)
	check(t, err)
	if p.Settled != 4 || p.Pieces != 4 || w.recorded("theory.complete") != 2 || w.recorded("marking.third") != 0 || w.recorded("marking.plan") != 1 {
		t.Errorf("progress %+v, recorded %+v", p, w.events)
	}
	h, err := w.Next(ctx, "m0", w.id)
	check(t, err)
	diff(t, "nothing left", h, marking.Handout{Left: marking.LeftDone})
}

// deskThird lets two disagree: a third decides, and that is taken down.
func deskThird(t *testing.T, store MarkingStore, results TheoryStore) {
	ctx, w := t.Context(), newMarkingWorld(t, store, results, 1)
	w.finish(t, "m0", 100)
	w.finish(t, "m1", 500)
	if h, err := w.Next(ctx, "m2", w.id); err != nil || h.Task != nil || h.Left != marking.LeftOthers {
		t.Errorf("while it may be corrected: %+v, %v", h, err)
	}
	w.clock.Advance(w.plan.Grace)
	thirds, err := w.Thirds(ctx, markingAdmin, w.id)
	check(t, err)
	if len(thirds) != 2 || len(thirds[0].Marks) != 2 {
		t.Fatalf("on third marking: %+v", thirds)
	}
	w.finish(t, "m0", 0) // nothing for those who marked it
	w.finish(t, "m2", 450)
	w.clock.Advance(w.plan.Grace)
	check(t, w.Settle(ctx, w.id))
	theory, err := results.Result(ctx, fmt.Sprintf("%s-00", w.id))
	check(t, err)
	if !theory.Complete || theory.Awarded != 2*475 || theory.Slots[0].People.Rule != result.NearestMean || len(theory.Slots[0].People.Marks) != 3 {
		t.Errorf("result %+v", theory)
	}
	if w.recorded("marking.third") != 2 {
		t.Errorf("recorded %+v", w.events)
	}
}

// deskCorrect gives the same again, corrects, and meets what has moved on.
func deskCorrect(t *testing.T, store MarkingStore, results TheoryStore) {
	ctx, w := t.Context(), newMarkingWorld(t, store, results, 1)
	task, _ := w.give(t, "m0", func(marking.Task) bank.Marks { return 300 })
	give := func(who people.AccountID, version int, g marking.Given) (marking.Mark, error) {
		return w.Give(ctx, who, w.id, task.Ticket, version, g)
	}
	m, err := give("m0", 0, marking.Given{Marks: 300})
	check(t, err)
	if m.Version != 1 || w.recorded("marking.correct") != 0 {
		t.Errorf("the same again is version %d", m.Version)
	}
	_, err = give("m0", 0, marking.Given{Marks: 310})
	wantErr(t, "from an old page", err, marking.ErrConflict)
	m, err = give("m0", 1, marking.Given{Marks: 320, Note: "改"})
	check(t, err)
	if m.Version != 2 || w.recorded("marking.correct") != 1 {
		t.Errorf("corrected: %+v, recorded %+v", m, w.events)
	}
	_, err = give("m1", 2, marking.Given{Marks: 330})
	wantErr(t, "somebody else's", err, marking.ErrNotFound)
	for _, bad := range []marking.Given{{Marks: -1}, {Marks: task.Slot.Points + 1}, {Criteria: []int{7}}, {Criteria: []int{1, 0}}} {
		if _, err = give("m0", 2, bad); !errors.Is(err, marking.ErrInvalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	recent, err := w.Recent(ctx, "m0", w.id)
	check(t, err)
	if len(recent) != 1 || !recent[0].Open || recent[0].Mark.Marks != 320 {
		t.Errorf("recent: %+v", recent)
	}
	w.finish(t, "m1", 320)
	w.clock.Advance(w.plan.Grace)
	check(t, w.Settle(ctx, w.id))
	_, err = give("m0", 2, marking.Given{Marks: 330})
	wantErr(t, "after it is settled", err, marking.ErrSettled)
	shown, err := w.Task(ctx, "m0", w.id, task.Ticket)
	check(t, err)
	if shown.Open || shown.Mine.Marks != 320 {
		t.Errorf("shown again: %+v", shown)
	}
}

// deskReopened reopens an attempt: its pieces begin anew, the marks before stay
// where they are and count for nothing.
func deskReopened(t *testing.T, store MarkingStore, results TheoryStore) {
	ctx, w := t.Context(), newMarkingWorld(t, store, results, 1)
	attempt := fmt.Sprintf("%s-00", w.id)
	w.finish(t, "m0", 400)
	task, err := w.Next(ctx, "m1", w.id)
	check(t, err)
	w.submit(t, attempt, 1)
	_, err = w.Give(ctx, "m1", w.id, task.Task.Ticket, 0, marking.Given{Marks: 400})
	wantErr(t, "a piece of the round before", err, marking.ErrState)
	w.finish(t, "m0", 200)
	w.finish(t, "m1", 200)
	w.clock.Advance(w.plan.Grace)
	check(t, w.Settle(ctx, w.id))
	theory, err := results.Result(ctx, attempt)
	check(t, err)
	if theory.Round != 1 || !theory.Complete || theory.Awarded != 400 {
		t.Errorf("result %+v", theory)
	}
	marks, err := store.MarksOf(ctx, w.id, marking.NewPieceID(attempt, 0, 1))
	check(t, err)
	if len(marks) != 1 {
		t.Errorf("%d marks kept of the round before, want 1", len(marks))
	}
}

// failingResults loses the answer of Advance once: it was done, and nobody
// knows.
type failingResults struct {
	TheoryStore
	failed bool
}

func (f *failingResults) Advance(ctx context.Context, old, next result.Theory) error {
	err := f.TheoryStore.Advance(ctx, old, next)
	if !f.failed && err == nil {
		f.failed = true
		return errors.New("power cut")
	}
	return err
}

func deskCrash(t *testing.T, store MarkingStore, results TheoryStore) {
	ctx, w := t.Context(), newMarkingWorld(t, store, &failingResults{TheoryStore: results}, 1)
	w.finish(t, "m0", 400)
	w.finish(t, "m1", 400)
	w.clock.Advance(w.plan.Grace)
	if err := w.Settle(ctx, w.id); err == nil {
		t.Fatal("nothing failed")
	}
	for range 2 {
		check(t, w.Settle(ctx, w.id))
	}
	theory, err := results.Result(ctx, fmt.Sprintf("%s-00", w.id))
	check(t, err)
	open, err := store.PiecesOf(ctx, w.id, true)
	check(t, err)
	if theory.Version != 2 || !theory.Complete || len(open) != 0 {
		t.Errorf("version %d, complete %v, %d pieces open", theory.Version, theory.Complete, len(open))
	}
}

// deskConcurrent lets all markers take pieces at once, each from two pages: no
// place of a piece is ever in two hands, and nobody has a piece twice.
func deskConcurrent(t *testing.T, store MarkingStore, results TheoryStore) {
	ctx, w := t.Context(), newMarkingWorld(t, store, results, 3)
	var wg sync.WaitGroup
	for n := range 2 * markers {
		wg.Go(func() {
			who := markerName(n % markers)
			for {
				h, err := w.Next(ctx, who, w.id)
				if errors.Is(err, marking.ErrConflict) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if h.Task == nil {
					return
				}
				_, err = w.Give(ctx, who, w.id, h.Task.Ticket, 0, marking.Given{Marks: 100})
				// The other page may have given another mark a moment ago.
				if err != nil && !errors.Is(err, marking.ErrConflict) && !errors.Is(err, marking.ErrTaken) {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	all, err := store.MarksOf(ctx, w.id, "")
	check(t, err)
	places, hands := map[string]bool{}, map[string]bool{}
	for _, m := range all {
		place, hand := fmt.Sprint(m.Piece, " ", m.Place), fmt.Sprint(m.Piece, " ", m.Marker)
		if places[place] || hands[hand] {
			t.Errorf("twice: place %s, or marker %s", place, hand)
		}
		places[place], hands[hand] = true, true
	}
	if len(all) != 2*6 {
		t.Errorf("%d marks, want two for each of 6 pieces", len(all))
	}
}

func deskLease(t *testing.T, store MarkingStore, results TheoryStore) {
	ctx, w := t.Context(), newMarkingWorld(t, store, results, 1)
	left, err := w.Next(ctx, "m0", w.id)
	check(t, err)
	again, err := w.Next(ctx, "m0", w.id)
	check(t, err)
	if left.Task.Ticket != again.Task.Ticket {
		t.Error("somebody with a piece in hand got another")
	}
	w.clock.Advance(marking.Lease)
	w.finish(t, "m1", 400)
	w.finish(t, "m2", 400)
	_, err = w.Give(ctx, "m0", w.id, left.Task.Ticket, 0, marking.Given{Marks: 400})
	if !errors.Is(err, marking.ErrNotFound) {
		t.Errorf("a piece that was left and given on: %v", err)
	}
	b := newMarkingWorld(t, store, results, 1)
	held, err := b.Next(ctx, "m0", b.id)
	check(t, err)
	check(t, b.Free(ctx, markingAdmin, b.id, "m0"))
	wantErr(t, "twice", b.Free(ctx, markingAdmin, b.id, "m0"), marking.ErrNotFound)
	if b.recorded("marking.free") != 1 {
		t.Errorf("recorded %+v", b.events)
	}
	_, err = b.Give(ctx, "m0", b.id, held.Task.Ticket, 0, marking.Given{})
	wantErr(t, "what was taken away", err, marking.ErrNotFound)
}

// deskMine lets people try what is not theirs.
func deskMine(t *testing.T, store MarkingStore, results TheoryStore) {
	ctx, w := t.Context(), newMarkingWorld(t, store, results, 1)
	_, err := w.Next(ctx, "stranger", w.id)
	wantErr(t, "next by somebody outside the plan", err, marking.ErrForbidden)
	_, err = w.Next(ctx, "m0", newSittingID())
	wantErr(t, "next of a sitting without a plan", err, marking.ErrForbidden)
	_, err = w.Next(ctx, markingAdmin, w.id)
	wantErr(t, "next by an administrator", err, marking.ErrForbidden)
	_, err = w.Progress(ctx, "m0", w.id)
	wantErr(t, "progress by a marker", err, marking.ErrForbidden)
	_, err = w.PutPlan(ctx, "m0", w.plan)
	wantErr(t, "a plan by a marker", err, marking.ErrForbidden)
	wantErr(t, "free by a marker", w.Free(ctx, "m0", w.id, "m1"), marking.ErrForbidden)
	stale := w.plan
	stale.Version = 0
	_, err = w.PutPlan(ctx, markingAdmin, stale)
	wantErr(t, "an older plan", err, marking.ErrConflict)
	for _, who := range []people.AccountID{markingAdmin, "gone", "nobody"} {
		p := w.plan
		p.Markers = append(slices.Clone(p.Markers), marking.Marker{Account: who})
		if _, err := w.PutPlan(ctx, markingAdmin, p); !errors.Is(err, marking.ErrInvalid) {
			t.Errorf("%s as a marker: %v", who, err)
		}
	}
	for who, want := range map[people.AccountID]bool{"m0": true, "stranger": false, markingAdmin: false} {
		if blind, err := w.Blind(ctx, who, w.id); err != nil || blind != want {
			t.Errorf("%s blind: %v, %v", who, blind, err)
		}
	}
	duties, err := w.Duties(ctx, "m0")
	check(t, err)
	if !slices.Contains(duties, w.id) {
		t.Error("a marker does not find the sitting")
	}
}
