package retention_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"gongyuan/engine/archive"
	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/retention"
	"gongyuan/engine/sitting"
)

// fake is everything that a desk asks, in memory.
type fake struct {
	now      time.Time
	sittings []sitting.Sitting
	appeals  []result.Appeal
	regrades []result.Regrade
	keeping  retention.Keeping
	issued   []certificate.Certificate
	archives []archive.Archive
	broken   error
	runs     map[string]retention.Run
	acts     []string
	held     map[retention.Kind]map[sitting.RegistrationID]int
	fail     map[retention.Kind]error // of the next drop
	during   func()                   // what happens while an archive is read
}

func (f *fake) Now() time.Time { return f.now }
func (f *fake) Sittings(context.Context, int, int) ([]sitting.Sitting, int, error) {
	return f.sittings, len(f.sittings), nil
}
func (f *fake) AppealsOf(context.Context, sitting.ID) ([]result.Appeal, error) { return f.appeals, nil }
func (f *fake) Sitting(_ context.Context, id sitting.ID) (sitting.Sitting, error) {
	if id != "s" {
		return sitting.Sitting{}, sitting.ErrNotFound
	}
	return f.sittings[0], nil
}
func (f *fake) Keeping(context.Context, sitting.ID) (retention.Keeping, error) { return f.keeping, nil }
func (f *fake) PutKeeping(_ context.Context, k retention.Keeping) (retention.Keeping, error) {
	k.Version++
	f.keeping = k
	return k, nil
}
func (f *fake) RegradesOfSitting(context.Context, sitting.ID) ([]result.Regrade, error) {
	return f.regrades, nil
}
func (f *fake) OfSitting(context.Context, sitting.ID) ([]certificate.Certificate, error) {
	return f.issued, nil
}
func (f *fake) ArchivesOf(context.Context, sitting.ID) ([]archive.Archive, error) {
	return f.archives, nil
}
func (f *fake) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	return people.Account{ID: id, Roles: []people.Role{people.Role(strings.TrimRight(string(id), "12"))}}, nil
}
func (f *fake) Record(_ context.Context, e audit.Event) error {
	f.acts = append(f.acts, e.Actor+" "+e.Act)
	return nil
}
func (f *fake) InsertRun(_ context.Context, r retention.Run) error { f.runs[r.ID] = r; return nil }
func (f *fake) Run(_ context.Context, id string) (retention.Run, error) {
	r, ok := f.runs[id]
	if !ok {
		return r, retention.ErrNotFound
	}
	return r, nil
}
func (f *fake) ReplaceRun(_ context.Context, r retention.Run) (retention.Run, error) {
	if f.runs[r.ID].Version != r.Version {
		return r, retention.ErrConflict
	}
	r.Version++
	f.runs[r.ID] = r
	return r, nil
}
func (f *fake) Runs(context.Context, int) ([]retention.Run, error) {
	return slices.Collect(maps.Values(f.runs)), nil
}

type holding struct {
	f    *fake
	kind retention.Kind
}

func (h holding) Held(_ context.Context, _ sitting.ID, keep []sitting.RegistrationID) (int, error) {
	n := 0
	for id, m := range h.f.held[h.kind] {
		if !slices.Contains(keep, id) {
			n += m
		}
	}
	return n, nil
}

func (h holding) Drop(_ context.Context, _ sitting.ID, keep []sitting.RegistrationID) (int, error) {
	n := 0
	for id, m := range h.f.held[h.kind] {
		if !slices.Contains(keep, id) {
			n += m
			delete(h.f.held[h.kind], id)
			if err := h.f.fail[h.kind]; err != nil { // in the middle of it
				delete(h.f.fail, h.kind)
				return n, err
			}
		}
	}
	return n, nil
}

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// newFake is a released, archived sitting of eleven years ago with journals and
// portraits of two people.
func newFake(t *testing.T) (*fake, *retention.Desk) {
	t.Helper()
	f := &fake{
		now: start, runs: map[string]retention.Run{}, archives: []archive.Archive{{ID: "s:1", File: "f", At: start.AddDate(-10, 0, 0)}},
		sittings: []sitting.Sitting{{ID: "s", Title: "示例", State: sitting.Released, Closes: start.AddDate(-11, 0, 0)}},
		held:     map[retention.Kind]map[sitting.RegistrationID]int{retention.Journals: {"r1": 5, "r2": 7}, retention.Portraits: {"r1": 1, "r2": 1}},
	}
	rules, err := retention.ReadRules(nil)
	if err != nil {
		t.Fatal(err)
	}
	holdings := map[retention.Kind]retention.Holding{}
	for _, k := range retention.Kinds() {
		holdings[k] = holding{f, k}
	}
	return f, retention.NewDesk(retention.Deps{
		Store: f, Rules: rules, Holdings: holdings, Sittings: f, Keepings: f, Appeals: f, Regrades: f, Certificates: f, Archives: f, Accounts: f, Audit: f, Clock: f,
		Whole: func(context.Context, archive.Archive) error {
			if f.during != nil {
				f.during()
			}
			return f.broken
		},
	})
}

