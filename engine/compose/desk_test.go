package compose_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/256dpi/lungo"
	"github.com/google/go-cmp/cmp"

	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/bank/draw"
	"gongyuan/bank/mongobank"
	"gongyuan/engine/audit"
	"gongyuan/engine/compose"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/people"
	"gongyuan/engine/print"
	"gongyuan/frontend"
)

// recorder keeps what was recorded.
type recorder struct {
	mu   sync.Mutex
	acts []string
}

func (r *recorder) Record(_ context.Context, e audit.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.acts = append(r.acts, e.Actor+" "+e.Act+" "+e.Object)
	return nil
}

func (r *recorder) has(act string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Contains(r.acts, act)
}

// staff knows two editors, an administrator and an invigilator.
type staff struct{}

func (staff) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	switch id {
	case "ding", "wu":
		return people.Account{ID: id, Roles: []people.Role{people.Editor}}, nil
	case "admin":
		return people.Account{ID: id, Roles: []people.Role{people.Administrator}}, nil
	case "ren":
		return people.Account{ID: id, Roles: []people.Role{people.Invigilator}}, nil
	}
	return people.Account{}, people.ErrNotFound
}

// measured says of one item in two that half of the people answer it right.
type measured struct{ items []bank.ItemID }

func (m measured) Facilities(context.Context, bank.ID) (map[bank.ItemID]float64, error) {
	out := map[bank.ItemID]float64{}
	for i, id := range m.items {
		if i%2 == 0 {
			out[id] = 0.5
		}
	}
	return out, nil
}

type world struct {
	*testing.T
	desk  *compose.Desk
	store *mongobank.Store
	trail *recorder
	revs  []bank.Revision
}

const items = 600

// font is unpacked once for all tests.
var font = print.NewSource(frontend.FS(), print.FontFile)

func each(t *testing.T, test func(w *world)) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		s := mongobank.New(db)
		w := &world{T: t, store: s, trail: &recorder{}}
		w.ok(s.EnsureIndexes(t.Context()))
		var outline bank.Outline
		w.revs, outline = banktest.Generate(5, items)
		w.ok(s.SaveOutline(t.Context(), outline))
		_, err := s.Import(t.Context(), w.revs, bank.ImportOptions{Bank: banktest.Bank, Author: "示例", Status: bank.Published, Now: time.Unix(1_760_000_000, 0)})
		w.ok(err)
		facts := measured{}
		for _, r := range w.revs {
			facts.items = append(facts.items, r.Item)
		}
		w.desk = compose.NewDesk(compose.Deps{
			Store: s, Facilities: facts, Accounts: staff{}, Audit: w.trail, Clock: enginetest.NewClock(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)),
			Font: font,
		})
		test(w)
	})
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) err(what string, got, want error) {
	w.Helper()
	if !errors.Is(got, want) {
		w.Errorf("%s: %v, want %v", what, got, want)
	}
}

func blueprint() bank.Blueprint {
	return bank.Blueprint{
		ID: "theory-3", Bank: banktest.Bank, Title: "三级理论（示例）", Duration: 90 * time.Minute,
		Sections: []bank.Section{{Type: bank.Single, Count: 10, Points: 200}, {Type: bank.Multiple, Count: 4, Points: 250}, {Type: bank.Judgement, Count: 4, Points: 100}},
		Weights:  []bank.RangeWeight{{Range: "A", Weight: 20}, {Range: "B", Weight: 20}, {Range: "C", Weight: 20}, {Range: "D", Weight: 20}, {Range: "E", Weight: 20}},
	}
}

