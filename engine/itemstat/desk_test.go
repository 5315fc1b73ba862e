package itemstat

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/bank"
	"gongyuan/bank/stats"
	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

const bankID bank.ID = "b-3"

var (
	noon    = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	letters = []bank.OptionID{"A", "B", "C", "D"}
	theory  = standard.Component{Kind: standard.Theory, Full: 10000, Pass: 6000}
)

// truth is an item as nature made it: of a person with ability θ it is answered
// right with probability 1/(1+exp(−a(θ−b))), and otherwise any other option.
type truth struct {
	a, b  float64
	wrong bool // its key names another option than the one that is right
}

// exam is a simulated sitting: who sat, what they answered, what it earned.
type exam struct {
	all     result.All
	scripts map[string]result.Script
	ops     map[attempt.AttemptID][]attempt.Operation
	keys    map[bank.Ref]bank.Revision
	figures map[bank.ItemID]bank.ItemFigures
	reports map[sitting.ID]Report
	limits  map[bank.ID]stats.Limits
	trail   []string
	saved   int
}

func (e *exam) Compose(context.Context, sitting.ID) (result.All, error) { return e.all, nil }

func (e *exam) ScriptsOf(_ context.Context, recs []attempt.Record) (map[string]result.Script, error) {
	out := map[string]result.Script{}
	for _, r := range recs {
		out[string(r.ID)] = e.scripts[string(r.ID)]
	}
	return out, nil
}

func (e *exam) Operations(context.Context, []attempt.AttemptID) (map[attempt.AttemptID][]attempt.Operation, error) {
	return e.ops, nil
}

func (e *exam) Revisions(_ context.Context, refs []bank.Ref) (map[bank.Ref]bank.Revision, error) {
	out := map[bank.Ref]bank.Revision{}
	for _, ref := range refs {
		out[ref] = e.keys[ref]
	}
	return out, nil
}

