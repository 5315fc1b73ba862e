package mongostore_test

import (
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
)

func TestArchives(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		enginetest.RunArchives(t, mongostore.New(db).Archives())
	})
}

func TestRetention(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		enginetest.RunRetention(t, mongostore.New(db).Retention())
		enginetest.RunKeepings(t, mongostore.New(db).Retention())
	})
}

func TestPaperSheets(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		enginetest.RunPaperSheets(t, mongostore.New(db).PaperSheets())
	})
}
