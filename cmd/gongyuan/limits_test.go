package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/access"
	"gongyuan/engine/assess"
	"gongyuan/engine/audit"
	"gongyuan/engine/batch"
	"gongyuan/engine/certificate"
	"gongyuan/engine/correction"
	"gongyuan/engine/diploma"
	"gongyuan/engine/evidence"
	"gongyuan/engine/filing"
	"gongyuan/engine/marking"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/personnel"
	"gongyuan/engine/proctor"
	"gongyuan/engine/report"
	"gongyuan/engine/result"
	"gongyuan/engine/roster"
	seats "gongyuan/engine/seating"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
	"gongyuan/engine/venue"
)

// limited is somebody of a role who deals with some sittings only.
func (w *world) limited(role people.Role, l people.Limits) member {
	w.t.Helper()
	m := w.member(role)
	a, err := w.engine.people.Account(w.t.Context(), people.AccountID(m.id))
	if err != nil {
		w.t.Fatal(err)
	}
	a.Levels, a.Sites = l.Levels, l.Sites
	if _, err := w.engine.people.ReplaceAccount(w.t.Context(), a); err != nil {
		w.t.Fatal(err)
	}
	w.engine.gate.Forget(a.ID)
	return m
}

// heldAt is the sitting at a site, whether the register knows it or not.
func (w *world) heldAt(s sitting.Sitting, site string) sitting.Sitting {
	w.t.Helper()
	s, err := w.engine.sittings.Sitting(w.t.Context(), s.ID)
	if err == nil {
		s.Site = site
		s, err = w.engine.sittings.ReplaceSitting(w.t.Context(), s)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// outside is a sitting of level 3 at site B, with something of each kind that
// acts are about.
type outside struct {
	sitting.Sitting
	panel  assess.Panel
	jury   []member
	person person
	reg    sitting.RegistrationID
	file   evidence.FileID
	number certificate.Number
}

// act is something that an account does to the sitting outside its limits.
type limitedAct struct {
	name string
	do   func(ctx context.Context, by people.AccountID) error
}

// TestLimitsInTheDomain has somebody who is limited to another site, or another
// level, try every act and every look of the packages that know sittings, past
// the routes: each is refused as outside the limits, and no list shows it.
func TestLimitsInTheDomain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	x := w.outside()
	for name, limits := range map[string]people.Limits{"site": {Sites: []string{"A"}}, "level": {Levels: []int{2}}, "both": {Sites: []string{"B"}, Levels: []int{1}}} {
		ctx := people.Limited(t.Context(), limits)
		lead, examiner := w.limited(people.Administrator, limits), people.AccountID(x.panel.Examiners[0])
		for _, a := range slices.Concat(w.actsOfTheDay(&x), w.actsAfter(&x), w.actsOfWhole()) {
			if err := a.do(ctx, people.AccountID(lead.id)); !errors.Is(err, people.ErrOutside) {
				t.Errorf("%s: %s: got %v, want ErrOutside", name, a.name, err)
			}
		}
		for _, a := range w.actsOfExaminer(&x) {
			if err := a.do(ctx, examiner); !errors.Is(err, people.ErrOutside) {
				t.Errorf("%s: %s: got %v, want ErrOutside", name, a.name, err)
			}
		}
		if limits.Levels != nil {
			w.bankIsOutside(ctx, name, people.AccountID(lead.id), &x)
		}
		w.listsAreEmpty(ctx, name, people.AccountID(lead.id), examiner)
	}
}

func (w *world) outside() outside {
	w.t.Helper()
	revs, _ := banktest.Generate(31, 400)
	s, persons := w.sittingOf(revs, testBlueprint(), 2, func(s *sitting.Sitting) { s.Level, s.Title = 3, "别处的一场" })
	s = w.heldAt(s, "B")
	jury := w.panel(s, contract.AssessKindSkill)
	ctx, store := w.t.Context(), mongostore.New(w.engine.stores.db)
	panels, err := store.Assessments().PanelsOfSitting(ctx, s.ID)
	if err != nil || len(panels) == 0 {
		w.t.Fatalf("%d panels, %v", len(panels), err)
	}
	x := outside{Sitting: s, panel: panels[0], jury: jury, person: persons[0], reg: sitting.RegistrationID(persons[0].registration)}
	now := w.clock.Now()
	x.file, x.number = evidence.FileID(uuid.NewString()), "S000061000001243000001"
	for _, err := range []error{
		store.Records().InsertRuling(ctx, result.Ruling{ID: "r1", Sitting: s.ID, Registration: x.reg, Kind: result.Misconduct, State: result.Accused, By: "other", At: now, Version: 1}),
		store.Appeals().InsertAppeal(ctx, result.Appeal{ID: "a1", Year: 2026, Serial: 1, Sitting: s.ID, Registration: x.reg, State: result.AppealFiled, Filed: now, Due: now, Version: 1}),
		store.Regrades().InsertRegrade(ctx, result.Regrade{ID: "g1", Sittings: []sitting.ID{s.ID}, State: result.RegradeProposed, By: "other", At: now, Version: 1}),
		store.Batches().InsertBatch(ctx, batch.Batch{ID: "b1", Sittings: []sitting.ID{s.ID}, State: batch.Proposed, By: "other", At: now, Version: 1}),
		store.Evidence().InsertFile(ctx, evidence.File{ID: x.file, Owner: evidence.Owner{Kind: evidence.Material, Sitting: s.ID, Registration: x.reg}, State: evidence.Kept, Version: 1}),
		store.Certificates().Insert(ctx, certificate.Certificate{Number: x.number, Sitting: s.ID, Registration: x.reg, Level: 3, Issued: now}),
	} {
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return x
}

func only[T any](_ T, err error) error                { return err }
func only2[T, U any](_ T, _ U, err error) error       { return err }
func only3[T, U, V any](_ T, _ U, _ V, e error) error { return e }

// actsOfTheDay are what is done to a sitting until it is closed.
func (w *world) actsOfTheDay(x *outside) []limitedAct {
	e := w.engine
	return []limitedAct{
		{"see", func(ctx context.Context, _ people.AccountID) error { return only(e.sittings.Sitting(ctx, x.ID)) }},
		{"plan another there", func(ctx context.Context, by people.AccountID) error {
			plan := x.Sitting
			plan.ID = ""
			return only(e.office.Plan(ctx, plan, by))
		}},
		{"change", func(ctx context.Context, by people.AccountID) error {
			return only(e.office.Change(ctx, by, x.ID, x.Version, x.Sitting))
		}},
		{"close", func(ctx context.Context, by people.AccountID) error {
			return only(e.office.Do(ctx, x.ID, x.Version, sitting.Close, by))
		}},
		{"register", func(ctx context.Context, _ people.AccountID) error {
			return only(e.office.Register(ctx, x.ID, []sitting.Entry{{Name: "某", IDNumber: "11010519491231002X"}}))
		}},
		{"withdraw", func(ctx context.Context, by people.AccountID) error { return e.office.Withdraw(ctx, by, x.ID, x.reg) }},
		{"roster", func(ctx context.Context, _ people.AccountID) error { return only(e.office.Roster(ctx, x.Sitting)) }},
		{"one registration", func(ctx context.Context, _ people.AccountID) error { return only(e.sittings.Registration(ctx, x.reg)) }},
		{"imports", func(ctx context.Context, by people.AccountID) error {
			return only(e.days.Rosters.Imports(ctx, by, x.ID))
		}},
		{"judge a list", func(ctx context.Context, by people.AccountID) error {
			return only2(e.days.Rosters.Judge(ctx, by, x.ID, rosterFile()))
		}},
		{"undo an import", func(ctx context.Context, by people.AccountID) error {
			return only(e.days.Rosters.Undo(ctx, by, x.ID, "i"))
		}},
		{"rooms", func(ctx context.Context, by people.AccountID) error { return only2(e.days.Venues.Plan(ctx, by, x.ID)) }},
		{"staff rooms", func(ctx context.Context, by people.AccountID) error {
			return only(e.days.Venues.Staff(ctx, by, venue.Staffing{Sitting: x.ID}))
		}},
		{"seatings", func(ctx context.Context, by people.AccountID) error {
			return only(e.days.Seatings.Seatings(ctx, by, x.ID))
		}},
		{"propose a seating", func(ctx context.Context, by people.AccountID) error {
			return only(e.days.Seatings.Propose(ctx, by, x.ID, true))
		}},
		{"apply a seating", func(ctx context.Context, by people.AccountID) error {
			return only(e.days.Seatings.Apply(ctx, by, x.ID, "r"))
		}},
		{"move a seat", func(ctx context.Context, by people.AccountID) error {
			return e.days.Seatings.Move(ctx, by, x.ID, seats.Move{Registration: x.reg, Room: "1", Seat: "1"})
		}},
		{"order of the invigilator", func(ctx context.Context, by people.AccountID) error {
			return only(e.proctors.Do(ctx, proctor.Act{ID: uuid.NewString(), Sitting: x.ID, Kind: proctor.Message, Text: "请安静", By: by}))
		}},
		{"what was done", func(ctx context.Context, _ people.AccountID) error { return only(e.proctors.Acts(ctx, x.ID)) }},
		{"raised hands", func(ctx context.Context, _ people.AccountID) error { return only(e.proctors.Calls(ctx, x.ID)) }},
		{"settle a raised hand", func(ctx context.Context, by people.AccountID) error {
			return only(e.proctors.Handle(ctx, x.ID, proctor.Handling{Call: "c", By: by}))
		}},
		{"rules of access", func(ctx context.Context, _ people.AccountID) error { return only(e.access.Rules(ctx, x.ID)) }},
		{"set rules of access", func(ctx context.Context, by people.AccountID) error {
			return only(e.access.Set(ctx, access.Wish{Sitting: x.ID, Outside: access.Note, By: by}))
		}},
	}
}

func rosterFile() roster.File {
	var head []roster.Cell
	for _, h := range []string{"姓名", "证件号码"} {
		head = append(head, roster.Cell{Text: h})
	}
	return roster.File{Name: "a.xlsx", Cells: [][]roster.Cell{head, {{Text: "某"}, {Text: "11010519491231002X"}}}}
}

// actsAfter are what is done with panels, papers, results and certificates.
func (w *world) actsAfter(x *outside) []limitedAct {
	e := w.engine
	return []limitedAct{
		{"panels", func(ctx context.Context, by people.AccountID) error { return only(e.desk.Panels(ctx, by, x.ID)) }},
		{"appoint", func(ctx context.Context, by people.AccountID) error {
			return only(e.desk.Appoint(ctx, by, assess.NewPanel{Sitting: x.ID, Kind: standard.Skill, Station: 2}))
		}},
		{"approve a panel", func(ctx context.Context, by people.AccountID) error {
			return only(e.desk.Approve(ctx, by, x.panel.ID, 1, "好的"))
		}},
		{"withdraw a panel", func(ctx context.Context, by people.AccountID) error {
			return e.desk.Withdraw(ctx, by, x.panel.ID, 1, "不用了")
		}},
		{"unlocks", func(ctx context.Context, by people.AccountID) error { return only(e.desk.Unlocks(ctx, by, x.panel.ID)) }},
		{"record an absence", func(ctx context.Context, by people.AccountID) error {
			return e.desk.RecordAbsence(ctx, by, assess.Case{Panel: x.panel.ID, Draw: 1}, "没有到场")
		}},
		{"material", func(ctx context.Context, by people.AccountID) error { return only(e.files.Dossiers(ctx, by, x.ID)) }},
		{"terms of files", func(ctx context.Context, by people.AccountID) error {
			return only(e.files.TermsOf(ctx, by, x.panel.ID))
		}},
		{"a file", func(ctx context.Context, by people.AccountID) error {
			return only2(e.files.Read(ctx, evidence.Actor{Account: by}, x.file))
		}},
		{"support a motion", func(ctx context.Context, by people.AccountID) error {
			return only(e.files.Support(ctx, by, string(x.number), evidence.Upload{}))
		}},
		{"an application", func(ctx context.Context, by people.AccountID) error {
			return only2(e.days.Enrols.Open(ctx, by, x.ID, "none", "none"))
		}},
		{"a credential", func(ctx context.Context, _ people.AccountID) error {
			return only(e.registry.Credential(ctx, x.number, "https://example.org"))
		}},
		{"remove a file", func(ctx context.Context, by people.AccountID) error {
			return e.files.Remove(ctx, evidence.Actor{Account: by}, x.file, "不对")
		}},
		{"marking plan", func(ctx context.Context, by people.AccountID) error { return only(e.marking.Plan(ctx, by, x.ID)) }},
		{"make a marking plan", func(ctx context.Context, by people.AccountID) error {
			return only(e.marking.PutPlan(ctx, by, marking.Plan{Sitting: x.ID}))
		}},
		{"marking progress", func(ctx context.Context, by people.AccountID) error { return only(e.marking.Progress(ctx, by, x.ID)) }},
		{"third marks", func(ctx context.Context, by people.AccountID) error { return only(e.marking.Thirds(ctx, by, x.ID)) }},
		{"free a piece", func(ctx context.Context, by people.AccountID) error { return e.marking.Free(ctx, by, x.ID, "other") }},
		{"results", func(ctx context.Context, _ people.AccountID) error { return only(e.registrar.Stand(ctx, x.ID)) }},
		{"propose a release", func(ctx context.Context, by people.AccountID) error {
			return only(e.registrar.Propose(ctx, by, x.ID, "d", "好的"))
		}},
		{"return a release", func(ctx context.Context, by people.AccountID) error {
			return only(e.registrar.Return(ctx, by, x.ID, "再看看"))
		}},
		{"approve a release", func(ctx context.Context, by people.AccountID) error {
			return only(e.registrar.Approve(ctx, by, x.ID, "d", "好的"))
		}},
		{"rule", func(ctx context.Context, by people.AccountID) error {
			return only(e.registrar.Rule(ctx, by, result.Ruling{Sitting: x.ID, Registration: x.reg, Kind: result.Withholding, Why: "要再查"}))
		}},
		{"settle a ruling", func(ctx context.Context, by people.AccountID) error {
			return only(e.registrar.Settle(ctx, by, "r1", result.Confirm, "属实"))
		}},
		{"an appeal", func(ctx context.Context, by people.AccountID) error { return only(e.reviews.Case(ctx, by, "a1")) }},
		{"accept an appeal", func(ctx context.Context, by people.AccountID) error {
			return only(e.reviews.Handle(ctx, by, "a1", result.Handling{Act: result.AcceptAppeal, Version: 1}))
		}},
		{"a regrade", func(ctx context.Context, by people.AccountID) error { return only3(e.reviews.Look(ctx, by, "g1")) }},
		{"return a regrade", func(ctx context.Context, by people.AccountID) error {
			return only(e.reviews.Regrader.Return(ctx, by, "g1", "不对的"))
		}},
		{"approve a regrade", func(ctx context.Context, by people.AccountID) error {
			return only(e.reviews.Regrader.Approve(ctx, by, "g1", "d", "好的"))
		}},
		{"item statistics", func(ctx context.Context, by people.AccountID) error { return only2(e.figures.Report(ctx, by, x.ID)) }},
		{"export results", func(ctx context.Context, by people.AccountID) error {
			return only(e.handouts.Exports.Preview(ctx, by, x.ID, report.Map{Name: "表", Columns: []report.Column{{Heading: "姓名", Field: "name"}}}))
		}},
		{"take a batch", func(ctx context.Context, by people.AccountID) error {
			return only(e.batches.Take(ctx, by, []sitting.ID{x.ID}, nil))
		}},
		{"a batch", func(ctx context.Context, by people.AccountID) error { return only(e.batches.View(ctx, by, "b1")) }},
		{"approve a batch", func(ctx context.Context, by people.AccountID) error {
			return only(e.batches.Approve(ctx, by, "b1", "d"))
		}},
		{"return a batch", func(ctx context.Context, by people.AccountID) error {
			return only(e.batches.Return(ctx, by, "b1", "不对的"))
		}},
		{"a certificate", func(ctx context.Context, _ people.AccountID) error {
			return only(e.registry.Certificate(ctx, x.number))
		}},
		{"certificates of it", func(ctx context.Context, _ people.AccountID) error { return only(e.registry.OfSitting(ctx, x.ID)) }},
		{"move to revoke", func(ctx context.Context, by people.AccountID) error {
			return only(e.registry.Propose(ctx, certificate.Motion{Number: x.number, Kind: certificate.Revoke, Reason: "冒名顶替", Evidence: "决定书", By: by}))
		}},
		{"decide a motion", func(ctx context.Context, by people.AccountID) error {
			return only(e.registry.Decide(ctx, x.number, 1, true, "好的", by))
		}},
	}
}

// actsOfWhole are about the whole body: nobody with limits does them.
func (w *world) actsOfWhole() []limitedAct {
	e := w.engine
	return []limitedAct{
		{"report a period", func(ctx context.Context, by people.AccountID) error {
			return only(e.registers.Periods.Report(ctx, by, "2026-Q3"))
		}},
		{"make an account", func(ctx context.Context, by people.AccountID) error {
			return only2(e.personnel.Make(ctx, by, "new", personnel.Particulars{Name: "某", Roles: []people.Role{people.Administrator}}))
		}},
		{"reset a password", func(ctx context.Context, by people.AccountID) error {
			return only2(e.personnel.Reset(ctx, by, "other", 1))
		}},
		{"reset a factor", func(ctx context.Context, by people.AccountID) error { return e.personnel.ResetFactor(ctx, by, "other") }},
		{"enter a filing", func(ctx context.Context, by people.AccountID) error {
			return only(e.registers.Filings.Enter(ctx, by, filing.Filing{}, filing.Step{}, false))
		}},
		{"step a filing", func(ctx context.Context, by people.AccountID) error {
			return only(e.registers.Filings.Do(ctx, by, filing.Own, 1, filing.Step{}, nil))
		}},
		{"file a document", func(ctx context.Context, by people.AccountID) error {
			return only(e.files.File(ctx, by, filing.Own, 1, evidence.Upload{}))
		}},
		{"decide a correction", func(ctx context.Context, by people.AccountID) error {
			return only(e.registers.Corrections.Decide(ctx, by, correction.Decision{}))
		}},
		{"propose a deletion", func(ctx context.Context, by people.AccountID) error {
			return only(e.custody.Retention.Propose(ctx, by, "", "到期了"))
		}},
		{"confirm a deletion", func(ctx context.Context, by people.AccountID) error {
			return only(e.custody.Retention.Confirm(ctx, by, "d1"))
		}},
		{"cancel a deletion", func(ctx context.Context, by people.AccountID) error {
			return only(e.custody.Retention.Cancel(ctx, by, "d1", "不对的"))
		}},
		{"rules of rooms", func(ctx context.Context, by people.AccountID) error {
			return only(e.days.Venues.PutRules(ctx, by, venue.Rules{}))
		}},
		{"a place with rooms", func(ctx context.Context, by people.AccountID) error {
			return only(e.days.Venues.PutSite(ctx, by, venue.Site{}))
		}},
		{"a room", func(ctx context.Context, by people.AccountID) error {
			return only(e.days.Venues.PutRoom(ctx, by, venue.Room{}))
		}},
		{"a drill", func(ctx context.Context, by people.AccountID) error { return only(e.days.Ready.HandIn(ctx, by, nil)) }},
		{"design a sheet", func(ctx context.Context, by people.AccountID) error {
			return only(e.desk.Design(ctx, by, assess.Sheet{}, 0))
		}},
		{"keep an examiner", func(ctx context.Context, by people.AccountID) error {
			return only(e.register.Put(ctx, by, people.ExaminerEntry{Account: "other"}))
		}},
		{"a form of certificates", func(ctx context.Context, by people.AccountID) error {
			return only(e.handouts.Forms.Save(ctx, by, 0, diploma.Form{}, "改过的"))
		}},
		{"columns of an export", func(ctx context.Context, by people.AccountID) error {
			return only(e.handouts.Exports.Save(ctx, by, report.Map{}))
		}},
		{"read the record", func(ctx context.Context, _ people.AccountID) error { return only(e.trail.Find(ctx, audit.Query{}, 1)) }},
	}
}

// actsOfExaminer are what a member of the panel does.
func (w *world) actsOfExaminer(x *outside) []limitedAct {
	e, c := w.engine, assess.Case{Panel: x.panel.ID, Draw: 1}
	return []limitedAct{
		{"tasks", func(ctx context.Context, by people.AccountID) error { return only(e.desk.Tasks(ctx, by, x.panel.ID)) }},
		{"a score sheet", func(ctx context.Context, by people.AccountID) error { return only(e.desk.Form(ctx, by, c)) }},
		{"save a score", func(ctx context.Context, by people.AccountID) error {
			return only(e.desk.Save(ctx, by, c, 0, assess.Filled{}))
		}},
		{"sign a score", func(ctx context.Context, by people.AccountID) error { return only(e.desk.Lock(ctx, by, c, 1)) }},
		{"files of a score", func(ctx context.Context, by people.AccountID) error { return only(e.files.Folder(ctx, by, c)) }},
		{"faces", func(ctx context.Context, by people.AccountID) error { return only(e.files.Faces(ctx, by, x.panel.ID)) }},
		{"a piece to mark", func(ctx context.Context, by people.AccountID) error { return only(e.marking.Next(ctx, by, x.ID)) }},
		{"recent marks", func(ctx context.Context, by people.AccountID) error { return only(e.marking.Recent(ctx, by, x.ID)) }},
	}
}

// listsAreEmpty looks at the lists, which leave out what is outside.
func (w *world) listsAreEmpty(ctx context.Context, name string, lead, examiner people.AccountID) {
	w.t.Helper()
	e := w.engine
	count := func(what string, n, total int, err error) {
		w.t.Helper()
		if err != nil || n != 0 || total != 0 {
			w.t.Errorf("%s: %s: %d of %d, %v; want none", name, what, n, total, err)
		}
	}
	sittings, total, err := e.sittings.Sittings(ctx, 0, 50)
	count("sittings", len(sittings), total, err)
	appeals, total, err := e.reviews.Queue(ctx, lead, true, 0, 50)
	count("appeals", len(appeals), total, err)
	regrades, total, err := e.reviews.List(ctx, lead, 0, 50)
	count("regrades", len(regrades), total, err)
	batches, err := e.batches.List(ctx, lead, "")
	count("batches", len(batches), 0, err)
	duties, err := e.desk.Duties(ctx, examiner)
	count("panels of an examiner", len(duties), 0, err)
	marked, err := e.marking.Duties(ctx, examiner)
	count("sittings to mark", len(marked), 0, err)
}

// TestLimitsAtTheRoutes calls every route of a sitting as somebody who is
// limited to another site: none answers.
func TestLimitsAtTheRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	revs, _ := banktest.Generate(31, 400)
	s, _ := w.sittingOf(revs, testBlueprint(), 1, func(s *sitting.Sitting) { s.Level = 3 })
	s = w.heldAt(s, "B")
	walked := 0
	tokens := map[people.Role]string{}
	for _, role := range people.StaffRoles() {
		tokens[role] = w.limited(role, people.Limits{Sites: []string{"A"}}).token
	}
	for _, r := range contractRoutes(t, w) {
		if !strings.Contains(r.path, "{sitting}") || slices.Contains(r.roles, "anyone") {
			continue
		}
		path := strings.NewReplacer("{sitting}", string(s.ID), "{kind}", "skill", "{draw}", "1", "{part}", "1", "{paper}", "doors").Replace(r.path)
		for _, role := range r.roles {
			if role == "candidate" {
				continue
			}
			walked++
			if got := w.call(r.method, path, tokens[people.Role(role)], body(r.method)); got.problem() != "outside-limits" {
				t.Errorf("%s %s as %s: %d %s", r.method, r.path, role, got.status, got.problem())
			}
		}
	}
	if walked < 100 {
		t.Errorf("only %d calls", walked)
	}
	inside := w.limited(people.Invigilator, people.Limits{Sites: []string{"A", "B"}, Levels: []int{3}})
	w.call("GET", fmt.Sprintf("/api/v1/sittings/%s/board", s.ID), inside.token, nil).must(t, 200)
}