func (e *exam) Rows(_ context.Context, _ bank.ID, keep func(*bank.ItemRow) bool) ([]bank.ItemRow, error) {
	var out []bank.ItemRow
	for id, f := range e.figures {
		if r := (bank.ItemRow{Item: bank.Item{ID: id}, Figures: f}); keep(&r) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (e *exam) SetFigures(_ context.Context, _ bank.ID, all map[bank.ItemID]bank.ItemFigures) error {
	for id, f := range all {
		e.figures[id] = f
	}
	return nil
}

func (e *exam) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	if id == "nobody" {
		return people.Account{}, people.ErrNotFound
	}
	return people.Account{ID: id, Roles: []people.Role{people.Role(id)}}, nil
}

func (e *exam) SaveReport(_ context.Context, r Report) error {
	e.saved++
	e.reports[r.Sitting] = r
	return nil
}

func (e *exam) Report(_ context.Context, id sitting.ID) (Report, error) {
	if r, ok := e.reports[id]; ok {
		return r, nil
	}
	return Report{}, ErrNotFound
}

func (e *exam) RecordsOf(_ context.Context, items []bank.ItemID) ([]Record, error) {
	var out []Record
	for _, r := range e.reports {
		for _, x := range r.Items {
			if slices.Contains(items, x.Item.Ref.Item) {
				out = append(out, x)
			}
		}
	}
	return out, nil
}

func (e *exam) Limits(_ context.Context, id bank.ID) (stats.Limits, error) {
	if l, ok := e.limits[id]; ok {
		return l, nil
	}
	return stats.Limits{}, ErrNotFound
}

func (e *exam) SaveLimits(_ context.Context, id bank.ID, l stats.Limits) error {
	e.limits[id] = l
	return nil
}

func (e *exam) Record(_ context.Context, ev audit.Event) error {
	e.trail = append(e.trail, ev.Actor+" "+ev.Act)
	return nil
}

func (e *exam) Now() time.Time { return noon.Add(24 * time.Hour) }

func (e *exam) desk() *Desk {
	return NewDesk(Deps{Store: e, Outcomes: e, Scripts: e, Journal: e, Bank: e, Accounts: e, Audit: e, Clock: e})
}

func (e *exam) lookup(ref bank.Ref) (*bank.Revision, bool) {
	r, ok := e.keys[ref]
	return &r, ok
}

// simulate lets n people sit the items, each on a paper of length of them in an
// order of its own with its options shuffled, and marks what they answer.
func simulate(t *testing.T, seed uint64, id sitting.ID, truths []truth, n, length int) *exam {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 4))
	e := &exam{
		scripts: map[string]result.Script{}, ops: map[attempt.AttemptID][]attempt.Operation{}, keys: map[bank.Ref]bank.Revision{},
		figures: map[bank.ItemID]bank.ItemFigures{}, reports: map[sitting.ID]Report{}, limits: map[bank.ID]stats.Limits{},
	}
	e.all.Sitting = sitting.Sitting{ID: id, Title: "示例场次", State: sitting.Closed, Blueprint: bank.Blueprint{Bank: bankID}, Opens: noon}
	refs := make([]bank.Ref, len(truths))
	for i, x := range truths {
		refs[i] = bank.Ref{Item: bank.NewItemID(bankID, fmt.Sprintf("B-A-A-A-001-%03d", i+1)), Revision: 1}
		q := bank.Question{Type: bank.Single, Stem: fmt.Sprint("第几题", i), Key: bank.Key{Options: []bank.OptionID{"A"}}}
		if x.wrong {
			q.Key.Options = []bank.OptionID{"C"}
		}
		for _, o := range letters {
			q.Options = append(q.Options, bank.Option{ID: o, Text: "选项" + string(o)})
		}
		e.keys[refs[i]] = bank.Revision{Item: refs[i].Item, Number: 1, Question: q}
	}
	for p := range n {
		name := fmt.Sprintf("a%04d", p)
		paper := bank.Paper{Bank: bankID, Sections: []bank.Section{{Type: bank.Single, Count: length, Points: 100}}}
		answers, theta := map[int]bank.Response{}, rng.NormFloat64()
		at, ops := noon.UnixMilli(), []attempt.Operation(nil)
		for k, i := range rng.Perm(len(truths))[:length] {
			order := slices.Clone(letters)
			rng.Shuffle(4, func(a, b int) { order[a], order[b] = order[b], order[a] })
			paper.Slots = append(paper.Slots, bank.Slot{Number: k + 1, Ref: refs[i], Points: 100, Order: order})
			pick := bank.OptionID("A")
			if rng.Float64() > 1/(1+math.Exp(-truths[i].a*(theta-truths[i].b))) {
				pick = letters[1+rng.IntN(3)]
			}
			answers[k+1] = bank.Response{Choice: []string{bank.Letter(slices.Index(order, pick))}}
			at += 30_000
			ops = append(ops, attempt.Operation{Epoch: 1, Seq: k + 1, Slot: k + 1, ReceivedMs: at})
		}
		marked, err := result.MarkTheory(paper, answers, e.lookup, theory)
		if err != nil {
			t.Fatal(err)
		}
		marked.Attempt, marked.Sitting = name, string(id)
		e.all.Candidates = append(e.all.Candidates, result.Composed{Theory: &marked, Attempt: attempt.Record{ID: attempt.AttemptID(name), Started: noon}})
		e.scripts[name] = result.Script{Attempt: name, Paper: paper, Answers: answers, Lookup: e.lookup}
		e.ops[attempt.AttemptID(name)] = ops
	}
	return e
}

// truths are 20 items from very easy to very hard, of which the sixth and the
// fifteenth tell nobody from anybody, and the tenth has a wrong key.
func truths() []truth {
	out := make([]truth, 20)
	for i := range out {
		out[i] = truth{a: 1.4, b: -2.2 + .23*float64(i)}
	}
	out[5].a, out[14].a, out[9].wrong = 0, 0, true
	return out
}

