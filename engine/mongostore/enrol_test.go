package mongostore_test

import (
	"errors"
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/enrol"
	"gongyuan/engine/retention"
	"gongyuan/engine/sitting"
)

func TestEnrolments(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		store := opened(t, db)
		enginetest.RunEnrolments(t, store.Enrolments())

		// What the suite left goes when its time has come, with its files.
		kept := store.Holdings()[retention.Applications]
		held := func(id sitting.ID, want int) {
			if n, err := kept.Held(t.Context(), id, nil); err != nil || n != want {
				t.Errorf("of %s are held %d, %v, want %d", id, n, err, want)
			}
		}
		held("s", 2)
		if n, err := kept.Drop(t.Context(), "s", nil); err != nil || n != 2 {
			t.Errorf("dropped %d, %v", n, err)
		}
		held("s", 0)
		held("t", 1)
		if _, err := store.Enrolments().Content(t.Context(), "f"); !errors.Is(err, enrol.ErrNotFound) {
			t.Errorf("a file of it: %v", err)
		}
	})
}
