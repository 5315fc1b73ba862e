package evidence_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"gongyuan/engine/evidence"
)

var limits = evidence.DefaultLimits()

func photo(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7)
	}
	return img
}

func jpegOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, photo(w, h), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func pngOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, photo(w, h)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func pdfOf(body string) []byte {
	return []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n" + body + "trailer\n<</Root 1 0 R>>\nstartxref\n15\n%%EOF\n")
}

// segmentAfterStart puts a segment of metadata behind the beginning of a JPEG.
func segmentAfterStart(raw []byte, mark byte, body []byte) []byte {
	out := append([]byte{}, raw[:2]...)
	out = append(out, 0xff, mark, byte((len(body)+2)>>8), byte(len(body)+2))
	return append(append(out, body...), raw[2:]...)
}

// exif is Exif data with an orientation and a place, in the byte order given.
func exif(order binary.AppendByteOrder, head string, turned uint16) []byte {
	out := append([]byte("Exif\x00\x00"), head...)
	out = order.AppendUint16(out, 42)
	out = order.AppendUint32(out, 8)
	out = order.AppendUint16(out, 2)
	out = order.AppendUint16(out, 0x8825) // GPS directory
	out = order.AppendUint16(out, 4)
	out = order.AppendUint32(out, 1)
	out = order.AppendUint32(out, 38)
	out = order.AppendUint16(out, 0x0112) // orientation
	out = order.AppendUint16(out, 3)
	out = order.AppendUint32(out, 1)
	out = order.AppendUint16(out, turned)
	out = order.AppendUint16(out, 0)
	return append(out, "\x00\x00\x00\x00GPS 34.2658 N 108.9541 E SecretCamera"...)
}

func chunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// chunkAfterHeader puts a chunk behind the header of a PNG.
func chunkAfterHeader(raw, c []byte) []byte {
	const header = 8 + 25
	return append(append(append([]byte{}, raw[:header]...), c...), raw[header:]...)
}

func TestInspect(t *testing.T) {
	t.Parallel()
	plainJPEG, plainPNG := jpegOf(t, 40, 30), pngOf(t, 40, 30)
	huge := append([]byte{}, plainPNG[:16]...)
	huge = binary.BigEndian.AppendUint32(huge, 100_000)
	huge = binary.BigEndian.AppendUint32(huge, 100_000)
	huge = append(huge, plainPNG[24:29]...)
	huge = binary.BigEndian.AppendUint32(huge, crc32.ChecksumIEEE(huge[12:29]))
	huge = append(huge, plainPNG[33:]...)
	for name, c := range map[string]struct {
		raw    []byte
		want   evidence.Type
		reason string
	}{
		"OK jpeg":                        {plainJPEG, evidence.JPEG, ""},
		"OK png":                         {plainPNG, evidence.PNG, ""},
		"OK pdf":                         {pdfOf(""), evidence.PDF, ""},
		"OK pdf, space behind its end":   {append(pdfOf(""), "\r\n\n"...), evidence.PDF, ""},
		"ErrRefused nothing":             {nil, "", "file-type"},
		"ErrRefused html":                {[]byte("<!doctype html><script>alert(1)</script>"), "", "file-type"},
		"ErrRefused svg":                 {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "", "file-type"},
		"ErrRefused gif":                 {[]byte("GIF89a\x01\x00\x01\x00"), "", "file-type"},
		"ErrRefused webp":                {[]byte("RIFF\x00\x00\x00\x00WEBPVP8 "), "", "file-type"},
		"ErrRefused zip":                 {[]byte("PK\x03\x04"), "", "file-type"},
		"ErrRefused program":             {[]byte("MZ\x90\x00"), "", "file-type"},
		"ErrRefused html before a pdf":   {append([]byte("<html>"), pdfOf("")...), "", "file-type"},
		"ErrRefused jpeg cut off":        {plainJPEG[:len(plainJPEG)-2], "", "file-broken"},
		"ErrRefused jpeg, header only":   {plainJPEG[:20], "", "file-broken"},
		"ErrRefused jpeg magic, html":    {append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, 3, 'x'}, "<script>"...), "", "file-broken"},
		"ErrRefused jpeg without frame":  {[]byte{0xff, 0xd8, 0xff, 0xd9}, "", "file-broken"},
		"ErrRefused png cut off":         {plainPNG[:len(plainPNG)-4], "", "file-broken"},
		"ErrRefused png, wrong checksum": {bytes.Replace(plainPNG, []byte("IDAT"), []byte("IDAU"), 1), "", "file-broken"},
		"ErrRefused png, unknown needed": {chunkAfterHeader(plainPNG, chunk("EVIL", nil)), "", "file-broken"},
		"ErrRefused png, pixel bomb":     {huge, "", "file-pixels"},
		"ErrRefused pdf without end":     {[]byte("%PDF-1.7\n1 0 obj"), "", "file-broken"},
		"ErrRefused pdf, zip behind it":  {append(pdfOf(""), "PK\x03\x04"...), "", "file-broken"},
		"ErrRefused pdf, html behind it": {append(pdfOf(""), "<script>"...), "", "file-broken"},
		"ErrRefused pdf, odd version":    {bytes.Replace(pdfOf(""), []byte("1.7"), []byte("9.9"), 1), "", "file-broken"},
		"ErrRefused pdf, encrypted":      {pdfOf("trailer\n<</Encrypt 5 0 R>>\n"), "", "file-encrypted"},
		"ErrRefused pdf too large":       {pdfOf(strings.Repeat("%", int(limits.Document))), "", "file-too-large"},
		"ErrRefused jpeg too large":      {append(append([]byte{}, plainJPEG...), make([]byte, limits.Photo)...), "", "file-too-large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind, kept, err := evidence.Inspect(c.raw, limits)
			var refused *evidence.TypeError
			switch {
			case c.reason != "" && (!errors.As(err, &refused) || refused.Reason != c.reason || !errors.Is(err, evidence.ErrRefused)):
				t.Errorf("error = %v, want %s", err, c.reason)
			case c.reason == "" && (err != nil || kind != c.want):
				t.Errorf("type = %q, error %v, want %s", kind, err, c.want)
			case c.reason == "":
				stable(t, kind, kept)
			}
		})
	}
}

