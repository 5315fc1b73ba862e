package exchange

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// DecodeText turns a text file into text with "\n" as line ends: UTF-8 with or
// without a byte order mark, UTF-16 with one, or GB 18030 and GBK, as far as
// what comes out looks like Chinese.
func DecodeText(raw []byte) (string, error) {
	switch {
	case bytes.HasPrefix(raw, []byte{0xEF, 0xBB, 0xBF}):
		raw = raw[3:]
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}):
		return decode16(raw[2:], binary.LittleEndian)
	case bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		return decode16(raw[2:], binary.BigEndian)
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return "", ErrEncoding
	}
	if !utf8.Valid(raw) {
		return decodeGB(raw)
	}
	return lineEnds(string(raw)), nil
}

// decodeGB reads GB 18030, of which GBK and GB 2312 are parts. Nearly any bytes
// are some text in it, so what was meant otherwise, such as Big5 or Latin-1, is
// told by its characters: Chinese is written with the 3,755 common ones of GB
// 2312 and its punctuation.
func decodeGB(raw []byte) (string, error) {
	common, rare := 0, 0
	for i := 0; i < len(raw); i++ {
		if raw[i] < utf8.RuneSelf {
			continue
		}
		second := i+1 < len(raw) && raw[i+1] >= 0xA1
		if lead := raw[i]; second && (lead >= 0xB0 && lead <= 0xD7 || lead >= 0xA1 && lead <= 0xA3) {
			common++
		} else {
			rare++
		}
		i++
	}
	if common < 3*rare {
		return "", ErrEncoding
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	if err != nil || bytes.ContainsRune(out, unicode.ReplacementChar) {
		return "", ErrEncoding
	}
	return lineEnds(string(out)), nil
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
