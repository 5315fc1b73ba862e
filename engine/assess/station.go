package assess

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gongyuan/bank"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// MostStations is how many stations a component has at the most.
const MostStations = 9

// fullWeight is what the weights of a component's stations come to, in percent.
const fullWeight = 100

// StationName returns the name of a component's station within its sitting:
// "skill" for the first, "skill-2" for the second.
func StationName(k standard.Kind, station int) string {
	if station <= 1 {
		return string(k)
	}
	return string(k) + "-" + strconv.Itoa(station)
}

// ParseStation reads what StationName wrote, or returns ErrNotFound.
func ParseStation(name string) (standard.Kind, int, error) {
	kind, number, more := strings.Cut(name, "-")
	station := 1
	if more {
		if len(number) != 1 || number < "2" || number > strconv.Itoa(MostStations) {
			return "", 0, fmt.Errorf("station %q: %w", name, ErrNotFound)
		}
		station = int(number[0] - '0')
	}
	k := standard.Kind(kind)
	if k != standard.Skill && k != standard.Review {
		return "", 0, fmt.Errorf("station %q: %w", name, ErrNotFound)
	}
	return k, station, nil
}

// Sitting returns the sitting that the panel is of.
func (id PanelID) Sitting() sitting.ID {
	s, _ := id.cut()
	return sitting.ID(s)
}

// Station returns the name of the panel's station.
func (id PanelID) Station() string {
	_, name := id.cut()
	return name
}

func (id PanelID) cut() (sitting, station string) {
	i := strings.LastIndex(string(id), ":")
	if i < 0 {
		return "", string(id)
	}
	return string(id[:i]), string(id[i+1:])
}

// StationOutcome is what one station of a component came to for a candidate.
type StationOutcome struct {
	Panel   PanelID
	Station int
	Title   string
	Weight  int // percent of the component
	Draw    int // the candidate's number at this station
	Outcome Outcome
}

// ComponentOutcome is what a component came to over all its stations.
type ComponentOutcome struct {
	State    State
	Awarded  bank.Marks // once settled
	Vetoed   bool       // once settled: a veto at a station failed the component
	Absent   bool       // once settled: the candidate came to no station
	Weight   int        // of all stations; the component settles at 100 only
	Stations []StationOutcome
}

// Combined returns the stations of a component as one: the sum of weight times
// marks in hundredths, half up. Nothing is settled while the weights do not add
// up to 100 or a station is not scored. A veto at any station fails the whole
// component. Who was absent from one station has 0 there; who was absent from
// all of them was absent. The order of the stations does not matter.
func Combined(stations []StationOutcome) ComponentOutcome {
	out := ComponentOutcome{State: Pending, Stations: slices.Clone(stations)}
	slices.SortFunc(out.Stations, func(a, b StationOutcome) int {
		return cmp.Or(cmp.Compare(a.Station, b.Station), cmp.Compare(a.Panel, b.Panel))
	})
	count := map[State]int{}
	var sum bank.Marks
	absent := 0
	vetoed := false
	for _, s := range out.Stations {
		count[s.Outcome.State]++
		out.Weight += s.Weight
		sum += bank.Marks(s.Weight) * s.Outcome.Awarded
		vetoed = vetoed || s.Outcome.Vetoed
		if s.Outcome.Absent {
			absent++
		}
	}
	switch n := len(out.Stations); {
	case count[Pending] == n, out.Weight != fullWeight:
		return out
	case count[Pending]+count[Scoring] > 0:
		out.State = Scoring
		return out
	case count[Chair] > 0:
		out.State = Chair
		return out
	default:
		out.State, out.Vetoed, out.Absent = Settled, vetoed, absent == n
	}
	if !out.Vetoed && !out.Absent {
		// Marks are never negative: half up is adding half before cutting.
		out.Awarded = (2*sum + fullWeight) / (2 * fullWeight)
	}
	return out
}

// takers returns who of a roster takes the component, in the roster's order.
func takers(roster []sitting.Registration, k standard.Kind) []sitting.RegistrationID {
	var out []sitting.RegistrationID
	for _, r := range roster {
		if r.Takes(k) {
			out = append(out, r.ID)
		}
	}
	return out
}