// TestRecovery: from what simulated people answered, the order of the true
// difficulties comes back, and so do the items that are no good. Everybody has
// another paper.
func TestRecovery(t *testing.T) {
	t.Parallel()
	want := truths()
	e := simulate(t, 7, "s1", want, 1500, 16)
	r, err := e.desk().Compute(t.Context(), "s1")
	if err != nil {
		t.Fatal(err)
	}
	limits := stats.DefaultLimits()
	before, bad := 2.0, map[int]stats.Kind{}
	for i := range r.Items {
		f := r.Items[i].Sums.Figures()
		if found := stats.Judge(&r.Items[i].Item, &r.Items[i].Sums, &f, r.Items[i].Usual, &limits); len(found) > 0 {
			bad[i] = found[0].Kind
		}
		if want[i].a == 0 || want[i].wrong {
			continue
		}
		if f.Facility.Value >= before {
			t.Errorf("item %d: facility %.3f, the easier one before it had %.3f", i+1, f.Facility.Value, before)
		}
		before = f.Facility.Value
		if f.ItemRest.Value < .2 {
			t.Errorf("item %d: discrimination %.3f of a good item", i+1, f.ItemRest.Value)
		}
		if m := f.Median; math.Abs(m.Value-30) > 2 {
			t.Errorf("item %d: %v seconds", i+1, m)
		}
	}
	if diff := cmp.Diff(map[int]stats.Kind{5: stats.LowDisc, 14: stats.LowDisc, 9: stats.KeyDoubt}, only(bad, stats.TooHard, stats.TooEasy, stats.Rare)); diff != "" {
		t.Errorf("suspicious (-want +got):\n%s", diff)
	}
	// What would be the discrimination of the item with the wrong key by the
	// option that is right.
	f := r.Items[9].Sums.Figures()
	if f.ItemRest.Value > -.05 || f.Options[0].Rest.Value < .25 {
		t.Errorf("wrong key: %+v", f)
	}
	if r.Paper.Method != stats.Nested || r.Paper.People != 1500 || r.Paper.Reliability.Value < .4 {
		t.Errorf("paper: %+v", r.Paper)
	}
}

func only(bad map[int]stats.Kind, without ...stats.Kind) map[int]stats.Kind {
	out := map[int]stats.Kind{}
	for i, k := range bad {
		if !slices.Contains(without, k) {
			out[i] = k
		}
	}
	return out
}

// TestCompute: the same results are computed once, changed ones anew, by the key
// that counts; who cheated or waits for marks is left out.
func TestCompute(t *testing.T) {
	t.Parallel()
	e := simulate(t, 8, "s1", truths(), 60, 20)
	ctx, desk := t.Context(), e.desk()
	first, err := desk.Compute(ctx, "s1")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := desk.Compute(ctx, "s1"); err != nil || e.saved != 1 || !cmp.Equal(first, again) {
		t.Errorf("computed twice: %d, %v", e.saved, err)
	}
	if f := e.figures[first.Items[3].Item.Ref.Item]; f.People != 60 || f.Facility == nil || f.Discrimination == nil {
		t.Errorf("the list shows %+v", f)
	}
	// A regrade brings in the key of revision 2 for the tenth item.
	ref := first.Items[9].Item.Ref
	other := e.keys[ref]
	other.Number, other.Key = 2, bank.Key{Options: []bank.OptionID{"A"}}
	e.keys[bank.Ref{Item: ref.Item, Revision: 2}] = other
	amendment := result.Amendment{Regrade: result.Regrade{ID: "r", Item: ref.Item, Remedy: result.OtherKey, Revision: 2}, Other: &other}
	for i := range e.all.Candidates {
		c := &e.all.Candidates[i]
		script := e.scripts[c.Theory.Attempt]
		marked, err := result.Amend(*c.Theory, &script, theory, []result.Amendment{amendment})
		if err != nil {
			t.Fatal(err)
		}
		marked.Version = 2
		c.Theory = &marked
	}
	e.all.Candidates[0].Theory.Complete = false
	e.all.Candidates[1].Outcome.Components = []result.Component{{Kind: standard.Theory, State: result.Cheated}}
	second, err := desk.Compute(ctx, "s1")
	if err != nil {
		t.Fatal(err)
	}
	was, is := first.Items[9].Sums.Figures(), second.Items[9].Sums.Figures()
	if e.saved != 2 || second.Paper.People != 58 || second.Incomplete != 1 || second.Misconduct != 1 {
		t.Errorf("after the regrade: %d reports, %+v", e.saved, second.Paper)
	}
	if is.ItemRest.Value < was.ItemRest.Value+.2 || !slices.Equal(second.Items[9].Item.Key, []bank.OptionID{"A"}) {
		t.Errorf("by the old key: %+v then %+v", was.ItemRest, is.ItemRest)
	}
	// A slot that is taken off the paper is missing by design.
	amendment.Remedy, amendment.Other = result.Without, nil
	for i := range e.all.Candidates {
		c := &e.all.Candidates[i]
		script := e.scripts[c.Theory.Attempt]
		marked, err := result.Amend(*c.Theory, &script, theory, []result.Amendment{amendment})
		if err != nil {
			t.Fatal(err)
		}
		marked.Version = 3
		c.Theory = &marked
	}
	third, err := desk.Compute(ctx, "s1")
	if err != nil || len(third.Items) != 19 || e.figures[ref.Item].People != 0 {
		t.Errorf("withdrawn: %d items, the list shows %+v, %v", len(third.Items), e.figures[ref.Item], err)
	}
}

