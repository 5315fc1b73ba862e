package exchange

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	_ "image/gif" // read, and kept as PNG
	"image/jpeg"
	"image/png"
	"net/url"
	"strings"

	"gongyuan/bank"
)

// What a picture may be in a question. Larger ones are made smaller: rooms have
// slow lines and old computers.
const (
	MaxPicture     = 512 << 10 // bytes
	maxPictureSide = 1600      // pixels
	maxPixels      = 40 << 20  // of a picture as it comes
)

// Picture keeps an image of a file with the pictures of questions. smaller
// tells that it is not the image as it came; ok is false for what pages do not
// show.
func (c *Collector) Picture(raw []byte) (id bank.PictureID, smaller, ok bool) {
	config, format, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || config.Width < 1 || config.Height < 1 || config.Width > maxPixels/config.Height {
		return "", false, false
	}
	fits := len(raw) <= MaxPicture && config.Width <= maxPictureSide && config.Height <= maxPictureSide
	if !fits || format == "gif" {
		img, _, err := image.Decode(bytes.NewReader(raw))
		if err != nil {
			return "", false, false
		}
		if raw, ok = smallerPicture(img); !ok {
			return "", false, false
		}
		format = "png"
	}
	return bank.PictureID(c.Media("", "image/"+format, raw).Sum[:32]), !fits, true
}

// smallerPicture writes an image so that it fits.
func smallerPicture(img image.Image) ([]byte, bool) {
	for _, side := range []int{maxPictureSide, 1000, 640} {
		small := shrink(img, side)
		var out bytes.Buffer
		if png.Encode(&out, small) == nil && out.Len() <= MaxPicture {
			return out.Bytes(), true
		}
		out.Reset()
		if jpeg.Encode(&out, small, &jpeg.Options{Quality: 85}) == nil && out.Len() <= MaxPicture {
			return out.Bytes(), true
		}
	}
	return nil, false
}

// shrink takes the mean of what falls on each pixel. Marks of one pixel, such as
// in a drawing of lines, stay visible so.
func shrink(img image.Image, side int) image.Image {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if w <= side && h <= side {
		return img
	}
	nw, nh := side, max(1, h*side/w)
	if h > w {
		nw, nh = max(1, w*side/h), side
	}
	out := image.NewNRGBA(image.Rect(0, 0, nw, nh))
	for y := range nh {
		for x := range nw {
			x0, x1 := b.Min.X+x*w/nw, b.Min.X+max(x*w/nw+1, (x+1)*w/nw)
			y0, y1 := b.Min.Y+y*h/nh, b.Min.Y+max(y*h/nh+1, (y+1)*h/nh)
			var sum [4]uint64
			for sy := y0; sy < y1; sy++ {
				for sx := x0; sx < x1; sx++ {
					r, g, bl, a := img.At(sx, sy).RGBA()
					sum[0], sum[1], sum[2], sum[3] = sum[0]+uint64(r), sum[1]+uint64(g), sum[2]+uint64(bl), sum[3]+uint64(a)
				}
			}
			n := uint64((x1 - x0) * (y1 - y0))
			mean := color.RGBA64{uint16(sum[0] / n), uint16(sum[1] / n), uint16(sum[2] / n), uint16(sum[3] / n)}
			out.Set(x, y, mean)
		}
	}
	return out
}

// Shower returns what gives pictures of an item their marks. load returns the
// bytes of a picture that stands in the file, nil where it does not.
func (c *Collector) Shower(d *Draft, field Field, load func(src string) []byte) func(src, words string) string {
	return func(src, words string) string {
		raw := DataURI(src)
		if raw == nil {
			raw = load(src)
		}
		if raw == nil {
			return ""
		}
		id, smaller, ok := c.Picture(raw)
		if !ok {
			return ""
		}
		if smaller {
			d.Change(field, PictureSmaller, src, "")
		}
		return bank.PictureMark(id, words)
	}
}

// DataURI returns the bytes of an image that an address holds itself, or nil.
func DataURI(src string) []byte {
	rest, ok := strings.CutPrefix(strings.TrimSpace(src), "data:image/")
	if !ok {
		return nil
	}
	_, text, ok := strings.Cut(rest, ";base64,")
	if !ok || len(text) > 2*MaxMedia {
		return nil
	}
	if un, err := url.PathUnescape(text); err == nil {
		text = un
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil
	}
	return raw
}

// Pictures finds what a bundle has of the pictures of questions. Media of
// imports are named by their whole sums, pictures by the beginning of theirs.
func (b *Bundle) Pictures() map[bank.PictureID][]byte {
	out := map[bank.PictureID][]byte{}
	for sum, raw := range b.Media {
		if len(sum) >= 32 {
			out[bank.PictureID(sum[:32])] = raw
		}
	}
	return out
}

// PictureName is a name for a picture in a file, by what it is.
func PictureName(id bank.PictureID, raw []byte) string {
	if bytes.HasPrefix(raw, []byte{0xFF, 0xD8}) {
		return string(id) + ".jpg"
	}
	return string(id) + ".png"
}

// Taken returns the pictures gathered so far that items show.
func (c *Collector) Taken(revisions []bank.Revision) map[string][]byte {
	i := Import{Revisions: revisions, Media: c.out.Media}
	i.shown()
	return i.Media
}

// shown leaves of the files of an import those that its items refer to.
func (i *Import) shown() {
	used := map[string]bool{}
	for r := range i.Revisions {
		rev := &i.Revisions[r]
		if rev.Foreign != nil {
			for _, m := range rev.Foreign.Media {
				used[m.Sum] = true
			}
		}
		texts := rev.Texts()
		for p := range rev.Parts {
			texts = append(texts, rev.Parts[p].Texts()...)
		}
		for _, id := range bank.PictureIDs(texts...) {
			used[string(id)] = true
		}
	}
	for sum := range i.Media {
		if !used[sum] && !used[sum[:32]] {
			delete(i.Media, sum)
		}
	}
	if len(i.Media) == 0 {
		i.Media = nil
	}
}
