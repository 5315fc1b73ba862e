package draw_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"testing"

	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/bank/draw"
)

// standardBlueprint asks for 100 items of a generated bank with everything
// that a blueprint can demand.
func standardBlueprint() bank.Blueprint {
	return bank.Blueprint{
		ID: "sample-100", Bank: banktest.Bank,
		Sections: []bank.Section{{Type: bank.Single, Count: 50, Points: 100}, {Type: bank.Multiple, Count: 20, Points: 150}, {Type: bank.Judgement, Count: 20, Points: 50}, {Type: bank.Blank, Count: 10, Points: 100}},
		Weights:  []bank.RangeWeight{{Range: "A", Weight: 10}, {Range: "B", Weight: 25}, {Range: "C", Weight: 25}, {Range: "D", Weight: 25}, {Range: "E", Weight: 15}},
		Difficulty: map[int]int{
			1: 15, 2: 25, 3: 35, 4: 15, 5: 10,
		},
	}
}

func seed(n int) [32]byte {
	return draw.Seed([]byte("秘密"), "2026-1", fmt.Sprintf("candidate-%d", n), 1)
}

// plainSample is what drawing is measured against: 100 different items of all
// at random, refs copied into slots, options shuffled.
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

func BenchmarkPlainSample(b *testing.B) {
	revs, _ := banktest.Generate(1, 20_000)
	seeds := make([][32]byte, 64)
	for i := range seeds {
		seeds[i] = seed(i)
	}
	for i := 0; b.Loop(); i++ {
		plainSample(revs, seeds[i%64])
	}
}

func BenchmarkDraw(b *testing.B) {
	revs, _ := banktest.Generate(1, 20_000)
	plan, err := draw.NewPool(revs).Plan(standardBlueprint())
	if err != nil {
		b.Fatal(err)
	}
	seeds := make([][32]byte, 64)
	for i := range seeds {
		seeds[i] = seed(i)
	}
	for i := 0; b.Loop(); i++ {
		if _, err := plan.Draw(draw.Request{Seed: seeds[i%64]}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPlan(b *testing.B) {
	revs, _ := banktest.Generate(1, 20_000)
	pool := draw.NewPool(revs)
	for b.Loop() {
		if _, err := pool.Plan(standardBlueprint()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewPool(b *testing.B) {
	revs, _ := banktest.Generate(1, 20_000)
	for b.Loop() {
		draw.NewPool(revs)
	}
}

// BenchmarkSeal draws the 6,000 papers of a sitting, with and without a
// ceiling on exposure.
func BenchmarkSeal(b *testing.B) {
	revs, _ := banktest.Generate(1, 20_000)
	reqs := make([]draw.Request, 6000)
	for i := range reqs {
		reqs[i].Seed = seed(i)
	}
	for _, exposure := range []int{0, 5, 2} {
		b.Run(fmt.Sprintf("exposure=%d", exposure), func(b *testing.B) {
			bp := standardBlueprint()
			bp.Exposure = exposure
			plan, err := draw.NewPool(revs).Plan(bp)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := plan.DrawAll(context.Background(), reqs, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
