package print

import (
	"encoding/binary"
	"slices"
)

// subset collects the glyphs that a document uses, numbered by first use.
type subset struct {
	font  *Font
	index map[int]int // glyph of the font → glyph of the subset
	order []int       // glyphs of the font; the first is the box, as formats ask
	text  []rune      // what each glyph of the subset stands for
}

func newSubset(f *Font) *subset {
	return &subset{f, map[int]int{0: 0}, []int{0}, []rune{0}}
}

// use returns the glyph of a character within the subset.
func (s *subset) use(r rune, glyph int) int {
	n, ok := s.index[glyph]
	if !ok {
		n = s.add(glyph, r)
	}
	return n
}

func (s *subset) add(glyph int, r rune) int {
	n := len(s.order)
	s.index[glyph] = n
	s.order, s.text = append(s.order, glyph), append(s.text, r)
	return n
}

// outline returns the bytes of one glyph.
func (f *Font) outline(glyph int) []byte {
	loca, glyf := f.tables["loca"], f.tables["glyf"]
	at := func(i int) int {
		if f.longLoca {
			return int(binary.BigEndian.Uint32(loca[4*i:]))
		}
		return 2 * int(binary.BigEndian.Uint16(loca[2*i:]))
	}
	from, to := at(glyph), at(glyph+1)
	if from >= to || to > len(glyf) {
		return nil
	}
	return glyf[from:to]
}

// Flags of the components of a composite glyph.
const (
	wordArguments = 1 << 0
	oneScale      = 1 << 3
	moreFollow    = 1 << 5
	twoScales     = 1 << 6
	fourScales    = 1 << 7
)

// eachComponent calls do with where each component's glyph number stands.
func eachComponent(outline []byte, do func(at int)) {
	if len(outline) < 10 || signed(outline) >= 0 {
		return
	}
	for at := 10; at+4 <= len(outline); {
		flags := binary.BigEndian.Uint16(outline[at:])
		do(at + 2)
		at += 6
		if flags&wordArguments != 0 {
			at += 2
		}
		switch {
		case flags&oneScale != 0:
			at += 2
		case flags&twoScales != 0:
			at += 4
		case flags&fourScales != 0:
			at += 8
		}
		if flags&moreFollow == 0 {
			return
		}
	}
}

// file returns the subset as a font file. It has what PDF readers ask of an
// embedded one and no more: no names, no characters.
func (s *subset) file() []byte {
	f := s.font
	for i := 0; i < len(s.order); i++ { // it grows: components may be composite
		eachComponent(f.outline(s.order[i]), func(at int) {
			part := int(binary.BigEndian.Uint16(f.outline(s.order[i])[at:]))
			if _, ok := s.index[part]; !ok && part < f.glyphs {
				s.add(part, 0)
			}
		})
	}
	var glyf, loca, hmtx []byte
	for _, glyph := range s.order {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		outline := slices.Clone(f.outline(glyph))
		eachComponent(outline, func(at int) {
			part := int(binary.BigEndian.Uint16(outline[at:]))
			binary.BigEndian.PutUint16(outline[at:], uint16(s.index[part]))
		})
		glyf = append(glyf, outline...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(f.advance(glyph)))
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(f.bearing(glyph)))
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
	head, hhea, maxp := slices.Clone(f.tables["head"]), slices.Clone(f.tables["hhea"]), slices.Clone(f.tables["maxp"])
	binary.BigEndian.PutUint32(head[8:], 0)  // checksum, below
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(s.order)))
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(s.order)))
	tables := map[string][]byte{"glyf": glyf, "head": head, "hhea": hhea, "hmtx": hmtx, "loca": loca, "maxp": maxp}
	for _, name := range []string{"cvt ", "fpgm", "prep"} {
		if t := f.tables[name]; t != nil {
			tables[name] = t
		}
	}
	return assemble(tables)
}

// bearing is the left side bearing of a glyph.
func (f *Font) bearing(glyph int) int {
	at := 4*glyph + 2
	if glyph >= f.metrics {
		at = 4*f.metrics + 2*(glyph-f.metrics)
	}
	if t := f.tables["hmtx"]; at+2 <= len(t) {
		return signed(t[at:])
	}
	return 0
}

// assemble writes tables as a font file, with their checksums.
func assemble(tables map[string][]byte) []byte {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	slices.Sort(names)
	power := 1
	for 2*power <= len(names) {
		power *= 2
	}
	shift := 0
	for 1<<(shift+1) <= power {
		shift++
	}
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	for _, n := range []int{len(names), 16 * power, shift, 16 * (len(names) - power)} {
		out = binary.BigEndian.AppendUint16(out, uint16(n))
	}
	from, head := len(out)+16*len(names), 0
	var body []byte
	for _, name := range names {
		if name == "head" {
			head = from + len(body)
		}
		out = append(out, name...)
		out = binary.BigEndian.AppendUint32(out, checksum(tables[name]))
		out = binary.BigEndian.AppendUint32(out, uint32(from+len(body)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(tables[name])))
		body = append(body, tables[name]...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	out = append(out, body...)
	binary.BigEndian.PutUint32(out[head+8:], 0xB1B0AFBA-checksum(out))
	return out
}

func checksum(t []byte) uint32 {
	var sum uint32
	for ; len(t) >= 4; t = t[4:] {
		sum += binary.BigEndian.Uint32(t)
	}
	var rest [4]byte
	copy(rest[:], t)
	return sum + binary.BigEndian.Uint32(rest[:])
}