// due lists what is due as "kind count spared hold".
func due(t *testing.T, d *retention.Desk) (map[retention.Kind]retention.Lot, string) {
	t.Helper()
	list, err := d.List(t.Context(), "auditor")
	if err != nil {
		t.Fatal(err)
	}
	out := map[retention.Kind]retention.Lot{}
	for _, l := range list.Lots {
		out[l.Kind] = l
	}
	return out, list.Digest
}

func TestHolds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change   func(*fake)
		journals retention.Hold
		portrait retention.Hold
		pictures int
	}{
		"OK everything may go":           {func(*fake) {}, "", "", 2},
		"OK a valid certificate":         {func(f *fake) { f.issued = []certificate.Certificate{{Registration: "r1"}} }, "", "", 1},
		"Err not released":               {func(f *fake) { f.sittings[0].State = sitting.Closed }, retention.Unreleased, retention.Unreleased, 2},
		"Err an open appeal":             {func(f *fake) { f.appeals = []result.Appeal{{State: result.AppealAssigned}} }, retention.Appealed, retention.Appealed, 2},
		"Err it is kept":                 {func(f *fake) { f.keeping.On = true }, retention.Kept, retention.Kept, 2},
		"Err an open regrade":            {func(f *fake) { f.regrades = []result.Regrade{{State: result.RegradeApproved}} }, retention.Regraded, retention.Regraded, 2},
		"Err no archive since a regrade": {func(f *fake) { f.regrades = []result.Regrade{{State: result.RegradeApplied, Applied: start}} }, retention.Unarchived, "", 2},
		"OK a regrade that was returned": {func(f *fake) { f.regrades = []result.Regrade{{State: result.RegradeReturned}} }, "", "", 2},
		"Err no archive":                 {func(f *fake) { f.archives = nil }, retention.Unarchived, "", 2},
		"Err no archive since an appeal": {func(f *fake) { f.appeals = []result.Appeal{{State: result.AppealChanged, Answered: start}} }, retention.Unarchived, "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, d := newFake(t)
			c.change(f)
			lots, _ := due(t, d)
			if j, p := lots[retention.Journals], lots[retention.Portraits]; j.Hold != c.journals || p.Hold != c.portrait || p.Count != c.pictures || j.Count != 12 {
				t.Errorf("journals %+v, portraits %+v", j, p)
			}
		})
	}
	t.Run("OK not yet", func(t *testing.T) {
		t.Parallel()
		f, d := newFake(t)
		f.sittings[0].Closes = start.AddDate(0, 0, -1095)
		if lots, _ := due(t, d); len(lots) != 0 {
			t.Errorf("due on the last day: %v", lots)
		}
	})
}

