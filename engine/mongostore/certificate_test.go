package mongostore_test

import (
	"os"
	"strconv"
	"testing"

	"github.com/256dpi/lungo"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
)

// eachCertificateStore runs the test on every kind of database, each empty and
// with its indexes, made twice as two copies of the program would.
func eachCertificateStore(t *testing.T, test func(*testing.T, enginetest.CertificateStore)) {
	t.Helper()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		s := mongostore.New(db)
		for range 2 {
			if err := s.EnsureIndexes(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		test(t, s.Certificates())
	})
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	enginetest.RunCertificates(t, eachCertificateStore)
}

// TestCertificateNumbers is invariant I7: a certificate number twice, or a gap.
// Both databases of an ordinary run search without an index and are asked for
// few; GONGYUAN_TEST_CERTIFICATES sets another number.
func TestCertificateNumbers(t *testing.T) {
	t.Parallel()
	eachCertificateStore(t, func(t *testing.T, x enginetest.CertificateStore) {
		issues := 200
		if text := os.Getenv("GONGYUAN_TEST_CERTIFICATES"); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			issues = n
		}
		enginetest.RunCertificateDrill(t, x, enginetest.CertificateDrill{Issues: issues, Workers: 32, Copies: 3, Percent: 10, Seed: 1})
	})
}
