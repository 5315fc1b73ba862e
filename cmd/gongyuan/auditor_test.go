package main

import (
	"slices"
	"strings"
	"testing"

	"gongyuan/bank/banktest"
	"gongyuan/engine/people"
)

// closedToAuditors is what an auditor does not read, and why.
var closedToAuditors = map[string]string{
	"/api/v1/sittings/{sitting}/access/seb":                            "the file opens the locked browser of the exam",
	"/api/v1/sittings/{sitting}/assess/{kind}":                         "an examiner's own work; what was signed is read in the results and versions",
	"/api/v1/sittings/{sitting}/assess/{kind}/{draw}":                  "an examiner's own sheet",
	"/api/v1/marking/duties":                                           "a marker's own work",
	"/api/v1/sittings/{sitting}/marking/mine":                          "a marker's own work",
	"/api/v1/sittings/{sitting}/marking/tasks/{ticket}":                "a marker's own work, with the key beside it",
	"/api/v1/sittings/{sitting}/assess/{kind}/{draw}/files":            "files of candidates and examiners",
	"/api/v1/sittings/{sitting}/faces/{kind}":                          "photographs, for the panel on the day",
	"/api/v1/sittings/{sitting}/registrations/{registration}/portrait": "photographs, for who signs candidates in; recorded",
	"/api/v1/sittings/{sitting}/codes":                                 "codes that open results; who takes them is recorded",
	"/api/v1/certificate-batches/{batch}/document":                     "certificates to be printed, with document numbers; printing is recorded",
	"/api/v1/certificate-batches/{batch}/archive":                      "certificates to be printed, with document numbers; printing is recorded",
	"/api/v1/certificates/{number}/credential":                         "a certificate that is handed out; recorded",
	"/api/v1/certificate-exports/{run}/file":                           "document numbers in full; who takes them is recorded",
	"/api/v1/roster-template":                                          "an empty form",
	"/api/v1/sittings/{sitting}/papers/{paper}":                        "tickets and lists of the day",
	"/api/v1/sittings/{sitting}/archives/{archive}/file":               "everything of a sitting; it is read by request and approval",
	"/api/v1/certificates/{number}/evidence":                           "an officer's files in hand; those of a motion stand in it",
	"/api/v1/sittings/{sitting}/paper-sheets/{code}/document":          "a paper for one candidate, printed once with a reason",
}

// auditorsAsk are the acts of auditors, beside those on their own account.
var auditorsAsk = map[string]string{
	"/api/v1/sittings/{sitting}/archive-requests":         "asks to read, which somebody else approves",
	"/api/v1/sittings/{sitting}/archives/{archive}/check": "checks a file; nothing changes",
	"/api/v1/blueprint-checks":                            "what the bank says to a blueprint; nothing is stored",
	"/api/v1/trainings/search":                            "looks for people; nothing changes",
	"/api/v1/earlier-certificates/search":                 "looks for people; nothing changes",
	"/api/v1/talents/search":                              "looks for people; nothing changes",
}

// TestAuditorReads: an auditor reads everything but what the table names, and
// what is a candidate's own; and changes nothing but the own account.
func TestAuditorReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	found := map[string]bool{}
	for _, r := range contractRoutes(t, w) {
		reads := slices.Contains(r.roles, "auditor")
		switch {
		case slices.Contains(r.roles, "anyone"):
		case r.method != "GET":
			if reads && !strings.HasPrefix(r.path, "/api/v1/me") && auditorsAsk[r.path] == "" {
				t.Errorf("%s %s is open to auditors", r.method, r.path)
			}
		case slices.Equal(r.roles, []string{"candidate"}):
		case closedToAuditors[r.path] != "":
			found[r.path] = true
			if reads {
				t.Errorf("%s is open to auditors: %s", r.path, closedToAuditors[r.path])
			}
		case !reads:
			t.Errorf("%s is closed to auditors without a reason", r.path)
		}
	}
	for path := range closedToAuditors {
		if !found[path] {
			t.Errorf("%s is no route", path)
		}
	}
}

// TestAuditorSees opens what was closed before the domain, behind the route.
func TestAuditorSees(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	revs, _ := banktest.Generate(10, 400)
	s, _ := w.sittingOf(revs, testBlueprint(), 1, nil)
	panel := w.panel(s, "skill")
	admin, auditor := w.staff(people.Administrator), w.staff(people.Auditor)
	base := "/api/v1/sittings/" + string(s.ID)
	w.call("PUT", base+"/access", admin, map[string]any{
		"version": 0, "ranges": []any{}, "outside": "note", "code": true, "newCode": true, "fullScreen": false, "seb": map[string]any{"on": false, "startUrl": ""},
	}).must(t, 200)
	if r := w.call("GET", base+"/access", admin, nil).must(t, 200); r.json["startCode"] == nil {
		t.Errorf("there is no code: %s", r.raw)
	}
	for _, path := range []string{
		"/draw", "/unlocks", "/roster-imports", "/rooms", "/seatings", "/assess/skill/1/versions",
	} {
		w.call("GET", base+path, auditor, nil).must(t, 200)
	}
	for _, path := range []string{"/api/v1/certificate-templates", "/api/v1/filings/own/documents", "/api/v1/venues"} {
		w.call("GET", path, auditor, nil).must(t, 200)
	}
	for _, path := range []string{"/api/v1/trainings/search", "/api/v1/earlier-certificates/search", "/api/v1/talents/search"} {
		w.call("POST", path, auditor, map[string]any{}).must(t, 200)
	}
	if r := w.call("GET", base+"/access", auditor, nil).must(t, 200); r.json["startCode"] != nil {
		t.Errorf("an auditor sees the code of the room: %s", r.raw)
	}
	w.call("GET", base+"/assess/skill/1/versions", panel[0].token, nil).must(t, 200)
}
