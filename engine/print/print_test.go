package print_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"flag"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gongyuan/engine/print"
)

// keep writes the documents of the tests to a folder, to be looked at.
var keep = flag.String("keep", "", "folder to write the documents to")

var source = print.NewSource(os.DirFS("../../frontend/dist"), print.FontFile)

func font(t testing.TB) *print.Font {
	t.Helper()
	f, err := source.Font()
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatal("the font is not there: run `npm ci` and `npm run build` in frontend, or `make build`")
	} else if err != nil {
		t.Fatal(err)
	}
	return f
}

func info(title string) print.Info {
	return print.Info{Title: title, Author: "示例机构", Language: "zh-CN", Created: time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)}
}

func save(t *testing.T, name string, doc []byte) {
	t.Helper()
	if *keep == "" {
		return
	}
	if err := os.WriteFile(*keep+"/"+name+".pdf", doc, 0o600); err != nil {
		t.Fatal(err)
	}
}

// streams returns the unpacked streams of a document, one after the other.
func streams(t *testing.T, doc []byte) string {
	t.Helper()
	var out strings.Builder
	for _, m := range regexp.MustCompile(`(?s)/FlateDecode /Length \d+>>\nstream\n(.*?)\nendstream`).FindAllSubmatch(doc, -1) {
		z, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(raw)
		out.WriteString("\n")
	}
	return out.String()
}

