//go:build unix

package proof

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// folder is where programs are built, for the whole run.
var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "gongyuan-proof-"); err != nil {
		fmt.Fprintln(os.Stderr, "proof:", err)
		os.Exit(1)
	}
	status := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(status)
}

// program builds the program with its failpoints, once, and returns its path.
// The web app is inside where it has been built.
var program = sync.OnceValues(func() (string, error) {
	path := filepath.Join(folder, "gongyuan")
	out, err := exec.Command("go", "build", "-tags", "failpoints", "-o", path, "gongyuan/cmd/gongyuan").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
})

// part is a subtest.
type part struct {
	name string
	test func(t *testing.T)
}

// together runs subtests at the same time. They mostly wait, so they share one
// of the places that go test has for parallel tests, of which there are as many
// as processors.
func together(t *testing.T, parts ...part) {
	t.Helper()
	var all sync.WaitGroup
	for _, p := range parts {
		all.Go(func() { t.Run(p.name, p.test) })
	}
	all.Wait()
}

// scale multiplies the size of every test.
func scale(t *testing.T) int {
	t.Helper()
	text := os.Getenv("GONGYUAN_TEST_PROOF")
	if text == "" {
		return 1
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("GONGYUAN_TEST_PROOF is %q, want a number from 1", text)
	}
	return n
}