func TestEdition(t *testing.T) {
	each(t, func(w *world) {
		ctx, d := w.Context(), w.desk
		_, err := d.Open(ctx, "ding", "theory-3")
		w.err("open before", err, bank.ErrNotFound)
		_, err = d.Save(ctx, "ren", 0, blueprint())
		w.err("save by an invigilator", err, compose.ErrForbidden)
		o, err := d.Save(ctx, "ding", 0, blueprint())
		w.ok(err)
		_, err = d.Save(ctx, "wu", 0, blueprint())
		w.err("save over another's", err, bank.ErrConflict)
		if _, err := w.store.Blueprint(ctx, "theory-3"); !errors.Is(err, bank.ErrNotFound) {
			t.Errorf("a draft is used: %v", err)
		}
		take := func(by string, step bank.Step) (compose.Opened, error) {
			return d.Take(ctx, by, compose.StepRequest{ID: "theory-3", Step: step, Version: o.Draft.Version, Note: "示例"})
		}
		_, err = take("wu", bank.StepApprove)
		w.err("approve what nobody proposed", err, bank.ErrStage)
		o, err = take("ding", bank.StepSubmit)
		w.ok(err)
		_, err = take("ding", bank.StepApprove)
		w.err("approve one's own", err, bank.ErrSecondPerson)
		proposed := o
		changed := o.Draft.Content
		changed.Title = "改过的"
		o, err = d.Save(ctx, "ding", o.Draft.Version, changed)
		w.ok(err)
		if o.Draft.Proposed {
			t.Error("saving left the proposal standing")
		}
		_, err = d.Take(ctx, "wu", compose.StepRequest{ID: "theory-3", Step: bank.StepApprove, Version: proposed.Draft.Version})
		w.err("approve what changed", err, bank.ErrStage)
		o, err = take("ding", bank.StepSubmit)
		w.ok(err)
		o, err = take("wu", bank.StepReturn)
		w.ok(err)
		o, err = take("ding", bank.StepSubmit)
		w.ok(err)
		o, err = take("admin", bank.StepApprove)
		w.ok(err)
		if o.Current == nil || o.Current.Edition != 1 || o.Current.Title != "改过的" || o.Draft.Version != 0 || len(o.Editions) != 1 || o.Editions[0].Approver != "admin" {
			t.Errorf("%+v", o)
		}
		again, err := d.Save(ctx, "wu", 0, blueprint())
		w.ok(err)
		w.ok(func() error {
			_, err := d.Take(ctx, "wu", compose.StepRequest{ID: "theory-3", Step: bank.StepDiscard, Version: again.Draft.Version})
			return err
		}())
		kept, err := w.store.Blueprint(ctx, "theory-3")
		w.ok(err)
		if kept.Title != "改过的" {
			t.Error("a draft that was thrown away changed what is used")
		}
		for _, act := range []string{"ding blueprint.save blueprint:theory-3", "ding blueprint.submit blueprint:theory-3", "wu blueprint.return blueprint:theory-3", "admin blueprint.approve blueprint:theory-3", "wu blueprint.discard blueprint:theory-3"} {
			if !w.trail.has(act) {
				t.Errorf("%s is not in the record", act)
			}
		}
	})
}

// TestBring: a blueprint of a file waits for two people like any other.
func TestBring(t *testing.T) {
	each(t, func(w *world) {
		ctx, d := w.Context(), w.desk
		kept, err := d.Bring(ctx, "gongyuan bank import", blueprint())
		w.ok(err)
		if _, err := w.store.Blueprint(ctx, "theory-3"); !kept || !errors.Is(err, bank.ErrNotFound) {
			t.Errorf("kept %v, and it is used: %v", kept, err)
		}
		o, err := d.Open(ctx, "ding", "theory-3")
		w.ok(err)
		for _, step := range []struct {
			by   string
			step bank.Step
		}{{"ding", bank.StepSubmit}, {"wu", bank.StepApprove}} {
			o, err = d.Take(ctx, step.by, compose.StepRequest{ID: "theory-3", Step: step.step, Version: o.Draft.Version})
			w.ok(err)
		}
		kept, err = d.Bring(ctx, "gongyuan bank import", blueprint())
		w.ok(err)
		if kept {
			t.Error("what is in use already became a draft")
		}
		if !w.trail.has("gongyuan bank import blueprint.save blueprint:theory-3") {
			t.Error("it is not in the record")
		}
	})
}

