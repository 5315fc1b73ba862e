package diploma_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongyuan/engine/diploma"
)

func TestSVG(t *testing.T) {
	t.Parallel()
	x := sheet(`王<甲>&"`, 1)
	x.Portrait = portrait(t)
	got, err := printer().SVG(&x)
	if err != nil {
		t.Fatal(err)
	}
	if *keep != "" {
		if err := os.WriteFile(filepath.Join(*keep, "one.svg"), got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	texts, pictures := 0, 0
	for d := xml.NewDecoder(bytes.NewReader(got)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "text" {
			texts++
		} else if ok && e.Name.Local == "image" {
			pictures++
		}
	}
	if texts < 20 || pictures != 1 {
		t.Errorf("%d texts, %d pictures", texts, pictures)
	}
	x = sheet(strings.Repeat("王", 40), 1)
	if _, err := printer().SVG(&x); !errors.Is(err, diploma.ErrLong) {
		t.Errorf("what Write refuses: %v", err)
	}
}

func TestWithoutPlaceForPortrait(t *testing.T) {
	t.Parallel()
	p := printer()
	x := sheet("王甲", 1)
	for _, framed := range []bool{true, false} {
		if !framed {
			p.Template.Portrait = diploma.Portrait{}
		}
		if err := p.Template.Validate(); err != nil {
			t.Errorf("framed %t: %v", framed, err)
		}
		svg, err := p.SVG(&x)
		if err != nil || strings.Contains(string(svg), ">照片<") != framed {
			t.Errorf("framed %t: %v", framed, err)
		}
	}
	p.Template.Height = 35
	if err := p.Template.Validate(); err == nil {
		t.Error("a picture of no width")
	}
}
