package main

import (
	"fmt"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// route is one operation of the contract as the test reads it, apart from how
// the program reads it.
type route struct {
	method, path string
	roles        []string
}

func contractRoutes(t testing.TB, w *world) []route {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]yaml.Node `yaml:"paths"`
	}
	if err := yaml.Unmarshal(w.call("GET", "/api/openapi.yaml", "", nil).must(t, 200).raw, &doc); err != nil {
		t.Fatal(err)
	}
	var out []route
	for path, methods := range doc.Paths {
		for method, node := range methods {
			if !slices.Contains([]string{"get", "post", "put", "delete", "patch"}, method) {
				continue
			}
			var op struct {
				Roles []string `yaml:"x-roles"`
			}
			if err := node.Decode(&op); err != nil {
				t.Fatal(err)
			}
			out = append(out, route{strings.ToUpper(method), path, op.Roles})
		}
	}
	return out
}

// TestAccess walks every route with every role, without a token and with bad
// ones: whoever the contract does not name is refused, before anything else is
// looked at; whoever it names is not refused for their role.
func TestAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	revs, _ := banktest.Generate(10, 400)
	s, persons := w.sittingOf(revs, testBlueprint(), 2, nil)
	tokens := map[string]string{"candidate": w.candidate(persons[0])}
	for _, role := range people.StaffRoles() {
		tokens[string(role)] = w.staff(role)
	}
	panel := w.panel(s, contract.AssessKindSkill)
	tokens["examiner"] = panel[1].token
	tokens["chair"] = panel[0].token
	w.hold(panel[0].id, people.Chair)
	w.call("PUT", "/api/v1/sittings/"+string(s.ID)+"/marking/plan", tokens["administrator"], contract.MarkingPlan{
		Markers: []contract.PlannedMarker{{Account: panel[1].id}, {Account: panel[0].id}}, Every: 10,
	}).must(t, 200)
	parameter := regexp.MustCompile(`\{\w+\}`)
	values := map[string]string{
		"{attempt}": persons[1].attempt, "{sitting}": string(s.ID), "{bank}": "sample", "{blueprint}": "test", "{registration}": "none", "{kind}": "skill", "{draw}": "1", "{number}": "none", "{ruling}": "none", "{unlock}": string(s.ID) + ":skill:1:none:1:1",
		"{examiner}": panel[1].id, "{account}": "none", "{ticket}": "none", "{code}": "none", "{batch}": "none", "{picture}": strings.Repeat("0", 32), "{regrade}": "none", "{appeal}": "none", "{file}": "none", "{part}": "1", "{intake}": "none", "{filing}": "none", "{run}": "none", "{motion}": "1", "{call}": "none", "{paper}": "doors", "{period}": "2026-Q4", "{candidate}": "none", "{session}": "none", "{passkey}": "none", "{application}": "none", "{correction}": "none", "{archive}": "1", "{asking}": "none", "{deletion}": "none", "{programme}": "none",
	}
	routes := contractRoutes(t, w)
	if len(routes) < 25 {
		t.Fatalf("only %d routes in the contract", len(routes))
	}
	walked := 0
	for _, r := range routes {
		path := parameter.ReplaceAllStringFunc(r.path, func(p string) string { return values[p] })
		if strings.HasSuffix(r.path, "/board/events") {
			path = strings.Replace(path, values["{sitting}"], "none", 1) // a stream has no end to wait for
		}
		if len(r.roles) == 0 {
			t.Errorf("%s %s names nobody who may call it", r.method, r.path)
		}
		if slices.Contains(r.roles, "anyone") {
			continue
		}
		for name, token := range map[string]string{"none": "", "garbage": "abc.def.ghi", "unsigned": unsigned(tokens["administrator"])} {
			if got := w.call(r.method, path, token, body(r.method)); got.status != 401 {
				t.Errorf("%s %s with token %s: %d, want 401", r.method, path, name, got.status)
			}
			walked++
		}
		for role, token := range tokens {
			path := path
			if role == string(people.Chair) {
				path = strings.Replace(path, "/examiners/"+panel[1].id, "/examiners/"+panel[0].id, 1)
			}
			got := w.call(r.method, path, token, body(r.method))
			refused := got.status == 403
			if named := slices.Contains(r.roles, role); named == refused {
				t.Errorf("%s %s as %s: %d %s, named = %v", r.method, r.path, role, got.status, got.problem(), named)
			}
			walked++
		}
	}
	t.Logf("%d calls over %d routes", walked, len(routes))
}

