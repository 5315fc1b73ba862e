package mongostore_test

import (
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
)

func TestTrainings(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		enginetest.RunTrainings(t, mongostore.New(db).Trainings())
	})
}

func TestEarlier(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		enginetest.RunEarlier(t, mongostore.New(db).Earlier())
	})
}

func TestTalents(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		enginetest.RunTalents(t, mongostore.New(db).Talents())
	})
}
