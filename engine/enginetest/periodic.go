package enginetest

import (
	"testing"

	"gongyuan/engine/periodic"
)

// RunPeriodics is the suite that every store of submitted reports must pass.
func RunPeriodics(t *testing.T, store periodic.Store) {
	ctx := t.Context()
	v := periodic.Version{Period: "2026-Q4", Number: 1, By: "a", At: Start, Figures: periodic.Figures{
		Lines: []periodic.Line{{Group: periodic.Total, Counts: []int{3, 2, 1}}, {Group: periodic.ByCity, Key: "示例市", Counts: []int{1}}},
		Staff: periodic.Staff{Bodies: 1, Sites: 2, Examiners: 6, Assessed: 3, NotPassed: 2, Unassessed: 1},
	}}
	none, err := store.Versions(ctx, "2026-Q4")
	check(t, err)
	diff(t, "none", len(none), 0)
	check(t, store.InsertVersion(ctx, v))
	wantErr(t, "again", store.InsertVersion(ctx, v), periodic.ErrConflict)
	second, year := v, v
	second.Number, year.Period = 2, "2026"
	check(t, store.InsertVersion(ctx, second))
	check(t, store.InsertVersion(ctx, year))
	got, err := store.Versions(ctx, "2026-Q4")
	check(t, err)
	diff(t, "in order", got, []periodic.Version{v, second})
}
