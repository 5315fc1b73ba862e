package print

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // JPEG is embedded as it is; its size and colours are read
	"image/png"
)

// ErrImage is returned for bytes that are no JPEG or PNG picture.
var ErrImage = errors.New("print: not a JPEG or PNG picture")

// pixelLimit bounds what a picture unpacks to: a photograph at 600 dpi on A4
// stays below.
const pixelLimit = 40 << 20

// Image is a picture that can be placed on pages, any number of times.
type Image struct {
	Width, Height int    // pixels
	Source        []byte // as it was read
	dict          string
	data          []byte
	packed        bool
	alpha         []byte // nil where nothing shines through
}

// ParseImage reads a JPEG or PNG picture. Pictures are embedded without what
// else their files hold: place, camera and time do not leave with them.
func ParseImage(data []byte) (*Image, error) {
	cfg, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrImage, err)
	}
	if cfg.Width <= 0 || cfg.Height <= 0 || cfg.Width > pixelLimit/cfg.Height {
		return nil, fmt.Errorf("%w: %d × %d pixels", ErrImage, cfg.Width, cfg.Height)
	}
	img := &Image{Width: cfg.Width, Height: cfg.Height, Source: data}
	if kind == "jpeg" {
		return img, img.readJPEG(data, cfg)
	}
	return img, img.readPNG(data)
}

func (i *Image) readJPEG(data []byte, cfg image.Config) error {
	// A header alone would do for the size; a picture that is cut off must not
	// reach a page.
	if _, _, err := image.Decode(bytes.NewReader(data)); err != nil {
		return fmt.Errorf("%w: %w", ErrImage, err)
	}
	space := "/DeviceRGB"
	switch cfg.ColorModel {
	case color.GrayModel:
		space = "/DeviceGray"
	case color.CMYKModel:
		return fmt.Errorf("%w: four colours (CMYK)", ErrImage)
	}
	i.data, i.packed = withoutMetadata(data), true
	i.dict = "/ColorSpace " + space + " /BitsPerComponent 8 /Filter /DCTDecode"
	return nil
}

// withoutMetadata drops the application segments and comments of a JPEG file,
// but JFIF's and Adobe's, which say how its colours are meant.
func withoutMetadata(data []byte) []byte {
	out := append([]byte(nil), data[:2]...)
	for at := 2; at+4 <= len(data); {
		if data[at] != 0xFF {
			return append(out, data[at:]...)
		}
		if data[at+1] == 0xFF { // bytes may be filled up before a marker
			at++
			continue
		}
		kind, size := data[at+1], int(data[at+2])<<8+int(data[at+3])
		end := at + 2 + size
		if kind == 0xDA || end > len(data) { // the scan: all that follows is the picture
			return append(out, data[at:]...)
		}
		if drop := kind >= 0xE1 && kind <= 0xEF && kind != 0xEE || kind == 0xFE; !drop {
			out = append(out, data[at:end]...)
		}
		at = end
	}
	return out
}

func (i *Image) readPNG(data []byte) error {
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrImage, err)
	}
	bounds := picture.Bounds()
	var alpha []byte
	solid := true
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c, _ := color.NRGBAModel.Convert(picture.At(x, y)).(color.NRGBA)
			i.data = append(i.data, c.R, c.G, c.B)
			alpha = append(alpha, c.A)
			solid = solid && c.A == 255
		}
	}
	i.dict = "/ColorSpace /DeviceRGB /BitsPerComponent 8"
	if !solid {
		i.alpha = alpha
	}
	return nil
}

// Picture places an image. Alt says in words what it shows.
func (d *Document) Picture(x, y, w, h float64, img *Image, alt string) {
	p, n := d.on(), -1
	for i := range d.images {
		if d.images[i] == img {
			n = i
		}
	}
	if n < 0 {
		n = len(d.images)
		d.images = append(d.images, img)
	}
	p.images[n] = true
	d.Begin("Figure", alt)
	d.mark(p, "")
	fmt.Fprintf(&p.body, "q\n%s 0 0 %s %s %s cm\n/I%d Do\nQ\nEMC\n", number(w*point), number(h*point), number(x*point), number((d.info.Height-y-h)*point), n+1)
	d.End()
}

func (w *writer) image(img *Image) int {
	n, dict := w.reserve(), fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d ", img.Width, img.Height)
	rest := img.dict
	if img.alpha != nil {
		mask := w.reserve()
		w.stream(mask, dict+"/ColorSpace /DeviceGray /BitsPerComponent 8", img.alpha, false)
		rest += fmt.Sprintf(" /SMask %d 0 R", mask)
	}
	w.stream(n, dict+rest, img.data, img.packed)
	return n
}
