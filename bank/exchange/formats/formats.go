// Package formats is the one list of the formats that banks are read from and
// written to, and finds by its content which of them a file is in.
package formats

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/aiken"
	"gongyuan/bank/exchange/archive"
	"gongyuan/bank/exchange/gift"
	"gongyuan/bank/exchange/moodlexml"
	"gongyuan/bank/exchange/plain"
	"gongyuan/bank/exchange/qti"
	"gongyuan/bank/exchange/xlsx"
)

// ErrUnknown is returned for a file in no known format.
var ErrUnknown = errors.New("formats: the file is in no known format; .xlsx, .docx, .txt, QTI, Moodle XML, GIFT and Aiken are read")

// All lists the formats, the surest to be recognised first.
func All() []exchange.Format {
	all := []exchange.Format{xlsx.Format()}
	all = append(all, qti.Formats()...)
	all = append(all, moodlexml.Format(), aiken.Format(), gift.Format())
	return append(all, plain.Formats()...)
}

// Named returns the format of a name.
func Named(name string) (exchange.Format, bool) {
	for _, f := range All() {
		if f.Name == name {
			return f, true
		}
	}
	return exchange.Format{}, false
}

// headSize is how much of a file Detect looks at.
const headSize = 256 << 10

// Detect finds the format of a file by its content. The name helps where the
// content may be of several.
func Detect(name string, raw []byte) (exchange.Format, error) {
	s := exchange.Sample{Name: strings.ToLower(name), Head: raw[:min(len(raw), headSize)]}
	if bytes.HasPrefix(raw, []byte("PK\x03\x04")) || bytes.HasPrefix(raw, []byte("PK\x05\x06")) {
		a, err := archive.Open(raw)
		if err != nil {
			return exchange.Format{}, err
		}
		for _, n := range a.Names() {
			s.Files = append(s.Files, strings.ToLower(n))
		}
	} else {
		head := whole(s.Head, len(raw) > headSize)
		text, err := exchange.DecodeText(head)
		if err != nil && len(raw) > headSize && len(head) > 0 {
			// In GB 18030 it cannot be told from the end where a character begins.
			text, err = exchange.DecodeText(head[:len(head)-1])
		}
		if err == nil {
			s.Text = text
		}
	}
	for _, f := range All() {
		if f.Read != nil && f.Detect(s) {
			return f, nil
		}
	}
	if s.Text == "" && len(s.Files) == 0 && len(raw) > 0 && !bytes.Contains(s.Head, []byte{0}) {
		return exchange.Format{}, exchange.ErrEncoding
	}
	return exchange.Format{}, ErrUnknown
}

// whole takes the cut character off the end of a head.
func whole(head []byte, cut bool) []byte {
	for i := 0; cut && i < utf8.UTFMax && len(head) > 0 && !utf8.RuneStart(head[len(head)-1]); i++ {
		head = head[:len(head)-1]
	}
	if cut && len(head) > 0 && head[len(head)-1] >= utf8.RuneSelf {
		head = head[:len(head)-1]
	}
	if cut && len(head)%2 != 0 && (bytes.HasPrefix(head, []byte{0xFF, 0xFE}) || bytes.HasPrefix(head, []byte{0xFE, 0xFF})) {
		head = head[:len(head)-1]
	}
	return head
}

// Read reads a file in the format that its content has.
func Read(r io.Reader, name string, opts exchange.Options) (exchange.Import, exchange.Format, error) {
	raw, err := exchange.ReadAll(r, exchange.MaxFile)
	if err != nil {
		return exchange.Import{}, exchange.Format{}, err
	}
	f, err := Detect(name, raw)
	if err != nil {
		return exchange.Import{}, exchange.Format{}, err
	}
	imported, err := ReadAs(f, raw, opts)
	return imported, f, err
}

// ReadAs reads a file as one format. A reader that panics on a crafted file
// does not take the program down with it.
func ReadAs(f exchange.Format, raw []byte, opts exchange.Options) (imported exchange.Import, err error) {
	defer func() {
		if p := recover(); p != nil {
			imported, err = exchange.Import{}, fmt.Errorf("%w: %v", exchange.ErrFormat, p)
		}
	}()
	return f.Read(bytes.NewReader(raw), opts)
}
