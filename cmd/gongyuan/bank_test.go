package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"gongyuan/bank"
	"gongyuan/bank/sample"

	"github.com/google/go-cmp/cmp"
)

const exchangeSamples = "../../bank/exchange/formats/testdata"

// exitOf is what the program would end with.
func exitOf(err error) int {
	var says interface{ ExitCode() int }
	switch {
	case err == nil:
		return 0
	case errors.As(err, &says):
		return says.ExitCode()
	}
	return 1
}

func TestBankCheckExits(t *testing.T) {
	t.Parallel()
	table := func(name string) string { return filepath.Join(t.TempDir(), name) }
	for _, c := range []struct {
		file, verdicts string
		want           int
	}{
		{"aiken/ordinary.txt", table("v.csv"), 0},
		{"text/odd.txt", table("v.json"), exitChanged},
		{"gift/broken.gift", table("v.xlsx"), exitDropped},
		{"moodle/ordinary.xml", table("v.txt"), 1},
		{"losses/aiken.golden", table("v.csv"), 1},
	} {
		err := (&bankCheckCommand{
			File: filepath.Join(exchangeSamples, c.file), Bank: "check", Reading: reading{Format: "auto", Point: "A-A-A-001", Verdicts: c.verdicts},
		}).Run()
		if got := exitOf(err); got != c.want {
			t.Errorf("%s: exit %d, want %d: %v", c.file, got, c.want, err)
		}
		if raw, err := os.ReadFile(c.verdicts); c.want != 1 && (err != nil || len(raw) == 0) {
			t.Errorf("%s: no table: %v", c.file, err)
		} else {
			readable(t, c.verdicts, raw)
		}
	}
}

// readable opens a table of verdicts as its extension says.
func readable(t *testing.T, name string, raw []byte) {
	t.Helper()
	var err error
	switch filepath.Ext(name) {
	case ".csv":
		_, err = csv.NewReader(bytes.NewReader(raw)).ReadAll()
	case ".json":
		err = json.Unmarshal(raw, &[]map[string]any{})
	case ".xlsx":
		_, err = zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	}
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// TestBankRoundTrip takes the sample bank out in every format and in again:
// nothing of it may change. What is kept raw stays a draft.
func TestBankRoundTrip(t *testing.T) {
	t.Parallel()
	settings, dir := embeddedSettings(t), t.TempDir()
	load := func(file, status string) error {
		return (&bankImportCommand{File: file, Bank: "bwgly-3", Status: status, Stores: settings, Reading: reading{Format: "auto", Point: "A-A-A-001"}}).Run(t.Context())
	}
	newest := func() []bank.Revision {
		e, err := quietEngine(t.Context(), &settings)
		if err != nil {
			t.Fatal(err)
		}
		defer e.close(t.Context())
		revs, err := e.bank.Newest(t.Context(), "bwgly-3")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.bank.Published(t.Context(), "bwgly-3"); err != nil {
			t.Fatal(err)
		}
		for _, r := range revs {
			if r.Type == bank.Other {
				page, err := e.bank.Items(t.Context(), bank.ItemQuery{Bank: "bwgly-3", Type: bank.Other, Status: bank.Draft})
				if err != nil || page.Total != 1 {
					t.Fatalf("%d drafts that are kept raw, %v", page.Total, err)
				}
			}
		}
		return revs
	}
	book := filepath.Join(dir, "in.xlsx")
	in, err := sample.Levels()[0].Open()
	if err == nil {
		err = copyTo(book, in)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := load(book, "published"); err != nil {
		t.Fatal(err)
	}
	if got := exitOf(load(filepath.Join(exchangeSamples, "qti", "single.xml"), "published")); got != 1 {
		t.Errorf("a file that is not there: exit %d", got)
	}
	foreign := filepath.Join(dir, "order.xml")
	raw, err := os.ReadFile(filepath.Join(exchangeSamples, "qti/v22kinds/items/order.xml"))
	if err == nil {
		err = os.WriteFile(foreign, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := exitOf(load(foreign, "published")); got != exitChanged {
		t.Errorf("an item kept raw: exit %d, want %d", got, exitChanged)
	}
	want := newest()
	for _, out := range []struct {
		file, format string
		exits        [2]int
	}{
		{"a.zip", "qti-3.0", [2]int{exitChanged, exitChanged}}, {"b.zip", "qti-2.2", [2]int{0, exitChanged}}, {"c.xml", "", [2]int{exitDropped, 0}},
		{"d.gift", "", [2]int{exitDropped, exitChanged}}, {"e.txt", "text", [2]int{exitDropped, 0}}, {"f.docx", "", [2]int{exitDropped, 0}},
		{"g.txt", "aiken", [2]int{exitDropped, 0}}, {"h.xlsx", "", [2]int{exitDropped, 0}},
	} {
		file := filepath.Join(dir, out.file)
		err := (&bankExportCommand{File: file, Bank: "bwgly-3", Format: out.format, Stores: settings, Verdicts: filepath.Join(dir, "v.csv")}).Run(t.Context())
		if got := exitOf(err); got != out.exits[0] {
			t.Errorf("export %s: exit %d, want %d: %v", out.file, got, out.exits[0], err)
		}
		if got := exitOf(load(file, "draft")); got != out.exits[1] {
			t.Errorf("import %s: exit %d, want %d", out.file, got, out.exits[1])
		}
		if diff := cmp.Diff(want, newest()); diff != "" {
			t.Errorf("%s changed the bank (-want +got):\n%s", out.file, diff)
		}
	}
}

func copyTo(name string, in fs.File) error {
	raw, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	return os.WriteFile(name, raw, 0o600)
}

func TestBankExportErr(t *testing.T) {
	t.Parallel()
	settings := embeddedSettings(t)
	for _, c := range []bankExportCommand{
		{File: "x.bin", Bank: "b", Stores: settings},
		{File: "x.zip", Bank: "b", Format: "qti-2.1", Stores: settings},
		{File: filepath.Join(t.TempDir(), "x.xlsx"), Bank: "empty", Stores: settings},
	} {
		if err := c.Run(t.Context()); exitOf(err) != 1 {
			t.Errorf("%s %s: %v", c.File, c.Format, err)
		}
		if _, err := os.Stat(c.File); err == nil {
			t.Errorf("%s was written", c.File)
		}
	}
}
