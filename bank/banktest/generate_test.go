package banktest_test

import (
	"reflect"
	"testing"

	"gongyuan/bank"
	"gongyuan/bank/banktest"
)

func TestGenerate(t *testing.T) {
	t.Parallel()
	for _, n := range []int{10, 600, 20_000} {
		revs, outline := banktest.Generate(7, n)
		again, _ := banktest.Generate(7, n)
		if !reflect.DeepEqual(again, revs) {
			t.Fatalf("%d items: not the same twice", n)
		}
		if faults := outline.Check(); len(faults) > 0 {
			t.Errorf("%d items: outline: %v", n, faults)
		}
		points := map[bank.PointCode]bool{}
		for _, p := range outline.Points() {
			points[p.Code] = true
		}
		if len(revs) != n || len(points) < 45 || len(points) > 400 {
			t.Errorf("%d items: got %d on %d points", n, len(revs), len(points))
		}
		ids := map[bank.ItemID]bool{}
		for _, r := range revs {
			if ids[r.Item] || !points[r.Point] || r.Difficulty < 1 || r.Difficulty > 5 {
				t.Errorf("%d items: %s twice, or without a point or difficulty", n, r.Item)
			}
			ids[r.Item] = true
		}
	}
}
