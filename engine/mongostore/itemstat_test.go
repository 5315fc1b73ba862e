package mongostore_test

import (
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/itemstat"
	"gongyuan/engine/mongostore"
)

func TestItemStatistics(t *testing.T) {
	t.Parallel()
	enginetest.RunItemStatistics(t, func(t *testing.T, test func(*testing.T, itemstat.Store)) {
		servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
			s := mongostore.New(db)
			if err := s.EnsureIndexes(t.Context()); err != nil {
				t.Fatal(err)
			}
			test(t, s.ItemStatistics())
		})
	})
}
