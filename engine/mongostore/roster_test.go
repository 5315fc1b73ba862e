package mongostore_test

import (
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
)

func TestRosters(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		s := opened(t, db)
		enginetest.RunRosters(t, s.Rosters())
		enginetest.RunPlaces(t, s.Sittings())
	})
}

func TestVenues(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		s := opened(t, db)
		enginetest.RunVenues(t, s.Venues())
		enginetest.RunSeatings(t, s.Seatings())
	})
}
