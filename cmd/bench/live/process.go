package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a program under test, or a part of the bench that has to be apart
// so that its processor time can be told from the others'.
type process struct {
	name  string
	log   string
	cmd   *exec.Cmd
	ended chan struct{}
}

// startWait bounds the start of one program on a busy machine.
const startWait = time.Minute

// startProcess starts a program whose output goes to a file in the folder. It
// ends with the thread that called.
func startProcess(name, folder string, cmd *exec.Cmd) (*process, error) {
	p := &process{name: name, log: filepath.Join(folder, name+".log"), cmd: cmd, ended: make(chan struct{})}
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = ownGroup()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		close(p.ended)
	}()
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// kill ends the process at once and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
}

// stop asks the process to end and kills it where it does not.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-p.ended:
	case <-time.After(15 * time.Second):
		p.kill()
	}
}

// await polls until ready says so.
func (p *process) await(ctx context.Context, ready func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	for !ready() {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-p.ended:
			return fmt.Errorf("%s ended while starting: %s", p.name, p.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("%s did not become ready: %s", p.name, p.lastWords())
		}
	}
	return nil
}

// lastWords is the end of the log.
func (p *process) lastWords() string {
	raw, _ := os.ReadFile(p.log)
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(lines[max(0, len(lines)-6):], "\n")
}

// listens tells whether somebody accepts connections at the address.
func listens(address string) bool {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// freeAddress is a loopback address that nobody listens on at this moment.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// ticks is how many units of /proc's processor times make a second. Linux
// shows 100 to programs on every architecture that Go knows.
const ticks = 100

// cpuTime is what the process and the threads in it have used of the
// processors, in the program and in the kernel for it.
func cpuTime(pid int) (time.Duration, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("processor time: %w", err)
	}
	fields, err := statFields(raw)
	if err != nil {
		return 0, err
	}
	return spent(fields[11:13])
}

// familyTime is cpuTime of a process, its children, and those of its children
// that have ended. PostgreSQL has a process for each connection.
func familyTime(pid int) (time.Duration, error) {
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, fmt.Errorf("processor time: %w", err)
	}
	var sum time.Duration
	for _, path := range all {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue // ended since it was listed
		}
		fields, err := statFields(raw)
		if err != nil {
			return 0, err
		}
		own := strings.HasPrefix(path, fmt.Sprintf("/proc/%d/", pid))
		if !own && fields[1] != strconv.Itoa(pid) {
			continue
		}
		until := 13
		if own {
			until = 15 // with the children that were waited for
		}
		one, err := spent(fields[11:until])
		if err != nil {
			return 0, err
		}
		sum += one
	}
	return sum, nil
}

// statFields are the fields of /proc/PID/stat from the state on, which is
// number 3 in proc(5): the name before may hold anything.
func statFields(raw []byte) ([]string, error) {
	_, rest, ok := bytes.Cut(raw[max(0, bytes.LastIndexByte(raw, ')')):], []byte(") "))
	fields := strings.Fields(string(rest))
	if !ok || len(fields) < 15 {
		return nil, errors.New("processor time: /proc has another form")
	}
	return fields, nil
}

func spent(fields []string) (time.Duration, error) {
	var sum time.Duration
	for _, f := range fields {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("processor time: %w", err)
		}
		sum += time.Duration(n) * time.Second / ticks
	}
	return sum, nil
}

// residentBytes is the memory of a process that is in RAM.
func residentBytes(pid int) (int64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("memory: %w", err)
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kB, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kB << 10, err
		}
	}
	return 0, errors.New("memory: /proc says nothing of VmRSS")
}
