package mongostore_test

import (
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
)

func TestProgrammes(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		s := mongostore.New(db)
		if err := s.EnsureIndexes(t.Context()); err != nil {
			t.Fatal(err)
		}
		enginetest.RunProgrammes(t, s.Programmes(), s.Sittings())
	})
}