// body is an empty object for methods that have one.
func body(method string) any {
	if method == "GET" || method == "DELETE" {
		return nil
	}
	return map[string]any{}
}

// unsigned takes the signature off a token and says that it needs none.
func unsigned(token string) string {
	parts := strings.Split(token, ".")
	return "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0Iiwia2lkIjoiMSJ9." + parts[1] + "."
}

// TestForeignAttempt lets one candidate try every route on another's attempt:
// each answers as if there were none.
func TestForeignAttempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	revs, _ := banktest.Generate(11, 400)
	_, persons := w.sittingOf(revs, testBlueprint(), 2, nil)
	mine, theirs := persons[0], persons[1]
	token := w.candidate(mine)
	w.enter(theirs, w.candidate(theirs)).must(t, 200)
	base := "/api/v1/attempts/" + theirs.attempt
	op := map[string]any{"seq": 1, "slot": 1, "response": map[string]any{}, "flagged": false, "clientMs": 0}
	for _, c := range []struct {
		method, path string
		body         any
	}{
		{"POST", base + "/enter", map[string]any{"deviceId": "device-0009", "deviceLabel": "x", "rulesAccepted": true}},
		{"POST", base + "/ops", map[string]any{"epoch": 1, "ops": []any{op}}},
		{"POST", base + "/beat", map[string]any{"epoch": 1}},
		{"POST", base + "/submit", map[string]any{"epoch": 1, "lastSeq": 0}},
		{"GET", base + "/receipt", nil},
		{"GET", base + "/result", nil},
	} {
		if got := w.call(c.method, c.path, token, c.body); got.status != 404 {
			t.Errorf("%s %s on another's attempt: %d %s, want 404", c.method, c.path, got.status, got.raw)
		}
	}
	admin := w.staff(people.Administrator)
	if got := w.call("GET", "/api/v1/sittings/other/results/"+theirs.attempt, admin, nil); got.status != 404 {
		t.Errorf("a result under another sitting: %d, want 404", got.status)
	}
}

// TestRefresh rotates refresh tokens and detects one that is used again.
func TestRefresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	revs, _ := banktest.Generate(12, 400)
	_, persons := w.sittingOf(revs, testBlueprint(), 1, nil)
	first := w.call("POST", "/api/v1/auth/candidate", "", map[string]any{"admission": persons[0].admission, "idNumber": persons[0].number}).must(t, 200)
	cookie := first.header.Get("Set-Cookie")
	for _, part := range []string{"HttpOnly", "SameSite=Strict", "path=/api/v1/auth"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("cookie %q lacks %s", cookie, part)
		}
	}
	refresh := func(cookie string) reply {
		req := httptest.NewRequest("POST", "/api/v1/auth/refresh", strings.NewReader(`{"audience":"candidate"}`))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Cookie", strings.Split(cookie, ";")[0])
		return w.send(req)
	}
	second := refresh(cookie).must(t, 200)
	refresh(cookie).must(t, 200) // two tabs at once
	w.clock.Advance(people.ReuseGrace + time.Second)
	refresh(cookie).must(t, 401)                          // stolen, or very late
	refresh(second.header.Get("Set-Cookie")).must(t, 401) // the family is over
}

// TestLogout ends the session, and takes the cookie off the browser.
func TestLogout(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	revs, _ := banktest.Generate(15, 400)
	_, persons := w.sittingOf(revs, testBlueprint(), 1, nil)
	in := w.call("POST", "/api/v1/auth/candidate", "", map[string]any{"admission": persons[0].admission, "idNumber": persons[0].number})
	token, cookie := w.token(in), in.header.Get("Set-Cookie")
	w.call("GET", "/api/v1/candidate/data", token, nil).must(t, 200)
	post := func(path string) reply {
		req := httptest.NewRequest("POST", path, strings.NewReader(`{"audience":"candidate"}`))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Cookie", strings.Split(cookie, ";")[0])
		return w.send(req)
	}
	if gone := post("/api/v1/auth/logout").must(t, 204).header.Get("Set-Cookie"); !strings.Contains(gone, "expires=Thu, 01 Jan 1970") {
		t.Errorf("the cookie stays in the browser: %q", gone)
	}
	post("/api/v1/auth/refresh").must(t, 401)
	w.call("GET", "/api/v1/candidate/data", token, nil).must(t, 401)
	w.enter(persons[0], token).must(t, 401)
	w.call("GET", "/api/v1/candidate/data", w.candidate(persons[0]), nil).must(t, 200)
}

