package main

import (
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"gongyuan/bank/banktest"
	"gongyuan/engine/people"
)

// TestQueries asks every route that reads with what no page sends: numbers below
// and beyond their bounds, texts that are long, broken or of a query language.
// None fails, and none answers more than a page holds.
func TestQueries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	revs, _ := banktest.Generate(12, 400)
	s, persons := w.sittingOf(revs, testBlueprint(), 1, nil)
	doc, err := openapi3.NewLoader().LoadFromData(w.call("GET", "/api/openapi.yaml", "", nil).must(t, 200).raw)
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string]string{"anyone": "", "candidate": w.candidate(persons[0])}
	for _, role := range people.StaffRoles() {
		tokens[string(role)] = w.staff(role)
	}
	values := strings.NewReplacer("{sitting}", string(s.ID), "{bank}", string(s.Blueprint.Bank), "{attempt}", persons[0].attempt, "{registration}", persons[0].registration, "{kind}", "skill", "{period}", "2026-Q3")
	parameter := regexp.MustCompile(`\{\w+\}`)
	odd := map[string][]string{
		"integer": {"-1", "0", "-9223372036854775808", fmt.Sprint(math.MaxInt64), fmt.Sprint(math.MaxInt32), "1e9", "x"},
		"string":  {"", strings.Repeat("长", 300), "\x00\xff", `{"$gt":""}`, "'; --", "../../etc/passwd", "%", "\u202e"},
		"boolean": {"maybe", "1"},
	}
	walked := 0
	for path, item := range doc.Paths.Map() {
		op := item.Get
		if op == nil || strings.HasSuffix(path, "/events") {
			continue
		}
		roles := fmt.Sprint(op.Extensions["x-roles"])
		role := strings.Trim(strings.Split(roles, " ")[0], "[]")
		at := parameter.ReplaceAllString(values.Replace(path), "none")
		for _, p := range slices.Concat(op.Parameters, item.Parameters) {
			if p.Value.In != openapi3.ParameterInQuery {
				continue
			}
			kind := (*p.Value.Schema.Value.Type)[0]
			for _, v := range odd[kind] {
				walked++
				got := w.call("GET", at+"?"+url.Values{p.Value.Name: {v}}.Encode(), tokens[role], nil)
				if got.status >= 500 || len(got.raw) > 1<<20 {
					t.Errorf("GET %s as %s with %s=%.40q: %d, %d bytes: %.200s", path, role, p.Value.Name, v, got.status, len(got.raw), got.raw)
				}
			}
		}
	}
	if walked < 200 {
		t.Errorf("only %d calls", walked)
	}
}
