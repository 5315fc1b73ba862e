package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// result is what a mutant came to.
type result string

const (
	caught   result = "caught"
	survived result = "SURVIVED"
	stale    result = "STALE"
	failed   result = "ERROR"
)

// verdict is a result and what there is to say about it.
type verdict struct {
	result result
	why    string
	output string // of the tests, the end of it
	took   time.Duration
}

// runner runs tests of the module at root. Overlays lie in folder.
type runner struct {
	root, folder string
	timeout      time.Duration
}

// event is a line of go test -json.
type event struct {
	Action, Package, ImportPath, Test, Output, FailedBuild string
}

// outcome is what one run of go test says.
type outcome struct {
	failed map[string]bool // tests by their top names
	passed map[string]bool
	built  bool
	output string
}

// baseline runs the tests of the mutants unchanged, package by package, and
// returns those that are not green.
func (r *runner) baseline(ctx context.Context, all []mutant) (map[test]verdict, error) {
	named := map[string]map[string]bool{}
	for _, m := range all {
		if named[m.test.pkg] == nil {
			named[m.test.pkg] = map[string]bool{}
		}
		named[m.test.pkg][m.test.name] = true
	}
	red := map[test]verdict{}
	for pkg, names := range named {
		var list []string
		for name := range names {
			list = append(list, name)
		}
		got, err := r.goTest(ctx, pkg, "^("+strings.Join(list, "|")+")$", "")
		if err != nil {
			return nil, err
		}
		for name := range names {
			switch {
			case !got.built:
				red[test{pkg, name}] = verdict{why: "it does not compile", output: got.output}
			case got.failed[name] || !got.passed[name]:
				red[test{pkg, name}] = verdict{why: "it fails or is not there", output: got.output}
			}
		}
	}
	return red, nil
}

// try runs the mutant's test against the mutant.
func (r *runner) try(ctx context.Context, m mutant) (v verdict) {
	began := time.Now()
	defer func() { v.took = time.Since(began) }()
	overlay, err := r.overlay(m)
	switch {
	case errors.Is(err, errStale):
		return verdict{result: stale, why: err.Error()}
	case err != nil:
		return verdict{result: failed, why: err.Error()}
	}
	got, err := r.goTest(ctx, m.test.pkg, "^"+m.test.name+"$", overlay)
	switch {
	case err != nil:
		return verdict{result: failed, why: err.Error()}
	case !got.built:
		return verdict{result: failed, why: "it does not compile", output: got.output}
	case got.failed[m.test.name]:
		return verdict{result: caught, why: "as it should", output: got.output}
	case got.passed[m.test.name]:
		return verdict{result: survived, why: "the test stays green"}
	}
	return verdict{result: failed, why: "the test neither passed nor failed", output: got.output}
}

// errStale is returned for a mutant whose text is not there exactly once.
var errStale = errors.New("the text to change")

// apply returns the file as the mutant has it.
func (m *mutant) apply(content string) (string, error) {
	if n := strings.Count(content, m.old); n != 1 {
		return "", fmt.Errorf("%w is %d times in %s: %q", errStale, n, m.file, m.old)
	}
	return strings.Replace(content, m.old, m.new, 1), nil
}

// overlay writes the changed file and returns the file that tells go test of it.
func (r *runner) overlay(m mutant) (string, error) {
	original := filepath.Join(r.root, filepath.FromSlash(m.file))
	raw, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	changed, err := m.apply(string(raw))
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp(r.folder, "mutant-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(folder, filepath.Base(original))
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{original: file}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(folder, "overlay.json")
	return overlay, os.WriteFile(overlay, list, 0o600)
}

// outputLimit is how much of the end of the tests' output is kept, in bytes.
const outputLimit = 4000

// goTest runs tests. A run that cannot be made sense of is an error; red tests
// are not.
func (r *runner) goTest(ctx context.Context, pkg, run, overlay string) (outcome, error) {
	args := []string{"test", "-json", "-count=1", "-vet=off", "-timeout=" + r.timeout.String(), "-run=" + run}
	if overlay != "" {
		args = append(args, "-overlay="+overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./"+pkg)...)
	cmd.Dir = r.root
	var said, complained bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &lockedWriter{to: &complained}
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		return outcome{}, fmt.Errorf("go test ./%s: %w", pkg, errors.Join(err, ctx.Err()))
	}
	return readEvents(&said, complained.String())
}

// lockedWriter may be written to by several goroutines.
type lockedWriter struct {
	mu sync.Mutex
	to *bytes.Buffer
}

func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(p)
}

// readEvents reads what go test -json wrote.
func readEvents(said *bytes.Buffer, complained string) (outcome, error) {
	got := outcome{failed: map[string]bool{}, passed: map[string]bool{}, built: true}
	var output strings.Builder
	output.WriteString(complained)
	lines := bufio.NewScanner(said)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			output.WriteString(lines.Text() + "\n")
			continue
		}
		top, _, _ := strings.Cut(e.Test, "/")
		switch e.Action {
		case "build-fail":
			got.built = false
		case "output", "build-output":
			output.WriteString(e.Output)
		case "fail":
			if e.FailedBuild != "" {
				got.built = false
			}
			if top != "" {
				got.failed[top] = true
			}
		case "pass":
			if e.Test != "" && e.Test == top {
				got.passed[top] = true
			}
		}
	}
	got.output = output.String()
	if n := len(got.output); n > outputLimit {
		got.output = "…" + strings.ToValidUTF8(got.output[n-outputLimit:], "")
	}
	return got, lines.Err()
}
