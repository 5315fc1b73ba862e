package draw

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"gongyuan/bank"
)

// oracle tries every paper of a tiny bank.
type oracle struct {
	pl      *Plan
	met     map[int32]bool
	adding  bool
	exclude bool
	banded  bool
	least   int64
}

// tiny draws a small bank and a blueprint that may or may not fit it.
func tiny(t *rapid.T) ([]bank.Revision, bank.Blueprint) {
	types := []bank.Type{bank.Single, bank.Judgement}
	n := rapid.IntRange(2, 9).Draw(t, "items")
	var revs []bank.Revision
	for i := range n {
		r := bank.Revision{Item: bank.NewItemID("t", fmt.Sprint(i)), Number: 1}
		r.Type = types[rapid.IntRange(0, 1).Draw(t, "type")]
		r.Point = bank.PointCode(fmt.Sprintf("%s-%d", bank.Letter(rapid.IntRange(0, 1).Draw(t, "range")), rapid.IntRange(1, 3).Draw(t, "point")))
		r.Difficulty = rapid.IntRange(2, 4).Draw(t, "difficulty")
		for range rapid.IntRange(0, 2).Draw(t, "exclusions") {
			r.Excludes = append(r.Excludes, bank.NewItemID("t", fmt.Sprint(rapid.IntRange(0, n-1).Draw(t, "other"))))
		}
		revs = append(revs, r)
	}
	bp := bank.Blueprint{ID: "tiny", Bank: "t", MaxPerPoint: rapid.IntRange(1, 2).Draw(t, "per point"), AvoidMet: true}
	bp.Sections = []bank.Section{{Type: types[0], Count: rapid.IntRange(1, 3).Draw(t, "singles"), Points: 200}}
	if rapid.Bool().Draw(t, "two sections") {
		bp.Sections = append(bp.Sections, bank.Section{Type: types[1], Count: rapid.IntRange(1, 2).Draw(t, "judgements"), Points: bank.Marks(rapid.SampledFrom([]int{100, 200, 500}).Draw(t, "points"))})
	}
	if rapid.Bool().Draw(t, "weights") {
		bp.Weights = []bank.RangeWeight{{Range: "A", Weight: 60}, {Range: "B", Weight: 40}}
	}
	if rapid.Bool().Draw(t, "mix") {
		bp.Difficulty = map[int]int{2: 30, 3: 40, 4: 30}
	}
	return revs, bp
}

// try goes through all ways to fill the places from at on. Within a cell
// items rise, and added ones come last.
func (o *oracle) try(at int, chosen []int32, added []int) {
	if at == len(o.pl.places) {
		o.judge(chosen, added)
		return
	}
	c := o.pl.places[at]
	for i := range int32(len(o.pl.items)) {
		if o.pl.items[i].cell == c && (at == 0 || o.pl.places[at-1] != c || chosen[at-1] >= 0 && chosen[at-1] < i) {
			o.try(at+1, append(chosen, i), append(added, -1))
		}
	}
	if o.adding {
		for d := range kinds {
			o.try(at+1, append(chosen, -1), append(added, d))
		}
	}
}

func (o *oracle) judge(chosen []int32, added []int) {
	held := map[int32]int{}
	var mix [kinds]int
	var score, cost int64
	for at, i := range chosen {
		d := added[at]
		if i >= 0 {
			it := &o.pl.items[i]
			d = int(it.difficulty)
			if held[it.point]++; held[it.point] > int(o.pl.cap) {
				return
			}
			for _, j := range chosen[:at] {
				for _, e := range it.excludes {
					if o.exclude && e == j {
						return
					}
				}
			}
			if o.met[i] {
				cost += costMet
			}
		} else {
			cost += costExtra
		}
		mix[d]++
		score += o.pl.cells[o.pl.places[at]].value[d]
	}
	if o.banded {
		if abs(score-o.pl.target) > band {
			return
		}
		if o.pl.mixed {
			cost += int64(deviation(mix, o.pl.quota))
		}
	}
	o.least = min(o.least, cost)
}

func (o oracle) best() int64 {
	o.least = noCost
	o.try(0, nil, nil)
	return o.least
}

