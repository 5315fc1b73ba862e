package formats_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain draws fewer banks than rapid does by itself: each is
// written in every format and read back. A flag on
// the command line still counts.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "40"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
