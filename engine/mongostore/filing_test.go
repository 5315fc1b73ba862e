package mongostore_test

import (
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/filing"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
)

func TestFilings(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		s := mongostore.New(db)
		if err := s.EnsureIndexes(t.Context()); err != nil {
			t.Fatal(err)
		}
		enginetest.RunFilings(t, s.Filings())
	})
	t.Run("sealed", func(t *testing.T) {
		t.Parallel()
		sealer, err := people.NewSealer(enginetest.CertificateSecrets())
		if err != nil {
			t.Fatal(err)
		}
		enginetest.RunFilings(t, filing.Sealed{Store: mongostore.New(servers.Embedded(t)).Filings(), Sealer: sealer})
	})
}
