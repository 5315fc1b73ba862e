package mongobank_test

import (
	"testing"

	"gongyuan/bank/banktest"
	"gongyuan/bank/mongobank"
	"gongyuan/engine/enginetest/servers"

	"github.com/256dpi/lungo"
)

var _ banktest.EditingStore = (*mongobank.Store)(nil)

func open(t *testing.T, db lungo.IDatabase) *mongobank.Store {
	t.Helper()
	s := mongobank.New(db)
	for range 2 { // indexes that exist are left alone
		if err := s.EnsureIndexes(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestStoreEmbedded(t *testing.T) {
	t.Parallel()
	banktest.RunStore(t, func(t *testing.T) banktest.Store { return open(t, servers.Embedded(t)) })
}

func TestStoreServer(t *testing.T) {
	t.Parallel()
	banktest.RunStore(t, func(t *testing.T) banktest.Store { return open(t, servers.Mongo(t)) })
}

func TestEditing(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(testing.TB) lungo.IDatabase{"embedded": servers.Embedded, "mongodb": servers.Mongo} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			banktest.RunEditing(t, func(t *testing.T) (banktest.EditingStore, func() banktest.EditingStore) {
				db := database(t)
				return open(t, db), func() banktest.EditingStore { return open(t, db) }
			})
		})
	}
}
