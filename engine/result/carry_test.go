package result_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/bank"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// day is a moment n months after the first sitting.
func month(n int) time.Time { return time.Date(2025, 1, 10, 1, 0, 0, 0, time.UTC).AddDate(0, n, 0) }

// released makes the newest version of a result; each letter is a component of
// level 2: p passed, f failed, v vetoed, a absent, c carried over, - missing.
func released(n int, letters string) result.Record {
	kinds := []standard.Kind{standard.Theory, standard.Skill, standard.Review}
	id := sitting.ID(rune('a' + n))
	r := result.Record{Registration: sitting.RegistrationID("r-" + id), Sitting: id, Version: 1, Sat: month(n), Level: 2}
	r.Outcome.Result = result.Qualified
	for i, l := range letters {
		c := result.Component{Kind: kinds[i], Verdict: result.Failed, State: result.Scored}
		switch l {
		case 'p':
			c.Verdict, c.Awarded = result.Passed, 7000
		case 'c':
			c.State, c.Verdict = result.Carried, result.Passed
		case 'v':
			c.State = result.Vetoed
		case 'a':
			c.State = result.Absent
		case '-':
			c.State, c.Verdict = result.Missing, result.Open
		}
		if c.Verdict != result.Passed {
			r.Outcome.Result = result.Unqualified
		}
		r.Outcome.Components = append(r.Outcome.Components, c)
	}
	return r
}

// TestHistory is what counts, what is left to take, and when no retake is left:
// 24 months, two retakes.
func TestHistory(t *testing.T) {
	t.Parallel()
	std, err := standard.Sample()
	if err != nil {
		t.Fatal(err)
	}
	scheme, _ := std.Scheme(2)
	type list = []standard.Kind
	for _, c := range []struct {
		name      string
		records   []result.Record
		at        time.Time
		carried   list
		takes     list
		exhausted list
	}{
		{"nothing behind", nil, month(1), nil, list{standard.Theory, standard.Skill, standard.Review}, nil},
		{"review failed", []result.Record{released(0, "ppf")}, month(6), list{standard.Theory, standard.Skill}, list{standard.Review}, nil},
		{"to the last moment", []result.Record{released(0, "ppf")}, month(24), list{standard.Theory, standard.Skill}, list{standard.Review}, nil},
		{"a second later", []result.Record{released(0, "ppf")}, month(24).Add(time.Second), nil, list{standard.Theory, standard.Skill, standard.Review}, nil},
		{"one retake failed", []result.Record{released(0, "ppf"), released(3, "ccf")}, month(6), list{standard.Theory, standard.Skill}, list{standard.Review}, nil},
		{"two retakes failed", []result.Record{released(0, "ppf"), released(3, "ccf"), released(5, "ccv")}, month(6), list{standard.Theory, standard.Skill}, list{standard.Review}, list{standard.Review}},
		{"an absence is a retake", []result.Record{released(0, "ppf"), released(3, "cca"), released(5, "cca")}, month(6), list{standard.Theory, standard.Skill}, list{standard.Review}, list{standard.Review}},
		{"passed one of two", []result.Record{released(0, "pff"), released(3, "cpf")}, month(6), list{standard.Theory, standard.Skill}, list{standard.Review}, nil},
		{"the first pass runs out first", []result.Record{released(0, "pff"), released(3, "cpf")}, month(25), list{standard.Skill}, list{standard.Theory, standard.Review}, nil},
		{"carried does not renew", []result.Record{released(0, "pff"), released(20, "cff")}, month(25), nil, list{standard.Theory, standard.Skill, standard.Review}, nil},
		{"taken anew", []result.Record{released(0, "ppf"), released(3, "pfp")}, month(6), list{standard.Skill, standard.Theory, standard.Review}, nil, nil},
		{"qualified: a new assessment", []result.Record{released(0, "ppf"), released(3, "ccp")}, month(6), nil, list{standard.Theory, standard.Skill, standard.Review}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(5) { // in any order
				shuffled := append([]result.Record(nil), c.records...)
				rand.New(rand.NewPCG(seed, 1)).Shuffle(len(shuffled), func(i, k int) { shuffled[i], shuffled[k] = shuffled[k], shuffled[i] })
				h := result.HistoryOf(scheme, shuffled, c.at)
				var carried list
				for _, p := range h.Carried {
					carried = append(carried, p.Kind)
					if p.Awarded != bank.Marks(7000) || p.From.Version != 1 {
						t.Errorf("carried %+v", p)
					}
				}
				takes, exhausted := h.Retake(scheme)
				if d := cmp.Diff([]list{c.carried, c.takes, c.exhausted}, []list{carried, takes, exhausted}); d != "" {
					t.Errorf("carried, takes, exhausted (-want +got):\n%s", d)
				}
			}
		})
	}
	withheld := released(0, "ppf")
	withheld.Outcome.Result = result.Withheld
	if h := result.HistoryOf(scheme, []result.Record{withheld}, month(1)); len(h.Carried) != 0 {
		t.Errorf("a withheld result carries over %+v", h.Carried)
	}
}

// TestRulingMoves runs every state against every act.
func TestRulingMoves(t *testing.T) {
	t.Parallel()
	want := map[result.RulingState]map[result.RulingAct]result.RulingState{
		result.Accused: {result.Confirm: result.InForce, result.Refuse: result.Refused},
		result.InForce: {result.Lift: result.Lifted},
	}
	for _, s := range []result.RulingState{result.Accused, result.InForce, result.Refused, result.Lifted} {
		for _, act := range []result.RulingAct{result.Confirm, result.Refuse, result.Lift} {
			to, ok := want[s][act]
			got, err := s.Next(act)
			if (err == nil) != ok || ok && got != to {
				t.Errorf("%s %s: %s, %v", act, s, got, err)
			}
		}
	}
}
