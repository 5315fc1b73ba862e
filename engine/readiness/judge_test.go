package readiness

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/venue"
)

var now = time.Date(2026, 12, 6, 0, 0, 0, 0, time.UTC)

// fine are facts of a sitting that may be held.
func fine(t *testing.T) (Rules, Facts) {
	t.Helper()
	rules, err := ReadRules(nil)
	if err != nil {
		t.Fatal(err)
	}
	room := venue.Room{ID: "r", Name: "01", Plan: []string{"oooo"}}
	f := Facts{
		Now: now, Tried: now,
		Sitting: sitting.Sitting{ID: "s", State: sitting.Sealed, SealedBy: "b", Sealed: now, Proposal: &sitting.Proposal{By: "a", At: now}},
		Plan: venue.Plan{
			Staffing: venue.Staffing{Rooms: []venue.Use{{Room: "r", Invigilators: []people.AccountID{"i", "k"}}}}, Rooms: map[venue.RoomID]venue.Room{"r": room},
			Roster: []sitting.Registration{{ID: "1", Room: "01", Seat: "01"}, {ID: "2", Room: "01", Seat: "02"}},
		},
		Rules:  venue.Rules{CandidatesPerInvigilator: 15, LeastInvigilators: 2, MostCandidates: 30},
		Stores: []StoreState{{Name: "live", Lead: 12 * time.Millisecond}, {Name: "records", Ours: true}},
		Drill:  &Drill{Ready: true, Candidates: 50, Checked: 50, Ended: now.Add(-24 * time.Hour), By: "a"},
	}
	for _, seat := range []string{"01", "02"} {
		f.Probes = append(f.Probes, Probe{Room: "01", Seat: seat, Memory: true, Width: 1366, Height: 768, At: now.Add(-time.Hour)})
	}
	return rules, f
}

func TestJudge(t *testing.T) {
	t.Parallel()
	rules, f := fine(t)
	for _, line := range rules.Judge(&f).Lines {
		if line.State != Ready || line.Reason != Fine {
			t.Errorf("of a sitting in order: %+v", line)
		}
	}
	if got, want := rules.Judge(&f).Rooms, []RoomState{{Name: "01", State: Ready, Seated: 2, Invigilators: 2, Needed: 2, Checked: 2}}; !cmp.Equal(got, want) {
		t.Error(cmp.Diff(got, want))
	}
	for name, c := range map[string]struct {
		spoil  func(*Facts)
		check  Check
		state  State
		reason Reason
	}{
		"not filed":         {func(f *Facts) { f.Filed = errors.New("no") }, Filed, Block, Unfiled},
		"nobody":            {func(f *Facts) { f.Plan.Roster = nil }, Fulfil, Block, Nobody},
		"the bank is short": {func(f *Facts) { f.Sitting.State, f.Fulfil = sitting.Draft, errors.New("short") }, Fulfil, Block, Short},
		"a draft":           {func(f *Facts) { f.Sitting.State, f.Sitting.Proposal = sitting.Draft, nil }, Sealed, Block, NotAsked},
		"one of two signed": {func(f *Facts) { f.Sitting.State = sitting.Draft }, Sealed, Block, OneOnly},
		"a void signature":  {func(f *Facts) { f.Sitting.State, f.Sitting.Version = sitting.Draft, 2 }, Sealed, Block, NotAsked},
		"sealed by one":     {func(f *Facts) { f.Sitting.OneSealer, f.Sitting.Proposal = true, nil }, Sealed, Attention, OneRule},
		"a store is away":   {func(f *Facts) { f.Stores[0].Err = errors.New("no") }, StoreUp, Block, Down},
		"a clock is off":    {func(f *Facts) { f.Stores[0].Lead = -time.Second }, Clocks, Attention, Apart},
		"a clock is wrong":  {func(f *Facts) { f.Stores[0].Lead = time.Minute }, Clocks, Block, Apart},
		"no drill":          {func(f *Facts) { f.Drill = nil }, Drilled, Block, None},
		"a failed drill":    {func(f *Facts) { f.Drill.Ready = false }, Drilled, Block, Failed},
		"a drill that lost": {func(f *Facts) { f.Drill.Lost = 1 }, Drilled, Block, Failed},
		"an unfinished one": {func(f *Facts) { f.Drill.Checked-- }, Drilled, Block, Failed},
		"an old drill":      {func(f *Facts) { f.Drill.Ended = now.AddDate(0, 0, -15) }, Drilled, Block, Old},
		"a small drill":     {func(f *Facts) { f.Drill.Candidates, f.Drill.Checked = 1, 1 }, Drilled, Attention, Smaller},
		"no seat":           {func(f *Facts) { f.Plan.Roster[0].Room, f.Plan.Roster[0].Seat = "", "" }, Seated, Block, Open},
		"one invigilator":   {func(f *Facts) { f.Plan.Staffing.Rooms[0].Invigilators = nil }, Room, Block, "few-invigilators"},
		"no rooms":          {func(f *Facts) { f.Plan.Staffing.Rooms = nil }, Room, Block, "no-rooms"},
		"few spare seats":   {func(f *Facts) { f.Rules.LeastSpareSeats = 9 }, Room, Attention, "few-spare-seats"},
		"not checked":       {func(f *Facts) { f.Probes = f.Probes[1:] }, Browsers, Block, Open},
		"checked long ago":  {func(f *Facts) { f.Probes[0].At = now.AddDate(0, 0, -4) }, Browsers, Block, Open},
		"no memory":         {func(f *Facts) { f.Probes[0].Memory = false }, Browsers, Block, Faulty},
		"a narrow screen":   {func(f *Facts) { f.Probes[0].Width = 800 }, Browsers, Attention, Faulty},
		"outside":           {func(f *Facts) { f.Probes[0].Outside = true }, Browsers, Attention, Faulty},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules, f := fine(t)
			c.spoil(&f)
			for _, line := range rules.Judge(&f).Lines {
				if line.Check == c.check && line.State == c.state && line.Reason == c.reason {
					return
				}
			}
			t.Errorf("want %s %s %s, got %+v", c.check, c.state, c.reason, rules.Judge(&f).Lines)
		})
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	rules, _ := fine(t)
	p := Probe{Width: 300, Height: 300, RoundTrip: 2 * time.Second, Offset: -3 * time.Second, Outside: true}
	if got, want := rules.Faults(&p), []Fault{NoMemory, Narrow, Slow, ClockOff, Outside}; !cmp.Equal(got, want) {
		t.Error(cmp.Diff(got, want))
	}
	if _, err := ReadRules([]byte(`{"drillDays": 0}`)); !errors.Is(err, ErrInvalid) {
		t.Errorf("rules without days: %v", err)
	}
}
