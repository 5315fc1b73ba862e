package formats_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/archive"
	"gongyuan/bank/exchange/formats"
	"gongyuan/bank/exchange/markup"
)

func pack(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, text := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// laughs is the billion laughs, which would unfold to gigabytes.
const laughs = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><quiz><question type="essay"><questiontext><text>&b;</text></questiontext></question></quiz>`

func bomb() string { return strings.Repeat("0", 80<<20) }

// hostile are files made to hurt, each with the format it is read as.
func hostile(t testing.TB) map[string]struct {
	format string
	raw    []byte
} {
	item := func(inside string) string {
		return `<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="x"><itemBody>` + inside + `</itemBody></assessmentItem>`
	}
	text := func(s string) []byte { return []byte(s) }
	return map[string]struct {
		format string
		raw    []byte
	}{
		"zip bomb in qti":             {"qti-2.2", pack(t, map[string]string{"imsmanifest.xml": bomb()})},
		"zip bomb in docx":            {"docx", pack(t, map[string]string{"word/document.xml": bomb()})},
		"laughs in moodle":            {"moodle-xml", text(laughs)},
		"laughs in qti":               {"qti-2.2", text(strings.ReplaceAll(laughs, "quiz", "assessmentItem"))},
		"deep moodle":                 {"moodle-xml", text("<quiz>" + strings.Repeat("<a>", 2_000_000))},
		"deep qti":                    {"qti-2.2", text(item(strings.Repeat("<p>", 100_000)))},
		"deep html":                   {"moodle-xml", text("<quiz><question type=\"essay\"><questiontext format=\"html\"><text><![CDATA[" + strings.Repeat("<ol><li><sup>", 300_000) + "]]></text></questiontext></question></quiz>")},
		"open tags in html":           {"moodle-xml", text("<quiz><question type=\"essay\"><questiontext format=\"html\"><text><![CDATA[" + strings.Repeat("<a ", 1_000_000) + "]]></text></questiontext></question></quiz>")},
		"attributes":                  {"qti-2.2", text("<assessmentItem " + strings.Repeat(`a="" `, 3_000_000) + "/>")},
		"attributes of many elements": {"qti-2.2", text(item(strings.Repeat(`<p a="1" b="2" c="3"/>`, 60_000)))},
		"text cut up by comments":     {"qti-2.2", text(item("<p>" + strings.Repeat("a<!---->", 200_000) + "</p>"))},
		"elements":                    {"moodle-xml", text("<quiz>" + strings.Repeat("<a/>", 3_000_000) + "</quiz>")},
		"one line of text":            {"text", bytes.Repeat([]byte("1"), 15<<20)},
		"a line over the limit":       {"text", bytes.Repeat([]byte("一"), 100<<20/3)},
		"one line of gift":            {"gift", bytes.Repeat([]byte("{"), 15<<20)},
		"one line of escapes":         {"gift", bytes.Repeat([]byte(`\`), 15<<20)},
		"hashes":                      {"gift", append([]byte("a {=b"), append(bytes.Repeat([]byte("#"), 200_000), '}')...)},
		"colons":                      {"gift", append([]byte("::"), bytes.Repeat([]byte(": "), 100_000)...)},
		"one line of aiken":           {"aiken", bytes.Repeat([]byte("A. "), 5<<20)},
		"empty lines":                 {"text", bytes.Repeat([]byte("\n"), 15<<20)},
		"short lines":                 {"text", bytes.Repeat([]byte("x\n"), 100_000)},
		"numbers only":                {"text", bytes.Repeat([]byte("1. x\n"), 20_000)},
		"options only":                {"text", append([]byte("1. x\n"), bytes.Repeat([]byte("A. x\n"), 20_000)...)},
		"wrapped option":              {"text", append([]byte("1. x\nA. x\n"), bytes.Repeat([]byte("x\n"), 100_000)...)},
		"aiken options":               {"aiken", append([]byte("x\nA. x\n"), bytes.Repeat([]byte("y\n"), 200_000)...)},
		"answers of gift":             {"gift", append([]byte("x {"), append(bytes.Repeat([]byte("=a "), 80_000), '}')...)},
	}
}

// TestHostile: no file may crash a reader, keep it busy or fill the memory.
func TestHostile(t *testing.T) {
	for name, c := range hostile(t) {
		t.Run(name, func(t *testing.T) {
			f, ok := formats.Named(c.format)
			if !ok {
				t.Fatal("no such format")
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			got, err := f.Read(bytes.NewReader(c.raw), exchange.Options{Bank: "b", Point: "A-A-A-001"})
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			used := int64(after.TotalAlloc - before.TotalAlloc)
			t.Logf("%d MB in %v, %d MB allocated in all, %d items, %d verdicts, %v", len(c.raw)>>20, took, used>>20, len(got.Revisions), len(got.Verdicts), clipErr(err))
			if took > 30*time.Second {
				t.Errorf("took %v", took)
			}
			if used > 1500<<20 {
				t.Errorf("allocated %d MB", used>>20)
			}
		})
	}
}

func clipErr(err error) string {
	s := fmt.Sprint(err)
	return s[:min(len(s), 120)]
}

func TestHostileErr(t *testing.T) {
	t.Parallel()
	read := func(format string, raw []byte) error {
		f, _ := formats.Named(format)
		_, err := f.Read(bytes.NewReader(raw), exchange.Options{Bank: "b", Point: "A-A-A-001"})
		return err
	}
	for name, c := range map[string]struct {
		err, want error
	}{
		"ErrDoctype":           {read("moodle-xml", []byte(laughs)), markup.ErrDoctype},
		"ErrLimit depth":       {read("moodle-xml", []byte("<quiz>"+strings.Repeat("<a>", 1000))), markup.ErrLimit},
		"ErrLimit attributes":  {read("moodle-xml", []byte("<quiz "+strings.Repeat(`a="" `, 100)+"/>")), markup.ErrLimit},
		"ErrMarkup cut":        {read("moodle-xml", []byte("<quiz><question>")), markup.ErrMarkup},
		"ErrFormat root":       {read("moodle-xml", []byte("<html/>")), exchange.ErrFormat},
		"ErrFormat no zip":     {read("docx", []byte("text")), exchange.ErrFormat},
		"ErrFormat empty zip":  {read("docx", pack(t, map[string]string{"a": "b"})), exchange.ErrFormat},
		"ErrTooLarge bomb":     {read("docx", pack(t, map[string]string{"word/document.xml": strings.Repeat("0", 80<<20)})), exchange.ErrTooLarge},
		"ErrNothing":           {read("text", []byte("\n\n")), exchange.ErrNothing},
		"ErrNothing in a pack": {read("qti-2.2", pack(t, map[string]string{"imsmanifest.xml": "<manifest/>"})), exchange.ErrNothing},
		"ErrEncoding":          {read("text", []byte{0xB5, 0xA5, 0xD1, 0xA1, 0xCC, 0xE2}), exchange.ErrEncoding},
		"ErrTooLarge":          {read("aiken", make([]byte, 17<<20)), exchange.ErrTooLarge},
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v, want %v", name, c.err, c.want)
		}
	}
}

func TestArchiveRefusesPaths(t *testing.T) {
	t.Parallel()
	a, err := archive.Open(pack(t, map[string]string{"../up.xml": "x", "/abs.xml": "x", `..\win.xml`: "x", "c:/drive.xml": "x", "ok/./a.xml": "x"}))
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Unsafe) != 4 || len(a.Names()) != 1 || a.Names()[0] != "ok/a.xml" {
		t.Errorf("unsafe %q, names %q", a.Unsafe, a.Names())
	}
	for href, want := range map[string]string{"../img/a%20b.png#x": "img/a b.png", "../../x": "", "/x": "", "a.png": "items/a.png", "http://x": ""} {
		got, err := archive.Resolve("items/i.xml", href)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("Resolve(%q) = %q, %v", href, got, err)
		}
	}
}

// fuzz feeds a reader mangled files: it must return, and what it keeps must be
// sound and go out in every format.
func fuzz(f *testing.F, format string) {
	found, ok := formats.Named(format)
	if !ok {
		f.Fatal("no such format")
	}
	for name, raw := range samples(f) {
		if strings.Contains(name, strings.Split(format, "-")[0]) {
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := found.Read(bytes.NewReader(raw), exchange.Options{Bank: "b", Point: "A-A-A-001"})
		if err != nil {
			return
		}
		n := got.Counts
		if n.Kept+n.Changed != len(got.Revisions) || n.Rows != n.Kept+n.Changed+n.Dropped {
			t.Fatalf("counts %+v for %d revisions", n, len(got.Revisions))
		}
		for i := range got.Revisions {
			if rev := &got.Revisions[i]; rev.Type.Valid() && len(exchange.Inspect(rev)) > 0 {
				t.Fatalf("kept %+v with %+v", rev, exchange.Inspect(rev))
			}
		}
		for _, w := range writers() {
			if w.Name == "xlsx" { // slow, and has a fuzz target of its own
				continue
			}
			if _, err := w.Write(&bytes.Buffer{}, got.Bundle()); err != nil {
				t.Fatalf("%s: %v", w.Name, err)
			}
		}
	})
}

func FuzzText(f *testing.F)   { fuzz(f, "text") }
func FuzzDocx(f *testing.F)   { fuzz(f, "docx") }
func FuzzAiken(f *testing.F)  { fuzz(f, "aiken") }
func FuzzGift(f *testing.F)   { fuzz(f, "gift") }
func FuzzMoodle(f *testing.F) { fuzz(f, "moodle-xml") }
func FuzzQTI(f *testing.F)    { fuzz(f, "qti-2.2") }
func FuzzDetect(f *testing.F) {
	for _, raw := range samples(f) {
		f.Add("x", raw)
	}
	f.Fuzz(func(t *testing.T, name string, raw []byte) { _, _ = formats.Detect(name, raw) })
}

// FuzzItem feeds mangled items of QTI without the zip around them, which the
// fuzzer cannot see through.
func FuzzItem(f *testing.F) {
	q, _ := formats.Named("qti-2.2")
	for name, raw := range samples(f) {
		a, err := archive.Open(raw)
		if !strings.Contains(name, "/qti/") || err != nil {
			continue
		}
		for _, n := range a.Names() {
			if text, err := a.Read(n, 1<<20); err == nil {
				f.Add(text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, _ = q.Read(bytes.NewReader(raw), exchange.Options{Bank: "b", Point: "A-A-A-001"})
	})
}
