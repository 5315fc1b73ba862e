package drill

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gongyuan/api/contract"
)

// quick is a page in a hurry, so that a drill takes a second.
var quick = tuning{
	saveAfter: 10 * time.Millisecond, saveWithin: 40 * time.Millisecond, beatEvery: 60 * time.Millisecond, askAgain: 5 * time.Millisecond,
	backoff: 5 * time.Millisecond, backoffMax: 40 * time.Millisecond, patience: 3 * time.Second, timeout: 5 * time.Second, workers: 8,
	odds: odds{cut: .15, duplicate: .2, reorder: .5, reload: .2, takeOver: .2, parallel: .5},
}

func quickConfig(url string) Config {
	return Config{
		URL: url, AdminLogin: "admin", AdminPassword: "secret", Candidates: 6, Level: 3,
		Duration: 600 * time.Millisecond, Ramp: 50 * time.Millisecond, Think: 8 * time.Millisecond, Seed: 7,
	}
}

func TestHold(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		cfg := quickAt(t, mood{code: "123456"})
		cfg.AdminCode = "123456"
		got, err := hold(t.Context(), cfg, quick)
		if err != nil {
			t.Fatalf("%v: %+v", err, got)
		}
		if len(got.Errors) > 0 || len(got.Faults) > 0 {
			t.Errorf("errors %v and faults %v where there are none", got.Errors, got.Faults)
		}
		if got.Acknowledged != got.Written || got.Sent < got.Written || got.Written == 0 {
			t.Errorf("written %d, sent %d, acknowledged %d", got.Written, got.Sent, got.Acknowledged)
		}
		finished(t, got, cfg.Candidates)
	})
	t.Run("OK under faults, at a slow server", func(t *testing.T) {
		t.Parallel()
		cfg := quickAt(t, mood{slow: true, logins: 5})
		cfg.Faults = true
		got, err := hold(t.Context(), cfg, quick)
		if err != nil {
			t.Fatalf("%v: %+v", err, got)
		}
		if got.Acknowledged+got.Left != got.Written {
			t.Errorf("written %d, acknowledged %d, left behind %d", got.Written, got.Acknowledged, got.Left)
		}
		if len(got.Faults) == 0 || got.Errors["login too-many-attempts"] == 0 || got.Latency["refresh"].Count == 0 {
			t.Errorf("faults %v, errors %v, refreshed %d", got.Faults, got.Errors, got.Latency["refresh"].Count)
		}
		finished(t, got, cfg.Candidates)
	})
}

// TestHoldFaults shows each fault by itself, and that an honest server stands it.
func TestHoldFaults(t *testing.T) {
	t.Parallel()
	for f, o := range map[fault]odds{
		faultCut: {cut: .5}, faultDuplicate: {duplicate: 1}, faultReorder: {reorder: 1},
		faultReload: {reload: .7}, faultTakeOver: {takeOver: .7}, faultParallel: {parallel: 1},
	} {
		t.Run("OK "+string(f), func(t *testing.T) {
			t.Parallel()
			cfg := quickAt(t, mood{})
			cfg.Faults, cfg.Candidates, cfg.Ramp = true, 4, 0
			tune := quick
			tune.odds, tune.beatEvery = o, time.Second
			tune.saveAfter, tune.saveWithin = 120*time.Millisecond, 120*time.Millisecond // several operations in a batch
			got, err := hold(t.Context(), cfg, tune)
			if err != nil || got.Faults[string(f)] == 0 || len(got.Faults) != 1 {
				t.Errorf("%v: %+v", err, got)
			}
			if f == faultTakeOver && got.Stale != int64(got.Faults[string(f)]) {
				t.Errorf("%d stale writes refused: %+v", got.Stale, got)
			}
		})
	}
}

func finished(t *testing.T, got Report, n int) {
	t.Helper()
	if got.Checked != n || got.Submitted != n || got.Late != int64(n) || got.Broken() || len(got.Unfinished) > 0 {
		t.Errorf("not finished by %d: %+v", n, got)
	}
	for _, a := range []string{"login", "enter", "save", "durable", "beat", "submit"} {
		if l := got.Latency[a]; l.Count == 0 || l.P50 <= 0 || l.P99 < l.P50 || l.Max < l.P99 {
			t.Errorf("latency of %s: %+v", a, l)
		}
	}
}

