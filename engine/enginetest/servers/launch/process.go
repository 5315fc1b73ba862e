package launch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// startWait bounds the start of one server on a busy machine.
	startWait = time.Minute
	// stopWait is how long a server may take to end before it is killed.
	stopWait = 10 * time.Second
	// pollEvery is the pause between two looks at a starting server.
	pollEvery = 10 * time.Millisecond
)

// ErrPortTaken says that another process took the port between the moment it
// was found free and the start of the server. Trying again helps.
var ErrPortTaken = errors.New("port taken")

// Process is a running server. Its methods are safe for concurrent use.
type Process struct {
	name    string
	log     string
	command *exec.Cmd
	ended   chan struct{}
	err     error // how it ended; valid once ended is closed
}

// start runs the command with its output going to the file log. The process
// ends when this one does. It gets a process group of its own, so that an
// interrupt typed at the terminal ends the tests before their servers.
func start(name, log string, command *exec.Cmd) (*Process, error) {
	output, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644) // #nosec G302 G304 -- the log of a server of the tests
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	defer output.Close()
	if command.Stdout == nil {
		command.Stdout = output
	}
	command.Stderr = output
	command.SysProcAttr = detached(command.SysProcAttr)
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	process := &Process{name: name, log: log, command: command, ended: make(chan struct{})}
	go func() {
		process.err = command.Wait()
		close(process.ended)
	}()
	return process, nil
}

// Pid returns the process id, for tests that signal the server themselves.
func (p *Process) Pid() int { return p.command.Process.Pid }

// Log returns the path of the file with the server's output.
func (p *Process) Log() string { return p.log }

// Kill ends the server at once, as a loss of the machine would, and waits until
// it is gone. Killing one that has ended does nothing.
func (p *Process) Kill() {
	_ = p.command.Process.Kill()
	<-p.ended
}

// Stop asks the server to end, and kills it when it takes more than ten
// seconds. Stopping one that has ended does nothing.
func (p *Process) Stop() { p.stop(syscall.SIGTERM) }

func (p *Process) stop(signal os.Signal) {
	if p.command.Process.Signal(signal) != nil {
		// The signal fails when the process has ended, and on systems that
		// only know how to kill.
		p.Kill()
		return
	}
	select {
	case <-p.ended:
	case <-time.After(stopWait):
		p.Kill()
	}
}

// await polls until ready says so, the server has ended, or the time is up. The
// error carries the last lines of the server's log.
func (p *Process) await(ctx context.Context, ready func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		if ready() {
			return nil
		}
		select {
		case <-poll.C:
		case <-p.ended:
			return p.explain(fmt.Sprintf("ended while starting (%v)", p.err))
		case <-ctx.Done():
			return p.explain("did not become ready: " + ctx.Err().Error())
		}
	}
}

// explain makes an error of what happened and the end of the log.
func (p *Process) explain(what string) error {
	content, _ := os.ReadFile(p.log)
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	tail := strings.Join(lines[max(0, len(lines)-8):], "\n")
	err := fmt.Errorf("%s %s; the end of its log:\n%s", p.name, what, tail)
	if strings.Contains(tail, "in use") {
		return fmt.Errorf("%w: %w", ErrPortTaken, err)
	}
	return err
}

// FreePort returns a loopback port that nobody listens on at this moment. It is
// below those that systems give to connections on their way out: what listens
// there can stop and come back without finding one of them in its place.
func FreePort() (int, error) {
	const first, end = 12_000, 32_000
	var err error
	for range 100 {
		var listener net.Listener
		if listener, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(first+rand.IntN(end-first)))); err == nil { // #nosec G404 -- any port will do
			defer listener.Close()
			return listener.Addr().(*net.TCPAddr).Port, nil
		}
	}
	return 0, fmt.Errorf("find a free port: %w", err)
}
