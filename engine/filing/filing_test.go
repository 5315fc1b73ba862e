package filing_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/filing"
	"gongyuan/engine/people"
)

// office is everything around an Office, in memory.
type office struct {
	kept   map[filing.ID]filing.Filing
	events []audit.Event
	now    time.Time
}

func (o *office) Now() time.Time { return o.now }

func (o *office) Record(_ context.Context, e audit.Event) error {
	o.events = append(o.events, e)
	return nil
}

func (o *office) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	switch id {
	case "admin":
		return people.Account{ID: id, Roles: []people.Role{people.Administrator}}, nil
	case "examiner":
		return people.Account{ID: id, Roles: []people.Role{people.Examiner}}, nil
	}
	return people.Account{}, people.ErrNotFound
}

func (o *office) InsertFiling(_ context.Context, f filing.Filing) error {
	if _, ok := o.kept[f.ID]; ok {
		return filing.ErrDuplicate
	}
	o.kept[f.ID] = f
	return nil
}

func (o *office) ReplaceFiling(_ context.Context, f filing.Filing) (filing.Filing, error) {
	if o.kept[f.ID].Version != f.Version {
		return f, filing.ErrConflict
	}
	f.Version++
	o.kept[f.ID] = f
	return f, nil
}

func (o *office) Filing(_ context.Context, id filing.ID) (filing.Filing, error) {
	f, ok := o.kept[id]
	if !ok {
		return f, filing.ErrNotFound
	}
	return f, nil
}

func (o *office) Filings(context.Context) ([]filing.Filing, error) {
	var out []filing.Filing
	for _, f := range o.kept {
		out = append(out, f)
	}
	return out, nil
}

