package mongostore_test

import (
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/report"
)

func TestReports(t *testing.T) {
	t.Parallel()
	enginetest.RunReports(t, func(t *testing.T, test func(*testing.T, report.Maps)) {
		servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
			s := mongostore.New(db)
			if err := s.EnsureIndexes(t.Context()); err != nil {
				t.Fatal(err)
			}
			test(t, s.Reports())
			enginetest.RunExportRuns(t, s.Reports())
		})
	})
}
