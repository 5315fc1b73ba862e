// Command mutants breaks the engine on purpose, one small change at a time, and
// shows that a named test turns red for each:
//
//	make mutants
//	go run ./cmd/testservers -- go run ./cmd/mutants [-run expression] [-j n] [-v]
//
// A test that stays green when what it stands for is broken proves nothing. The
// list in list.go says for each mutant which text of which file becomes which,
// and which test must find it: the four of the live protocol first, acknowledge
// before the insert, drop the sequence check, <= for < at the deadline, hand an
// uncopied string of Fiber to the journal.
//
// The tree is never touched. The changed file lies in a temporary folder and
// reaches the compiler by go test -overlay, which holds for embedded Lua as
// well. First all named tests run unchanged and must be green. What a mutant
// then comes to is one of
//
//	caught    its test turned red
//	SURVIVED  its test stayed green
//	STALE     its text is not in the file exactly once any more
//	ERROR     it does not compile, or its test does not run or is red anyway
//
// and the program exits with 1 unless all are caught. It needs the servers of
// the tests and is run from anywhere in the module.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"
)

// settings are the flags.
type settings struct {
	only    *regexp.Regexp
	atOnce  int
	timeout time.Duration
	verbose bool
}

func main() {
	var s settings
	pattern := flag.String("run", "", "only mutants whose name matches this expression")
	flag.IntVar(&s.atOnce, "j", 2, "how many mutants run at once")
	flag.DurationVar(&s.timeout, "timeout", 3*time.Minute, "for one run of tests; what hangs that long is red")
	flag.BoolVar(&s.verbose, "v", false, "show what the red tests said")
	flag.Parse()
	var err error
	if s.only, err = regexp.Compile(*pattern); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ok, err := s.run(ctx, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
	}
	if err != nil || !ok {
		stop()
		os.Exit(1)
	}
}

// run reports whether every mutant was caught.
func (s *settings) run(ctx context.Context, out io.Writer) (bool, error) {
	root, err := moduleRoot(ctx)
	if err != nil {
		return false, err
	}
	var chosen []mutant
	for _, m := range mutants() {
		if s.only.MatchString(m.name) {
			chosen = append(chosen, m)
		}
	}
	folder, err := os.MkdirTemp("", "gongyuan-mutants-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(folder)
	r := runner{root: root, folder: folder, timeout: s.timeout}
	fmt.Fprintf(os.Stderr, "mutants: the tests of %d mutants, unchanged\n", len(chosen))
	red, err := r.baseline(ctx, chosen)
	if err != nil {
		return false, err
	}
	verdicts := r.all(ctx, chosen, red, s.atOnce)
	return s.report(out, chosen, verdicts), ctx.Err()
}

func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// all tries the mutants, a few at a time, and returns the verdicts in order.
func (r *runner) all(ctx context.Context, chosen []mutant, red map[test]verdict, atOnce int) []verdict {
	verdicts := make([]verdict, len(chosen))
	work := make(chan int)
	var wg sync.WaitGroup
	for range max(1, atOnce) {
		wg.Go(func() {
			for i := range work {
				m := chosen[i]
				if was, isRed := red[m.test]; isRed {
					verdicts[i] = verdict{result: failed, why: "the test is red without it: " + was.why, output: was.output}
				} else {
					verdicts[i] = r.try(ctx, m)
				}
				fmt.Fprintf(os.Stderr, "mutants: %-8s %s (%v)\n", verdicts[i].result, m.name, verdicts[i].took.Round(time.Second))
			}
		})
	}
	for i := range chosen {
		work <- i
	}
	close(work)
	wg.Wait()
	return verdicts
}

// report prints the table and returns whether every mutant was caught.
func (s *settings) report(out io.Writer, chosen []mutant, verdicts []verdict) bool {
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "mutant\tfile\tcaught by\tresult")
	n := 0
	for i, m := range chosen {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", m.name, m.file, m.test, verdicts[i].result)
		if verdicts[i].result == caught {
			n++
		}
	}
	_ = table.Flush() // the terminal's own errors have nobody to tell
	fmt.Fprintf(out, "%d mutants, %d caught\n", len(chosen), n)
	for i, m := range chosen {
		if v := verdicts[i]; v.result != caught || s.verbose {
			fmt.Fprintf(out, "\n%s: %s: %s\n%s", m.name, v.result, v.why, v.output)
		}
	}
	return n == len(chosen) && n > 0
}
