package certificate_test

import (
	"os"
	"strconv"
	"testing"

	"gongyuan/engine/enginetest"
)

// TestMemoryStore is that the store of the large drill keeps what every store
// promises.
func TestMemoryStore(t *testing.T) {
	t.Parallel()
	enginetest.RunCertificates(t, func(t *testing.T, test func(*testing.T, enginetest.CertificateStore)) {
		t.Helper()
		test(t, enginetest.NewMemoryCertificates())
	})
}

// TestSerials is that serials are 1…n, with several copies at work and writes
// cut off before and after they are done. GONGYUAN_TEST_SERIALS sets how many:
// 100,000 take minutes.
func TestSerials(t *testing.T) {
	t.Parallel()
	issues := 2000
	if text := os.Getenv("GONGYUAN_TEST_SERIALS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		issues = n
	}
	enginetest.RunCertificateDrill(t, enginetest.NewMemoryCertificates(), enginetest.CertificateDrill{Issues: issues, Workers: 32, Copies: 4, Percent: 10, Seed: 2})
}
