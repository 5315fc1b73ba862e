package result

import (
	"math"
	"slices"

	"gongyuan/bank"
)

// Distribution is how the marks of a component lie. Mean, SD and Median are
// hundredths.
type Distribution struct {
	Full, Pass bank.Marks
	N          int
	Passed     int
	Mean       float64
	SD         float64 // of the sample, by N−1; 0 for fewer than two
	Median     float64
	Least      bank.Marks
	Most       bank.Marks
	Bins       []Bin
}

// Bin counts marks from From up to To, To itself only in the last one.
type Bin struct {
	From, To bank.Marks
	Count    int
}

// bins is how many a scale is cut into: ten points each on a scale of a
// hundred, so that the usual pass mark is an edge.
const bins = 10

// Distribute describes marks on a scale. Marks beyond its ends count in the
// first and the last bin.
func Distribute(marks []bank.Marks, full, pass bank.Marks) Distribution {
	d := Distribution{Full: full, Pass: pass, N: len(marks)}
	width := max(1, full/bins)
	for i := range bank.Marks(bins) {
		d.Bins = append(d.Bins, Bin{From: i * width, To: (i + 1) * width})
	}
	d.Bins[bins-1].To = max(full, d.Bins[bins-1].From)
	if len(marks) == 0 {
		return d
	}
	sorted := slices.Sorted(slices.Values(marks))
	d.Least, d.Most = sorted[0], sorted[len(sorted)-1]
	d.Median = float64(sorted[(len(sorted)-1)/2]+sorted[len(sorted)/2]) / 2
	for _, m := range marks {
		d.Mean += float64(m) / float64(len(marks))
		d.Bins[min(bins-1, max(0, int(m/width)))].Count++
		if m >= pass {
			d.Passed++
		}
	}
	if len(marks) > 1 {
		sum := 0.0
		for _, m := range marks {
			sum += (float64(m) - d.Mean) * (float64(m) - d.Mean)
		}
		d.SD = math.Sqrt(sum / float64(len(marks)-1))
	}
	return d
}