func TestTwoPeople(t *testing.T) {
	t.Parallel()
	f, d := newFake(t)
	ctx := t.Context()
	_, digest := due(t, d)
	run, err := d.Propose(ctx, "administrator1", digest, " 期满 ")
	if err != nil {
		t.Fatal(err)
	}
	for who, want := range map[people.AccountID]error{"administrator1": retention.ErrSecondPerson, "auditor": retention.ErrForbidden, "": retention.ErrForbidden} {
		if _, err := d.Confirm(ctx, who, run.ID); !errors.Is(err, want) {
			t.Errorf("%q: %v", who, err)
		}
	}
	f.broken = archive.ErrBroken
	if _, err := d.Confirm(ctx, "administrator2", run.ID); !errors.Is(err, archive.ErrBroken) {
		t.Errorf("the archive is not whole: %v", err)
	}
	f.broken, f.fail = nil, map[retention.Kind]error{retention.Journals: errors.New("the disk is gone")}
	if _, err := d.Confirm(ctx, "administrator2", run.ID); err == nil {
		t.Error("a failed deletion passed")
	}
	done, err := d.Confirm(ctx, "administrator2", run.ID)
	if err != nil || done.State != retention.Done || done.Deleted != 14 || len(f.held[retention.Journals]) != 0 {
		t.Errorf("it goes on: %+v, %v", done, err)
	}
	want := []string{
		"administrator1 retention.propose", "administrator2 retention.confirm", "administrator2 retention.delete", "administrator2 retention.delete.failed",
		"administrator2 retention.delete", "administrator2 retention.delete",
	}
	if !slices.Equal(f.acts, want) {
		t.Errorf("recorded %q", f.acts)
	}
}

// TestKeep: what somebody asked to keep stays, also of a list that was proposed
// before, until another person ends it.
func TestKeep(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f, d := newFake(t)
	_, digest := due(t, d)
	run, err := d.Propose(ctx, "administrator1", digest, "期满")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		by   people.AccountID
		id   sitting.ID
		on   bool
		why  string
		want error
	}{
		{"auditor", "s", true, "公安机关调取", retention.ErrForbidden}, {"administrator1", "none", true, "公安机关调取", sitting.ErrNotFound},
		{"administrator1", "s", true, " ", retention.ErrInvalid}, {"administrator1", "s", false, "没有暂缓", retention.ErrState},
	} {
		if _, err := d.Keep(ctx, c.by, c.id, c.on, c.why); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	k, err := d.Keep(ctx, "administrator1", "s", true, " 公安机关调取 ")
	if err != nil || !k.On || k.Why != "公安机关调取" || k.Version != 1 {
		t.Fatalf("kept: %+v, %v", k, err)
	}
	if _, err := d.Confirm(ctx, "administrator2", run.ID); !errors.Is(err, retention.ErrConflict) || len(f.held[retention.Journals]) != 2 {
		t.Errorf("deleted all the same: %v", err)
	}
	if _, err := d.Keep(ctx, "administrator2", "s", true, "再次"); !errors.Is(err, retention.ErrState) {
		t.Errorf("kept twice: %v", err)
	}
	if _, err := d.Keep(ctx, "administrator1", "s", false, "调取完毕"); !errors.Is(err, retention.ErrSecondPerson) {
		t.Errorf("ended by who asked: %v", err)
	}
	if k, err = d.Keep(ctx, "administrator2", "s", false, "调取完毕"); err != nil || k.On {
		t.Fatalf("ended: %+v, %v", k, err)
	}
	if lots, _ := due(t, d); lots[retention.Journals].Hold != "" {
		t.Errorf("still held: %+v", lots)
	}
	if acts := strings.Join(f.acts, " "); !strings.Contains(acts, "administrator1 retention.keep ") || !strings.HasSuffix(acts, "administrator2 retention.unkeep") {
		t.Errorf("recorded %s", acts)
	}
}

