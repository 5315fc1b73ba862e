package evidence

import (
	"bytes"
	"encoding/binary"
)

// The markers of a JPEG (ITU-T T.81 table B.1) that are looked at.
const (
	markSOI  = 0xd8
	markEOI  = 0xd9
	markSOS  = 0xda
	markDQT  = 0xdb
	markDRI  = 0xdd
	markDHT  = 0xc4
	markJPG  = 0xc8
	markDAC  = 0xcc
	markAPP0 = 0xe0
	markAPP1 = 0xe1
	markAPPE = 0xee
)

// cleanJPEG returns the picture without its metadata (place, time, camera,
// person, thumbnail, comments) and without whatever stands behind its end. The
// pixels stay exactly as they were. Of the metadata only the orientation is
// kept: without it, photographs of telephones lie on their side.
func cleanJPEG(raw []byte) ([]byte, bool) {
	out := bytes.NewBuffer(make([]byte, 0, len(raw)))
	out.Write([]byte{0xff, markSOI})
	var frame, scan bool
	turned := false
	for at := 2; ; {
		mark, next, ok := marker(raw, at)
		if !ok {
			return nil, false
		}
		if mark == markEOI {
			out.Write([]byte{0xff, markEOI})
			return out.Bytes(), frame && scan
		}
		if next+2 > len(raw) {
			return nil, false
		}
		end := next + int(binary.BigEndian.Uint16(raw[next:]))
		if end < next+2 || end > len(raw) {
			return nil, false
		}
		body := raw[next+2 : end]
		switch {
		case mark == markAPP0 && bytes.HasPrefix(body, []byte("JFIF\x00")) && len(body) >= 14:
			segment(out, mark, append(bytes.Clone(body[:12]), 0, 0)) // no thumbnail
		case mark == markAPPE && bytes.HasPrefix(body, []byte("Adobe")) && len(body) == 12:
			segment(out, mark, body) // says how colours are meant
		case mark == markAPP1:
			if n := orientation(body); n > 1 && !turned {
				segment(out, mark, orientationOnly(n))
				turned = true
			}
		case mark == markDQT, mark == markDRI, mark == markDHT:
			segment(out, mark, body)
		case mark >= 0xc0 && mark <= 0xcf && mark != markJPG && mark != markDAC:
			if frame {
				return nil, false // one picture to a file
			}
			segment(out, mark, body)
			frame = true
		case mark == markSOS:
			if !frame {
				return nil, false
			}
			segment(out, mark, body)
			scanned := entropy(raw, end)
			out.Write(raw[end:scanned])
			end, scan = scanned, true
		case mark >= 0xe0 && mark <= 0xef, mark == 0xfe: // metadata, comments
		default:
			return nil, false
		}
		at = end
	}
}

// marker reads the marker at a place and returns what follows it.
func marker(raw []byte, at int) (mark byte, next int, ok bool) {
	if at >= len(raw) || raw[at] != 0xff {
		return 0, 0, false
	}
	for at < len(raw) && raw[at] == 0xff { // any number of them may stand before a marker
		at++
	}
	if at >= len(raw) || raw[at] == 0 {
		return 0, 0, false
	}
	return raw[at], at + 1, true
}

func segment(out *bytes.Buffer, mark byte, body []byte) {
	out.Write([]byte{0xff, mark})
	var length [2]byte
	binary.BigEndian.PutUint16(length[:], uint16(len(body)+2))
	out.Write(length[:])
	out.Write(body)
}

// entropy returns where the coded data that begins at a place ends: at the
// first marker that is no restart and no stuffing.
func entropy(raw []byte, at int) int {
	for ; at+1 < len(raw); at++ {
		if next := raw[at+1]; raw[at] == 0xff && next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7) {
			return at
		}
	}
	return len(raw)
}

// The tag of the orientation (Exif 2.3, 4.6.4), and how it stands there.
const (
	tagOrientation = 0x0112
	exifHead       = "Exif\x00\x00"
)

// orientation reads how a picture is turned from its Exif data; 0 for unknown.
func orientation(body []byte) int {
	tiff, ok := bytes.CutPrefix(body, []byte(exifHead))
	if !ok || len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 0
	}
	count := int64(order.Uint16(tiff[at:]))
	for i := range count {
		entry := at + 2 + 12*i
		if entry+12 > int64(len(tiff)) {
			return 0
		}
		if order.Uint16(tiff[entry:]) == tagOrientation {
			if n := int(order.Uint16(tiff[entry+8:])); n >= 1 && n <= 8 {
				return n
			}
			return 0
		}
	}
	return 0
}

// orientationOnly is Exif data that says how a picture is turned, and nothing
// else.
func orientationOnly(n int) []byte {
	return append([]byte(exifHead),
		'I', 'I', 42, 0, 8, 0, 0, 0, // little-endian, the first directory at 8
		1, 0, // with one entry
		0x12, 0x01, 3, 0, 1, 0, 0, 0, byte(n), 0, 0, 0,
		0, 0, 0, 0) // and no directory after it
}
