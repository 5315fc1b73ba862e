package main

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// TestProgramme: a sitting keeps to its programme from the plan to the ticket,
// takes in no more people than it has places, and stays where it is held when
// it is changed.
func TestProgramme(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t)) // FerretDB replaces without looking at the version in the same step
	admin := w.staff(people.Administrator)
	revs, _ := banktest.Generate(33, 400)
	done, _ := w.sittingOf(revs, testBlueprint(), 1, nil)
	w.namedSite(admin, done, "示例东站", "000042")
	site := *w.sittingWire(admin, string(done.ID)).Site
	opens := w.clock.Now().AddDate(0, 0, 3).In(standard.Zone)
	day := opens.Format(time.DateOnly)
	draft := contract.ProgrammeDraft{Title: "冬季认定计划", Site: &site, Note: "请带身份证", Levels: []contract.ProgrammeLevel{
		{Level: 3, Capacity: 5, Days: []contract.ProgrammeDays{{Kind: "theory", From: day, Until: day}, {Kind: "skill", From: "2099-01-02", Until: "2099-01-03"}}},
	}}
	bad := draft
	bad.Title = "冬"
	if r := w.call("POST", "/api/v1/programmes", admin, bad).must(t, 422); !bytes.Contains(r.raw, []byte(`"/title"`)) {
		t.Errorf("a title of one letter: %s", r.raw)
	}
	var p contract.Programme
	w.call("POST", "/api/v1/programmes", admin, draft).must(t, 200).into(t, &p)
	w.call("POST", "/api/v1/programmes", w.staff(people.Auditor), draft).must(t, 403)

	places := 4
	plan := contract.SittingPlan{
		Title: "冬季场", Level: 3, Blueprint: done.Blueprint.ID, Opens: opens, Closes: opens.Add(time.Minute), DurationMinutes: 90, Release: "at-once",
		Site: &site, Programme: &p.Id, Capacity: &places,
	}
	for field, spoil := range map[string]func(*contract.SittingPlan){
		"/opens":    func(s *contract.SittingPlan) { s.Opens, s.Closes = opens.AddDate(0, 0, 1), opens.AddDate(0, 0, 2) },
		"/site":     func(s *contract.SittingPlan) { s.Site = nil },
		"/capacity": func(s *contract.SittingPlan) { many := 6; s.Capacity = &many },
	} {
		s := plan
		spoil(&s)
		if r := w.call("POST", "/api/v1/sittings", admin, s).must(t, 422); !bytes.Contains(r.raw, []byte(`"pointer":"`+field+`"`)) {
			t.Errorf("%s: %s", field, r.raw)
		}
	}
	var s contract.Sitting
	w.call("POST", "/api/v1/sittings", admin, plan).must(t, 201).into(t, &s)
	base := "/api/v1/sittings/" + s.Id
	s = w.changedTitle(t, admin, s, plan)
	if s.Site == nil || *s.Site != site || s.Programme == nil || *s.Programme != p.Id || *s.Capacity != 4 {
		t.Fatalf("a change of the title moved the sitting: %+v", s)
	}
	w.fills(t, base, admin)
	w.announces(t, admin, p, s)

	var list []contract.Registration
	w.call("GET", base+"/registrations", admin, nil).must(t, 200).into(t, &list)
	who, err := strconv.Atoi(strings.TrimPrefix(list[0].Name, "考生")) // whichever batch entered
	if err != nil {
		t.Fatal(err)
	}
	var status contract.EnrolStatus
	w.call("POST", "/api/v1/enrolment-status", "", contract.EnrolAsk{Number: list[0].Admission, IdNumber: rosterIdentity(who)}).must(t, 200).into(t, &status)
	if status.Ticket == nil || status.Ticket.Later == nil || (*status.Ticket.Later)[0].From != "2099-01-02" {
		t.Errorf("the ticket does not tell of the skill assessment: %+v", status.Ticket)
	}
	pdf := w.call("GET", base+"/papers/tickets", admin, nil).must(t, 200)
	if !bytes.HasPrefix(pdf.raw, []byte("%PDF")) {
		t.Errorf("tickets: %.60s", pdf.raw)
	}
}

func (w *world) sittingWire(token, id string) contract.Sitting {
	w.t.Helper()
	var s contract.Sitting
	w.call("GET", "/api/v1/sittings/"+id, token, nil).must(w.t, 200).into(w.t, &s)
	return s
}

// changedTitle changes nothing but the title.
func (w *world) changedTitle(t *testing.T, admin string, s contract.Sitting, plan contract.SittingPlan) contract.Sitting {
	t.Helper()
	change := contract.SittingChange{
		Title: "冬季第一场", Level: plan.Level, Blueprint: plan.Blueprint, Opens: plan.Opens, Closes: plan.Closes, DurationMinutes: plan.DurationMinutes,
		Release: contract.SittingChangeRelease(plan.Release), Site: plan.Site, Programme: plan.Programme, Capacity: plan.Capacity, Version: s.Version,
	}
	var out contract.Sitting
	w.call("PUT", "/api/v1/sittings/"+s.Id, admin, change).must(t, 200).into(t, &out)
	return out
}

