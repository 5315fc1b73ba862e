package mongostore_test

import (
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
)

func TestProctors(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		s := openAttemptStore(t, db)
		enginetest.RunProctor(t, s.Proctors(), s.Sittings(), s.Sittings())
	})
}