func newOffice() (*office, *filing.Office) {
	o := &office{kept: map[filing.ID]filing.Filing{}, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	return o, filing.NewOffice(filing.Deps{Store: o, Accounts: o, Audit: o, Clock: o})
}

// TestMoves runs every state against every act.
func TestMoves(t *testing.T) {
	t.Parallel()
	want := map[filing.State]string{
		"": "apply", filing.Applied: "assess end", filing.Assessed: "opine end", filing.Opinion: "review end", filing.Reviewed: "file end",
		filing.Filed: "register change renew end", filing.Registered: "change renew end", filing.Changed: "register change renew end",
		filing.Renewed: "register change renew end", filing.Ended: "apply",
	}
	leads := map[filing.Act]filing.State{}
	for i, a := range filing.Acts() {
		leads[a] = filing.States()[i]
	}
	for state, acts := range want {
		got := ""
		for _, a := range filing.Acts() {
			next, err := state.Next(a)
			switch {
			case err == nil && next != leads[a]:
				t.Errorf("%s of %q leads to %s", a, state, next)
			case err == nil:
				got += string(a) + " "
			case !errors.Is(err, filing.ErrState) || next != state:
				t.Errorf("%s of %q: %s, %v", a, state, next, err)
			}
		}
		if got != acts+" " {
			t.Errorf("from %q: %q, want %q", state, got, acts)
		}
	}
}

func TestPermit(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o, x := newOffice()
	expect := func(what string, want error) {
		t.Helper()
		if err := x.Permit(ctx, o.now); !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	expect("nothing entered", filing.ErrNone)
	f, err := x.Enter(ctx, "admin", filing.Filing{Kind: filing.Body, Subject: filing.Subject{Name: "示例机构", Code: "0000"}}, filing.Step{On: "2026-11-01"}, true)
	if err != nil {
		t.Fatal(err)
	}
	do := func(s filing.Step) {
		t.Helper()
		s.On, s.Document = "2026-11-20", "示例 1 号"
		if f, err = x.Do(ctx, "admin", filing.Own, f.Version, s, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range []filing.Act{filing.Assess, filing.Opine, filing.Review} {
		do(filing.Step{Act: a})
		expect("after "+string(a), filing.ErrNotFiled)
	}
	do(filing.Step{Act: filing.File, From: "2026-11-24", Until: "2027-11-23"})
	expect("the day before it begins", filing.ErrRunOut)
	o.now = time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC) // the 24th in China
	expect("the first day", nil)
	o.now = time.Date(2027, 11, 23, 15, 59, 0, 0, time.UTC)
	expect("the last day", nil)
	o.now = time.Date(2027, 11, 23, 16, 0, 0, 0, time.UTC)
	expect("the day after the last", filing.ErrRunOut)
	do(filing.Step{Act: filing.Renew, From: "2027-11-24", Until: "2030-11-23"})
	expect("renewed", nil)
	do(filing.Step{Act: filing.End, Note: "不再从事"})
	expect("ended", filing.ErrNotFiled)
	do(filing.Step{Act: filing.Apply})
	expect("applied anew", filing.ErrNotFiled)
	acts := ""
	for _, e := range o.events {
		acts += e.Act + " "
	}
	if want := "filing.enter filing.assess filing.opine filing.review filing.file filing.renew filing.end filing.apply "; acts != want {
		t.Errorf("recorded %q, want %q", acts, want)
	}
}

func TestErrEntries(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o, x := newOffice()
	step := filing.Step{On: "2026-11-01"}
	body := filing.Filing{Kind: filing.Body, Subject: filing.Subject{Name: "示例机构"}}
	if _, err := x.Enter(ctx, "examiner", body, step, true); !errors.Is(err, filing.ErrForbidden) {
		t.Errorf("an examiner: %v", err)
	}
	if _, err := x.List(ctx, "nobody"); !errors.Is(err, filing.ErrForbidden) {
		t.Errorf("nobody: %v", err)
	}
	for want, change := range map[string]func(*filing.Filing, *filing.Step){
		"/name length-2-80":      func(f *filing.Filing, _ *filing.Step) { f.Subject.Name = " x " },
		"/code digits-4":         func(f *filing.Filing, _ *filing.Step) { f.Subject.Code = "12a4" },
		"/kind unknown":          func(f *filing.Filing, _ *filing.Step) { f.Kind = "x" },
		"/own own-body":          func(f *filing.Filing, _ *filing.Step) { f.Kind, f.Subject.Of = filing.Site, "x" },
		"/of only-of-a-site":     func(f *filing.Filing, _ *filing.Step) { f.Subject.Of = "x" },
		"/on date":               func(_ *filing.Filing, s *filing.Step) { s.On = "2026-02-30" },
		"/on in-the-future":      func(_ *filing.Filing, s *filing.Step) { s.On = "2026-11-24" },
		"/until only-when-filed": func(_ *filing.Filing, s *filing.Step) { s.Until = "2026-11-24" },
	} {
		f, s := body, step
		change(&f, &s)
		_, err := x.Enter(ctx, "admin", f, s, true)
		var wrong *filing.FieldError
		if !errors.As(err, &wrong) || wrong.Field+" "+wrong.Reason != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if len(o.events)+len(o.kept) > 0 {
		t.Errorf("kept or recorded: %v %v", o.kept, o.events)
	}
	f, err := x.Enter(ctx, "admin", body, step, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Enter(ctx, "admin", body, step, true); !errors.Is(err, filing.ErrDuplicate) {
		t.Errorf("a second own body: %v", err)
	}
	if _, err := x.Enter(ctx, "admin", filing.Filing{Kind: filing.Site, Subject: filing.Subject{Name: "站点", Of: "none"}}, step, false); err == nil {
		t.Error("a site of no body")
	}
	for want, s := range map[string]filing.Step{
		"/on before-last-step": {Act: filing.Assess, On: "2026-10-31", Document: "1"},
		"/document required":   {Act: filing.Assess, On: "2026-11-02"},
		"/note required":       {Act: filing.End, On: "2026-11-02"},
	} {
		_, err := x.Do(ctx, "admin", f.ID, f.Version, s, nil)
		var wrong *filing.FieldError
		if !errors.As(err, &wrong) || wrong.Field+" "+wrong.Reason != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := x.Do(ctx, "admin", f.ID, 7, filing.Step{Act: filing.Assess}, nil); !errors.Is(err, filing.ErrConflict) {
		t.Errorf("an old version: %v", err)
	}
	if _, err := x.Do(ctx, "admin", f.ID, f.Version, filing.Step{Act: filing.File}, nil); !errors.Is(err, filing.ErrState) {
		t.Errorf("filed before it was assessed: %v", err)
	}
}

func TestProvide(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o, x := newOffice()
	for range 2 {
		if err := x.Provide(ctx, "示例机构"); err != nil {
			t.Fatal(err)
		}
		if err := x.Permit(ctx, o.now); err != nil || o.kept[filing.Own].State != filing.Registered {
			t.Errorf("%v: %+v", err, o.kept)
		}
	}
	if _, err := x.Do(ctx, "admin", filing.Own, o.kept[filing.Own].Version, filing.Step{Act: filing.End, On: "2026-11-23", Note: "停办"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := x.Provide(ctx, "示例机构"); err != nil || !errors.Is(x.Permit(ctx, o.now), filing.ErrNotFiled) {
		t.Errorf("what staff ended came back: %v", err)
	}
}

func TestSites(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o, x := newOffice()
	if err := x.Provide(ctx, "示例机构"); err != nil {
		t.Fatal(err)
	}
	valid := func(id filing.ID, of filing.ID, k filing.Kind) filing.Filing {
		return filing.Filing{ID: id, Kind: k, Subject: filing.Subject{Name: "站点 " + string(id), Of: of}, State: filing.Filed, From: "2026-01-01", Until: "2026-11-23"}
	}
	o.kept["mine"], o.kept["other"], o.kept["body"] = valid("mine", filing.Own, filing.Site), valid("other", "body", filing.Site), valid("body", "", filing.Body)
	for id, known := range map[string]bool{"mine": true, "other": false, "body": false, "none": false, string(filing.Own): false} {
		if got, err := x.KnownSite(ctx, id); err != nil || got != known {
			t.Errorf("%s is known: %v %v", id, got, err)
		}
		if err := x.PermitSite(ctx, id, o.now); known != (err == nil) || err != nil && !errors.Is(err, filing.ErrSite) {
			t.Errorf("%s is permitted: %v", id, err)
		}
		if name, err := x.SiteName(ctx, id); err != nil || known != (name == "站点 "+id) {
			t.Errorf("%s is called %q %v", id, name, err)
		}
	}
	if err := x.PermitSite(ctx, "mine", o.now.AddDate(0, 0, 1)); !errors.Is(err, filing.ErrSite) {
		t.Errorf("run out: %v", err)
	}
}
