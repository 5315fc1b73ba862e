package main

import (
	"bytes"
	"io"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gongyuan/api"
	"gongyuan/bank/banktest"
	"gongyuan/engine/access"
	"gongyuan/engine/certificate"
	"gongyuan/engine/challenge"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/people"
)

// decoders lists everything that reads what a stranger, or a candidate, can
// send, with the fuzz targets that try it. Their seeds run as ordinary tests;
// `go test -fuzz NAME ./FOLDER` goes on from there.
var decoders = []struct{ reads, folder, target string }{
	{"any public or candidate's request: path, query, headers, body", "cmd/gongyuan", "FuzzRequest"},
	{"bodies held against the contract: sign-in, registration, look-up, signals", "api", "FuzzCheckBody"},
	{"access tokens", "cmd/gongyuan", "FuzzToken"},
	{"signed statements of certificates (JWS)", "cmd/gongyuan", "FuzzStatement"},
	{"proofs of work", "cmd/gongyuan", "FuzzProofOfWork"},
	{"keys of Safe Exam Browser, by header and by page", "cmd/gongyuan", "FuzzSEB"},
	{"identity numbers", "cmd/gongyuan", "FuzzIdentity"},
	{"uploads: JPEG, PNG, PDF", "engine/evidence", "FuzzInspect"},
	{"rosters", "engine/roster", "FuzzRead"},
	{"files of questions, by content", "bank/exchange/formats", "FuzzDetect"},
	{"files of questions: Excel", "bank/exchange/xlsx", "FuzzRead"},
	{"files of questions: Word", "bank/exchange/formats", "FuzzDocx"},
	{"files of questions: QTI", "bank/exchange/formats", "FuzzQTI"},
	{"files of questions: Moodle XML", "bank/exchange/formats", "FuzzMoodle"},
	{"files of questions: GIFT", "bank/exchange/formats", "FuzzGift"},
	{"files of questions: Aiken", "bank/exchange/formats", "FuzzAiken"},
	{"files of questions: text", "bank/exchange/formats", "FuzzText"},
	{"tables of responses", "bank/stats", "FuzzReadTable"},
}

// TestDecodersAreFuzzed makes sure that every target of the list exists, and
// that every target there is stands on the list or is of the bank's own texts.
func TestDecodersAreFuzzed(t *testing.T) {
	t.Parallel()
	tests := testsOfRepository(t)
	for _, d := range decoders {
		if !slices.Contains(tests[d.target], d.folder) {
			t.Errorf("%s: there is no %s in %s", d.reads, d.target, d.folder)
		}
	}
	inside := []string{"FuzzItem", "FuzzCells"} // parts of FuzzText and of FuzzRead
	for name, folders := range tests {
		if !strings.HasPrefix(name, "Fuzz") || slices.Contains(inside, name) {
			continue
		}
		for _, folder := range folders {
			if !slices.ContainsFunc(decoders, func(d struct{ reads, folder, target string }) bool { return d.target == name && d.folder == folder }) {
				t.Errorf("%s in %s is not on the list", name, folder)
			}
		}
	}
}

var fuzzed = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func FuzzToken(f *testing.F) {
	tokens, err := api.NewTokens(enginetest.CertificateSecrets())
	if err != nil {
		f.Fatal(err)
	}
	good, _, err := tokens.Sign(api.Actor{Audience: people.Staff, Subject: "a", Name: "甲", Roles: []people.Role{people.Administrator}}, fuzzed)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{good, unsigned(good), good[:len(good)-1], good + "A", "", "..", "a.b.c", strings.Repeat("x.", 40), strings.ToUpper(good)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := tokens.Read(token, fuzzed); err == nil && token != good {
			t.Errorf("another token is taken: %q", token)
		}
	})
}

func FuzzStatement(f *testing.F) {
	keys, err := certificate.NewKeys(enginetest.CertificateSecrets())
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{
		"", "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJFZERTQSIsInR5cCI6ImdvbmdZdWFuIn0.e30.AAAA",
		strings.Repeat("A", 5000), "eyJhbGciOiJIUzI1NiJ9.e30." + strings.Repeat("A", 43),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := certificate.VerifyStatement(text, keys.JWKS()); err == nil {
			t.Errorf("a statement that nobody signed is taken: %+v", s)
		}
	})
}

func FuzzProofOfWork(f *testing.F) {
	gate, err := challenge.NewGate(enginetest.CertificateSecrets(), enginetest.NewClock(fuzzed))
	if err != nil {
		f.Fatal(err)
	}
	c := gate.New("192.0.2.1")
	f.Add(c.Token, "192.0.2.1", []byte{1, 2, 3})
	f.Add(c.Token, "192.0.2.2", bytes.Repeat([]byte{0}, challenge.Puzzles))
	f.Add("..", "", []byte{})
	f.Add(strings.Repeat(".", 30), "192.0.2.1", bytes.Repeat([]byte{255}, challenge.Puzzles))
	f.Fuzz(func(t *testing.T, token, address string, raw []byte) {
		numbers := make([]int64, len(raw))
		for i, b := range raw {
			numbers[i] = int64(b) << (i % 60)
		}
		if _, err := gate.Check(token, numbers, address); err == nil && (token != c.Token || address != "192.0.2.1") {
			t.Errorf("taken: %q of %q", token, address)
		}
	})
}

