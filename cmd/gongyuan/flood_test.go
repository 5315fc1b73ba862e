package main

import (
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gongyuan/api"
)

// TestPublicLimits sends every route that anyone may call a body that is too
// long, and asks one until it is enough. That each has a row in the table of
// limits, the program checks when it starts.
func TestPublicLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	parameter := regexp.MustCompile(`\{\w+\}`)
	public := 0
	for _, r := range contractRoutes(t, w) {
		if !slices.Contains(r.roles, "anyone") {
			continue
		}
		public++
		if r.path == "/api/v1/enrolments/{sitting}" && r.method == "POST" {
			continue // evidence and a photograph: as long as the program reads at all
		}
		path := parameter.ReplaceAllString(r.path, strings.Repeat("0", 32))
		// What is required stands in the query.
		req := httptest.NewRequestWithContext(t.Context(), r.method, path+"?from=1&number=x", strings.NewReader(`{"x":"`+strings.Repeat("x", 40<<10)+`"}`))
		req.Header.Set("Content-Type", "application/json")
		if got := w.send(req); got.status != 413 || got.problem() != "too-large" {
			t.Errorf("%s %s with 40 KiB: %d %s", r.method, r.path, got.status, got.problem())
		}
	}
	if public < 10 {
		t.Fatalf("only %d public routes", public)
	}
	const keys, most = "/.well-known/jwks.json", 3_000
	for range most {
		w.call("GET", keys, "", nil)
	}
	got := w.call("GET", keys, "", nil)
	if got.status != 429 || got.header.Get("Retry-After") == "" {
		t.Errorf("after %d requests: %d, want 429 with Retry-After", most, got.status)
	}
	w.call("GET", "/api/v1/certificate-log/head", "", nil).must(t, 200) // each route for itself
}

// TestBodyLimit: with a token, too, nobody makes the program read more than it
// takes.
func TestBodyLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	req := httptest.NewRequestWithContext(t.Context(), "POST", "/api/v1/sittings", strings.NewReader(strings.Repeat("x", api.BodyLimit+1)))
	req.Header.Set("Content-Type", "application/json")
	if resp, err := w.app.Test(req, 30_000); err == nil && resp.StatusCode != 413 {
		t.Errorf("more than the limit: %d, want 413", resp.StatusCode)
	}
}
