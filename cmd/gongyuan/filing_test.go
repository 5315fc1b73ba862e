package main

import (
	"testing"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/certificate"
	"gongyuan/engine/filing"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// TestFilingGate: a body that is not filed, or whose filing has run out, opens no
// sitting and issues no certificate; with a filing it does.
func TestFilingGate(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		admin := w.staff(people.Administrator)
		revs, _ := banktest.Generate(10, 400)
		s, persons := w.sittingOf(revs, testBlueprint(), 1, nil)
		var list contract.FilingRegister
		w.call("GET", "/api/v1/filings", admin, nil).must(t, 200).into(t, &list)
		if list.Own != contract.FilingValid || len(list.Filings) != 1 || !list.Filings[0].Own || list.Filings[0].State != contract.FilingRegistered {
			t.Fatalf("the sample body: %+v", list)
		}
		own := list.Filings[0]
		step := func(status int, body map[string]any) reply {
			t.Helper()
			body["version"], body["on"] = own.Version, list.Today
			r := w.call("POST", "/api/v1/filings/own/steps", admin, body).must(t, status)
			if status == 200 {
				r.into(t, &own)
			}
			return r
		}
		step(422, map[string]any{"act": "end"})
		step(409, map[string]any{"act": "file"})
		step(200, map[string]any{"act": "end", "note": "测试终止"})
		if p := w.openAnother(admin, &s); p.status != 409 || p.problem() != "not-filed" {
			t.Errorf("opened by a body that is not filed: %d %s", p.status, p.raw)
		}
		if _, err := w.engine.registry.Issue(t.Context(), qualifiedPerson(&s, persons[0]), "test"); err == nil {
			t.Error("a body that is not filed issued a certificate")
		}
		for _, act := range []string{"apply", "assess", "opine", "review"} {
			step(200, map[string]any{"act": act, "document": "示例 2 号"})
		}
		step(200, map[string]any{"act": "file", "document": "示例 3 号", "from": "2020-01-01", "until": "2020-12-31"})
		if p := w.openAnother(admin, &s); p.problem() != "filing-run-out" {
			t.Errorf("opened after the filing ran out: %d %s", p.status, p.raw)
		}
		var duties contract.Duties
		w.call("GET", "/api/v1/duties", admin, nil).must(t, 200).into(t, &duties)
		if duties.Filing != contract.FilingRunOut || *duties.Until != "2020-12-31" {
			t.Errorf("duties: %+v", duties)
		}
		step(200, map[string]any{"act": "renew", "document": "示例 4 号", "from": "2021-01-01", "until": "2099-12-31"})
		w.openAnother(admin, &s).must(t, 200)
		first, err := w.engine.registry.Issue(t.Context(), qualifiedPerson(&s, persons[0]), "test")
		if err != nil {
			t.Fatal(err)
		}
		step(200, map[string]any{"act": "end", "note": "再次终止"})
		again, err := w.engine.registry.Issue(t.Context(), qualifiedPerson(&s, persons[0]), "test")
		if err != nil || again.Number != first.Number {
			t.Errorf("what was issued is no longer found: %v", err)
		}
	})
}

func qualifiedPerson(s *sitting.Sitting, p person) certificate.Qualified {
	return certificate.Qualified{
		Sitting: s.ID, Registration: sitting.RegistrationID(p.registration), Candidate: people.CandidateID("c" + p.registration), Name: p.name,
		Document: certificate.ResidentIdentity, DocumentNumber: p.number, Occupation: s.Occupation, Level: s.Level, LevelTitle: "三级/高级工",
	}
}

// openAnother seals a second sitting of the same plan, if it is not there yet,
// and asks to open it.
func (w *world) openAnother(admin string, like *sitting.Sitting) reply {
	w.t.Helper()
	ctx := w.t.Context()
	all, _, err := w.engine.sittings.Sittings(ctx, 0, 50)
	if err != nil {
		w.t.Fatal(err)
	}
	var s sitting.Sitting
	for _, x := range all {
		if x.State == sitting.Sealed {
			s = x
		}
	}
	if s.ID == "" {
		plan := sitting.Sitting{
			Title: "第二场", Occupation: like.Occupation, Level: like.Level, Blueprint: like.Blueprint, Opens: w.clock.Now(), Closes: w.clock.Now().Add(time.Hour),
			Duration: like.Duration, Release: like.Release, OneSealer: true,
		}
		if s, err = w.engine.office.Plan(ctx, plan, "test"); err != nil {
			w.t.Fatal(err)
		}
		entry := sitting.Entry{Name: "考生另", IDNumber: withCheck("00000019900101999"), Room: "01", Seat: "01"}
		if _, err = w.engine.office.Register(ctx, s.ID, []sitting.Entry{entry}); err != nil {
			w.t.Fatal(err)
		}
		if s, err = w.engine.sittings.Sitting(ctx, s.ID); err != nil {
			w.t.Fatal(err)
		}
		if s, err = w.engine.office.Do(ctx, s.ID, s.Version, sitting.Seal, "test"); err != nil {
			w.t.Fatal(err)
		}
	}
	return w.call("POST", "/api/v1/sittings/"+string(s.ID)+"/acts", admin, map[string]any{"act": "open", "version": s.Version})
}

// TestFresh: an installation that nobody has set up says what is missing.
func TestFresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	w.settings.Data = t.TempDir()
	w.restart()
	if err := w.engine.filings.Permit(t.Context(), w.clock.Now()); err != filing.ErrNone {
		t.Fatalf("a fresh installation: %v", err)
	}
	var duties contract.Duties
	w.call("GET", "/api/v1/duties", w.staff(people.Administrator), nil).must(t, 200).into(t, &duties)
	if duties.Filing != contract.FilingNone {
		t.Errorf("duties: %+v", duties)
	}
}
