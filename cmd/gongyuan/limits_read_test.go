package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"gongyuan/engine/correction"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/programme"
	"gongyuan/engine/report"
	"gongyuan/engine/retention"
)

// ofTheBody are routes that name nothing of a sitting or a bank: what they show
// is the body's, and the same to every account of their roles.
var ofTheBody = map[string]string{
	"/api/v1/staff/{account}/sessions":        "where somebody of the staff is signed in",
	"/api/v1/examiners/{examiner}":            "the register of examiners, whom every site appoints",
	"/api/v1/certificate-templates/{version}": "the form that certificates are printed on",
	"/api/v1/filings/{filing}/documents":      "the register of the body and its sites",
}

// TestLimitsOfReads asks every route that reads, as every role that it names,
// with an account that is limited to another site or another level. What names
// something outside is refused, and nothing that is answered says anything of
// it. A route that is new is asked as well.
func TestLimitsOfReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	x := w.outside()
	candidate := w.fillOutside(&x)
	telling := []string{
		string(x.ID), x.Title, x.person.name, x.person.admission, x.person.attempt, string(x.reg), string(x.number), string(x.file), candidate,
	}
	values := map[string]string{
		"{sitting}": string(x.ID), "{registration}": string(x.reg), "{attempt}": x.person.attempt, "{number}": string(x.number), "{file}": string(x.file),
		"{candidate}": candidate, "{kind}": "skill", "{draw}": "1", "{paper}": "doors", "{archive}": "1", "{asking}": "none", "{application}": "none", "{code}": "none",
		"{regrade}": "g1", "{appeal}": "a1", "{batch}": "b1", "{run}": "run1", "{ticket}": "none", "{part}": "1", "{period}": "2026-Q4", "{filing}": "own",
		"{bank}": string(x.Blueprint.Bank), "{blueprint}": x.Blueprint.ID, "{intake}": "none", "{account}": x.jury[0].id, "{examiner}": x.jury[0].id, "{version}": "1", "{programme}": "p1",
	}
	for name, limits := range map[string]people.Limits{"none": {}, "site": {Sites: []string{"A"}}, "level": {Levels: []int{2}}} {
		told := w.askedAll(t, &x, name, limits, values, telling)
		if !limits.None() {
			continue
		}
		for _, path := range []string{ // those that would tell, or the rest shows nothing
			"/api/v1/sittings", "/api/v1/appeals", "/api/v1/certificate-batches", "/api/v1/audit", "/api/v1/corrections", "/api/v1/retention", "/api/v1/programmes",
			"/api/v1/certificates/{number}", "/api/v1/sittings/{sitting}/registrations",
		} {
			if !told[path] {
				t.Errorf("%s tells nothing of the sitting to whoever may see it", path)
			}
		}
	}
}

// askedAll asks every route that reads as accounts with those limits, and
// returns which of them tell of the sitting.
func (w *world) askedAll(t *testing.T, x *outside, name string, limits people.Limits, values map[string]string, telling []string) map[string]bool {
	t.Helper()
	tokens := map[string]string{}
	for _, role := range people.StaffRoles() {
		tokens[string(role)] = w.limited(role, limits).token
	}
	for i, role := range []people.Role{people.Chair, people.Examiner} { // who serves there, too
		w.rewritten(x.jury[i], func(a *people.Account) { a.Levels, a.Sites = limits.Levels, limits.Sites })
		tokens[string(role)] = x.jury[i].token
	}
	parameter := regexp.MustCompile(`\{\w+\}`)
	told, walked := map[string]bool{}, 0
	for _, r := range contractRoutes(t, w) {
		if r.method != "GET" || slices.Contains(r.roles, "anyone") || strings.HasSuffix(r.path, "/events") || strings.HasPrefix(r.path, "/api/v1/me") {
			continue
		}
		named := parameter.MatchString(r.path) && ofTheBody[r.path] == "" && (limits.Levels != nil || !ofBank(r.path))
		path := parameter.ReplaceAllStringFunc(r.path, func(p string) string {
			if values[p] == "" {
				t.Errorf("%s: no value for %s: what is it of the sitting outside?", r.path, p)
			}
			return values[p]
		})
		for _, role := range r.roles {
			if role == "candidate" {
				continue
			}
			walked++
			got := w.call("GET", path, tokens[role], nil)
			says := slices.IndexFunc(telling, func(s string) bool { return strings.Contains(string(got.raw), s) })
			told[r.path] = told[r.path] || says >= 0 && got.status == 200
			switch {
			case limits.None():
			case says >= 0:
				t.Errorf("%s: %s as %s says %q", name, r.path, role, telling[says])
			case named && got.problem() != "outside-limits" && got.status != 404:
				t.Errorf("%s: %s as %s: %d %s, want outside-limits", name, r.path, role, got.status, got.problem())
			}
		}
	}
	if walked < 150 {
		t.Errorf("only %d calls", walked)
	}
	return told
}

// ofBank tells whether a route is about banks or blueprints, which are of a
// level and of no site.
func ofBank(path string) bool {
	return strings.HasPrefix(path, "/api/v1/banks/") || strings.HasPrefix(path, "/api/v1/blueprint")
}

// fillOutside puts into the lists of the whole body what is of the sitting, and
// returns the candidate.
func (w *world) fillOutside(x *outside) string {
	w.t.Helper()
	ctx, store, now := w.t.Context(), mongostore.New(w.engine.stores.db), w.clock.Now()
	reg, err := w.engine.sittings.Registration(ctx, x.reg)
	if err != nil {
		w.t.Fatal(err)
	}
	_, err = w.engine.registers.Corrections.Ask(ctx, reg.Candidate, correction.Name, "改过的名字")
	_, planned := store.Programmes().PutProgramme(ctx, programme.Programme{
		ID: "p1", Title: x.Title, Site: x.Site, Levels: []programme.Level{{Level: x.Level}}, State: programme.Draft, Changed: now, By: "other",
	})
	for _, err := range []error{
		err, planned,
		store.Retention().InsertRun(ctx, retention.Run{ID: "d1", Lots: []retention.Lot{{Kind: retention.Journals, Sitting: x.ID, Title: x.Title}}, By: "other", At: now, State: retention.Proposed, Version: 1}),
		store.Reports().InsertRun(ctx, report.Run{ID: "run1", Map: report.Map{Name: "表", About: report.OfCertificates}, Items: []report.Item{{Number: x.number}}, By: "other", At: now}),
	} {
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return string(reg.Candidate)
}
