package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// bar is a progress bar on a terminal, and nothing anywhere else.
type bar struct {
	out   io.Writer // nil where there is no terminal
	label string
	shown int
}

func newBar(label string) *bar {
	b := &bar{label: label, shown: -1}
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		b.out = os.Stderr
	}
	return b
}

// set shows how far it is. A total of 0 is not known.
func (b *bar) set(done, total int) {
	if b.out == nil {
		return
	}
	if total <= 0 {
		fmt.Fprintf(b.out, "\r%s %d", b.label, done)
		b.shown = 0
		return
	}
	if percent := done * 100 / total; percent != b.shown {
		b.shown = percent
		fmt.Fprintf(b.out, "\r%s [%-20s] %d / %d", b.label, strings.Repeat("=", percent/5), done, total)
	}
}

// end leaves the line.
func (b *bar) end() {
	if b.out != nil && b.shown >= 0 {
		fmt.Fprintln(b.out)
	}
}
