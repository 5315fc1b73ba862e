package enginetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyuan/engine/report"
)

// RunReports is the suite that every store of column maps must pass. each runs
// a test on every kind of store, empty and with its indexes.
func RunReports(t *testing.T, each func(*testing.T, func(*testing.T, report.Maps))) {
	t.Helper()
	each(t, func(t *testing.T, store report.Maps) {
		t.Run("Maps", func(t *testing.T) { reportMaps(t, store) })
		t.Run("OneOfManyChanges", func(t *testing.T) { reportChanges(t, store) })
	})
}

func columnMap(id report.MapID, receiver, name string) report.Map {
	return report.Map{
		ID: id, Name: name, Receiver: receiver, Version: 1, Changed: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), By: "a1",
		Columns: []report.Column{{Heading: "姓名", Field: "name", Format: report.Plain}, {Heading: "代码", Field: report.FixedText, Format: report.Plain, Value: "001", Required: true, Most: 3, Allowed: []string{"001"}}},
	}
}

func reportMaps(t *testing.T, store report.Maps) {
	ctx := t.Context()
	_, err := store.Map(ctx, "none")
	wantErr(t, "none", err, report.ErrNotFound)
	second, first := columnMap("m2", "乙", "一"), columnMap("m1", "甲", "二")
	for _, m := range []report.Map{first, second, columnMap("m3", "甲", "一")} {
		check(t, store.InsertMap(ctx, m))
	}
	wantErr(t, "again", store.InsertMap(ctx, first), report.ErrDuplicate)
	got, err := store.Map(ctx, "m1")
	check(t, err)
	diff(t, "what was kept", got, first)
	all, err := store.Maps(ctx)
	check(t, err)
	ids := ""
	for _, m := range all {
		ids += string(m.ID) + " "
	}
	diff(t, "by receiver and name", ids, "m2 m3 m1 ")
	first.Columns = first.Columns[1:]
	changed, err := store.ReplaceMap(ctx, first)
	check(t, err)
	diff(t, "version", changed.Version, 2)
	_, err = store.ReplaceMap(ctx, first)
	wantErr(t, "an old version", err, report.ErrConflict)
	_, err = store.ReplaceMap(ctx, columnMap("none", "甲", "一"))
	wantErr(t, "one that is not there", err, report.ErrConflict)
	got, err = store.Map(ctx, "m1")
	check(t, err)
	diff(t, "what was changed", got, changed)
}

func reportChanges(t *testing.T, store report.Maps) {
	m := columnMap("contended", "丙", "一")
	check(t, store.InsertMap(t.Context(), m))
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			mine := m
			mine.Name = fmt.Sprint("name ", i)
			if _, err := store.ReplaceMap(t.Context(), mine); err == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	got, err := store.Map(t.Context(), m.ID)
	check(t, err)
	if won.Load() < 1 || got.Version != 2 {
		t.Errorf("%d changes won, version %d", won.Load(), got.Version)
	}
}