// TestOverSittings: an item's sums are added over sittings.
func TestOverSittings(t *testing.T) {
	t.Parallel()
	e, ctx := simulate(t, 9, "s1", truths(), 40, 20), t.Context()
	desk := e.desk()
	if _, err := desk.Compute(ctx, "s1"); err != nil {
		t.Fatal(err)
	}
	later := simulate(t, 10, "s2", truths(), 50, 20)
	e.all, e.scripts, e.ops = later.all, later.scripts, later.ops
	e.all.Sitting.Opens = noon.Add(48 * time.Hour)
	if _, err := desk.Compute(ctx, "s2"); err != nil {
		t.Fatal(err)
	}
	item := bank.NewItemID(bankID, "B-A-A-A-001-003")
	all, _, err := desk.Of(ctx, "editor", bankID, item)
	if err != nil || len(all) != 1 || all[0].Sums.People != 90 || len(all[0].Records) != 2 || all[0].Records[0].Sitting != "s2" {
		t.Fatalf("over sittings: %+v, %v", all, err)
	}
	a, b := all[0].Records[0].Sums.Figures(), all[0].Records[1].Sums.Figures()
	if want := (a.Facility.Value*50 + b.Facility.Value*40) / 90; math.Abs(all[0].Figures.Facility.Value-want) > 1e-12 {
		t.Errorf("facility %v, want %v", all[0].Figures.Facility, want)
	}
	limits := stats.DefaultLimits()
	limits.TooEasy, limits.TooHard = .21, .2
	if err := desk.SaveLimits(ctx, "editor", bankID, limits); err != nil || !slices.Equal(e.trail, []string{"editor bank.limits"}) {
		t.Errorf("limits: %v, recorded %v", err, e.trail)
	}
	if f := e.figures[item]; !slices.Contains(f.Findings, string(stats.TooEasy)) {
		t.Errorf("the list is not judged by the new limits: %+v", f)
	}
	limits.Fast = 2
	var field *FieldError
	if err := desk.SaveLimits(ctx, "editor", bankID, limits); !errors.As(err, &field) || field.Field != "/fast" {
		t.Errorf("bad limits: %v", err)
	}
}

func TestErr(t *testing.T) {
	t.Parallel()
	e, ctx := simulate(t, 11, "s1", truths(), 3, 20), t.Context()
	for _, who := range []people.AccountID{"nobody", "examiner", "candidate"} {
		if _, _, err := e.desk().Report(ctx, who, "s1"); !errors.Is(err, ErrForbidden) {
			t.Errorf("%s reads a report: %v", who, err)
		}
		if _, _, err := e.desk().Of(ctx, who, bankID, "x"); !errors.Is(err, ErrForbidden) {
			t.Errorf("%s reads an item: %v", who, err)
		}
		if err := e.desk().SaveLimits(ctx, who, bankID, stats.DefaultLimits()); !errors.Is(err, ErrForbidden) {
			t.Errorf("%s changes limits: %v", who, err)
		}
	}
	e.all.Sitting.State = sitting.Open
	if _, err := e.desk().Compute(ctx, "s1"); !errors.Is(err, ErrState) {
		t.Errorf("while people sit: %v", err)
	}
}

func TestSeconds(t *testing.T) {
	t.Parallel()
	start, ms := noon, noon.UnixMilli()
	got := seconds([]attempt.Operation{
		{Epoch: 1, Slot: 1, ReceivedMs: ms + 20_000, ClientMs: 5_000},
		{Epoch: 1, Slot: 2, ReceivedMs: ms + 40_000, ClientMs: 15_000},   // a batch: the page knows better
		{Epoch: 1, Slot: 1, ReceivedMs: ms + 45_000, ClientMs: 14_000},   // its clock was set back
		{Epoch: 1, Slot: 3, ReceivedMs: ms + 2_000_000, ClientMs: 0},     // half an hour away
		{Epoch: 2, Slot: 4, ReceivedMs: ms + 2_010_000, ClientMs: 9_000}, // another device
		{Epoch: 2, Slot: 5, ReceivedMs: ms + 2_020_000, ClientMs: 16_000},
	}, start)
	if diff := cmp.Diff(map[int]float64{1: 25, 2: 10, 5: 7}, got); diff != "" {
		t.Error(diff)
	}
}
