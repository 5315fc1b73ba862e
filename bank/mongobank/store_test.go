package mongobank_test

import (
	"fmt"
	"testing"
	"time"

	"gongyuan/bank"
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

// TestShelf asks for banks that are not there, and for more than are held in
// memory: neither fills it.
func TestShelf(t *testing.T) {
	t.Parallel()
	s := open(t, servers.Embedded(t))
	ask := func(id bank.ID, want int) {
		t.Helper()
		got, err := s.Rows(t.Context(), id, func(*bank.ItemRow) bool { return true })
		if err != nil || len(got) != want {
			t.Fatalf("bank %s: %d items, %v; want %d", id, len(got), err, want)
		}
	}
	for i := range 50 {
		ask(bank.ID(fmt.Sprint("none-", i)), 0)
	}
	if n := s.Shelved(); n != 0 {
		t.Errorf("%d banks in memory that are not there", n)
	}
	revs, _ := banktest.Generate(1, 1)
	for i := range 110 {
		id := bank.ID(fmt.Sprint("some-", i))
		one := revs[0]
		one.Item = bank.NewItemID(id, "B-A-B-C-001-002")
		if _, err := s.Import(t.Context(), []bank.Revision{one}, bank.ImportOptions{Bank: id, Status: bank.Published, Now: time.Unix(1_760_000_000, 0)}); err != nil {
			t.Fatal(err)
		}
		ask(id, 1)
	}
	if n := s.Shelved(); n < 1 || n > 100 {
		t.Errorf("%d banks in memory, want 1 to 100", n)
	}
	ask("some-0", 1)
}
