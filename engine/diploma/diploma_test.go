package diploma_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gongyuan/engine/certificate"
	"gongyuan/engine/diploma"
	"gongyuan/engine/print"
	"gongyuan/engine/standard"
)

var keep = flag.String("keep", "", "folder to write the documents to")

// font is unpacked once for all tests.
var font = print.NewSource(os.DirFS("../../frontend/dist"), print.FontFile)

func printer() *diploma.Printer {
	return &diploma.Printer{Source: font, Form: diploma.Form{Template: diploma.Default()}}
}

func portrait(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 358, 441))
	for y := range 441 {
		for x := range 358 {
			img.Set(x, y, color.RGBA{uint8(x / 2), uint8(y / 3), 160, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sheet(name string, serial int) diploma.Sheet {
	return diploma.Sheet{
		Certificate: certificate.Certificate{
			Number: certificate.Number(fmt.Sprintf("S000061000001263%06d", serial)), Name: name, Document: certificate.ResidentIdentity,
			Occupation: standard.Occupation{Code: "4-07-05-01", Name: "保卫管理员"}, Direction: certificate.NoDirection, Level: 3, LevelTitle: "三级/高级工",
			Body: "示例职业技能评价中心", Date: "2026-10-03", Issued: time.Date(2026, 10, 3, 8, 0, 0, 0, time.UTC),
			Statement: strings.Repeat("eyJ2IjoxfQ", 60) + "." + strings.Repeat("c2lnbmF0dXJl", 7),
		},
		DocumentNumber: "11010519491231002X", Page: "https://exam.example.org/verify", Sample: true,
	}
}

func write(t *testing.T, p *diploma.Printer, name string, sheets ...diploma.Sheet) []byte {
	t.Helper()
	doc, err := p.Write(sheets)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatal("the font is not there: run `make build`")
	}
	if err != nil {
		t.Fatal(err)
	}
	if *keep != "" {
		if err := os.WriteFile(filepath.Join(*keep, name), doc, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return doc
}

func TestWrite(t *testing.T) {
	t.Parallel()
	one := sheet("王甲", 1)
	one.Portrait = portrait(t)
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		first := write(t, printer(), "one.pdf", one)
		if again := write(t, printer(), "one.pdf", one); !bytes.Equal(first, again) {
			t.Error("the same certificate makes other bytes")
		}
		if !bytes.Contains(first, []byte("/Count 1")) {
			t.Error("one certificate is not one page")
		}
	})
	t.Run("OK a batch in order, with progress", func(t *testing.T) {
		t.Parallel()
		var sheets []diploma.Sheet
		for n := range 10 {
			sheets = append(sheets, sheet("王甲", n+1))
		}
		var told writes
		if err := printer().Bind(&told, 10, func(i int) (diploma.Sheet, error) { return sheets[i], nil }); err != nil {
			t.Fatal(err)
		}
		if len(told) != 12 || told[10] != "% page 10 of 10\n" || !strings.Contains(told[11], "/Count 10") {
			t.Errorf("told in %d pieces: %q", len(told), told[:min(11, len(told))])
		}
		whole, err := printer().Write(sheets)
		if err != nil || strings.Join(told, "") != string(whole) {
			t.Errorf("in one piece it is another document, %v", err)
		}
	})
	t.Run("OK a rare name, a long body, two languages, a reissue", func(t *testing.T) {
		t.Parallel()
		p := printer()
		p.Template.TitleEN = "Certificate of Vocational Skill Level"
		p.Template.IntroEN = "The holder has passed the assessment of this body and has the skills of the occupation and level below."
		for i, label := range []string{"Name", "Document", "Document number", "Occupation", "Direction", "Level", "Certificate no."} {
			p.Template.Fields[i].LabelEN = label
		}
		x := sheet("阿卜杜热合曼·阿不都热西提·买买提江", 7)
		x.Sample = false
		x.Certificate.Acts = []certificate.Act{{Seq: 1, Kind: certificate.Reissue}}
		write(t, p, "two.pdf", x)
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	t.Run("Err a character that cannot be set", func(t *testing.T) {
		t.Parallel()
		x := sheet("王\U00030EDD", 1)
		var field *diploma.FieldError
		var glyph *print.GlyphError
		if err := printer().Check(&x); !errors.As(err, &field) || field.Field != "name" || !errors.As(err, &glyph) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("Err a name that fits no line", func(t *testing.T) {
		t.Parallel()
		x := sheet(strings.Repeat("王", 40), 1)
		if err := printer().Check(&x); !errors.Is(err, diploma.ErrLong) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("Err a portrait that is none", func(t *testing.T) {
		t.Parallel()
		x := sheet("王甲", 1)
		x.Portrait = []byte("not a picture")
		if _, err := printer().Write([]diploma.Sheet{x}); !errors.Is(err, print.ErrImage) {
			t.Errorf("got %v", err)
		}
	})
}

func TestParseTemplate(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"no JSON":         `{`,
		"another member":  `{"title": "x", "colour": 1}`,
		"no fields":       `{"title": "证书", "intro": "x", "fields": [], "portraitWidth": 25, "portraitHeight": 35}`,
		"unknown field":   `{"title": "证书", "intro": "{salary}", "fields": [{"label": "姓名", "text": "{name}"}], "portraitWidth": 25, "portraitHeight": 35}`,
		"open brace":      `{"title": "证书", "intro": "{name", "fields": [{"label": "姓名", "text": "{name}"}], "portraitWidth": 25, "portraitHeight": 35}`,
		"a huge portrait": `{"title": "证书", "intro": "x", "fields": [{"label": "姓名", "text": "{name}"}], "portraitWidth": 250, "portraitHeight": 35}`,
	} {
		if _, err := diploma.ParseTemplate([]byte(raw)); !errors.Is(err, diploma.ErrTemplate) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// BenchmarkWrite prints 1,000 certificates with portraits as one document.
func BenchmarkWrite(b *testing.B) {
	p := printer()
	var img bytes.Buffer
	if err := jpeg.Encode(&img, image.NewGray(image.Rect(0, 0, 358, 441)), nil); err != nil {
		b.Fatal(err)
	}
	sheets := make([]diploma.Sheet, 1000)
	for i := range sheets {
		sheets[i] = sheet("王甲", i+1)
		sheets[i].Portrait = img.Bytes()
	}
	for b.Loop() {
		doc, err := p.Write(sheets)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(doc))/1e6, "MB")
	}
}

func TestArchive(t *testing.T) {
	t.Parallel()
	t.Run("OK more than a window, in order, each as printed alone", func(t *testing.T) {
		t.Parallel()
		p := printer()
		ahead, b := 0, bytes.Buffer{}
		err := p.Archive(&b, 40, func(i int) (diploma.Sheet, error) {
			if i != ahead {
				t.Errorf("sheet %d where %d is next", i, ahead)
			}
			ahead++
			return sheet("王甲", i+1), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil || len(z.File) != 40 {
			t.Fatalf("%d documents, %v", len(z.File), err)
		}
		for i, f := range z.File {
			if want := fmt.Sprintf("S000061000001263%06d.pdf", i+1); f.Name != want || f.Flags&8 != 0 || f.Method != zip.Store {
				t.Errorf("entry %d: %+v, want %s with its size in front", i, f.FileHeader, want)
			}
		}
		r, err := z.File[33].Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, write(t, p, "alone.pdf", sheet("王甲", 34))) {
			t.Errorf("not the document of the certificate: %v", err)
		}
	})
	t.Run("Err", func(t *testing.T) {
		t.Parallel()
		fail := errors.New("gone")
		for name, at := range map[string]func(int) (diploma.Sheet, error){
			"a sheet that cannot be had":     func(int) (diploma.Sheet, error) { return diploma.Sheet{}, fail },
			"a sheet that cannot be printed": func(i int) (diploma.Sheet, error) { return sheet(strings.Repeat("王", 40), i), nil },
		} {
			if err := printer().Archive(io.Discard, 2, at); !errors.Is(err, fail) && !errors.Is(err, diploma.ErrLong) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := printer().Archive(io.Discard, 0, nil); err == nil {
			t.Error("an archive of nothing")
		}
	})
}

// writes keeps what is written, piece by piece.
type writes []string

func (w *writes) Write(p []byte) (int, error) {
	*w = append(*w, string(p))
	return len(p), nil
}
