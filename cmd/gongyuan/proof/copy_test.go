//go:build unix

package proof

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// restartPause is what an init system waits before it starts a program again.
const restartPause = 50 * time.Millisecond

// copyOf is one copy of the program, started again whenever it ends. Its
// methods are safe for concurrent use.
type copyOf struct {
	path     string
	environ  []string
	balancer *balancer
	log      string // path of its log

	mu      sync.Mutex
	command *exec.Cmd
	held    bool          // it is not started again for now
	begun   chan struct{} // closed when it serves for the first time since it ended
	orders  []string      // failpoints at which it still has to die, in this order
	met     []string
	deaths  int
	stopped bool
	over    chan struct{} // closed when the keeper has ended
}

// startCopy starts a copy and whoever starts it again, and waits until it
// serves.
func startCopy(t *testing.T, name string, environ []string, b *balancer) *copyOf {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	c := &copyOf{
		path: path, environ: environ, balancer: b, log: filepath.Join(t.TempDir(), name+".log"),
		begun: make(chan struct{}), over: make(chan struct{}),
	}
	go c.keep()
	t.Cleanup(func() {
		c.stop()
		if t.Failed() {
			t.Logf("the end of the log of %s:\n%s", name, tail(c.log, 40))
		}
	})
	if err := c.await(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func tail(path string, lines int) string {
	content, _ := os.ReadFile(path)
	all := strings.Split(strings.TrimSpace(string(content)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// await waits until the copy serves.
func (c *copyOf) await(ctx context.Context) error {
	c.mu.Lock()
	begun := c.begun
	c.mu.Unlock()
	select {
	case <-begun:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Minute):
		return fmt.Errorf("the program does not serve; the end of its log:\n%s", tail(c.log, 20))
	}
}

// keep starts the program again and again.
func (c *copyOf) keep() {
	defer close(c.over)
	for {
		c.mu.Lock()
		stopped, held := c.stopped, c.held
		c.mu.Unlock()
		if stopped {
			return
		}
		if !held {
			c.life()
		}
		time.Sleep(restartPause)
	}
}

// life is one run of the program, from its start to its end.
func (c *copyOf) life() {
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		panic(err) // the folder is the test's own
	}
	defer log.Close()
	command := exec.Command(c.path, "serve", "--second-factor", "offered")
	command.Env, command.SysProcAttr = c.environ, detached()
	c.mu.Lock()
	order := ""
	if len(c.orders) > 0 {
		order = c.orders[0]
		command.Env = append(command.Env[:len(command.Env):len(command.Env)], "GONGYUAN_FAILPOINT="+order)
	}
	output, err := command.StderrPipe()
	if err == nil && !c.stopped && !c.held {
		if err = command.Start(); err == nil {
			c.command = command
		}
	}
	c.mu.Unlock()
	if command.Process == nil {
		fmt.Fprintln(log, "proof: not started:", err)
		return
	}
	struck := c.listen(output, log)
	err = command.Wait()
	c.ended(order, struck, err)
	fmt.Fprintln(log, "proof: ended:", err)
}

// listen copies the program's log until it ends, and tells whether it ended at
// a failpoint.
func (c *copyOf) listen(output io.Reader, log io.Writer) (struck bool) {
	address := ""
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		fmt.Fprintln(log, line)
		if _, after, found := strings.Cut(line, "msg=serving address=http://"); found {
			address, _, _ = strings.Cut(after, " ")
			c.balancer.add(address)
			c.mu.Lock()
			close(c.begun)
			c.mu.Unlock()
		}
		struck = struck || strings.HasPrefix(line, "failpoint:")
	}
	if address != "" {
		c.balancer.remove(address)
		c.mu.Lock()
		c.begun = make(chan struct{})
		c.mu.Unlock()
	}
	return struck
}

// ended notes how a run ended.
func (c *copyOf) ended(order string, struck bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.command = nil
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		return // it ended by itself, for example because a store was away
	}
	c.deaths++
	if struck {
		c.met = append(c.met, order)
		c.orders = c.orders[1:]
	}
}

// kill ends the process as kill -9 does, and waits until it is gone. It is
// started again at once unless it is held.
func (c *copyOf) kill() {
	c.mu.Lock()
	command := c.command
	if command != nil {
		_ = command.Process.Kill()
	}
	c.mu.Unlock()
	for command != nil {
		c.mu.Lock()
		gone := c.command != command
		c.mu.Unlock()
		if gone {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// hold kills the process and keeps it from being started again.
func (c *copyOf) hold() {
	c.mu.Lock()
	c.held = true
	c.mu.Unlock()
	c.kill()
}

// release lets it be started again.
func (c *copyOf) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = false
}

// order makes the copy die at the failpoints, one per life. The life that is
// under way ends for it.
func (c *copyOf) order(points ...string) {
	c.mu.Lock()
	c.orders = append(c.orders, points...)
	c.mu.Unlock()
	c.kill()
}

// left returns the failpoints at which it has not died yet.
func (c *copyOf) left() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.orders...)
}

func (c *copyOf) died() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.deaths
}

// stop ends the copy for good.
func (c *copyOf) stop() {
	c.mu.Lock()
	c.stopped = true
	c.mu.Unlock()
	c.kill()
	<-c.over
}
