package print

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"unicode"
)

// ErrFont is returned for bytes that are no usable TrueType font.
var ErrFont = errors.New("print: not a usable TrueType font")

// ErrGlyph is returned where text has a character that the font lacks.
var ErrGlyph = errors.New("print: the font has no such character")

// GlyphError names the first character that cannot be set.
type GlyphError struct {
	Rune rune
	Text string // in which it stands
}

// Error implements error.
func (e *GlyphError) Error() string {
	shown := strconv.QuoteRune(e.Rune)
	if unicode.IsPrint(e.Rune) {
		shown = string(e.Rune)
	}
	return fmt.Sprintf("print: %s (U+%04X) in %q cannot be set", shown, e.Rune, e.Text)
}

// Unwrap makes every GlyphError an ErrGlyph.
func (e *GlyphError) Unwrap() error { return ErrGlyph }

// Font is a TrueType font. It is safe for concurrent use.
type Font struct {
	name     string // PostScript name
	tables   map[string][]byte
	unit     int // per em
	box      [4]int
	ascent   int
	descent  int
	capital  int
	glyphs   int
	metrics  int // glyphs with a width of their own
	longLoca bool
	groups   []group
}

// group maps the characters from first to last to glyphs. Where table is nil,
// the glyphs follow each other.
type group struct {
	first, last rune
	glyph       uint32
}

// ParseFont reads a TrueType font. Fonts with PostScript outlines, collections
// and variable fonts are refused with ErrFont: a subset of them is another
// matter.
func ParseFont(data []byte) (*Font, error) {
	if len(data) < 12 || binary.BigEndian.Uint32(data) != 0x00010000 {
		return nil, fmt.Errorf("%w: no TrueType outlines", ErrFont)
	}
	f := &Font{tables: map[string][]byte{}}
	count := int(binary.BigEndian.Uint16(data[4:]))
	for i := range count {
		at := 12 + 16*i
		if at+16 > len(data) {
			return nil, fmt.Errorf("%w: cut off", ErrFont)
		}
		from, size := uint64(binary.BigEndian.Uint32(data[at+8:])), uint64(binary.BigEndian.Uint32(data[at+12:]))
		if from+size > uint64(len(data)) {
			return nil, fmt.Errorf("%w: table %s is cut off", ErrFont, data[at:at+4])
		}
		f.tables[string(data[at:at+4])] = data[from : from+size]
	}
	if f.tables["fvar"] != nil {
		return nil, fmt.Errorf("%w: variable", ErrFont)
	}
	for name, least := range map[string]int{"head": 54, "hhea": 36, "maxp": 6, "hmtx": 4, "loca": 4, "glyf": 0, "cmap": 4} {
		if t, ok := f.tables[name]; !ok || len(t) < least {
			return nil, fmt.Errorf("%w: table %s is missing", ErrFont, name)
		}
	}
	f.readMetrics()
	if f.unit == 0 || f.metrics == 0 || len(f.tables["hmtx"]) < 4*f.metrics || len(f.tables["loca"]) < f.locaSize()*(f.glyphs+1) {
		return nil, fmt.Errorf("%w: its tables do not fit each other", ErrFont)
	}
	return f, f.readCharacters()
}

func (f *Font) readMetrics() {
	head, hhea := f.tables["head"], f.tables["hhea"]
	f.unit = int(binary.BigEndian.Uint16(head[18:]))
	for i := range f.box {
		f.box[i] = signed(head[36+2*i:])
	}
	f.longLoca = binary.BigEndian.Uint16(head[50:]) == 1
	f.ascent, f.descent = signed(hhea[4:]), signed(hhea[6:])
	f.metrics = int(binary.BigEndian.Uint16(hhea[34:]))
	f.glyphs = int(binary.BigEndian.Uint16(f.tables["maxp"][4:]))
	f.capital = f.ascent
	if os2 := f.tables["OS/2"]; len(os2) >= 90 && binary.BigEndian.Uint16(os2) >= 2 {
		f.capital = signed(os2[88:])
	}
	f.name = postScriptName(f.tables["name"])
}

func signed(b []byte) int { return int(int16(binary.BigEndian.Uint16(b))) }

func (f *Font) locaSize() int {
	if f.longLoca {
		return 4
	}
	return 2
}

// postScriptName reads name 6, which fonts have in ASCII or UTF-16.
func postScriptName(t []byte) string {
	const fallback = "Embedded"
	if len(t) < 6 {
		return fallback
	}
	storage := int(binary.BigEndian.Uint16(t[4:]))
	for i := range int(binary.BigEndian.Uint16(t[2:])) {
		at := 6 + 12*i
		if at+12 > len(t) || binary.BigEndian.Uint16(t[at+6:]) != 6 {
			continue
		}
		size, from := int(binary.BigEndian.Uint16(t[at+8:])), storage+int(binary.BigEndian.Uint16(t[at+10:]))
		if from+size > len(t) {
			continue
		}
		var name []byte
		for _, c := range t[from : from+size] {
			if c > ' ' && c < 127 && c != '/' && c != '(' && c != ')' && c != '<' && c != '>' && c != '[' && c != ']' && c != '%' && c != '{' && c != '}' && c != '#' {
				name = append(name, c)
			}
		}
		if len(name) > 0 {
			return string(name)
		}
	}
	return fallback
}

