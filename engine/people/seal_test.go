package people

import (
	"bytes"
	"errors"
	"testing"
)

func secret(id string, fill byte) Secret { return Secret{ID: id, Key: bytes.Repeat([]byte{fill}, 32)} }

func TestSealer(t *testing.T) {
	t.Parallel()
	old, err := NewSealer([]Secret{secret("1", 1)})
	if err != nil {
		t.Fatal(err)
	}
	rotated, err := NewSealer([]Secret{secret("2", 2), secret("1", 1)})
	if err != nil {
		t.Fatal(err)
	}
	sealed := old.Seal("11010519491231002X", "cand-1")
	t.Run("OK opened after rotation", func(t *testing.T) {
		t.Parallel()
		got, err := rotated.Open(sealed, "cand-1")
		if err != nil || got != "11010519491231002X" {
			t.Errorf("Open = %q, %v", got, err)
		}
	})
	t.Run("OK hash survives rotation and differs by text", func(t *testing.T) {
		t.Parallel()
		if old.Hash("a") != rotated.Hash("a") || old.Hash("a") == old.Hash("b") {
			t.Error("the look-up hash must depend on the text and the oldest secret only")
		}
	})
	t.Run("OK nothing readable inside", func(t *testing.T) {
		t.Parallel()
		if bytes.Contains(sealed, []byte("1949")) || bytes.Equal(sealed, old.Seal("11010519491231002X", "cand-1")) {
			t.Error("sealed text shows its content or repeats")
		}
	})
	t.Run("ErrSealed every changed byte, other context, new secret only", func(t *testing.T) {
		t.Parallel()
		for i := range sealed {
			bad := bytes.Clone(sealed)
			bad[i] ^= 1
			if _, err := old.Open(bad, "cand-1"); !errors.Is(err, ErrSealed) {
				t.Fatalf("byte %d changed: error = %v", i, err)
			}
		}
		if _, err := old.Open(sealed, "cand-2"); !errors.Is(err, ErrSealed) {
			t.Errorf("other context: error = %v", err)
		}
		if _, err := old.Open(rotated.Seal("x", ""), ""); !errors.Is(err, ErrSealed) {
			t.Errorf("unknown secret: error = %v", err)
		}
		for n := range len(sealed) {
			if _, err := old.Open(sealed[:n], "cand-1"); !errors.Is(err, ErrSealed) {
				t.Fatalf("cut to %d bytes: error = %v", n, err)
			}
		}
	})
	t.Run("Err bad secrets", func(t *testing.T) {
		t.Parallel()
		for _, bad := range [][]Secret{nil, {{ID: "1", Key: []byte("short")}}, {secret("", 1)}, {secret("1", 1), secret("1", 2)}} {
			if _, err := NewSealer(bad); err == nil {
				t.Errorf("NewSealer(%v) did not fail", bad)
			}
		}
	})
}
