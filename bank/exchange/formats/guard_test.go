package formats_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
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

// bomb is a zip archive of one file that packs into nothing and is over every
// limit unpacked. It is put together from a packed megabyte, because packing it
// whole takes longer than all that it shows.
func bomb(t testing.TB, name string) []byte {
	t.Helper()
	const megabytes = 65
	one := bytes.Repeat([]byte("0"), 1<<20)
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err == nil {
		_, err = w.Write(one)
	}
	if err == nil {
		err = w.Flush() // ends at a byte, and is not the last block
	}
	if err != nil {
		t.Fatal(err)
	}
	sum := crc32.NewIEEE()
	for range megabytes {
		sum.Write(one)
	}
	raw := append(bytes.Repeat(packed.Bytes(), megabytes), 0x01, 0x00, 0x00, 0xFF, 0xFF) // an empty last block
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	file, err := z.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Deflate, CRC32: sum.Sum32(), CompressedSize64: uint64(len(raw)), UncompressedSize64: megabytes << 20,
	})
	if err == nil {
		_, err = file.Write(raw)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// attack is a file made to hurt, of any size, and the format it is read as.
type attack struct {
	format string
	size   int // that hurts enough to show, and not more: the race detector multiplies it
	make   func(n int) []byte
}

func repeated(before, unit, after string) func(int) []byte {
	return func(n int) []byte { return []byte(before + strings.Repeat(unit, n) + after) }
}

func inItem(unit string) func(int) []byte {
	const item = `<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="x"><itemBody>`
	return repeated(item+"<p>", unit, `</p></itemBody></assessmentItem>`)
}

func inHTML(unit string) func(int) []byte {
	return repeated(`<quiz><question type="essay"><questiontext format="html"><text><![CDATA[`, unit, "]]></text></questiontext></question></quiz>")
}

// attacks by name. What is over a limit of bytes is there once for each reader
// of text; the others show that the work grows with the file and no faster.
var attacks = map[string]attack{
	"deep moodle":                 {"moodle-xml", 300_000, repeated("<quiz>", "<a>", "")},
	"deep qti":                    {"qti-2.2", 50_000, inItem("<p>")},
	"deep html":                   {"moodle-xml", 40_000, inHTML("<ol><li><sup>")},
	"open tags in html":           {"moodle-xml", 120_000, inHTML("<a ")},
	"attributes":                  {"qti-2.2", 500_000, repeated("<assessmentItem ", `a="" `, "/>")},
	"attributes of many elements": {"qti-2.2", 12_000, inItem(`<p a="1" b="2" c="3"/>`)},
	"text cut up by comments":     {"qti-2.2", 30_000, inItem("a<!---->")},
	"elements":                    {"moodle-xml", 1_100_000, repeated("<quiz>", "<a/>", "</quiz>")},
	"one line of text":            {"text", 2 << 20, repeated("", "1", "")},
	"one line of gift":            {"gift", 2 << 20, repeated("", "{", "")},
	"one line of escapes":         {"gift", 2 << 20, repeated("", `\`, "")},
	"hashes":                      {"gift", 200_000, repeated("a {=b", "#", "}")},
	"colons":                      {"gift", 100_000, repeated("::", ": ", "")},
	"one line of aiken":           {"aiken", 700_000, repeated("", "A. ", "")},
	"empty lines":                 {"text", 400_000, repeated("", "\n", "")},
	"short lines":                 {"text", 50_000, repeated("", "x\n", "")},
	"numbers only":                {"text", 10_000, repeated("", "1. x\n", "")},
	"options only":                {"text", 10_000, repeated("1. x\n", "A. x\n", "")},
	"wrapped option":              {"text", 40_000, repeated("1. x\nA. x\n", "x\n", "")},
	"aiken options":               {"aiken", 80_000, repeated("x\nA. x\n", "y\n", "")},
	"answers of gift":             {"gift", 80_000, repeated("x {", "=a ", "}")},
}

// hostile are the attacks and what cannot be made in any size.
func hostile(t testing.TB) map[string]struct {
	format string
	raw    []byte
} {
	out := map[string]struct {
		format string
		raw    []byte
	}{
		"zip bomb in qti":       {"qti-2.2", bomb(t, "imsmanifest.xml")},
		"zip bomb in docx":      {"docx", bomb(t, "word/document.xml")},
		"laughs in moodle":      {"moodle-xml", []byte(laughs)},
		"laughs in qti":         {"qti-2.2", []byte(strings.ReplaceAll(laughs, "quiz", "assessmentItem"))},
		"a line over the limit": {"text", bytes.Repeat([]byte("一"), 17<<20/3)},
	}
	for name, a := range attacks {
		out[name] = struct {
			format string
			raw    []byte
		}{a.format, a.make(a.size)}
	}
	return out
}

// TestGrowth: eight times the file may cost about eight times the memory.
// Memory stands for work here: it can be counted, and time cannot on a machine
// that does other things.
func TestGrowth(t *testing.T) {
	cost := func(a attack, n int) int64 {
		f, _ := formats.Named(a.format)
		raw := a.make(n)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = f.Read(bytes.NewReader(raw), exchange.Options{Bank: "b", Point: "A-A-A-001"})
		runtime.ReadMemStats(&after)
		return int64(after.TotalAlloc - before.TotalAlloc)
	}
	for name, a := range attacks {
		small, large := cost(a, a.size/64), cost(a, a.size/8)
		if large > 14*small+4<<20 {
			t.Errorf("%s: %d bytes of memory for a part, %d for eight times that", name, small, large)
		}
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
		"ErrTooLarge bomb":     {read("docx", bomb(t, "word/document.xml")), exchange.ErrTooLarge},
		"ErrNothing":           {read("text", []byte("\n\n")), exchange.ErrNothing},
		"ErrNothing in a pack": {read("qti-2.2", pack(t, map[string]string{"imsmanifest.xml": "<manifest/>"})), exchange.ErrNothing},
		"ErrEncoding":          {read("text", []byte{0xB3, 0xE6, 0xBF, 0xEF, 0xC3, 0x44, 0xAB, 0x4F, 0xBD, 0xC3}), exchange.ErrEncoding},
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
