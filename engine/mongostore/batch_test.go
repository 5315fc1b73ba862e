package mongostore_test

import (
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/batch"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
)

func TestBatches(t *testing.T) {
	t.Parallel()
	enginetest.RunBatches(t, func(t *testing.T, test func(*testing.T, batch.Store)) {
		servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
			s := mongostore.New(db)
			for range 2 {
				if err := s.EnsureIndexes(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			test(t, s.Batches())
		})
	})
}
