package drill

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// progress tells how the drill goes: a line that renews itself on a terminal,
// a line every ten seconds and at each phase elsewhere.
type progress struct {
	out      io.Writer
	meter    *meter
	total    int
	terminal bool

	mu    sync.Mutex
	phase string
}

func newProgress(out io.Writer, m *meter, total int) *progress {
	p := &progress{out: out, meter: m, total: total}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// say begins a phase.
func (p *progress) say(phase string) {
	p.mu.Lock()
	p.phase = phase
	p.mu.Unlock()
	p.line()
}

// start shows the line until the function that it returns is called.
func (p *progress) start() (stop func()) {
	every := 10 * time.Second
	if p.terminal {
		every = time.Second
	}
	ticker, done := time.NewTicker(every), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-ticker.C:
				p.line()
			case <-done:
				return
			}
		}
	})
	return func() {
		ticker.Stop()
		close(done)
		wg.Wait()
		if p.terminal {
			fmt.Fprintln(p.out)
		}
	}
}

func (p *progress) line() {
	if p.out == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	line := p.meter.line(p.total)
	if p.terminal {
		fmt.Fprintf(p.out, "\r\x1b[K%s · %s", p.phase, line)
		return
	}
	fmt.Fprintf(p.out, "%s · %s\n", p.phase, line)
}

// line sums up what was counted so far.
func (m *meter) line(total int) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	faults, failed := 0, 0
	for _, n := range m.faults {
		faults += n
	}
	for _, n := range m.errors {
		failed += n
	}
	t := &m.tally
	parts := []string{
		time.Since(m.origin).Truncate(time.Second).String(),
		fmt.Sprintf("登录 in %d/%d", t.SignedIn, total), fmt.Sprintf("入场 entered %d", t.Entered),
		fmt.Sprintf("作答 ops %d", t.Written), fmt.Sprintf("已存 durable %d", t.Acknowledged),
		fmt.Sprintf("交卷 submitted %d", t.Submitted), fmt.Sprintf("核对 checked %d", t.Checked),
		fmt.Sprintf("故障 faults %d", faults), fmt.Sprintf("错误 errors %d", failed), fmt.Sprintf("问题 findings %d", len(m.findings)),
	}
	return strings.Join(parts, " · ")
}
