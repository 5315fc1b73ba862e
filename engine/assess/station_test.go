package assess_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/standard"
)

func TestStationName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]assess.PanelID{"skill": "s:skill", "skill-2": "s:skill-2", "review-9": "s:review-9"} {
		kind, station, err := assess.ParseStation(name)
		ok(t, err)
		id := assess.PanelAt("s", kind, station)
		same(t, name, []any{id, id.Station(), string(id.Sitting())}, []any{want, name, "s"})
	}
	for _, name := range []string{"", "theory", "skill-", "skill-0", "skill-1", "skill-10", "skill-x", "skill-2-2", "-2", "Skill"} {
		_, _, err := assess.ParseStation(name)
		wantErr(t, name, err, assess.ErrNotFound)
	}
	same(t, "the first has the component's name", assess.PanelAt("s", standard.Skill, 1), assess.PanelOf("s", standard.Skill))
}

func TestPanelStates(t *testing.T) {
	t.Parallel()
	acts := []assess.PanelAct{assess.AppointPanel, assess.ProposePanel, assess.ApprovePanel, assess.ReturnPanel, "nonsense"}
	got := map[assess.PanelState][]assess.PanelState{}
	for _, s := range []assess.PanelState{"", assess.Proposed, assess.Appointed, assess.Returned, "nonsense"} {
		for _, a := range acts {
			next, err := s.Next(a)
			if err != nil {
				next = "refused"
			}
			got[s] = append(got[s], next)
		}
	}
	same(t, "moves", got, map[assess.PanelState][]assess.PanelState{
		"":               {assess.Appointed, assess.Proposed, "refused", "refused", "refused"},
		assess.Proposed:  {assess.Appointed, assess.Proposed, assess.Appointed, assess.Returned, "refused"},
		assess.Appointed: {assess.Appointed, assess.Proposed, "refused", "refused", "refused"},
		assess.Returned:  {assess.Appointed, assess.Proposed, "refused", "refused", "refused"},
		"nonsense":       {"refused", "refused", "refused", "refused", "refused"},
	})
}

func TestCombined(t *testing.T) {
	t.Parallel()
	at := func(weight int, o assess.Outcome) assess.StationOutcome {
		return assess.StationOutcome{Weight: weight, Outcome: o}
	}
	settled := func(m bank.Marks) assess.Outcome { return assess.Outcome{State: assess.Settled, Awarded: m} }
	pending, scoring, chair := assess.Outcome{State: assess.Pending}, assess.Outcome{State: assess.Scoring}, assess.Outcome{State: assess.Chair}
	veto := assess.Outcome{State: assess.Settled, Vetoed: true}
	absent := assess.Outcome{State: assess.Settled, Absent: true}
	for _, c := range []struct {
		name           string
		in             []assess.StationOutcome
		state          assess.State
		awarded        bank.Marks
		vetoed, absent bool
	}{
		{"no station", nil, assess.Pending, 0, false, false},
		{"one station", []assess.StationOutcome{at(100, settled(7117))}, assess.Settled, 7117, false, false},
		{"one of too little weight", []assess.StationOutcome{at(60, settled(7117))}, assess.Pending, 0, false, false},
		{"too much weight", []assess.StationOutcome{at(60, settled(7117)), at(60, settled(7117))}, assess.Pending, 0, false, false},
		{"too little, and one waits for its chair", []assess.StationOutcome{at(60, chair)}, assess.Pending, 0, false, false},
		{"two", []assess.StationOutcome{at(60, settled(8000)), at(40, settled(7000))}, assess.Settled, 7600, false, false},
		{"half up", []assess.StationOutcome{at(50, settled(8001)), at(50, settled(8000))}, assess.Settled, 8001, false, false},
		{"below half", []assess.StationOutcome{at(51, settled(8000)), at(49, settled(8001))}, assess.Settled, 8000, false, false},
		{"one pending", []assess.StationOutcome{at(60, settled(8000)), at(40, pending)}, assess.Scoring, 0, false, false},
		{"all pending", []assess.StationOutcome{at(60, pending), at(40, pending)}, assess.Pending, 0, false, false},
		{"one being scored, one with its chair", []assess.StationOutcome{at(60, scoring), at(40, chair)}, assess.Scoring, 0, false, false},
		{"one with its chair", []assess.StationOutcome{at(60, settled(8000)), at(40, chair)}, assess.Chair, 0, false, false},
		{"a veto at one", []assess.StationOutcome{at(60, settled(10000)), at(40, veto)}, assess.Settled, 0, true, false},
		{"absent from one", []assess.StationOutcome{at(60, settled(9000)), at(40, absent)}, assess.Settled, 5400, false, false},
		{"absent from all", []assess.StationOutcome{at(60, absent), at(40, absent)}, assess.Settled, 0, false, true},
		{"absent from one, a veto at the other", []assess.StationOutcome{at(60, absent), at(40, veto)}, assess.Settled, 0, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := assess.Combined(c.in)
			same(t, "component", []any{got.State, got.Awarded, got.Vetoed, got.Absent}, []any{c.state, c.awarded, c.vetoed, c.absent})
		})
	}
}

// TestCombinedExact holds the figure against exact fractions, in any order of
// the stations.
func TestCombinedExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var stations []assess.StationOutcome
		left := 100
		exact := new(big.Rat)
		for n := 1; left > 0 && n <= assess.MostStations; n++ {
			weight := left
			if n < assess.MostStations {
				weight = rapid.IntRange(1, left).Draw(t, "weight")
			}
			left -= weight
			o := assess.Outcome{State: assess.Settled, Awarded: bank.Marks(rapid.Int64Range(0, 10000).Draw(t, "awarded"))}
			stations = append(stations, assess.StationOutcome{Station: n, Weight: weight, Outcome: o})
			exact.Add(exact, big.NewRat(int64(weight)*int64(o.Awarded), 100))
		}
		rat := new(big.Rat).Add(exact, big.NewRat(1, 2))
		want := new(big.Int).Div(rat.Num(), rat.Denom())
		got := assess.Combined(stations)
		if got.State != assess.Settled || big.NewInt(int64(got.Awarded)).Cmp(want) != 0 {
			t.Fatalf("%s %d, want %s of %s", got.State, got.Awarded, want, exact.FloatString(4))
		}
		shuffle := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
		shuffle.Shuffle(len(stations), func(i, j int) { stations[i], stations[j] = stations[j], stations[i] })
		if d := cmp.Diff(got, assess.Combined(stations)); d != "" {
			t.Fatalf("the order matters (-want +got):\n%s", d)
		}
	})
}
