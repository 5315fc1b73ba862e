package people

import (
	"errors"
	"testing"
	"time"
)

func TestNormalIdentity(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct{ name, in, want string }{
		{"OK printed in the standard", "11010519491231002X", "11010519491231002X"},
		{"OK second example", "440524188001010014", "440524188001010014"},
		{"OK lower case, full width and spaces", "１１０１０５ 19491231 002x", "11010519491231002X"},
		{"ErrIdentity check character", "110105194912310021", ""},
		{"ErrIdentity digits changed places", "11010519491213002X", ""},
		{"ErrIdentity no such day", "110105194902310029", ""},
		{"ErrIdentity fifteen digits", "110105491231002", ""},
		{"ErrIdentity scientific notation", "1.10105194912E+17", ""},
		{"ErrIdentity letters", "A1010519491231002X", ""},
		{"ErrIdentity empty", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := NormalIdentity(c.in, now)
			if got != c.want {
				t.Errorf("NormalIdentity(%q) = %q, want %q", c.in, got, c.want)
			}
			if (err != nil) != (c.want == "") || err != nil && !errors.Is(err, ErrIdentity) {
				t.Errorf("NormalIdentity(%q) error = %v", c.in, err)
			}
		})
	}
}

func TestMaskIdentity(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"11010519491231002X": "1101**********002X", "E1234567": "********"} {
		if got := MaskIdentity(in); got != want {
			t.Errorf("MaskIdentity(%q) = %q, want %q", in, got, want)
		}
	}
}
