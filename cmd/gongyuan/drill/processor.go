package drill

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Load is what the server's machine was doing at one moment.
type Load struct {
	Second  float64 `json:"second"`         // since the drill began
	Program float64 `json:"program"`        // processors that the server's program used
	Machine float64 `json:"machine"`        // processors that everything used, this drill included
	Memory  float64 `json:"memoryMegabyte"` // of the program, in RAM
}

// Processor is what could be seen of the server's processors.
type Processor struct {
	Seen    bool   `json:"seen"`
	Why     string `json:"why,omitempty"` // where it could not
	Cores   int    `json:"cores,omitempty"`
	Samples []Load `json:"samples"`
}

// loadEvery is how often the processors are looked at.
const loadEvery = time.Second / 2

// tickTime is the unit of /proc's processor times, the same on all of Linux.
const tickTime = time.Second / 100

// watch looks at the processors of the program that listens at base while the
// drill runs. Where that is another machine, or not Linux, it sees nothing and
// says so.
type watch struct {
	origin time.Time
	pid    int

	mu   sync.Mutex
	seen Processor
}

func newWatch(base string, origin time.Time) *watch {
	w := &watch{origin: origin, seen: Processor{Samples: []Load{}}}
	pid, err := listenerOf(base)
	if err != nil {
		w.seen.Why = err.Error()
		return w
	}
	w.pid, w.seen.Seen, w.seen.Cores = pid, true, runtime.NumCPU()
	return w
}

// start looks until the function that it returns is called.
func (w *watch) start() (stop func()) {
	if w.pid == 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		at, program, machine := time.Now(), programTime(w.pid), machineTime()
		for sleep(ctx, loadEvery) == nil {
			now, p, m := time.Now(), programTime(w.pid), machineTime()
			span := now.Sub(at).Seconds()
			if p >= program { // else it has ended, or is another
				w.add(Load{now.Sub(w.origin).Seconds(), (p - program).Seconds() / span, (m - machine).Seconds() / span, memoryOf(w.pid)})
			}
			at, program, machine = now, p, m
		}
	})
	return func() {
		cancel()
		wg.Wait()
	}
}

func (w *watch) add(l Load) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen.Samples = append(w.seen.Samples, l)
}

// found is what was seen so far, in at most as many slices as a timeline has.
func (w *watch) found() Processor {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.seen
	out.Samples = []Load{}
	width := max((len(w.seen.Samples)+moments-1)/moments, 1)
	for in := range slices.Chunk(w.seen.Samples, width) {
		var mean Load
		for _, l := range in {
			n := float64(len(in))
			mean.Second, mean.Program = mean.Second+l.Second/n, mean.Program+l.Program/n
			mean.Machine, mean.Memory = mean.Machine+l.Machine/n, mean.Memory+l.Memory/n
		}
		out.Samples = append(out.Samples, mean)
	}
	return out
}

// busiest is the mean of the busiest tenth of the samples.
func (p *Processor) busiest(of func(Load) float64) float64 {
	values := make([]float64, len(p.Samples))
	for i, l := range p.Samples {
		values[i] = of(l)
	}
	return topTenth(values)
}

// listenerOf finds the process on this machine that listens at the address.
func listenerOf(base string) (int, error) {
	u, err := url.Parse(base)
	if err != nil {
		return 0, err
	}
	addresses, err := net.LookupIP(u.Hostname())
	if err != nil {
		return 0, fmt.Errorf("%s is not known here", u.Hostname())
	}
	if !here(addresses) {
		return 0, fmt.Errorf("%s is another machine", u.Hostname())
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return 0, err
	}
	inode := listeningInode(number)
	if inode == "" {
		return 0, fmt.Errorf("nothing on this machine is seen to listen on port %d", number)
	}
	if pid := ownerOf(inode); pid > 0 {
		return pid, nil
	}
	return 0, fmt.Errorf("the program on port %d belongs to another user", number)
}

// here tells whether one of the addresses is this machine's.
func here(addresses []net.IP) bool {
	own, _ := net.InterfaceAddrs() // none where they cannot be read
	for _, a := range addresses {
		if a.IsLoopback() {
			return true
		}
		for _, o := range own {
			if n, ok := o.(*net.IPNet); ok && n.IP.Equal(a) {
				return true
			}
		}
	}
	return false
}

// listeningInode finds the socket that listens on a port; see proc_net_tcp in
// Linux' documentation. 0A is the state of listening.
func listeningInode(port int) string {
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		raw, err := os.ReadFile(table) // #nosec G304 -- a file that the operator names
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(raw)) {
			f := strings.Fields(line)
			if len(f) > 9 && f[3] == "0A" && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) {
				return f[9]
			}
		}
	}
	return ""
}

// ownerOf finds the process that holds a socket, 0 where none is seen.
func ownerOf(inode string) int {
	files, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, file := range files {
		if to, err := os.Readlink(file); err == nil && to == "socket:["+inode+"]" {
			pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
			return pid
		}
	}
	return 0
}

// programTime is the processor time of a process, 0 where there is none.
func programTime(pid int) time.Duration {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name before the last parenthesis may hold anything.
	fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	return sumTicks(fields[11:13]) // user and system
}

// machineTime is the time that all processors were busy.
func machineTime() time.Duration {
	raw, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	f := strings.Fields(line)
	if len(f) < 9 {
		return 0
	}
	// Field 4 is idle time and 5 waiting for a disk; after 8 comes what is
	// counted in the first already.
	return sumTicks(append(f[1:4:4], f[6:9]...))
}

func sumTicks(fields []string) time.Duration {
	var sum int64
	for _, f := range fields {
		n, _ := strconv.ParseInt(f, 10, 64) // the kernel writes numbers
		sum += n
	}
	return time.Duration(sum) * tickTime
}

// memoryOf is the memory of a process that is in RAM, in megabytes.
func memoryOf(pid int) float64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kB, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64) // the kernel writes a number
			return kB / 1024
		}
	}
	return 0
}
