package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"time"

	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/bank/draw"
	"gongyuan/cmd/bench/figure"
)

// How much is measured. One round draws and samples the same number of
// papers, one after the other, so that both meet the same machine.
const (
	drawRounds   = 15
	drawPapers   = 200
	sealRounds   = 3
	sealPapers   = 6000
	bankOfFigure = 20_000
)

// drawFigures are D1, one paper of 100 items out of 20,000; D2, the same as a
// multiple of a plain sample of 100; D3, the papers of a sitting of 6,000.
func drawFigures(ctx context.Context, _ func(string) bool, show func(figure.Figure)) error {
	revs, _ := banktest.Generate(1, bankOfFigure)
	plan, err := draw.NewPool(revs).Plan(drawBlueprint())
	if err != nil {
		return err
	}
	reqs := make([]draw.Request, sealPapers)
	for i := range reqs {
		reqs[i].Seed = draw.Seed([]byte("bench"), "sitting", fmt.Sprint(i), 1)
	}
	var ones, plains, ratios, seals []float64
	for round := range drawRounds {
		some := reqs[round*drawPapers:][:drawPapers]
		start := time.Now()
		for i := range some {
			plainSample(revs, some[i].Seed)
		}
		plain := time.Since(start)
		start = time.Now()
		for i := range some {
			if _, err := plan.Draw(some[i]); err != nil {
				return err
			}
		}
		drawn := time.Since(start)
		ones = append(ones, float64(drawn.Nanoseconds())/1000/drawPapers)
		plains = append(plains, float64(plain.Nanoseconds())/1000/drawPapers)
		ratios = append(ratios, float64(drawn)/float64(plain))
	}
	for range sealRounds {
		start := time.Now()
		if _, err := plan.DrawAll(ctx, reqs, nil); err != nil {
			return err
		}
		seals = append(seals, time.Since(start).Seconds())
	}
	beside := []figure.Calibration{{Name: "plain-sample-of-100", Value: median(plains), Unit: "µs"}}
	for _, f := range []figure.Figure{
		{ID: "D1", Value: median(ones), Unit: "µs", Aim: figure.AtMost(1000), Calibrations: beside,
			Notes: []string{"one paper of 100 items out of 20,000 with weights, mix, limit per point and exclusions"}},
		{ID: "D2", Value: median(ratios), Unit: "ratio", Aim: figure.AtMost(10), Calibrations: beside,
			Notes: []string{"the same beside a plain sample of 100 with refs copied and options shuffled, same round"}},
		{ID: "D3", Value: median(seals), Unit: "s", Aim: figure.AtMost(10), Calibrations: beside,
			Notes: []string{"the papers of 6,000 candidates under an exposure ceiling of 5 %"}},
	} {
		show(f)
	}
	return nil
}

// drawBlueprint asks for 100 items with everything that a blueprint can say.
func drawBlueprint() bank.Blueprint {
	return bank.Blueprint{
		ID: "bench-100", Bank: banktest.Bank, Exposure: 5,
		Sections: []bank.Section{
			{Type: bank.Single, Count: 50, Points: 100}, {Type: bank.Multiple, Count: 20, Points: 150},
			{Type: bank.Judgement, Count: 20, Points: 50}, {Type: bank.Blank, Count: 10, Points: 100},
		},
		Weights:    []bank.RangeWeight{{Range: "A", Weight: 10}, {Range: "B", Weight: 25}, {Range: "C", Weight: 25}, {Range: "D", Weight: 25}, {Range: "E", Weight: 15}},
		Difficulty: map[int]int{1: 15, 2: 25, 3: 35, 4: 15, 5: 10},
	}
}

// plainSample is what a program without constraints does: 100 different items
// of all, refs copied into slots, options shuffled.
func plainSample(revs []bank.Revision, seed [32]byte) bank.Paper {
	rng := rand.New(rand.NewChaCha8(seed))
	paper := bank.Paper{Seed: hex.EncodeToString(seed[:]), Slots: make([]bank.Slot, 0, 100)}
	seen, letters := make(map[int]bool, 100), make([]bank.OptionID, 0, 500)
	for len(paper.Slots) < 100 {
		n := rng.IntN(len(revs))
		if seen[n] {
			continue
		}
		seen[n] = true
		slot := bank.Slot{Number: len(paper.Slots) + 1, Ref: bank.Ref{Item: revs[n].Item, Revision: revs[n].Number}, Points: 100}
		from := len(letters)
		for _, o := range revs[n].Options {
			letters = append(letters, o.ID)
		}
		slot.Order = letters[from:len(letters):len(letters)]
		rng.Shuffle(len(slot.Order), func(i, j int) { slot.Order[i], slot.Order[j] = slot.Order[j], slot.Order[i] })
		paper.Slots = append(paper.Slots, slot)
	}
	return paper
}
