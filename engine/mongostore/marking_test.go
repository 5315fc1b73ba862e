package mongostore_test

import (
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
)

func TestMarking(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		s := openAttemptStore(t, db)
		enginetest.RunMarking(t, func(*testing.T) (enginetest.MarkingStore, enginetest.TheoryStore) { return s.Markings(), s.Results() })
	})
}