// TestLoginLimit stops guessing, per account.
func TestLoginLimit(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		guess := func() reply {
			return w.call("POST", "/api/v1/auth/login", "", map[string]any{"login": "admin", "password": "guess guess"})
		}
		for i := range 8 {
			if r := guess(); r.status != 401 {
				t.Fatalf("guess %d: %d", i, r.status)
			}
		}
		r := guess()
		if r.status != 429 || r.header.Get("Retry-After") == "" || r.json["retryAfterSeconds"] == nil {
			t.Errorf("ninth guess: %d %s, want 429 with Retry-After", r.status, r.raw)
		}
	})
}

// TestAddressLimit stops guessing over many accounts from one address. A whole
// centre may share an address: candidates who sign in are not counted, and those
// who mistype shut neither each other nor staff out.
func TestAddressLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	revs, _ := banktest.Generate(14, 400)
	_, persons := w.sittingOf(revs, testBlueprint(), 1, nil)
	guess := func(i int) reply {
		return w.call("POST", "/api/v1/auth/candidate", "", map[string]any{"admission": fmt.Sprint("GUESS", i), "idNumber": persons[0].number})
	}
	staff := func(i int) reply {
		return w.call("POST", "/api/v1/auth/login", "", map[string]any{"login": fmt.Sprint("guess", i), "password": "guess guess"})
	}
	for i := range 60 {
		guess(i).must(t, 401)
		staff(i).must(t, 401)
	}
	refused(t, "guess 61 of staff from the same address", staff(60), 429, "too-many-attempts")
	for range 70 {
		w.candidate(persons[0])
	}
	for i := 60; i < 1200; i++ {
		guess(i).must(t, 401)
	}
	refused(t, "guess 1,201 of candidates from the same address", guess(1200), 429, "too-many-attempts")
}

// TestProblems looks at what errors look like from outside.
func TestProblems(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	admin := w.staff(people.Administrator)
	plan := map[string]any{
		"title": "测试", "level": 3, "blueprint": "nope", "opens": "2026-01-01T00:00:00Z", "closes": "2030-01-01T00:00:00Z",
		"durationMinutes": 90, "release": "at-once", "explain": true,
	}
	t.Run("field errors by pointer, in the language asked for", func(t *testing.T) {
		r := w.call("POST", "/api/v1/sittings", admin, plan).must(t, 422)
		if got := fmt.Sprint(r.json["errors"]); !strings.Contains(got, "/blueprint") || !strings.Contains(got, "组卷方案") {
			t.Errorf("errors = %s", got)
		}
		if !strings.HasPrefix(r.header.Get("Content-Type"), "application/problem+json") || r.json["requestId"] != r.header.Get("X-Request-Id") {
			t.Errorf("content type %q, request id %v and %q", r.header.Get("Content-Type"), r.json["requestId"], r.header.Get("X-Request-Id"))
		}
	})
	t.Run("several schema errors at once", func(t *testing.T) {
		r := w.call("POST", "/api/v1/sittings", admin, map[string]any{"title": strings.Repeat("长", 201), "level": "three"}).must(t, 422)
		got := fmt.Sprint(r.json["errors"])
		for _, want := range []string{"/title", "/level", "/closes", "/release"} {
			if !strings.Contains(got, want) {
				t.Errorf("errors do not name %s: %s", want, got)
			}
		}
	})
	for name, c := range map[string]struct {
		body, kind string
		want       int
	}{
		"broken JSON": {`{"title":`, "application/json", 400}, "two values": {`{} {}`, "application/json", 400},
		"a form": {"title=x", "application/x-www-form-urlencoded", 400}, "no type": {`{}`, "", 400},
		"null": {`null`, "application/json", 422}, "an array": {`[]`, "application/json", 422},
	} {
		t.Run(name, func(t *testing.T) {
			req := httptest.NewRequest("POST", "/api/v1/sittings", strings.NewReader(c.body))
			req.Header.Set("Authorization", "Bearer "+admin)
			if c.kind != "" {
				req.Header.Set("Content-Type", c.kind)
			}
			w.send(req).must(t, c.want)
		})
	}
	t.Run("unknown route", func(t *testing.T) {
		if r := w.call("GET", "/api/v1/nothing", admin, nil); r.status != 404 || r.problem() != "not-found" {
			t.Errorf("%d %s", r.status, r.raw)
		}
	})
}

