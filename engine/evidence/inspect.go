package evidence

import (
	"bytes"
	"image/jpeg"
	"image/png"
	"regexp"
)

// Inspect finds out what a content is and returns what is to be kept of it: a
// PDF as it is, an image without anything but its picture. It returns a
// *TypeError for what is not taken. What it returns it accepts again, and
// returns unchanged.
func Inspect(raw []byte, l Limits) (Type, []byte, error) {
	switch {
	case bytes.HasPrefix(raw, []byte("%PDF-")):
		if err := checkPDF(raw, l); err != nil {
			return "", nil, err
		}
		return PDF, raw, nil
	case bytes.HasPrefix(raw, []byte{0xff, 0xd8, 0xff}):
		return picture(raw, l, JPEG, cleanJPEG)
	case bytes.HasPrefix(raw, []byte(pngSignature)):
		return picture(raw, l, PNG, cleanPNG)
	}
	return "", nil, &TypeError{notKnown}
}

func picture(raw []byte, l Limits, t Type, clean func([]byte) ([]byte, bool)) (Type, []byte, error) {
	if int64(len(raw)) > l.Photo {
		return "", nil, &TypeError{isTooLarge}
	}
	out, ok := clean(raw)
	if !ok {
		return "", nil, &TypeError{isBroken}
	}
	// Only the header is decoded: a picture is never unpacked here, however
	// large it says it is.
	decode := jpeg.DecodeConfig
	if t == PNG {
		decode = png.DecodeConfig
	}
	cfg, err := decode(bytes.NewReader(out))
	switch {
	case err != nil || cfg.Width < 1 || cfg.Height < 1:
		return "", nil, &TypeError{isBroken}
	case int64(cfg.Width)*int64(cfg.Height) > l.Pixels:
		return "", nil, &TypeError{isTooMany}
	}
	return t, out, nil
}

// A PDF's version, at its very beginning: a file that is something else first
// is not taken, though readers are lenient (ISO 32000 7.5.2).
var pdfHeader = regexp.MustCompile(`^%PDF-(1\.[0-7]|2\.0)\s`)

// pdfTrailer is the end of a PDF (ISO 32000 7.5.5): where the last table of
// objects is, and the mark of the end, with nothing but space behind it.
var pdfTrailer = regexp.MustCompile(`startxref\s+\d{1,10}\s+%%EOF[\s\x00]*$`)

// pdfEncrypt is how a trailer names the encryption of a document.
var pdfEncrypt = regexp.MustCompile(`/Encrypt\s*(\d{1,10}\s+\d{1,5}\s+R|<<)`)

// The end of a file within which its trailer is looked for.
const pdfEnd = 2048

func checkPDF(raw []byte, l Limits) error {
	switch {
	case int64(len(raw)) > l.Document:
		return &TypeError{isTooLarge}
	case !pdfHeader.Match(raw), !pdfTrailer.Match(raw[max(0, len(raw)-pdfEnd):]):
		return &TypeError{isBroken}
	case pdfEncrypt.Match(raw):
		return &TypeError{isEncrypted}
	}
	return nil
}
