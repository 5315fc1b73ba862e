package result_test

import (
	"math"
	"testing"

	"gongyuan/bank"
	"gongyuan/engine/result"
)

func TestDistribute(t *testing.T) {
	t.Parallel()
	d := result.Distribute([]bank.Marks{5999, 6000, 10000, 0, 7000, 11000}, 10000, 6000)
	if d.N != 6 || d.Passed != 4 || d.Least != 0 || d.Most != 11000 || d.Median != 6500 {
		t.Errorf("%+v", d)
	}
	for i, want := range []int{1, 0, 0, 0, 0, 1, 1, 1, 0, 2} {
		if d.Bins[i].Count != want {
			t.Errorf("bin %d–%d has %d, want %d", d.Bins[i].From, d.Bins[i].To, d.Bins[i].Count, want)
		}
	}
	// 2, 4, 4, 4, 5, 5, 7, 9 have the mean 5 and squares of 32 around it.
	known := result.Distribute([]bank.Marks{200, 400, 400, 400, 500, 500, 700, 900}, 1000, 600)
	if math.Abs(known.Mean-500) > 1e-9 || math.Abs(known.SD-100*math.Sqrt(32.0/7)) > 1e-9 {
		t.Errorf("mean %v, SD %v", known.Mean, known.SD)
	}
	for name, empty := range map[string]result.Distribution{"none": result.Distribute(nil, 10000, 6000), "no scale": result.Distribute([]bank.Marks{5}, 0, 0)} {
		if len(empty.Bins) != 10 || math.IsNaN(empty.Mean) || empty.SD != 0 {
			t.Errorf("%s: %+v", name, empty)
		}
	}
}
