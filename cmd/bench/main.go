// Command bench measures the figures that the README and the release notes
// state, each beside what it is compared with in the same run, and prints one
// line per figure:
//
//	figure ID VALUE UNIT aim <=AIM met|short
//
// or >= where more is better. Calibrations stand above, as "calibration NAME
// VALUE UNIT". A figure that is short of its aim is no failure: these machines
// are shared. Arguments are the beginnings of the IDs to measure; none means
// all. Lines that begin with # explain what was measured.
//
//	go run ./cmd/bench            all
//	go run ./cmd/bench G4 G5      these
//	go run ./cmd/bench -profile DIR G6
//
// keeps the processor profile of the program under test as DIR/G6.pprof, and
//
//	go run ./cmd/bench -items 100000 B
//
// measures the bank at that size; the aims are those of 20,000.
//
// To add figures, write a function that hands each to show as soon as it is
// measured, and name it in families.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"gongyuan/cmd/bench/figure"
	"gongyuan/cmd/bench/live"
)

// family measures figures whose IDs begin with the same letters.
type family struct {
	prefix  string
	measure measure
}

type measure func(ctx context.Context, wanted func(id string) bool, show func(figure.Figure)) error

func families(b live.Bench, items int) []family {
	return []family{
		{"B", bankFigures(items)},
		{"C", certificateFigures},
		{"D", drawFigures},
		{"G", b.Measure},
		{"L", floorFigures},
		{"R", composeFigures},
	}
}

func main() {
	// The servers that the figures start end with the thread that started
	// them, also when this program is killed: so that thread must stay.
	runtime.LockOSThread()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	if len(os.Args) > 1 && live.IsChild(os.Args[1]) {
		if err := live.Child(ctx, os.Args[1:]); err != nil {
			fmt.Fprintf(os.Stderr, "bench: %s: %v\n", os.Args[1], err)
			os.Exit(1)
		}
		return
	}
	var b live.Bench
	flag.StringVar(&b.Profiles, "profile", "", "folder to keep processor profiles of the program under test in")
	flag.IntVar(&b.Candidates, "candidates", 3000, "how many candidates start and submit together in G1 to G3")
	flag.IntVar(&b.OnFerretDB, "on-ferretdb", 100, "the same, where they do so on FerretDB")
	items := flag.Int("items", bankOfFigure, "how many items the bank of B1 to B4 holds")
	flag.Parse()
	os.Exit(measureAll(ctx, families(b, *items), flag.Args()))
}

// measureAll returns the exit status: 1 where something could not be measured.
func measureAll(ctx context.Context, all []family, asked []string) int {
	status := 0
	for _, f := range all {
		if !wanted(f.prefix, asked) && !holds(f.prefix, asked) {
			continue
		}
		show := func(fig figure.Figure) {
			if wanted(fig.ID, asked) {
				fmt.Println(fig.String())
			}
		}
		if err := f.measure(ctx, func(id string) bool { return wanted(id, asked) }, show); err != nil {
			fmt.Fprintf(os.Stderr, "bench: %s: %v\n", f.prefix, err)
			status = 1
		}
	}
	return status
}

// wanted tells whether an ID is one of those that were asked for.
func wanted(id string, asked []string) bool {
	return len(asked) == 0 || slices.ContainsFunc(asked, func(a string) bool { return strings.HasPrefix(id, a) })
}

// holds tells whether one of those that were asked for is in the family.
func holds(prefix string, asked []string) bool {
	return slices.ContainsFunc(asked, func(a string) bool { return strings.HasPrefix(a, prefix) })
}

// median of a list that is not empty.
func median[T cmp.Ordered](list []T) T {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}