// unfitted is a plan before it was fitted to the bank.
func unfitted(revs []bank.Revision, bp bank.Blueprint) *Plan {
	pool := NewPool(revs)
	pl := &Plan{pool: pool, blueprint: bp, cap: int16(max(bp.MaxPerPoint, 1))}
	if err := pl.layout(); err != nil {
		panic(err)
	}
	pl.collect()
	pl.aim()
	return pl
}

// TestPlanAgainstOracle compares plans and shortages with trying everything.
func TestPlanAgainstOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		revs, bp := tiny(t)
		raw := unfitted(revs, bp)
		pl, err := NewPool(revs).Plan(bp)
		want := oracle{pl: raw, exclude: true, banded: raw.mixed}.best()
		if want < noCost {
			if err != nil {
				t.Fatalf("there is a paper, got %v", err)
			}
			if got, proved := pl.Deviation(); raw.mixed && (int64(got) != want || !proved) {
				t.Fatalf("deviation %d, proved %v, want %d", got, proved, want)
			}
			return
		}
		var short *Shortage
		if !errors.As(err, &short) {
			t.Fatalf("there is no paper, got %v", err)
		}
		checkShortage(t, raw, short)
	})
}

func checkShortage(t *rapid.T, raw *Plan, short *Shortage) {
	if short.Undecided || short.AtMost {
		t.Fatalf("not decided: %v", short)
	}
	missing := int64(0)
	for _, c := range short.Cells {
		missing += int64(c.Missing)
	}
	if want := (oracle{pl: raw, exclude: true, banded: raw.mixed, adding: true}).best() / costExtra; missing != want {
		t.Fatalf("%d missing, want %d: %v", missing, want, short)
	}
	usable, before := make([]int, len(raw.cells)), int64(0)
	for i := range raw.items {
		usable[raw.items[i].cell]++
	}
	for c := range usable {
		before += int64(max(raw.cells[c].Count-usable[c], 0))
	}
	var reason Reason
	for _, stage := range []struct {
		reason Reason
		o      oracle
	}{
		{PerPoint, oracle{pl: raw, adding: true}},
		{Exclusions, oracle{pl: raw, adding: true, exclude: true}},
		{Difficulty, oracle{pl: raw, adding: true, exclude: true, banded: raw.mixed}},
	} {
		if n := stage.o.best() / costExtra; n > before && reason == "" {
			reason = stage.reason
		}
	}
	for _, c := range short.Cells {
		want := reason
		for i := range raw.cells {
			if raw.cells[i].Cell == c.Cell && usable[i] < c.Need {
				want = TooFew
			}
		}
		if c.Reason != want {
			t.Fatalf("reason %s, want %s: %v", c.Reason, want, short)
		}
	}
}

// TestMetAgainstOracle checks that as few met items as possible are drawn, and
// then as few outside the mix.
func TestMetAgainstOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		revs, bp := tiny(t)
		pl, err := NewPool(revs).Plan(bp)
		if err != nil {
			t.Skip("no paper")
		}
		met, ours := map[bank.ItemID]bool{}, map[int32]bool{}
		for i := range pl.items {
			if rapid.Bool().Draw(t, "met") {
				met[pl.pool.items[pl.items[i].pool].id] = true
				ours[int32(i)] = true
			}
		}
		seed := [32]byte{byte(rapid.IntRange(0, 255).Draw(t, "seed"))}
		paper, err := pl.Draw(Request{Seed: seed, Met: met})
		if err != nil {
			t.Fatal(err)
		}
		in, err := pl.Inspect(paper, met)
		if err != nil {
			t.Fatal(err)
		}
		got := int64(len(in.Met)) * costMet
		if pl.mixed {
			got += int64(deviation([kinds]int{in.Mix[1], in.Mix[2], in.Mix[3], in.Mix[4], in.Mix[5]}, pl.quota))
		}
		if want := (oracle{pl: pl, met: ours, exclude: true, banded: true}).best(); got != want {
			t.Fatalf("cost %d, want %d", got, want)
		}
	})
}