// stable makes sure that what was kept is taken again as it is.
func stable(t testing.TB, kind evidence.Type, kept []byte) {
	t.Helper()
	again, same, err := evidence.Inspect(kept, limits)
	if err != nil || again != kind || !bytes.Equal(same, kept) {
		t.Errorf("what was kept is not taken again as it is: %q, %v", again, err)
	}
}

// samePixels makes sure that cleaning left the picture alone.
func samePixels(t *testing.T, a, b []byte) {
	t.Helper()
	one, _, err := image.Decode(bytes.NewReader(a))
	if err != nil {
		t.Fatal(err)
	}
	two, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if one.Bounds() != two.Bounds() {
		t.Fatalf("bounds %v and %v", one.Bounds(), two.Bounds())
	}
	for y := range one.Bounds().Dy() {
		for x := range one.Bounds().Dx() {
			if color.RGBAModel.Convert(one.At(x, y)) != color.RGBAModel.Convert(two.At(x, y)) {
				t.Fatalf("pixel %d, %d changed", x, y)
			}
		}
	}
}

func TestMetadataIsGone(t *testing.T) {
	t.Parallel()
	secrets := []string{"GPS", "SecretCamera", "34.2658", "polyglot", "<script>", "thumbnail"}
	gone := func(t *testing.T, kept []byte) {
		t.Helper()
		for _, s := range secrets {
			if bytes.Contains(kept, []byte(s)) {
				t.Errorf("what is kept still contains %q", s)
			}
		}
	}
	for name, order := range map[string]struct {
		binary.AppendByteOrder
		head string
	}{"little-endian": {binary.LittleEndian, "II"}, "big-endian": {binary.BigEndian, "MM"}} {
		t.Run("jpeg, "+name, func(t *testing.T) {
			t.Parallel()
			plain := jpegOf(t, 40, 30)
			raw := segmentAfterStart(plain, 0xe1, exif(order, order.head, 6))
			raw = segmentAfterStart(raw, 0xfe, []byte("a comment with <script>"))
			raw = segmentAfterStart(raw, 0xed, []byte("Photoshop 3.0 GPS"))
			raw = segmentAfterStart(raw, 0xe0, append([]byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x03\x03"), "thumbnail of the person....."...))
			raw = append(raw, "PK polyglot <script>"...)
			_, kept, err := evidence.Inspect(raw, limits)
			if err != nil {
				t.Fatal(err)
			}
			gone(t, kept)
			samePixels(t, plain, kept)
			if i := bytes.Index(kept, []byte("Exif\x00\x00")); i < 0 || kept[i+6+18] != 6 {
				t.Error("the orientation is gone, or another")
			}
			stable(t, evidence.JPEG, kept)
		})
	}
	t.Run("jpeg that is not turned keeps no Exif data", func(t *testing.T) {
		t.Parallel()
		_, kept, err := evidence.Inspect(segmentAfterStart(jpegOf(t, 8, 8), 0xe1, exif(binary.LittleEndian, "II", 1)), limits)
		if err != nil || bytes.Contains(kept, []byte("Exif")) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("png", func(t *testing.T) {
		t.Parallel()
		plain := pngOf(t, 40, 30)
		raw := chunkAfterHeader(plain, chunk("tEXt", []byte("Author\x00SecretCamera")))
		raw = chunkAfterHeader(raw, chunk("eXIf", exif(binary.BigEndian, "MM", 6)))
		raw = chunkAfterHeader(raw, chunk("iTXt", []byte("XML:com.adobe.xmp\x00GPS")))
		raw = append(raw, "<script>polyglot"...)
		_, kept, err := evidence.Inspect(raw, limits)
		if err != nil {
			t.Fatal(err)
		}
		gone(t, kept)
		samePixels(t, plain, kept)
		if !bytes.Equal(kept, plain) {
			t.Error("more than the metadata was changed")
		}
	})
}

// FuzzInspect throws anything at the check of types. Whatever it takes it must
// take again as it is, within its limits.
func FuzzInspect(f *testing.F) {
	for _, seed := range [][]byte{
		jpegOf(f, 8, 8), pngOf(f, 8, 8), pdfOf(""), segmentAfterStart(jpegOf(f, 8, 8), 0xe1, exif(binary.LittleEndian, "II", 6)),
		chunkAfterHeader(pngOf(f, 8, 8), chunk("tEXt", []byte("a\x00b"))), {0xff, 0xd8, 0xff}, []byte("%PDF-"), nil,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		kind, kept, err := evidence.Inspect(raw, limits)
		if err != nil {
			if kind != "" || kept != nil || !errors.Is(err, evidence.ErrRefused) {
				t.Fatalf("refused with %q, %d bytes, %v", kind, len(kept), err)
			}
			return
		}
		stable(t, kind, kept)
	})
}
