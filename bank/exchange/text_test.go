package exchange_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"gongyuan/bank/exchange"
)

func in(t *testing.T, e encoding.Encoding, s string) []byte {
	t.Helper()
	out, err := e.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(out)
}

func TestDecodeText(t *testing.T) {
	t.Parallel()
	const text = "1．消防控制室（　　）值班，不少于２人。\r\nA. 应当\nB. 不必\n答案：A\n"
	want := strings.ReplaceAll(text, "\r\n", "\n")
	for name, raw := range map[string][]byte{
		"UTF-8":    []byte(text),
		"with BOM": append([]byte{0xEF, 0xBB, 0xBF}, text...),
		"GBK":      in(t, simplifiedchinese.GBK, text),
		"GB 18030": in(t, simplifiedchinese.GB18030, text),
	} {
		if got, err := exchange.DecodeText(raw); err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	// A rare character among common ones is one of four bytes.
	rare := "姓名㐂。" + text
	if got, err := exchange.DecodeText(in(t, simplifiedchinese.GB18030, rare)); err != nil || !strings.HasPrefix(got, "姓名㐂") {
		t.Errorf("four bytes: %q, %v", got, err)
	}
}

func TestDecodeTextErr(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string][]byte{
		"Big5":        in(t, traditionalchinese.Big5, "消防控制室應當有人值班，電話保持暢通。答案：保衛人員"),
		"Latin-1":     in(t, charmap.ISO8859_1, "Déjà là, été passé"),
		"cut":         append(in(t, simplifiedchinese.GBK, "消防控制室"), 0xB0),
		"with zeroes": {0, 'a', 0, 'b'},
	} {
		if got, err := exchange.DecodeText(raw); !errors.Is(err, exchange.ErrEncoding) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
