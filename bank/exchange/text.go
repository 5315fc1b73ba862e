package exchange

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// DecodeText turns a text file into text with "\n" as line ends: UTF-8 with or
// without a byte order mark, or UTF-16 with one.
func DecodeText(raw []byte) (string, error) {
	switch {
	case bytes.HasPrefix(raw, []byte{0xEF, 0xBB, 0xBF}):
		raw = raw[3:]
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}):
		return decode16(raw[2:], binary.LittleEndian)
	case bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		return decode16(raw[2:], binary.BigEndian)
	}
	if !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 {
		return "", ErrEncoding
	}
	return lineEnds(string(raw)), nil
}

func decode16(raw []byte, order binary.ByteOrder) (string, error) {
	if len(raw)%2 != 0 {
		return "", fmt.Errorf("%w: half a character at the end", ErrEncoding)
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = order.Uint16(raw[2*i:])
	}
	return lineEnds(string(utf16.Decode(units))), nil
}

var toLF = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func lineEnds(s string) string { return toLF.Replace(s) }

// Tidy returns a text without space around it, with "\n" as line ends and
// without control characters and invisible marks. It tells whether it took any
// of the last two away.
func Tidy(s string) (string, bool) {
	changed := false
	out := strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case unicode.IsControl(r), r == '\u200b', r == '\ufeff', r == unicode.ReplacementChar, r == 0xFFFE, r == 0xFFFF:
			changed = true
			return -1
		}
		return r
	}, lineEnds(s))
	return strings.TrimSpace(out), changed
}

// OneLine replaces line breaks by spaces and tells whether there were any.
func OneLine(s string) (string, bool) {
	if !strings.ContainsAny(s, "\n\r") {
		return s, false
	}
	return strings.Join(strings.Fields(s), " "), true
}