func TestCheck(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		r, err := w.desk.Check(ctx, "ding", blueprint(), true)
		w.ok(err)
		if r.Short != nil || len(r.Cells) != 13 || r.Outlook.Measured == 0 || r.Outlook.Measured >= r.Outlook.Usable || r.Repairs != nil {
			t.Errorf("%+v", r)
		}
		bp := blueprint()
		bp.Sections[2].Count = 60
		short, err := w.desk.Check(ctx, "ding", bp, true)
		w.ok(err)
		if short.Short == nil || len(short.Repairs) == 0 {
			t.Fatalf("%v, %d repairs", short.Short, len(short.Repairs))
		}
		mended, err := w.desk.Check(ctx, "ding", short.Repairs[0].Blueprint, false)
		w.ok(err)
		if mended.Short != nil {
			t.Errorf("the repair does not do: %v", mended.Short)
		}
		// What is retired is gone from the next check.
		row, err := w.store.Item(ctx, w.revs[0].Item)
		w.ok(err)
		row.Status = bank.Retired
		_, err = w.store.ChangeItem(ctx, row, nil)
		w.ok(err)
		after, err := w.desk.Check(ctx, "ding", blueprint(), false)
		w.ok(err)
		usable := func(r compose.Report) (n, retired int) {
			for _, c := range r.Cells {
				n, retired = n+c.Usable, retired+c.Waiting[bank.Retired]
			}
			return n, retired
		}
		before, _ := usable(r)
		if now, retired := usable(after); w.revs[0].Type != bank.Blank && (now != before-1 || retired != 1) {
			t.Errorf("usable %d, then %d with %d retired", before, now, retired)
		}
	})
}

// TestPoolUnknown asks for banks that are not there: nothing of them stays.
func TestPoolUnknown(t *testing.T) {
	each(t, func(w *world) {
		for i := range 50 {
			_, _ = w.desk.Pool(w.Context(), bank.ID(fmt.Sprint("none-", i)))
		}
		if n := w.desk.Held(); n != 0 {
			w.Errorf("%d pools of banks that are not there", n)
		}
		_, err := w.desk.Pool(w.Context(), banktest.Bank)
		w.ok(err)
		if n := w.desk.Held(); n != 1 {
			w.Errorf("%d pools, want the one that is there", n)
		}
	})
}

