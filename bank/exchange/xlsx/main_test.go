package xlsx_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain draws fewer workbooks than rapid does by itself: each takes a
// quarter of a second under the race detector, and holds many items. A flag on
// the command line still counts.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "25"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
