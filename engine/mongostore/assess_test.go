package mongostore_test

import (
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
)

func TestAssessments(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		s := openAttemptStore(t, db)
		enginetest.RunAssess(t, func(*testing.T) enginetest.AssessStore { return s.Assessments() })
	})
}

func TestExaminers(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		enginetest.RunExaminers(t, openAttemptStore(t, db).Examiners())
	})
}
