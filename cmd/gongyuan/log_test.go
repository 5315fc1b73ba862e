package main

import (
	"bytes"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// logged keeps what was logged. It is safe for concurrent use.
type logged struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.String()
}

// listening starts the program again, with a log that says everything.
func (w *world) listening() *logged {
	w.t.Helper()
	w.stop()
	l := &logged{}
	e, err := newEngine(w.t.Context(), &w.settings, w.clock, slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		w.t.Fatal(err)
	}
	w.engine = e
	if err := e.provide(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	if w.app, err = e.app(&serverSettings{}, newMetrics()); err != nil {
		w.t.Fatal(err)
	}
	return l
}

// TestNothingPersonalLeaks sends what is nobody's business to every route, as
// whoever it names, right and wrong: neither the log, nor the record of acts, nor
// what is answered to somebody who did not know it already says it.
func TestNothingPersonalLeaks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	log := w.listening()
	admin := w.member(people.Administrator)
	base := w.seated(t, admin.token, 1)
	revs, _ := banktest.Generate(12, 400)
	_, persons := w.sittingOf(revs, testBlueprint(), 1, nil)
	number, phone, password, code := rosterIdentity(55), "13900001234", "a secret of nobody", "739154"
	secrets := []string{number, phone, password, memberPassword, persons[0].number, rosterIdentity(0), admin.token}
	body := map[string]any{
		"idNumber": number, "document": number, "phone": phone, "password": password, "old": password, "code": code, "login": admin.login, "audience": "staff",
		"name": "某某", "reason": "某个理由", "why": "某个理由", "wish": number, "candidates": []any{map[string]any{"name": "某某", "idNumber": number, "phone": phone}},
		"rows": []any{map[string]any{"idNumber": number, "name": "某某", "phone": phone}}, "admission": persons[0].admission, "deviceId": number, "text": number,
	}
	w.fails(t, body, secrets, admin, persons[0])
	opens, closes := w.clock.Now().Add(-time.Hour), w.clock.Now().Add(time.Hour)
	w.call("PUT", base+"/enrolment", admin.token, contract.EnrolWindow{On: true, Opens: &opens, Closes: &closes}).must(t, 200)
	w.call("POST", "/api/v1/enrolments/"+strings.TrimPrefix(base, "/api/v1/sittings/"), "", contract.EnrolSend{
		Name: "报名甲", IdNumber: number, Phone: phone, Employer: "示例单位", Condition: "3-1", Photo: photograph(t, 390, 546), Evidence: []contract.EnrolGiven{{Name: "学历.jpg", Data: photograph(t, 40, 30)}},
	}).must(t, 201)
	w.login(admin.login, password, "").must(t, 401)
	token := w.candidate(persons[0])
	w.call("POST", "/api/v1/candidate/corrections", token, map[string]any{"about": "number", "wish": number}).must(t, 201)
	w.act(base, admin.token, "ask-seal").must(t, 200)
	if !strings.Contains(log.String(), "sitting act") {
		t.Error("nothing was logged at all")
	}
	entries, err := w.engine.trail.Find(t.Context(), audit.Query{}, 1000)
	if err != nil || len(entries) == 0 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	var record strings.Builder
	for _, e := range entries {
		record.WriteString(e.Why + " " + string(e.Before) + " " + string(e.After) + " " + e.Object + "\n")
	}
	for _, s := range append(secrets, token) {
		if said := log.String(); strings.Contains(said, s) {
			t.Errorf("the log says %q: %s", s, around(said, s))
		}
		if said := record.String(); strings.Contains(said, s) {
			t.Errorf("the record of acts says %q: %s", s, around(said, s))
		}
	}
}

// fails calls every route with a body that fits none.
func (w *world) fails(t *testing.T, body map[string]any, secrets []string, admin member, p person) {
	t.Helper()
	tokens := map[string]string{"anyone": "", "candidate": w.candidate(p), "administrator": admin.token}
	for _, role := range people.StaffRoles() {
		if tokens[string(role)] == "" {
			tokens[string(role)] = w.staff(role)
		}
	}
	parameter := regexp.MustCompile(`\{\w+\}`)
	for _, r := range contractRoutes(t, w) {
		if strings.HasSuffix(r.path, "/events") || r.path == "/api/v1/auth/logout" || len(r.roles) == 0 {
			continue
		}
		path := parameter.ReplaceAllString(strings.ReplaceAll(r.path, "{attempt}", p.attempt), "none")
		var in any
		if r.method != "GET" && r.method != "DELETE" {
			in = body
		}
		got := w.call(r.method, path, tokens[r.roles[0]], in)
		if i := slices.IndexFunc(secrets, func(s string) bool { return strings.Contains(string(got.raw), s) }); i >= 0 {
			t.Errorf("%s %s answers %q: %s", r.method, r.path, secrets[i], around(string(got.raw), secrets[i]))
		}
	}
}

// around is what stands beside a text.
func around(s, what string) string {
	i := strings.Index(s, what)
	return s[max(0, i-80):min(len(s), i+len(what)+80)]
}
