package evidence

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngKept are the chunks (PNG third edition, 11) that make the picture. All
// others carry text, times, places or other pictures.
var pngKept = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "gAMA": true, "cHRM": true, "sRGB": true, "sBIT": true,
}

// cleanPNG returns the picture without its metadata and without whatever
// stands behind its end.
func cleanPNG(raw []byte) ([]byte, bool) {
	out := bytes.NewBuffer(make([]byte, 0, len(raw)))
	out.WriteString(pngSignature)
	data := false
	for at := len(pngSignature); ; {
		if at+12 > len(raw) {
			return nil, false
		}
		length := int64(binary.BigEndian.Uint32(raw[at:]))
		end := int64(at) + 12 + length
		if end > int64(len(raw)) {
			return nil, false
		}
		kind, sum := string(raw[at+4:at+8]), raw[end-4:end]
		switch {
		case crc32.ChecksumIEEE(raw[at+4:end-4]) != binary.BigEndian.Uint32(sum):
			return nil, false
		case (at == len(pngSignature)) != (kind == "IHDR"):
			return nil, false // the header is first, and once
		}
		if pngKept[kind] {
			out.Write(raw[at:end])
		} else if kind[0]&0x20 == 0 {
			return nil, false // a chunk without which the picture cannot be shown
		}
		data = data || kind == "IDAT"
		if kind == "IEND" {
			return out.Bytes(), data
		}
		at = int(end)
	}
}
