package programme

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// world is a store of programmes and sittings in memory, with a lead.
type world struct {
	programmes map[ID]Programme
	sittings   []sitting.Sitting
	recorded   []audit.Event
}

var now = time.Date(2026, 12, 6, 1, 0, 0, 0, time.UTC)

func (w *world) PutProgramme(_ context.Context, p Programme) (Programme, error) {
	if w.programmes[p.ID].Version != p.Version {
		return p, ErrConflict
	}
	p.Version++
	w.programmes[p.ID] = p
	return p, nil
}

func (w *world) Programme(_ context.Context, id ID) (Programme, error) {
	p, ok := w.programmes[id]
	if !ok {
		return p, ErrNotFound
	}
	return p, nil
}

func (w *world) Programmes(context.Context) ([]Programme, error) {
	var all []Programme
	for _, p := range w.programmes {
		all = append(all, p)
	}
	return all, nil
}
func (w *world) SittingsOf(context.Context, string) ([]sitting.Sitting, error) {
	return w.sittings, nil
}
func (w *world) KnownSite(_ context.Context, site string) (bool, error) { return site == "A", nil }
func (w *world) Record(_ context.Context, e audit.Event) error {
	w.recorded = append(w.recorded, e)
	return nil
}
func (w *world) Now() time.Time { return now }
func (w *world) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	return people.Account{ID: id, Roles: []people.Role{people.Role(id)}}, nil
}

const lead = people.AccountID(people.Administrator)

func office(t *testing.T) (*world, *Office) {
	t.Helper()
	s, err := standard.Sample()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{programmes: map[ID]Programme{}}
	return w, NewOffice(Deps{Store: w, Sittings: w, Sites: w, Accounts: w, Standard: s, Audit: w, Clock: w})
}

// winter has levels 2 and 3, written in neither the order of levels nor of
// components.
func winter() Programme {
	return Programme{
		Title: " 2026年冬季认定计划 ", Site: "A", Note: "示例", Levels: []Level{
			{2, 20, []Days{{standard.Review, "2026-12-20", "2026-12-21"}, {standard.Theory, "2026-12-06", "2026-12-06"}, {standard.Skill, "2026-12-13", "2026-12-13"}}},
			{3, 60, []Days{{standard.Theory, "2026-12-06", "2026-12-07"}, {standard.Skill, "2026-12-12", "2026-12-13"}}},
		},
	}
}

func TestPut(t *testing.T) {
	t.Parallel()
	w, o := office(t)
	made, err := o.Put(t.Context(), lead, winter())
	if err != nil {
		t.Fatal(err)
	}
	want := winter()
	want.ID, want.Title, want.State, want.Version, want.By, want.Changed = made.ID, "2026年冬季认定计划", Draft, 1, lead, now
	want.Occupation = o.in.Standard.Occupation
	want.Levels[0], want.Levels[1] = want.Levels[1], want.Levels[0]
	d := want.Levels[1].Days
	d[0], d[1], d[2] = d[1], d[2], d[0]
	if diff := cmp.Diff(made, want); diff != "" {
		t.Error(diff)
	}
	if len(w.recorded) != 1 || w.recorded[0].Act != "programme.put" {
		t.Errorf("recorded %+v", w.recorded)
	}
	if _, err := o.Put(t.Context(), people.AccountID(people.Auditor), winter()); !errors.Is(err, ErrForbidden) {
		t.Errorf("by an auditor: %v", err)
	}
	if _, err := o.Put(people.Limited(t.Context(), people.Limits{Levels: []int{3}}), lead, winter()); !errors.Is(err, people.ErrOutside) {
		t.Errorf("by an account of one level: %v", err)
	}
	old := made
	old.Version = 7
	if _, err := o.Put(t.Context(), lead, old); !errors.Is(err, ErrConflict) {
		t.Errorf("an old version: %v", err)
	}
}