func FuzzSEB(f *testing.F) {
	seb := access.SEB{On: true, StartURL: "https://exam.example.org/"}
	f.Add("", "", "", "")
	f.Add(strings.Repeat("a", 64), "/api/v1/attempts/a1/ops", strings.Repeat("b", 64), "https://exam.example.org/?attempt=a1")
	f.Add("x", "/a1/", "y", "https://exam.example.org/%zz?attempt=a1#f")
	f.Add("x", "//", "y", "://")
	f.Fuzz(func(t *testing.T, header, path, hash, page string) {
		if seb.Passes(access.Proof{Header: header, Path: path, Hash: hash, URL: page, Attempt: "a1"}) {
			t.Errorf("passes: %q %q %q %q", header, path, hash, page)
		}
	})
}

func FuzzIdentity(f *testing.F) {
	for _, s := range []string{"11010519491231002X", "440524188001010014", "１１０１０５194912310０2ｘ", "1.10105E+17", "", "\x00", strings.Repeat("9", 18), "护照E1234567"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		n, err := people.NormalIdentity(raw, fuzzed)
		if err != nil {
			return
		}
		again, err := people.NormalIdentity(n, fuzzed)
		if err != nil || again != n || len(n) != 18 {
			t.Errorf("%q is %q, and that is %q, %v", raw, n, again, err)
		}
	})
}

// FuzzRequest sends whatever to every route that anyone or a candidate may
// call. Nothing that is sent makes an error of the program: the answer is good,
// or it names what is wrong, and says it as a problem.
func FuzzRequest(f *testing.F) {
	w := newWorld(f, embeddedSettings(f))
	revs, _ := banktest.Generate(10, 400)
	_, persons := w.sittingOf(revs, testBlueprint(), 1, nil)
	token := w.candidate(persons[0])
	w.enter(persons[0], token).must(f, 200)
	routes := openRoutes(f, w)
	f.Add(uint8(0), "", "", "", []byte(`{}`))
	for i := range 60 {
		f.Add(uint8(i), "x", "zh-CN", "application/json", []byte(`{"login":"a","password":"b","admission":"x","idNumber":"y","audience":"candidate"}`))
	}
	for i, body := range []string{
		`null`, `[]`, `{"epoch":1,"ops":[{"seq":1,"slot":1,"response":{},"flagged":false,"clientMs":0}]}`, `{"epoch":-1,"ops":null}`,
		`{"epoch":9223372036854775807,"ops":[{"seq":-1,"slot":99999,"response":{"choices":["\u0000"]}}]}`, `{"kind":"blur","at":"x"}`,
		`{"statement":"a.b.c"}`, `{"number":"S","name":"x","solution":{"token":"..","numbers":[1]}}`, "\xff\xfe{", `{"a":{"a":{"a":{"a":{}}}}}`,
	} {
		for n := range 8 {
			f.Add(uint8(i*8+n), "a?from=-1&to=x&number=%00&skip=-1", "en;q=", "application/json", []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, tail, lang, kind string, body []byte) {
		r := routes[int(which)%len(routes)]
		path := strings.ReplaceAll(r.path, "{attempt}", persons[0].attempt)
		path = parameter.ReplaceAllLiteralString(path, url.PathEscape(cut(tail, 60)))
		target, err := url.Parse(path + "?" + query(tail))
		if err != nil {
			return // no address, so no request
		}
		req := httptest.NewRequestWithContext(t.Context(), r.method, target.String(), bytes.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+token)
		for name, value := range map[string]string{"Content-Type": kind, "Accept-Language": lang, "X-SafeExamBrowser-ConfigKeyHash": tail, "Cookie": "gongyuan_candidate=" + tail} {
			if httpguts(value) {
				req.Header.Set(name, value)
			}
		}
		resp, err := w.app.Test(req, 30_000)
		if err != nil {
			t.Fatalf("%s %s: %v", r.method, target, err)
		}
		defer resp.Body.Close()
		if resp.StatusCode >= 500 {
			raw, _ := io.ReadAll(resp.Body)
			t.Errorf("%s %s with %q: %d %s", r.method, target, body, resp.StatusCode, raw)
		}
	})
}

var parameter = regexp.MustCompile(`\{\w+\}`)

// openRoutes are those that anyone or a candidate may call, streams aside,
// which have no end to wait for, and what ends the exam of the others.
func openRoutes(t testing.TB, w *world) []route {
	var out []route
	for _, r := range contractRoutes(t, w) {
		open := slices.Contains(r.roles, "anyone") || slices.Contains(r.roles, "candidate")
		if open && !strings.HasSuffix(r.path, "/events") && !strings.HasSuffix(r.path, "/stream") && !strings.HasSuffix(r.path, "/logout") {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b route) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return out
}

// cut is the beginning of a text, never empty: an empty part of a path is
// another route.
func cut(s string, most int) string {
	if s == "" {
		return "x"
	}
	return s[:min(most, len(s))]
}

// query is what of a text can stand in a query.
func query(s string) string {
	_, q, _ := strings.Cut(s, "?")
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || r == '#' {
			return -1
		}
		return r
	}, q)
}

// httpguts tells whether a value can stand in a header at all.
func httpguts(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}