// TestRegisterAllOrNone registers batches with every kind of fault.
func TestRegisterAllOrNone(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(13, 400)
		_, _ = w.sittingOf(revs, testBlueprint(), 1, nil)
		s, err := w.engine.office.Plan(t.Context(), sitting.Sitting{
			Title: "草稿", Level: 3, Blueprint: testBlueprint(), Opens: w.clock.Now(), Closes: w.clock.Now().Add(time.Hour),
			Duration: time.Hour, Release: sitting.AtOnce,
		}, "test")
		if err != nil {
			t.Fatal(err)
		}
		admin := w.staff(people.Administrator)
		path := "/api/v1/sittings/" + string(s.ID) + "/registrations"
		entry := func(i int, seat string) map[string]any {
			return map[string]any{"name": "考生" + leftPad(i), "idNumber": withCheck("000000199001015" + leftPad(i)), "room": "01", "seat": seat, "admission": "T" + leftPad(i)}
		}
		register := func(want int, entries ...map[string]any) reply {
			t.Helper()
			return w.call("POST", path, admin, map[string]any{"candidates": entries}).must(t, want)
		}
		register(201, entry(1, "1"), entry(2, "2"))
		bad := entry(4, "4")
		bad["idNumber"] = "11010519491231002Y"
		for name, c := range map[string]struct {
			entries []map[string]any
			pointer string
		}{
			"seat taken":        {[]map[string]any{entry(3, "3"), entry(4, "2")}, "/candidates/1/seat"},
			"person twice":      {[]map[string]any{entry(3, "3"), entry(3, "4")}, "/candidates/1/idNumber"},
			"registered before": {[]map[string]any{entry(3, "3"), entry(1, "9")}, "/candidates/1/idNumber"},
			"bad number":        {[]map[string]any{entry(3, "3"), bad}, "/candidates/1/idNumber"},
		} {
			r := register(422, c.entries...)
			if got := fmt.Sprint(r.json["errors"]); !strings.Contains(got, c.pointer) {
				t.Errorf("%s: errors = %s, want %s", name, got, c.pointer)
			}
		}
		var list []map[string]any
		w.call("GET", path, admin, nil).must(t, 200).into(t, &list)
		if len(list) != 2 {
			t.Errorf("%d registered after the refused batches, want 2", len(list))
		}
		register(201, entry(3, "3"), entry(4, "4")) // nothing stands in the way
	})
}

// TestNamesAreSeen registers names with characters that nobody sees, or that
// turn what follows around: what is kept is what is read.
func TestNamesAreSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	admin := w.staff(people.Administrator)
	base := w.seated(t, admin, 1)
	w.call("POST", base+"/registrations", admin, map[string]any{"candidates": []any{
		map[string]any{"name": "张\u202e三\u200b", "idNumber": rosterIdentity(70), "room": "02\n", "seat": "\u206601", "employer": "甲\u0000公司"},
		map[string]any{"name": "李\r\n四", "idNumber": rosterIdentity(71), "room": "02", "seat": "02"},
	}}).must(t, 201)
	for name, want := range map[string]int{"\u202e \u200b": 422, "王五": 201} {
		w.call("POST", base+"/registrations", admin, map[string]any{"candidates": []any{map[string]any{"name": name, "idNumber": rosterIdentity(72), "room": "02", "seat": "03"}}}).must(t, want)
	}
	raw := string(w.call("GET", base+"/registrations", admin, nil).must(t, 200).raw)
	for _, want := range []string{`"张三"`, `"李四"`, `"02"`, `"01"`} {
		if !strings.Contains(raw, want) {
			t.Errorf("%s is not on the roster: %s", want, raw)
		}
	}
}