// readCharacters reads the Unicode tables of the font: format 12, which has
// all characters, else format 4, which has those up to U+FFFF.
func (f *Font) readCharacters() error {
	t := f.tables["cmap"]
	var four, twelve []byte
	for i := range int(binary.BigEndian.Uint16(t[2:])) {
		at := 4 + 8*i
		if at+8 > len(t) {
			break
		}
		platform, from := binary.BigEndian.Uint16(t[at:]), uint64(binary.BigEndian.Uint32(t[at+4:]))
		if platform != 0 && platform != 3 || from+4 > uint64(len(t)) {
			continue
		}
		switch binary.BigEndian.Uint16(t[from:]) {
		case 4:
			four = t[from:]
		case 12:
			twelve = t[from:]
		}
	}
	switch {
	case len(twelve) >= 16:
		f.readFormat12(twelve)
	case len(four) >= 14:
		f.readFormat4(four)
	}
	if len(f.groups) == 0 {
		return fmt.Errorf("%w: no table of Unicode characters", ErrFont)
	}
	slices.SortFunc(f.groups, func(a, b group) int { return int(a.first) - int(b.first) })
	return nil
}

func (f *Font) readFormat12(t []byte) {
	for i := range int(binary.BigEndian.Uint32(t[12:])) {
		at := 16 + 12*i
		if at+12 > len(t) {
			return
		}
		f.groups = append(f.groups, group{rune(binary.BigEndian.Uint32(t[at:])), rune(binary.BigEndian.Uint32(t[at+4:])), binary.BigEndian.Uint32(t[at+8:])})
	}
}

func (f *Font) readFormat4(t []byte) {
	n := int(binary.BigEndian.Uint16(t[6:])) / 2
	if len(t) < 16+8*n {
		return
	}
	for i := range n {
		last, first := int(binary.BigEndian.Uint16(t[14+2*i:])), int(binary.BigEndian.Uint16(t[16+2*n+2*i:]))
		delta, offset := int(binary.BigEndian.Uint16(t[16+4*n+2*i:])), int(binary.BigEndian.Uint16(t[16+6*n+2*i:]))
		for c := first; c <= last && c < 0xFFFF; c++ {
			glyph := c + delta
			if offset != 0 {
				at := 16 + 6*n + 2*i + offset + 2*(c-first)
				if at+2 > len(t) {
					break
				}
				if glyph = int(binary.BigEndian.Uint16(t[at:])); glyph != 0 {
					glyph += delta
				}
			}
			f.groups = append(f.groups, group{rune(c), rune(c), uint32(glyph & 0xFFFF)})
		}
	}
}

// glyph returns the glyph of a character; 0, which is the box, for none.
func (f *Font) glyph(r rune) int {
	i := sort.Search(len(f.groups), func(i int) bool { return f.groups[i].last >= r })
	if i == len(f.groups) || f.groups[i].first > r {
		return 0
	}
	if g := int(f.groups[i].glyph) + int(r-f.groups[i].first); g < f.glyphs {
		return g
	}
	return 0
}

// like maps characters that look like another one to it, where fonts often
// have only the other.
var like = map[rune]rune{'\u00A0': ' ', '\u202F': ' ', '\u2060': -1, '\u200B': -1, '\uFEFF': -1, '\u2011': '-'}

// find returns the glyph of a character as it is set. It is −1 for what takes
// no place, 0 for what the font lacks.
func (f *Font) find(r rune) int {
	if g := f.glyph(r); g > 0 {
		return g
	}
	other, known := like[r]
	switch {
	case !known:
		return 0
	case other < 0:
		return -1
	}
	return f.glyph(other)
}

// Missing returns the characters of a text that the font lacks, each once.
func (f *Font) Missing(text string) []rune {
	var out []rune
	for _, r := range text {
		if r != '\n' && f.find(r) == 0 && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// Check returns a *GlyphError for the first character that cannot be set.
func (f *Font) Check(text string) error {
	if missing := f.Missing(text); len(missing) > 0 {
		return &GlyphError{missing[0], text}
	}
	return nil
}

// advance is the width of a glyph in the font's units.
func (f *Font) advance(glyph int) int {
	return int(binary.BigEndian.Uint16(f.tables["hmtx"][4*min(glyph, f.metrics-1):]))
}

// Width returns how wide a text is at a size, in millimetres.
func (f *Font) Width(text string, size float64) float64 {
	sum := 0
	for _, r := range text {
		if g := f.find(r); g >= 0 {
			sum += f.advance(g)
		}
	}
	return float64(sum) / float64(f.unit) * size / point
}