// fills registers until the four places are taken: of batches of three at once
// one enters whole.
func (w *world) fills(t *testing.T, base, admin string) {
	t.Helper()
	batch := func(from, n int) contract.RegisterRequest {
		var in contract.RegisterRequest
		for i := range n {
			in.Candidates = append(in.Candidates, contract.RegistrationEntry{Name: "考生" + leftPad(from+i), IdNumber: rosterIdentity(from + i), Room: "01", Seat: leftPad(from + i)})
		}
		return in
	}
	if r := w.call("POST", base+"/registrations", admin, batch(1, 5)); r.problem() != "sitting-full" || !strings.Contains(string(r.raw), "还可登记 4 人") {
		t.Errorf("five into four: %d %s", r.status, r.raw)
	}
	var both [2]reply
	var wg sync.WaitGroup
	for i := range both {
		wg.Go(func() { both[i] = w.call("POST", base+"/registrations", admin, batch(1+10*i, 3)) })
	}
	wg.Wait()
	if a, b := both[0].status, both[1].status; a == b || a != http.StatusCreated && b != http.StatusCreated {
		t.Errorf("three and three into four: %d, %d", a, b)
	}
	var list []contract.Registration
	w.call("GET", base+"/registrations", admin, nil).must(t, 200).into(t, &list)
	if len(list) != 3 {
		t.Fatalf("%d are registered, want 3", len(list))
	}
	w.call("POST", base+"/registrations", admin, batch(4, 1)).must(t, 201)
	s := w.sittingWire(admin, strings.TrimPrefix(base, "/api/v1/sittings/"))
	few := 3
	r := w.call("PUT", base, admin, contract.SittingChange{
		Title: s.Title, Level: s.Level, Blueprint: s.BlueprintId, Opens: s.Opens, Closes: s.Closes, DurationMinutes: s.DurationMinutes,
		Release: contract.SittingChangeRelease(s.Release), Site: s.Site, Programme: s.Programme, Capacity: &few, Version: s.Version,
	})
	if r.status != 422 || !bytes.Contains(r.raw, []byte(`"/capacity"`)) {
		t.Errorf("fewer places than people: %d %s", r.status, r.raw)
	}
}

// announces shows the programme to everybody, with the sitting once it takes
// applications, and refuses to withdraw it.
func (w *world) announces(t *testing.T, admin string, p contract.Programme, s contract.Sitting) {
	t.Helper()
	public := func() []contract.Announcement {
		var out []contract.Announcement
		w.call("GET", "/api/v1/announcements", "", nil).must(t, 200).into(t, &out)
		return out
	}
	if got := public(); len(got) != 0 {
		t.Errorf("a draft is public: %+v", got)
	}
	acts := "/api/v1/programmes/" + p.Id + "/acts"
	w.call("POST", acts, admin, contract.ProgrammeAct{Act: "announce", Version: p.Version}).must(t, 200).into(t, &p)
	opens, closes := w.clock.Now().Add(-time.Hour), w.clock.Now().Add(time.Hour)
	if got := public(); len(got) != 1 || len(got[0].Sittings) != 0 {
		t.Errorf("before applications: %+v", got)
	}
	w.call("PUT", "/api/v1/sittings/"+s.Id+"/enrolment", admin, contract.EnrolWindow{On: true, Opens: &opens, Closes: &closes}).must(t, 200)
	got := public()
	if len(got) != 1 || len(got[0].Sittings) != 1 || !got[0].Sittings[0].Open || got[0].Sittings[0].Id != s.Id || got[0].Levels[0].Capacity != 5 || *got[0].SiteName != "示例东站" {
		t.Fatalf("announced: %+v", got)
	}
	var form contract.EnrolForm
	w.call("GET", "/api/v1/enrolments/"+s.Id, "", nil).must(t, 200).into(t, &form)
	if form.Capacity == nil || *form.Capacity != 4 || *form.Registered != 4 || len(*form.Days) != 2 {
		t.Errorf("the form: %+v", form)
	}
	reason := "改期"
	if r := w.call("POST", acts, admin, contract.ProgrammeAct{Act: "withdraw", Version: p.Version, Reason: &reason}); r.problem() != "programme-used" {
		t.Errorf("withdrawn with a sitting: %d %s", r.status, r.raw)
	}
	var detail contract.ProgrammeDetail
	w.call("GET", "/api/v1/programmes/"+p.Id, w.staff(people.Auditor), nil).must(t, 200).into(t, &detail)
	if len(detail.Sittings) != 1 || detail.Uses[0].Given != 4 || detail.Uses[0].Registered != 4 {
		t.Errorf("its sittings: %+v", detail)
	}
}