func TestCharacters(t *testing.T) {
	t.Parallel()
	f := font(t)
	if got := f.Missing("保卫管理员 周壬 59.50 − “三级/高级工” · ，。（示例）第\u00A037\u00A0题 ★ ≥ —— …… ＊ ① √ ×"); len(got) > 0 {
		t.Errorf("the font lacks %q", got)
	}
	t.Run("OK rare characters of names", func(t *testing.T) {
		t.Parallel()
		// 通用规范汉字表 has characters beyond U+FFFF; they are in people's names.
		if got := f.Missing("䶮喆堃昇玥珺𬭎𫖯𬱖𬍛𬀩"); len(got) > 0 {
			t.Errorf("the font lacks %q", got)
		}
	})
	t.Run("Err a character that the font lacks", func(t *testing.T) {
		t.Parallel()
		d := print.New(f, info("x"))
		d.Page()
		d.Text(20, 20, "王\U00030EDD", print.Style{Size: 12})
		doc, err := d.Bytes()
		var glyph *print.GlyphError
		if !errors.As(err, &glyph) || glyph.Rune != 0x30EDD || doc != nil || !strings.Contains(err.Error(), "U+30EDD") {
			t.Errorf("%d bytes, error %v; want none and the character by name", len(doc), err)
		}
		for _, text := range []string{"a\tb", "葛\U000E0100", "😀"} {
			if err := f.Check(text); !errors.Is(err, print.ErrGlyph) {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
	t.Run("Err no font", func(t *testing.T) {
		t.Parallel()
		for _, raw := range []string{"", "OTTO00000000000000", "\x00\x01\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00", "\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"} {
			if _, err := print.ParseFont([]byte(raw)); !errors.Is(err, print.ErrFont) {
				t.Errorf("%q: %v", raw, err)
			}
		}
		if _, err := print.NewSource(fstest.MapFS{}, print.FontFile).Font(); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error = %v", err)
		}
		if _, err := print.NewSource(fstest.MapFS{"x": {Data: []byte("plain")}}, "x").Font(); !errors.Is(err, print.ErrFont) {
			t.Errorf("error = %v", err)
		}
	})
}

func TestWrap(t *testing.T) {
	t.Parallel()
	f := font(t)
	for _, c := range []struct {
		text  string
		width float64 // in characters of Chinese
		want  string  // lines by |
	}{
		{"保卫管理员", 3, "保卫管|理员"},
		{"保卫管，理员", 3, "保卫|管，理|员"},   // no comma at the beginning
		{"保卫（管理员）", 3, "保卫|（管理|员）"}, // no bracket at the end
		{"the quick brown", 4, "the|quick|brown"},
		{"保卫abc管理", 3, "保卫|abc管|理"},
		{"一行\n二行", 9, "一行|二行"},
		{"第\u00A037\u00A0题和别的", 4, "第\u00A037\u00A0题|和别的"},
		{"", 5, ""},
		{"ABCDEFGHIJKLMN", 3, "ABCD|EFGH|IJKL|MN"},
	} {
		got := f.Wrap(c.text, 10, c.width*f.Width("中", 10)+0.01)
		if joined := strings.Join(got, "|"); joined != c.want {
			t.Errorf("%q in %v: %q, want %q", c.text, c.width, joined, c.want)
		}
		for _, line := range got {
			if w := f.Width(line, 10); w > c.width*f.Width("中", 10)+0.02 {
				t.Errorf("line %q is %v wide", line, w)
			}
		}
	}
}

func long(t *testing.T, rows int) []byte {
	t.Helper()
	f := print.NewFlow(font(t), info("评分结果（示例）"), print.Frame{
		Margins: print.Margins{Top: 25, Right: 15, Bottom: 20, Left: 25},
		Head:    [3]string{"示例机构", "", "评分结果"}, Foot: "打印：示例 · 2026-11-24 09:00:00", Mark: "样张",
	})
	f.Paragraph("H1", "评分结果（示例）", print.Style{Size: 18, Bold: true, Align: print.Center})
	f.Paragraph("P", "各项都合格才合格，不互相补。 Components do not compensate for each other. 𬭎𫖯", print.Style{Size: 10.5})
	table := print.Table{Columns: []print.Column{{"序号", 14, print.Center}, {"姓名", 30, print.Left}, {"说明", 0, print.Left}, {"得分", 20, print.Right}}}
	for i := range rows {
		table.Rows = append(table.Rows, []print.Cell{
			{Text: strings.Repeat("7", i%3+1)}, {Text: "王甲", Note: "Wang Jia"}, {Text: strings.Repeat("报告及时，处置得当。", i%4+1)}, {Text: "71.17", Bold: true},
		})
	}
	f.Table(table)
	doc, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestFlow(t *testing.T) {
	t.Parallel()
	doc := long(t, 60)
	save(t, "flow", doc)
	pages := bytes.Count(doc, []byte("/Type /Page "))
	if pages < 3 {
		t.Fatalf("%d pages; want the table over three or more", pages)
	}
	for _, want := range []string{"/Lang (zh-CN)", "/MarkInfo <</Marked true>>", "/DisplayDocTitle true", "/S /Table", "/S /TH", "/S /H1", "/CreationDate (D:20261124010000Z)", "/Length1 "} {
		if !bytes.Contains(doc, []byte(want)) {
			t.Errorf("the document lacks %s", want)
		}
	}
	if n := bytes.Count(doc, []byte("/S /TH")); n != 4 {
		t.Errorf("%d cells of heads; a screen reader is told the head once, in 4", n)
	}
	text := streams(t, doc)
	if !strings.Contains(text, "<D872DF4E>") { // U+2CB4E
		t.Error("a character beyond U+FFFF cannot be copied")
	}
	if len(doc) > 200_000 {
		t.Errorf("%d bytes: the font is not cut down", len(doc))
	}
	t.Run("OK the same bytes again", func(t *testing.T) {
		t.Parallel()
		if !bytes.Equal(doc, long(t, 60)) {
			t.Error("two documents of the same calls differ")
		}
	})
	t.Run("Err a row that fits on no page", func(t *testing.T) {
		t.Parallel()
		f := print.NewFlow(font(t), info("x"), print.Frame{Margins: print.Margins{20, 20, 20, 20}})
		f.Table(print.Table{Columns: []print.Column{{Head: "说明"}}, Rows: [][]print.Cell{{{Text: strings.Repeat("长", 5000)}}}})
		if _, err := f.Bytes(); !errors.Is(err, print.ErrRoom) {
			t.Errorf("error = %v", err)
		}
	})
	t.Run("Err elements and pages", func(t *testing.T) {
		t.Parallel()
		open := print.New(font(t), info("x"))
		open.Page()
		open.Begin("P", "")
		closed := print.New(font(t), info("x"))
		closed.Page()
		closed.End()
		none := print.New(font(t), info("x"))
		early := print.New(font(t), info("x"))
		early.Text(1, 1, "早", print.Style{Size: 9})
		for name, c := range map[string]struct {
			d    *print.Document
			want error
		}{"open": {open, print.ErrTag}, "closed": {closed, print.ErrTag}, "none": {none, print.ErrPlace}, "early": {early, print.ErrPlace}} {
			if _, err := c.d.Bytes(); !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
	})
}

func picture() image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, 20, 28))
	for y := range 28 {
		for x := range 20 {
			img.Set(x, y, color.NRGBA{uint8(x * 12), uint8(y * 9), 90, uint8(255 - x*5)})
		}
	}
	return img
}

func TestImages(t *testing.T) {
	t.Parallel()
	var asJPEG, asPNG bytes.Buffer
	if err := errors.Join(jpeg.Encode(&asJPEG, picture(), nil), png.Encode(&asPNG, picture())); err != nil {
		t.Fatal(err)
	}
	// A comment stands for what cameras write: it must not come along.
	secret := append([]byte{0xFF, 0xD8, 0xFF, 0xFE, 0, 8}, "secret"...)
	tagged := append(secret, asJPEG.Bytes()[2:]...)
	d := print.New(font(t), info("照片"))
	d.Page()
	for i, raw := range [][]byte{tagged, asPNG.Bytes()} {
		img, err := print.ParseImage(raw)
		if err != nil {
			t.Fatal(err)
		}
		d.Picture(20+40*float64(i), 20, 25, 35, img, "照片")
		d.Picture(20+40*float64(i), 70, 25, 35, img, "照片")
	}
	d.Modules(120, 20, 25, [][]bool{{true, false, true}, {false, true, false}, {true, true, true}}, "二维码")
	doc, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	save(t, "images", doc)
	if bytes.Contains(doc, []byte("secret")) {
		t.Error("what a camera wrote came along")
	}
	if n := bytes.Count(doc, []byte("/Subtype /Image")); n != 3 { // one with its mask
		t.Errorf("%d pictures embedded, want each once", n)
	}
	for name, raw := range map[string][]byte{"nothing": nil, "text": []byte("no picture"), "cut off": asJPEG.Bytes()[:asJPEG.Len()/2], "half a PNG": asPNG.Bytes()[:60]} {
		if _, err := print.ParseImage(raw); !errors.Is(err, print.ErrImage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkFlow(b *testing.B) {
	f := font(b)
	b.ReportAllocs()
	for b.Loop() {
		d := print.NewFlow(f, info("成绩单"), print.Frame{Margins: print.Margins{20, 20, 20, 20}})
		d.Paragraph("P", strings.Repeat("保卫管理员职业技能等级认定成绩单", 10), print.Style{Size: 12})
		if _, err := d.Bytes(); err != nil {
			b.Fatal(err)
		}
	}
}
