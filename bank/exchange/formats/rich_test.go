package formats_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"slices"
	"strings"
	"testing"

	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/formats"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// drawing is a small picture of one colour.
func drawing(t testing.TB, side int, shade uint8) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		img.Set(i%side, i/side, color.NRGBA{shade, uint8(i), uint8(i / side), 255})
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// rich is a generated bank whose texts hold every kind of markup.
func rich(t testing.TB) exchange.Bundle {
	t.Helper()
	revs, _ := banktest.Generate(7, 120)
	b := exchange.Bundle{Bank: banktest.Bank, Title: "示例", Media: map[string][]byte{}}
	var marks []string
	for shade := range uint8(3) {
		raw := drawing(t, 12, 40*shade)
		c, _ := exchange.NewCollector(exchange.Options{Bank: "b"})
		id, _, ok := c.Picture(raw)
		if !ok {
			t.Fatal("not taken as a picture")
		}
		b.Media[string(id)] = raw
		marks = append(marks, bank.PictureMark(id, "图示 "+string(rune('甲'+rune(shade)))))
	}
	texts := []string{
		"<b>首先</b>应当", "H<sub>2</sub>O 与 10<sup>−3</sup>", "如图" + marks[0] + "所示", marks[1], `由 \(E=mc^2\) 与 \(a<b\)`, "1. 甲\n2. <b>乙</b>\n3. 丙",
		"<b>两\n行</b>", "a < b 且 <b>c</b> & d > e", `\[\frac{1}{2}\]` + marks[2] + "后", "<b>甲</b><sub>1</sub>", "x<sup>n+1</sup>=~{}#:%50%", "",
	}
	n := 0
	put := func(s *string) {
		if add := texts[n%len(texts)]; add != "" {
			*s += add
		}
		n++
	}
	for i := range revs {
		r := &revs[i]
		r.Author, r.Number = "", 1
		questions := []*bank.Question{&r.Question}
		for p := range r.Parts {
			questions = append(questions, &r.Parts[p])
		}
		for _, q := range questions {
			put(&q.Stem)
			if q.Explanation != "" {
				put(&q.Explanation)
			}
			for o := range q.Options {
				if q.Type != bank.Judgement {
					put(&q.Options[o].Text)
				}
				if n%3 == 0 {
					put(&q.Options[o].Feedback)
				}
			}
		}
	}
	b.Revisions = revs
	return b
}

// TestRoundTripRich: markup, pictures, formulas and what is said of options come
// back as they were from the formats that carry them.
func TestRoundTripRich(t *testing.T) {
	t.Parallel()
	b := rich(t)
	for _, name := range []string{"qti-2.2", "qti-3.0", "moodle-xml", "docx"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, _ := formats.Named(name)
			raw, verdicts := write(t, f, b)
			if said := slices.DeleteFunc(said(verdicts), func(s string) bool { return name == "docx" && strings.Contains(s, string(exchange.FeedbackLost)) }); len(said) > 0 {
				t.Errorf("lost: %v", said)
			}
			got := read(t, f, raw, exchange.Options{Bank: b.Bank})
			if name == "docx" { // has no place for remarks
				got.CarryForeign(b.Revisions)
			}
			if diff := cmp.Diff(b.Revisions, got.Revisions, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !got.Clean() {
				t.Errorf("verdicts: %v", said(got.Verdicts))
			}
			back := got.Bundle()
			if diff := cmp.Diff(b.Pictures(), back.Pictures()); diff != "" {
				t.Errorf("pictures: %s", diff)
			}
			if out := string(raw); name == "moodle-xml" && (strings.Contains(out, "[img:") || strings.Contains(out, "&lt;sub&gt;2&lt;/sub&gt;O</text>") && !strings.Contains(out, `format="html"`)) {
				t.Error("our own marks are in the file")
			}
		})
	}
	for _, name := range []string{"gift", "text", "aiken", "xlsx"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, _ := formats.Named(name)
			raw, verdicts := write(t, f, b)
			if f.Name == "aiken" { // has no codes
				return
			}
			want := carried(b, verdicts)
			if len(want) == 0 {
				t.Error("nothing was carried")
			}
			got := read(t, f, raw, exchange.Options{Bank: b.Bank})
			back := slices.DeleteFunc(got.Revisions, func(r bank.Revision) bool {
				return !slices.ContainsFunc(want, func(w bank.Revision) bool { return w.Item == r.Item })
			})
			if diff := cmp.Diff(want, back, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, rev := range b.Revisions {
				shown := len(bank.PictureIDs(rev.Texts()...)) > 0
				code := exchange.CodeOf(b.Bank, rev.Item)
				if shown && name != "gift" && !slices.ContainsFunc(verdicts, func(v exchange.Verdict) bool {
					return v.Item == code && v.Field == exchange.FieldMedia || v.Outcome == exchange.Dropped
				}) {
					t.Errorf("nothing is said of the picture of %s", code)
				}
			}
		})
	}
}

// TestPictures: pictures that pages do not show become ones that they do, and
// large ones small.
func TestPictures(t *testing.T) {
	t.Parallel()
	c, err := exchange.NewCollector(exchange.Options{Bank: "b"})
	if err != nil {
		t.Fatal(err)
	}
	var animated bytes.Buffer
	if err := gif.Encode(&animated, image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.Black, color.White}), nil); err != nil {
		t.Fatal(err)
	}
	if _, smaller, ok := c.Picture(animated.Bytes()); !ok || smaller {
		t.Error("a GIF is not taken")
	}
	if _, smaller, ok := c.Picture(drawing(t, 2000, 9)); !ok || !smaller {
		t.Error("a large picture is not made smaller")
	}
	if _, _, ok := c.Picture([]byte("<svg/>")); ok {
		t.Error("a drawing in SVG is taken")
	}
	if raw := exchange.DataURI("data:image/png;base64," + base64.StdEncoding.EncodeToString([]byte("x"))); string(raw) != "x" {
		t.Errorf("data URI: %q", raw)
	}
}
