package personnel

import (
	"testing"
	"time"
)

// TestCodeRFC holds the codes against RFC 6238, appendix B (SHA-1, 8 digits),
// and RFC 4226, appendix D (6 digits).
func TestCodeRFC(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := codeOf(secret, stepAt(time.Unix(at, 0)), 8); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
	for i, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if got := codeOf(secret, int64(i), 6); got != want {
			t.Errorf("counter %d: %s, want %s", i, got, want)
		}
	}
}

func TestStepOf(t *testing.T) {
	t.Parallel()
	secret, now := []byte("12345678901234567890"), time.Unix(1111111111, 0)
	step := stepAt(now)
	for _, c := range []struct {
		name string
		code string
		last int64
		want int64
		ok   bool
	}{
		{"OK now", codeOf(secret, step, 6), 0, step, true},
		{"OK one step late", codeOf(secret, step-1, 6), 0, step - 1, true},
		{"OK one step early", codeOf(secret, step+1, 6), 0, step + 1, true},
		{"Err two steps late", codeOf(secret, step-2, 6), 0, 0, false},
		{"Err used before", codeOf(secret, step, 6), step, 0, false},
		{"Err before one that was used", codeOf(secret, step-1, 6), step, 0, false},
		{"Err empty", "", 0, 0, false},
		{"Err eight digits", codeOf(secret, step, 8), 0, 0, false},
	} {
		if got, ok := stepOf(secret, c.code, now, c.last); got != c.want || ok != c.ok {
			t.Errorf("%s: %d %v, want %d %v", c.name, got, ok, c.want, c.ok)
		}
	}
}
