package mongostore_test

import (
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
)

func TestReviews(t *testing.T) {
	t.Parallel()
	enginetest.RunReviews(t, func(t *testing.T, test func(*testing.T, enginetest.ReviewStores)) {
		servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
			s := mongostore.New(db)
			if err := s.EnsureIndexes(t.Context()); err != nil {
				t.Fatal(err)
			}
			test(t, enginetest.ReviewStores{Regrades: s.Regrades(), Appeals: s.Appeals(), Theories: s.Results()})
		})
	})
}
