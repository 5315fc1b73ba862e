package people

import (
	"errors"
	"strings"
	"testing"
)

func TestPassword(t *testing.T) {
	t.Parallel()
	cheap := Cost{Memory: 64, Time: 1, Threads: 1}
	encoded, err := HashPassword("correct horse 电池", cheap)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		encoded, password string
		want              bool
	}{
		"OK":                 {encoded, "correct horse 电池", true},
		"Err other password": {encoded, "correct horse 电线", false},
		"Err empty":          {encoded, "", false},
		"Err no hash":        {"", "correct horse 电池", false},
		"Err plain text":     {"correct horse 电池", "correct horse 电池", false},
		"Err other scheme":   {strings.Replace(encoded, "argon2id", "argon2i", 1), "correct horse 电池", false},
		"Err huge memory":    {strings.Replace(encoded, "m=64", "m=4294967295", 1), "correct horse 电池", false},
	} {
		if got := CheckPassword(c.encoded, c.password); got != c.want {
			t.Errorf("%s: CheckPassword = %v, want %v", name, got, c.want)
		}
	}
	for _, weak := range []string{"short", strings.Repeat("x", 129)} {
		if _, err := HashPassword(weak, cheap); !errors.Is(err, ErrWeak) {
			t.Errorf("HashPassword(%q) error = %v, want ErrWeak", weak, err)
		}
	}
}
