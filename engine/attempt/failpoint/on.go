//go:build failpoints

package failpoint

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// order is where this process has to die. It is state of the package because
// the points lie deep in code that must not carry an argument for tests.
var order = sync.OnceValue(func() *point {
	text := os.Getenv("GONGYUAN_FAILPOINT")
	if text == "" {
		return nil
	}
	name, number, found := strings.Cut(text, ":")
	n, err := strconv.ParseInt(number, 10, 64)
	if !found || err != nil || n < 1 || name == "" {
		panic(fmt.Sprintf("GONGYUAN_FAILPOINT is %q, want NAME:N with N from 1", text))
	}
	p := &point{name: name}
	p.left.Store(n)
	return p
})

type point struct {
	name string
	left atomic.Int64 // how many times the point is still to be passed
}

// Hit kills the process where it is its turn to die at this point, and then
// never returns. It is safe for concurrent use.
func Hit(name string) {
	p := order()
	if p == nil || p.name != name || p.left.Add(-1) != 0 {
		return
	}
	fmt.Fprintln(os.Stderr, "failpoint:", name)
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
	select {} // the kill is on its way
}
