package evidence

import (
	"bytes"
	"errors"
	"testing"

	"gongyuan/engine/people"
)

func TestVault(t *testing.T) {
	t.Parallel()
	old, fresh := people.Secret{ID: "1", Key: bytes.Repeat([]byte{1}, 32)}, people.Secret{ID: "2", Key: bytes.Repeat([]byte{2}, 32)}
	v, err := NewVault([]people.Secret{old})
	if err != nil {
		t.Fatal(err)
	}
	sealed := v.seal([]byte("content"), "file-1")
	t.Run("OK opened after rotation", func(t *testing.T) {
		t.Parallel()
		rotated, err := NewVault([]people.Secret{fresh, old})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := rotated.open(sealed, "file-1"); err != nil || string(got) != "content" {
			t.Errorf("open = %q, %v", got, err)
		}
	})
	t.Run("ErrSealed", func(t *testing.T) {
		t.Parallel()
		for i := range sealed {
			bad := bytes.Clone(sealed)
			bad[i] ^= 1
			if _, err := v.open(bad, "file-1"); !errors.Is(err, ErrSealed) {
				t.Errorf("byte %d changed: %v", i, err)
			}
			if _, err := v.open(sealed[:i], "file-1"); !errors.Is(err, ErrSealed) {
				t.Errorf("cut off at %d: %v", i, err)
			}
		}
		if _, err := v.open(sealed, "file-2"); !errors.Is(err, ErrSealed) {
			t.Errorf("as another file's: %v", err)
		}
		other, err := NewVault([]people.Secret{fresh})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.open(sealed, "file-1"); !errors.Is(err, ErrSealed) {
			t.Errorf("without its secret: %v", err)
		}
	})
}
