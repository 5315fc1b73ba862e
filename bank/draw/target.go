package draw

import "gongyuan/bank"

// aim sets the mix and the target of the expected score.
func (pl *Plan) aim() {
	if len(pl.blueprint.Difficulty) == 0 {
		pl.target = pl.average()
		return
	}
	pl.mixed = true
	shares := make([]int, kinds)
	for d := range shares {
		shares[d] = pl.blueprint.Difficulty[d+1]
	}
	copy(pl.wanted[:], bank.LargestRemainder(len(pl.places), shares))
	pl.quota = pl.wanted
	pl.target = pl.nearest(shares)
}

// average is the expected score of a paper drawn without regard to
// difficulty: each cell's mean, times its count.
func (pl *Plan) average() int64 {
	var sum int64
	for c := range pl.cells {
		var value, n int64
		for d := range kinds {
			k := int64(pl.has(int32(c*kinds + d)))
			value += k * pl.cells[c].value[d]
			n += k
		}
		if n > 0 {
			sum += value * int64(pl.cells[c].Count) / n
		}
	}
	return sum
}

// nearest is the expected score of the demanded mix. In the ideal every
// section has the whole paper's shares; since items are whole, the counts are
// dealt to the places and exchanged between sections for as long as that
// brings the score nearer to the ideal. A bank that has everything can
// therefore always give it exactly.
func (pl *Plan) nearest(shares []int) int64 {
	var ideal int64
	for _, c := range pl.places {
		for d, share := range shares {
			ideal += int64(share) * pl.cells[c].value[d]
		}
	}
	ideal /= 100
	left := pl.wanted
	cards := make([]int, len(pl.places))
	var score int64
	for i, c := range pl.places {
		best := -1
		for d := range left {
			if left[d] > 0 && (best < 0 || left[d]*pl.wanted[best] > left[best]*pl.wanted[d]) { // #nosec G602 -- d and best count within the fixed length
				best = d
			}
		}
		left[best]-- // #nosec G602 -- best is a place of left
		cards[i] = best
		score += pl.cells[c].value[best]
	}
	for improved := true; improved; {
		improved = false
		for i, c := range pl.places {
			for j, e := range pl.places[:i] {
				a, b := cards[i], cards[j]
				gain := pl.cells[c].value[b] - pl.cells[c].value[a] + pl.cells[e].value[a] - pl.cells[e].value[b]
				if abs(score+gain-ideal) < abs(score-ideal) {
					cards[i], cards[j] = b, a
					score += gain
					improved = true
				}
			}
		}
	}
	return score
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
