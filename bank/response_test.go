package bank_test

import (
	"errors"
	"strings"
	"testing"

	"gongyuan/bank"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestResponseEncode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ  bank.Type
		in   bank.Response
		want string
		back bank.Response
	}{
		{bank.Single, bank.Response{}, "", bank.Response{}},
		{bank.Multiple, bank.Response{Choice: []string{"C", "A", "C"}}, "AC", bank.Response{Choice: []string{"A", "C"}}},
		{bank.Blank, bank.Response{Text: []string{"", ""}}, "", bank.Response{}},
		{bank.Blank, bank.Response{Text: []string{"<甲>", ""}}, `["<甲>",""]`, bank.Response{Text: []string{"<甲>", ""}}},
		{bank.Essay, bank.Response{Text: []string{" 一\n二 "}}, `[" 一\n二 "]`, bank.Response{Text: []string{" 一\n二 "}}},
	} {
		if got := c.in.Encode(); got != c.want {
			t.Errorf("Encode(%v) = %q, want %q", c.in, got, c.want)
		}
		got, err := bank.DecodeResponse(c.typ, c.want)
		if err != nil {
			t.Errorf("DecodeResponse(%q): %v", c.want, err)
		}
		if diff := cmp.Diff(c.back, got); diff != "" {
			t.Errorf("DecodeResponse(%q) (-want +got):\n%s", c.want, diff)
		}
	}
}

func TestDecodeResponseErrMalformed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ  bank.Type
		text string
	}{
		{bank.Single, "a"}, {bank.Multiple, "A,B"}, {bank.Judgement, "Ａ"}, {bank.Single, `["A"]`}, {bank.Multiple, "I"},
		{bank.Blank, "甲"}, {bank.Blank, `["甲"`}, {bank.Blank, `{"a":1}`}, {bank.Essay, `["甲"] x`}, {bank.Case, "A"}, {"U", "A"},
	} {
		if r, err := bank.DecodeResponse(c.typ, c.text); !errors.Is(err, bank.ErrResponse) {
			t.Errorf("DecodeResponse(%s, %q) = %v, %v", c.typ, c.text, r, err)
		}
	}
}

// TestResponseRoundTrip: what was validated comes back from the journal as it
// was, and encoding is canonical.
func TestResponseRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := bank.Question{Type: bank.Blank, Key: bank.Key{Blanks: [][]string{{"a"}, {"b"}, {"c"}}}}
		in := bank.Response{Text: rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "texts")}
		if rapid.Bool().Draw(t, "choice") {
			q = bank.Question{Type: bank.Multiple, Options: choices("A", "B", "C", "D")}
			in = bank.Response{Choice: rapid.SliceOf(rapid.SampledFrom([]string{"A", "B", "C", "D"})).Draw(t, "letters")}
		}
		valid, err := bank.ValidateResponse(&q, bank.Slot{}, in)
		if err != nil {
			if !errors.Is(err, bank.ErrResponse) {
				t.Fatal(err)
			}
			return
		}
		back, err := bank.DecodeResponse(q.Type, valid.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(valid, back); diff != "" {
			t.Fatalf("(-valid +back):\n%s", diff)
		}
		again, err := bank.ValidateResponse(&q, bank.Slot{}, back)
		if err != nil || cmp.Diff(valid, again) != "" {
			t.Fatalf("again: %v, %v", again, err)
		}
	})
}

func choices(ids ...string) []bank.Option {
	var out []bank.Option
	for _, id := range ids {
		out = append(out, bank.Option{ID: bank.OptionID(id), Text: "选项" + id})
	}
	return out
}

func TestValidateResponse(t *testing.T) {
	t.Parallel()
	var (
		single   = bank.Question{Type: bank.Single, Options: choices("A", "B", "C", "D")}
		multiple = bank.Question{Type: bank.Multiple, Options: choices("A", "B", "C", "D")}
		blank    = bank.Question{Type: bank.Blank, Key: bank.Key{Blanks: [][]string{{"a"}, {"b"}}}}
		essay    = bank.Question{Type: bank.Essay}
		whole    = bank.Question{Type: bank.Case}
	)
	letters := func(l ...string) bank.Response { return bank.Response{Choice: l} }
	texts := func(l ...string) bank.Response { return bank.Response{Text: l} }
	long := func(n int) string { return strings.Repeat("长", n) }
	for name, c := range map[string]struct {
		q    bank.Question
		in   bank.Response
		want bank.Response
		err  error
	}{
		"OK single":              {single, letters("D"), letters("D"), nil},
		"OK same letter twice":   {single, letters("D", "D"), letters("D"), nil},
		"OK sorts":               {multiple, letters("D", "A", "D"), letters("A", "D"), nil},
		"OK empty":               {multiple, bank.Response{Choice: []string{}, Text: []string{""}}, bank.Response{}, nil},
		"OK pads blanks":         {blank, texts(" 甲 "), texts(" 甲 ", ""), nil},
		"OK empty texts":         {blank, texts("", ""), bank.Response{}, nil},
		"OK longest blank":       {blank, texts(long(200)), texts(long(200), ""), nil},
		"OK lines in an answer":  {essay, texts("一\r\n二\t三"), texts("一\n二\t三"), nil},
		"OK longest answer":      {essay, texts(long(5000)), texts(long(5000)), nil},
		"Err unknown letter":     {single, letters("E"), bank.Response{}, bank.ErrUnknownOption},
		"Err small letter":       {single, letters("a"), bank.Response{}, bank.ErrUnknownOption},
		"Err empty letter":       {single, letters(""), bank.Response{}, bank.ErrUnknownOption},
		"Err two for single":     {single, letters("A", "B"), bank.Response{}, bank.ErrTooManyOptions},
		"Err text for choice":    {single, texts("A"), bank.Response{}, bank.ErrResponseKind},
		"Err letter for blank":   {blank, letters("A"), bank.Response{}, bank.ErrResponseKind},
		"Err three for two":      {blank, texts("", "", ""), bank.Response{}, bank.ErrTooManyTexts},
		"Err two for an answer":  {essay, texts("一", "二"), bank.Response{}, bank.ErrTooManyTexts},
		"Err blank too long":     {blank, texts(long(201)), bank.Response{}, bank.ErrTextTooLong},
		"Err answer too long":    {essay, texts(long(5001)), bank.Response{}, bank.ErrTextTooLong},
		"Err line end in blank":  {blank, texts("甲\n"), bank.Response{}, bank.ErrControlCharacter},
		"Err NUL":                {essay, texts("\x00"), bank.Response{}, bank.ErrControlCharacter},
		"Err not UTF-8":          {essay, texts("\xff"), bank.Response{}, bank.ErrControlCharacter},
		"Err case has no answer": {whole, texts("甲"), bank.Response{}, bank.ErrResponseKind},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := bank.ValidateResponse(&c.q, bank.Slot{}, c.in)
			if !errors.Is(err, c.err) || (err != nil && !errors.Is(err, bank.ErrResponse)) {
				t.Fatalf("err = %v, want %v", err, c.err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