func TestPutFaults(t *testing.T) {
	t.Parallel()
	for field, spoil := range map[string]func(*Programme){
		"/title":                func(p *Programme) { p.Title = " 冬 " },
		"/site":                 func(p *Programme) { p.Site = "B" },
		"/levels":               func(p *Programme) { p.Levels = nil },
		"/levels/1/level":       func(p *Programme) { p.Levels[1].Level = 2 },
		"/levels/0/level":       func(p *Programme) { p.Levels[0].Level = 5 },
		"/levels/0/capacity":    func(p *Programme) { p.Levels[0].Capacity = 0 },
		"/levels/0/days":        func(p *Programme) { p.Levels[0].Days = p.Levels[0].Days[1:] },
		"/levels/0/days/0/kind": func(p *Programme) { p.Levels[0].Days[0].Kind = "oral" },
		"/levels/1/days/1/kind": func(p *Programme) { p.Levels[1].Days[1].Kind = standard.Theory },
		"/levels/1/days/0/from": func(p *Programme) { p.Levels[1].Days[0].From = "2026-13-01" },
		"/levels/1/days/1/until": func(p *Programme) {
			p.Levels[1].Days[1].Until = "2026-12-11"
		},
	} {
		_, o := office(t)
		p := winter()
		spoil(&p)
		var fault *FieldError
		if _, err := o.Put(t.Context(), lead, p); !errors.As(err, &fault) || fault.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// TestHolds: a sitting keeps to the level, site, days and places.
func TestHolds(t *testing.T) {
	t.Parallel()
	w, o := office(t)
	p, err := o.Put(t.Context(), lead, winter())
	if err != nil {
		t.Fatal(err)
	}
	w.sittings = []sitting.Sitting{{ID: "other", Programme: string(p.ID), Level: 3, Capacity: 40}, {ID: "third", Programme: string(p.ID), Level: 2, Capacity: 20}}
	// 08:00 to 10:00 of 6 December by the clock of the candidates.
	good := sitting.Sitting{ID: "s", Programme: string(p.ID), Site: "A", Level: 3, Capacity: 20, Opens: now.Add(-time.Hour), Closes: now.Add(time.Hour)}
	if err := o.Holds(t.Context(), &good); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		field string
		spoil func(*sitting.Sitting)
	}{
		"no programme":       {"/programme", func(s *sitting.Sitting) { s.Programme = "none" }},
		"no level":           {"/level", func(s *sitting.Sitting) { s.Level = 1 }},
		"another site":       {"/site", func(s *sitting.Sitting) { s.Site = "" }},
		"a day early":        {"/opens", func(s *sitting.Sitting) { s.Opens = now.Add(-9*time.Hour - time.Second) }},
		"a day late":         {"/opens", func(s *sitting.Sitting) { s.Opens = now.AddDate(0, 0, 2); s.Closes = s.Opens.Add(time.Hour) }},
		"over the last day":  {"/closes", func(s *sitting.Sitting) { s.Closes = now.AddDate(0, 0, 2) }},
		"no places":          {"/capacity", func(s *sitting.Sitting) { s.Capacity = 0 }},
		"one place too many": {"/capacity", func(s *sitting.Sitting) { s.Capacity = 21 }},
	} {
		s := good
		c.spoil(&s)
		var fault *sitting.FieldError
		if err := o.Holds(t.Context(), &s); !errors.As(err, &fault) || fault.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	p.State = Withdrawn
	w.programmes[p.ID] = p
	if err := o.Holds(t.Context(), &good); !errors.Is(err, sitting.ErrInvalid) {
		t.Errorf("of a programme that was withdrawn: %v", err)
	}
}

// TestAnnounced: what is announced changes with a reason and never leaves out a
// sitting; it is withdrawn only when no sitting is part of it.
func TestAnnounced(t *testing.T) {
	t.Parallel()
	w, o := office(t)
	ctx := t.Context()
	p, err := o.Put(ctx, lead, winter())
	if err != nil {
		t.Fatal(err)
	}
	if all, err := o.Public(ctx); err != nil || len(all) != 0 {
		t.Fatalf("a draft is public: %v, %v", all, err)
	}
	if p, err = o.Announce(ctx, lead, p.ID, p.Version); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Announce(ctx, lead, p.ID, p.Version); !errors.Is(err, ErrState) {
		t.Errorf("announced twice: %v", err)
	}
	if all, err := o.Public(ctx); err != nil || len(all) != 1 {
		t.Fatalf("public: %v, %v", all, err)
	}
	w.sittings = []sitting.Sitting{{ID: "s", Programme: string(p.ID), Site: "A", Level: 3, Capacity: 60, Opens: now, Closes: now.Add(time.Hour), Roster: make([]sitting.RegistrationID, 7)}}
	put := func(change func(*Programme)) error {
		next, reason := p, "教室临时不能用"
		next.Levels = winter().Levels
		next.Levels[0], next.Levels[1] = next.Levels[1], next.Levels[0]
		next.Reason = reason
		change(&next)
		_, err := o.Put(ctx, lead, next)
		return err
	}
	for field, change := range map[string]func(*Programme){
		"/reason":            func(p *Programme) { p.Reason = "" },
		"/levels":            func(p *Programme) { p.Levels[0].Days[0].From = "2026-12-07" },
		"/levels/0/capacity": func(p *Programme) { p.Levels[0].Capacity = 59 },
	} {
		var fault *FieldError
		if err := put(change); !errors.As(err, &fault) || fault.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if uses, err := o.Uses(ctx, p.ID); err != nil || uses[3] != (Use{60, 7}) {
		t.Errorf("uses: %v, %v", uses, err)
	}
	if err := put(func(p *Programme) { p.Levels[0].Days[1].From = "2026-12-13" }); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Withdraw(ctx, lead, p.ID, 3, "不办了"); !errors.Is(err, ErrUsed) {
		t.Errorf("withdrawn with a sitting: %v", err)
	}
	w.sittings = nil
	if _, err := o.Withdraw(ctx, lead, p.ID, 3, ""); !errors.Is(err, ErrInvalid) {
		t.Errorf("withdrawn without a reason: %v", err)
	}
	if got, err := o.Withdraw(ctx, lead, p.ID, 3, "不办了"); err != nil || got.State != Withdrawn {
		t.Errorf("withdrawn: %+v, %v", got, err)
	}
	if err := put(func(p *Programme) { p.Version = 4 }); !errors.Is(err, ErrState) {
		t.Errorf("changed after it was withdrawn: %v", err)
	}
}

// TestPublicEnds: what is over is no longer shown to everybody.
func TestPublicEnds(t *testing.T) {
	t.Parallel()
	w, o := office(t)
	for id, last := range map[ID]string{"past": "2026-12-05", "today": "2026-12-06"} {
		w.programmes[id] = Programme{ID: id, State: Announced, Levels: []Level{{3, 1, []Days{{standard.Theory, "2026-12-01", last}}}}}
	}
	all, err := o.Public(t.Context())
	if err != nil || len(all) != 1 || all[0].ID != "today" {
		t.Errorf("public: %+v, %v", all, err)
	}
}

// TestShown: an account of one level sees that level of a programme.
func TestShown(t *testing.T) {
	t.Parallel()
	_, o := office(t)
	p, err := o.Put(t.Context(), lead, winter())
	if err != nil {
		t.Fatal(err)
	}
	ctx := people.Limited(t.Context(), people.Limits{Levels: []int{2}})
	got, err := o.One(ctx, lead, p.ID)
	if err != nil || len(got.Levels) != 1 || got.Levels[0].Level != 2 {
		t.Errorf("of level 2: %+v, %v", got.Levels, err)
	}
	outside := people.Limited(t.Context(), people.Limits{Sites: []string{"B"}})
	if _, err := o.One(outside, lead, p.ID); !errors.Is(err, people.ErrOutside) {
		t.Errorf("of another site: %v", err)
	}
	if all, err := o.List(outside, lead); err != nil || len(all) != 0 {
		t.Errorf("list of another site: %v, %v", all, err)
	}
}