// TestHoldErr shows that each promise, once broken, is found.
func TestHoldErr(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mood   mood
		faults bool
		kind   string
	}{
		"ErrBroken for a forgotten answer":          {mood{forgets: true}, false, Lost},
		"ErrBroken for a ledger that was forgotten": {mood{forgetful: true}, false, Lost},
		"ErrBroken for a second submission":         {mood{doubles: true}, false, Doubled},
		"ErrBroken for a second result":             {mood{lists: true}, false, Doubled},
		"ErrBroken for writing after the end":       {mood{writesLate: true}, false, WrittenAfterEnd},
		"ErrBroken for writing after a take-over":   {mood{writesOld: true}, true, WrittenAfterTaken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := quickAt(t, c.mood)
			cfg.Faults = c.faults
			tune := quick
			tune.odds = odds{takeOver: 1}
			got, err := hold(t.Context(), cfg, tune)
			if !errors.Is(err, ErrBroken) {
				t.Fatalf("got %v", err)
			}
			kinds := map[string]int{}
			for _, f := range got.Findings {
				kinds[f.Kind]++
			}
			if kinds[c.kind] == 0 || got.Lost+got.Doubled+got.Trespasses == 0 {
				t.Errorf("findings %v: %+v", kinds, got.Findings)
			}
		})
	}
}

// TestHoldStops shows what ends a drill before its end.
func TestHoldStops(t *testing.T) {
	t.Parallel()
	t.Run("ErrConfig", func(t *testing.T) {
		t.Parallel()
		for _, change := range []func(*Config){
			func(c *Config) { c.URL = "ftp://host" }, func(c *Config) { c.URL = "http://" }, func(c *Config) { c.URL = "http://a:b@host" },
			func(c *Config) { c.URL = "http://host/path" }, func(c *Config) { c.AdminPassword = "" }, func(c *Config) { c.Candidates = MaxCandidates + 1 },
			func(c *Config) { c.Candidates = 0 }, func(c *Config) { c.Level = 0 }, func(c *Config) { c.Duration = MaxDuration + 1 }, func(c *Config) { c.Duration = 0 },
			func(c *Config) { c.Ramp = MaxRamp + 1 }, func(c *Config) { c.Think = 0 }, func(c *Config) { c.JSON = filepath.Join("no", "such", "folder", "x") },
		} {
			cfg := quickConfig("http://127.0.0.1:1")
			change(&cfg)
			if _, err := Run(t.Context(), cfg); !errors.Is(err, ErrConfig) {
				t.Errorf("%+v: %v", cfg, err)
			}
		}
	})
	t.Run("Err for a wrong password", func(t *testing.T) {
		t.Parallel()
		cfg := quickAt(t, mood{})
		cfg.AdminPassword = "guess"
		if _, err := hold(t.Context(), cfg, quick); !refusedAs(err, "invalid-login") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("Err without the code of a second factor", func(t *testing.T) {
		t.Parallel()
		if _, err := hold(t.Context(), quickAt(t, mood{code: "123456"}), quick); !errors.Is(err, ErrConfig) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("Err when interrupted, with the sitting closed", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		f, address := newFake(t, mood{onSave: cancel})
		cfg := quickConfig(address)
		cfg.Duration = time.Minute
		got, err := hold(ctx, cfg, quick)
		if !errors.Is(err, context.Canceled) || got.Entered == 0 || got.Unfinished["interrupted"] != cfg.Candidates {
			t.Fatalf("%v: %+v", err, got)
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.sitting.State != contract.SittingStateClosed {
			t.Errorf("the sitting is %s", f.sitting.State)
		}
	})
}

func TestReport(t *testing.T) {
	t.Parallel()
	cfg := quickAt(t, mood{forgets: true})
	cfg.JSON, cfg.HTML = filepath.Join(t.TempDir(), "drill.json"), filepath.Join(t.TempDir(), "drill.html")
	cfg.Faults = true
	var out strings.Builder
	cfg.Out = &out
	want, err := hold(t.Context(), cfg, quick)
	if !errors.Is(err, ErrBroken) {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(cfg.JSON)
	if err != nil {
		t.Fatal(err)
	}
	var got Report
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if got.Lost != want.Lost || got.Written != want.Written || got.Latency["save"].P99 != want.Latency["save"].P99 || len(got.Findings) != len(want.Findings) {
		t.Errorf("JSON says %+v, want %+v", got, want)
	}
	page, err := os.ReadFile(cfg.HTML)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"<!doctype html>", "不可以开考", "答", "占用的处理器", "丢失的作答", "<svg", `<path d="M`, "演练考生00"} {
		if !strings.Contains(string(page), part) {
			t.Errorf("page lacks %q", part)
		}
	}
	for _, part := range []string{"NaN", "Inf", "<script", "src=", "http://www"} {
		if strings.Contains(string(page), part) {
			t.Errorf("page holds %q", part)
		}
	}
	for _, part := range []string{"不可以开考", "answers lost", "p99", "演练考生00", "sitting"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("output lacks %q:\n%s", part, out.String())
		}
	}
}