// TestCutOff breaks a run off in the middle of its second lot: it goes on with
// what it listed, and with nothing else.
func TestCutOff(t *testing.T) {
	t.Parallel()
	cut := func(t *testing.T) (*fake, *retention.Desk, string) {
		t.Helper()
		f, d := newFake(t)
		f.issued = []certificate.Certificate{{Registration: "r3"}}
		f.held[retention.Portraits]["r3"] = 1
		_, digest := due(t, d)
		run, err := d.Propose(t.Context(), "administrator1", digest, "期满")
		if err != nil {
			t.Fatal(err)
		}
		f.fail = map[retention.Kind]error{retention.Portraits: errors.New("the disk is gone")}
		if _, err := d.Confirm(t.Context(), "administrator2", run.ID); err == nil {
			t.Fatal("a failed deletion passed")
		}
		if r := f.runs[run.ID]; r.State != retention.Confirmed || r.Deleted != 12 || len(f.held[retention.Portraits]) != 2 {
			t.Fatalf("cut off: %+v, %v", r, f.held)
		}
		return f, d, run.ID
	}
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		f, d, id := cut(t)
		f.acts = nil
		done, err := d.Confirm(t.Context(), "administrator2", id)
		if err != nil || done.State != retention.Done || done.Deleted != 14 || f.held[retention.Portraits]["r3"] != 1 {
			t.Errorf("it goes on: %+v, %v, %v", done, f.held, err)
		}
		if !slices.Equal(f.acts, []string{"administrator2 retention.delete"}) {
			t.Errorf("what was gone already is recorded again: %q", f.acts)
		}
	})
	for name, change := range map[string]func(*fake){
		"a certificate was revoked": func(f *fake) { f.issued = nil },
		"more came":                 func(f *fake) { f.held[retention.Portraits]["r4"] = 5 },
		"an appeal":                 func(f *fake) { f.appeals = []result.Appeal{{State: result.AppealFiled}} },
	} {
		t.Run("Err "+name, func(t *testing.T) {
			t.Parallel()
			f, d, id := cut(t)
			change(f)
			before := len(f.held[retention.Portraits])
			if _, err := d.Confirm(t.Context(), "administrator2", id); !errors.Is(err, retention.ErrConflict) || len(f.held[retention.Portraits]) != before {
				t.Errorf("gone on: %v, %v", err, f.held)
			}
			r, err := d.Cancel(t.Context(), "administrator1", id, "余下的另行提出")
			if err != nil || r.State != retention.Cancelled || r.Deleted != 12 || r.Second != "administrator2" {
				t.Errorf("cancelled: %+v, %v", r, err)
			}
		})
	}
	t.Run("Err an appeal while the archive is read", func(t *testing.T) {
		t.Parallel()
		f, d := newFake(t)
		_, digest := due(t, d)
		run, err := d.Propose(t.Context(), "administrator1", digest, "期满")
		if err != nil {
			t.Fatal(err)
		}
		f.during = func() { f.appeals = []result.Appeal{{State: result.AppealFiled}} }
		if _, err := d.Confirm(t.Context(), "administrator2", run.ID); !errors.Is(err, retention.ErrConflict) || len(f.held[retention.Journals]) != 2 {
			t.Errorf("deleted: %v, %v", err, f.held)
		}
	})
}

func TestVoid(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*fake){
		"an appeal":     func(f *fake) { f.appeals = []result.Appeal{{State: result.AppealFiled}} },
		"a certificate": func(f *fake) { f.issued = []certificate.Certificate{{Registration: "r2"}} },
		"more of it":    func(f *fake) { f.held[retention.Journals]["r1"]++ },
	} {
		t.Run("Err "+name, func(t *testing.T) {
			t.Parallel()
			f, d := newFake(t)
			_, digest := due(t, d)
			run, err := d.Propose(t.Context(), "administrator1", digest, "期满")
			if err != nil {
				t.Fatal(err)
			}
			change(f)
			if _, err := d.Confirm(t.Context(), "administrator2", run.ID); !errors.Is(err, retention.ErrConflict) {
				t.Errorf("confirmed: %v", err)
			}
			if f.runs[run.ID].State != retention.Void || len(f.held[retention.Journals]) != 2 || len(f.held[retention.Portraits]) != 2 {
				t.Errorf("run %s, held %v", f.runs[run.ID].State, f.held)
			}
		})
	}
}

func TestReadRules(t *testing.T) {
	t.Parallel()
	rules, err := retention.ReadRules(nil)
	if err != nil || len(rules) != len(retention.Kinds()) {
		t.Fatal(rules, err)
	}
	type doc map[string]any
	whole := func(change func([]doc) []doc) []byte {
		var all []doc
		for _, r := range rules {
			all = append(all, doc{"kind": r.Kind, "days": r.Days})
		}
		raw, err := json.Marshal(change(all))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	if _, err := retention.ReadRules(whole(func(d []doc) []doc { return d })); err != nil {
		t.Error(err)
	}
	for name, raw := range map[string][]byte{
		"not JSON": []byte("{"), "empty": []byte("[]"),
		"a kind is missing": whole(func(d []doc) []doc { return d[1:] }),
		"twice":             whole(func(d []doc) []doc { return append(d, d[0]) }),
		"unknown":           whole(func(d []doc) []doc { d[0]["kind"] = "x"; return d }),
		"one day":           whole(func(d []doc) []doc { d[0]["days"] = 1; return d }),
	} {
		if _, err := retention.ReadRules(raw); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
