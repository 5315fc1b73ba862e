package mongostore_test

import (
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
)

func TestEvidence(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		s := openAttemptStore(t, db)
		enginetest.RunEvidence(t, func(*testing.T) enginetest.EvidenceStore { return s.Evidence() })
	})
}
