package result_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

func codes(t *testing.T, secrets ...people.Secret) *result.Codes {
	t.Helper()
	c, err := result.NewCodes(secrets)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCodes(t *testing.T) {
	t.Parallel()
	old := people.Secret{ID: "1", Key: bytes.Repeat([]byte{1}, 32)}
	c := codes(t, old)
	code := c.Code("reg-1")
	if !regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$`).MatchString(code) {
		t.Fatalf("code = %q", code)
	}
	t.Run("OK as people type it", func(t *testing.T) {
		t.Parallel()
		wide := strings.Map(func(r rune) rune {
			if r == '-' {
				return '　'
			}
			return r - '!' + '！'
		}, code)
		spoken := strings.NewReplacer("0", "o", "1", "l").Replace(strings.ToLower(code))
		for _, typed := range []string{code, " " + code + " ", strings.ReplaceAll(code, "-", ""), wide, spoken, strings.NewReplacer("1", "I").Replace(code)} {
			if !c.Fits("reg-1", typed) {
				t.Errorf("%q is refused for %s", typed, code)
			}
		}
	})
	t.Run("OK after another secret came first", func(t *testing.T) {
		t.Parallel()
		if got := codes(t, people.Secret{ID: "2", Key: bytes.Repeat([]byte{2}, 32)}, old).Code("reg-1"); got != code {
			t.Errorf("%s became %s", code, got)
		}
	})
	t.Run("OK every registration has its own", func(t *testing.T) {
		t.Parallel()
		seen := map[string]bool{}
		for i := range 2000 {
			seen[c.Code(sitting.RegistrationID(strings.Repeat("x", i)))] = true
		}
		if len(seen) != 2000 {
			t.Errorf("%d codes of 2000", len(seen))
		}
	})
	t.Run("Err another code, another registration, none", func(t *testing.T) {
		t.Parallel()
		none := c.Code("")
		for typed, id := range map[string]sitting.RegistrationID{"": "reg-1", code + "0": "reg-1", code[:7]: "reg-1", code: "reg-2", none: "", "é": "reg-1"} {
			if c.Fits(id, typed) {
				t.Errorf("%q is taken for %q", typed, id)
			}
		}
	})
	t.Run("Err no secret", func(t *testing.T) {
		t.Parallel()
		if _, err := result.NewCodes(nil); err == nil {
			t.Error("codes were derived from nothing")
		}
	})
}