func TestCheckErr(t *testing.T) {
	each(t, func(w *world) {
		for field, change := range map[string]func(*bank.Blueprint){
			"/bank":             func(b *bank.Blueprint) { b.Bank = "none" },
			"/title":            func(b *bank.Blueprint) { b.Title = "" },
			"/durationMinutes":  func(b *bank.Blueprint) { b.Duration = 0 },
			"/sections":         func(b *bank.Blueprint) { b.Sections = nil },
			"/sections/1/type":  func(b *bank.Blueprint) { b.Sections[1].Type = bank.Single },
			"/sections/0/count": func(b *bank.Blueprint) { b.Sections[0].Count = 0 },
			"/weights/1/range":  func(b *bank.Blueprint) { b.Weights[1].Range = "A-A" },
			"/weights/0/range":  func(b *bank.Blueprint) { b.Weights[0].Range = "Q" },
			"/weights":          func(b *bank.Blueprint) { b.Weights = []bank.RangeWeight{{Range: "A"}} },
			"/difficulty":       func(b *bank.Blueprint) { b.Difficulty = map[int]int{1: 99} },
			"/exposure":         func(b *bank.Blueprint) { b.Exposure = 101 },
		} {
			bp := blueprint()
			change(&bp)
			_, err := w.desk.Check(w.Context(), "ding", bp, false)
			var at *compose.FieldError
			if !errors.As(err, &at) || at.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}

func TestOutline(t *testing.T) {
	each(t, func(w *world) {
		ctx, d := w.Context(), w.desk
		r, err := d.Outline(ctx, "ding", banktest.Bank)
		w.ok(err)
		o := r.Outline
		if len(r.Faults) != 0 || len(r.Items) == 0 || len(r.Loose) != 0 {
			t.Errorf("%d faults, %d points with items", len(r.Faults), len(r.Items))
		}
		o.Ranges[0].Weight += 5
		leaf := &o.Ranges[0].Children[0].Children[0]
		leaf.Points[0].Retired = true
		r, err = d.SaveOutline(ctx, "ding", o)
		w.ok(err)
		if len(r.Faults) == 0 || !w.trail.has("ding outline.save outline:sample") {
			t.Error("weights that do not add up are not told")
		}
		_, err = d.SaveOutline(ctx, "wu", o)
		w.err("save over another's", err, bank.ErrConflict)
		gone := r.Outline
		code := gone.Ranges[0].Children[0].Children[0].Points[0].Code
		gone.Ranges[0].Children[0].Children[0].Points = gone.Ranges[0].Children[0].Children[0].Points[1:]
		_, err = d.SaveOutline(ctx, "ding", gone)
		var used *compose.InUseError
		if !errors.As(err, &used) || used.Points[0].Point != code || used.Points[0].Items != r.Items[code] {
			t.Errorf("a point with items went: %v", err)
		}
		arrival, err := d.Arrive(ctx, "ding", gone)
		w.ok(err)
		if len(arrival.InUse) != 1 || len(arrival.Gone) != 1 || len(arrival.Changes) != 0 {
			t.Errorf("%+v", arrival)
		}
		bad := r.Outline
		bad.Ranges = []bank.Range{{Code: "A", Title: "甲", Weight: 100}, {Code: "A", Title: "乙"}}
		_, err = d.SaveOutline(ctx, "ding", bad)
		w.err("codes twice", err, compose.ErrInvalid)
	})
}

func TestCoverage(t *testing.T) {
	each(t, func(w *world) {
		top, err := w.desk.Coverage(w.Context(), "ding", banktest.Bank, "")
		w.ok(err)
		sum := func(c compose.Coverage) (n int) {
			for _, r := range c.Rows {
				for _, cell := range r.Cells {
					n += cell.Items
				}
			}
			return n
		}
		if len(top.Rows) != 5 || sum(top) != items {
			t.Errorf("%d rows with %d items", len(top.Rows), sum(top))
		}
		leaf, err := w.desk.Coverage(w.Context(), "ding", banktest.Bank, "A-A-A")
		w.ok(err)
		if !leaf.Rows[0].Point || sum(leaf) == 0 {
			t.Errorf("%+v", leaf)
		}
		_, err = w.desk.Coverage(w.Context(), "ding", banktest.Bank, "Z")
		w.err("no such range", err, bank.ErrNotFound)
	})
}

func TestSpecimens(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		req := compose.SpecimenRequest{Blueprint: blueprint(), Seed: "一", Count: 2}
		a, err := w.desk.Specimens(ctx, "ding", req)
		w.ok(err)
		b, err := w.desk.Specimens(ctx, "ding", req)
		w.ok(err)
		if diff := cmp.Diff(a.Papers, b.Papers); diff != "" || len(a.Papers) != 2 {
			t.Errorf("the same request, other papers: %s", diff)
		}
		var sheets [][]byte
		for _, sheet := range []compose.Sheet{compose.PaperSheet, compose.KeySheet} {
			pdf, err := w.desk.Print(ctx, "ding", req, 2, sheet)
			w.ok(err)
			if !bytes.HasPrefix(pdf, []byte("%PDF")) {
				t.Errorf("%s is no PDF", sheet)
			}
			sheets = append(sheets, pdf)
		}
		if bytes.Equal(sheets[0], sheets[1]) || !w.trail.has("ding blueprint.specimen blueprint:theory-3") || !w.trail.has("ding blueprint.print-key blueprint:theory-3") {
			t.Errorf("%v", w.trail.acts)
		}
		req.Blueprint.Sections[2].Count = 60
		_, err = w.desk.Specimens(ctx, "ding", req)
		var short *draw.Shortage
		if !errors.As(err, &short) {
			t.Errorf("specimens of what the bank has not: %v", err)
		}
		req.Seed = ""
		_, err = w.desk.Specimens(ctx, "ding", req)
		w.err("no seed", err, compose.ErrInvalid)
	})
}
