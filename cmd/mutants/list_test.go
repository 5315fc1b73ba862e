package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestListIsFresh shows that every mutant still applies, so that the list
// follows the engine at once and not when somebody next runs it.
func TestListIsFresh(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	names := map[string]bool{}
	for _, m := range mutants() {
		raw, err := os.ReadFile(filepath.Join(root, m.file))
		if err != nil {
			t.Error(err)
			continue
		}
		changed, err := m.apply(string(raw))
		if err != nil {
			t.Errorf("%s: %v", m.name, err)
		}
		if changed == string(raw) || names[m.name] {
			t.Errorf("%s: changes nothing, or is there twice", m.name)
		}
		names[m.name] = true
		if !declared(t, filepath.Join(root, m.test.pkg), m.test.name) {
			t.Errorf("%s: there is no %s", m.name, m.test)
		}
	}
}

func declared(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), "\nfunc "+name+"(t *testing.T)") {
			return true
		}
	}
	return false
}

func TestApply(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"a >= b": "a > b", "a": "", "a >= b >= c": ""} {
		m := mutant{file: "f", old: ">=", new: ">"}
		got, err := m.apply(text)
		if got != want || (want == "") != errors.Is(err, errStale) {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
}

// TestReadEvents tells a red test from a green one, one that hangs, and a
// mutant that does not compile.
func TestReadEvents(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines                 string
		failed, passed, built bool
	}{
		"green":            {`{"Action":"pass","Test":"TestX"}`, false, true, true},
		"red":              {`{"Action":"fail","Test":"TestX/servers"}` + "\n" + `{"Action":"fail","Test":"TestX"}`, true, false, true},
		"only part passed": {`{"Action":"pass","Test":"TestX/embedded"}`, false, false, true},
		"another is red":   {`{"Action":"fail","Test":"TestY"}`, false, false, true},
		"hangs":            {`{"Action":"output","Test":"TestX","Output":"panic: test timed out"}` + "\n" + `{"Action":"fail","Test":"TestX"}`, true, false, true},
		"does not compile": {`{"Action":"build-fail","ImportPath":"p"}` + "\n" + `{"Action":"fail","Package":"p","FailedBuild":"p"}`, false, false, false},
		"no such test":     {`{"Action":"pass","Package":"p"}`, false, false, true},
	} {
		got, err := readEvents(bytes.NewBufferString(c.lines), "")
		if err != nil || got.failed["TestX"] != c.failed || got.passed["TestX"] != c.passed || got.built != c.built {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
