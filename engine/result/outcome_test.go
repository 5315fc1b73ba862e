package result_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/result"
	"gongyuan/engine/standard"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const rule = "----------\n"

// TestComposeGolden reads files of a level and one line "kind state [awarded]
// [on until]" per part; below the rule stands the outcome.
func TestComposeGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/outcome/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("golden files: %d, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			input, want, _ := strings.Cut(string(raw), rule)
			got := compose(t, input)
			if *update {
				if err := os.WriteFile(file, []byte(input+rule+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func compose(t *testing.T, input string) string {
	t.Helper()
	var scheme standard.Scheme
	parts := map[standard.Kind]result.Part{}
	for line := range strings.Lines(input) {
		f := strings.Fields(line)
		if f[0] == "level" {
			scheme = schemeOf(t, f[1])
			continue
		}
		p := result.Part{State: result.PartState(f[1])}
		if len(f) > 2 {
			m, err := bank.ParseMarks(f[2])
			if err != nil {
				t.Fatal(err)
			}
			p.Awarded = m
		}
		if len(f) > 4 {
			p.On, p.Until = day(t, f[3]), day(t, f[4])
		}
		parts[standard.Kind(f[0])] = p
	}
	o := result.Compose(scheme, parts)
	var out strings.Builder
	fmt.Fprintf(&out, "%s, level %d: %d of %d passed, %d open\n", o.Result, o.Level, o.Passed, len(o.Components), o.Open)
	for _, c := range o.Components {
		fmt.Fprintf(&out, "%s %s %s %s/%s pass %s distance %s", c.Kind, c.State, c.Verdict, c.Awarded, c.Full, c.Pass, c.Distance)
		if !c.On.IsZero() {
			fmt.Fprintf(&out, " on %s until %s", c.On.Format(time.DateOnly), c.Until.Format(time.DateOnly))
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func schemeOf(t testing.TB, level string) standard.Scheme {
	t.Helper()
	std, err := standard.Sample()
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(level)
	if err != nil {
		t.Fatal(err)
	}
	s, ok := std.Scheme(standard.Level(n))
	if !ok {
		t.Fatalf("no level %s", level)
	}
	return s
}

func day(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

var states = []result.PartState{result.Missing, result.Pending, result.Absent, result.Vetoed, result.Scored, result.Carried}

// TestComposeOrder lets parts arrive one by one in any order: the outcome after
// the last is always the same, an unqualified one never becomes another on the
// way, and it is qualified only if each component is passed by itself.
func TestComposeOrder(t *testing.T) {
	t.Parallel()
	schemes := []standard.Scheme{schemeOf(t, "3"), schemeOf(t, "2"), schemeOf(t, "1")}
	rapid.Check(t, func(t *rapid.T) {
		scheme := rapid.SampledFrom(schemes).Draw(t, "scheme")
		kinds := []standard.Kind{standard.Theory, standard.Skill, standard.Review}
		parts := map[standard.Kind]result.Part{}
		for _, k := range kinds {
			parts[k] = result.Part{
				State:   rapid.SampledFrom(states).Draw(t, string(k)),
				Awarded: bank.Marks(rapid.Int64Range(0, 10000).Draw(t, "marks")),
			}
		}
		want := result.Compose(scheme, parts)
		shuffle := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
		shuffle.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
		arrived, unqualified := map[standard.Kind]result.Part{}, false
		var got result.Outcome
		for _, k := range kinds {
			arrived[k] = parts[k]
			got = result.Compose(scheme, arrived)
			if unqualified && got.Result != result.Unqualified {
				t.Fatalf("unqualified became %s", got.Result)
			}
			unqualified = got.Result == result.Unqualified
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("the order matters (-want +got):\n%s", d)
		}
		all := true
		for _, c := range scheme.Components {
			p := parts[c.Kind]
			all = all && (p.State == result.Scored || p.State == result.Carried) && p.Awarded >= c.Pass
		}
		if all != (got.Result == result.Qualified) {
			t.Fatalf("every component passed: %v, result %s", all, got.Result)
		}
	})
}

// TestComposeEmpty makes sure that a level without components qualifies nobody.
func TestComposeEmpty(t *testing.T) {
	t.Parallel()
	if got := result.Compose(standard.Scheme{}, nil).Result; got != result.Incomplete {
		t.Errorf("result %s, want %s", got, result.Incomplete)
	}
}

// TestPartOfTheory holds the part of a paper of any size against the theory
// result: both are passed or neither is.
func TestPartOfTheory(t *testing.T) {
	t.Parallel()
	c := standard.Component{Kind: standard.Theory, Full: 10000, Pass: 6000}
	rapid.Check(t, func(t *rapid.T) {
		full := bank.Marks(rapid.Int64Range(1, 50000).Draw(t, "full"))
		awarded := bank.Marks(rapid.Int64Range(0, int64(full)).Draw(t, "awarded"))
		th := result.Theory{Full: full, Awarded: awarded, Complete: true, Pass: (c.Pass*full + c.Full - 1) / c.Full}
		th.Passed = th.Awarded >= th.Pass
		p := result.PartOfTheory(&th, c)
		if p.State != result.Scored || p.Awarded > c.Full || (p.Awarded >= c.Pass) != th.Passed {
			t.Fatalf("%s of %s (passed: %v) became %s %s", awarded, full, th.Passed, p.State, p.Awarded)
		}
	})
	if got := result.PartOfTheory(&result.Theory{Full: 10000, Awarded: 9000}, c); got.State != result.Pending {
		t.Errorf("a theory result that waits for a marker is %s", got.State)
	}
}

func TestPartOfAssessment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   assess.ComponentOutcome
		want result.Part
	}{
		{assess.ComponentOutcome{State: assess.Pending}, result.Part{State: result.Pending}},
		{assess.ComponentOutcome{State: assess.Scoring}, result.Part{State: result.Pending}},
		{assess.ComponentOutcome{State: assess.Chair}, result.Part{State: result.Pending}},
		{assess.ComponentOutcome{State: assess.Settled, Absent: true}, result.Part{State: result.Absent}},
		{assess.ComponentOutcome{State: assess.Settled, Vetoed: true}, result.Part{State: result.Vetoed}},
		{assess.ComponentOutcome{State: assess.Settled, Awarded: 7117}, result.Part{State: result.Scored, Awarded: 7117}},
	} {
		if d := cmp.Diff(c.want, result.PartOfAssessment(&c.in)); d != "" {
			t.Errorf("%+v (-want +got):\n%s", c.in, d)
		}
	}
}

func TestPartCarried(t *testing.T) {
	t.Parallel()
	on, until := day(t, "2026-05-16"), day(t, "2028-05-15")
	if got := result.PartCarried(7600, on, until, until); got.State != result.Carried {
		t.Errorf("on its last day: %s", got.State)
	}
	if got := result.PartCarried(7600, on, until, until.Add(1)); got != (result.Part{State: result.Missing}) {
		t.Errorf("after it: %+v", got)
	}
}
