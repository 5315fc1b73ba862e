package backup_test

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gongyuan/cmd/gongyuan/backup"
	"gongyuan/engine/people"
)

func secret(id string) people.Secret {
	return people.Secret{ID: id, Key: bytes.Repeat([]byte(id), 32)}
}

// written returns the path of a backup and the data in it.
func written(t *testing.T, secrets ...people.Secret) (path string, data []byte) {
	t.Helper()
	folder := t.TempDir()
	data = []byte(strings.Repeat("保卫管理员 ", 400))
	if err := os.WriteFile(filepath.Join(folder, backup.Data), data, 0o600); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(folder, "b.backup")
	m := backup.Manifest{Made: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), Audit: backup.Head{Index: 3, Seal: "ab"}}
	if err := backup.Write(path, folder, []string{backup.Data}, m, secrets); err != nil {
		t.Fatal(err)
	}
	return path, data
}

func TestArchive(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		path, data := written(t, secret("a"))
		to := t.TempDir()
		m, err := backup.Extract(path, to, []people.Secret{secret("b"), secret("a")})
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(to, backup.Data))
		if err != nil || !bytes.Equal(got, data) || m.Audit.Index != 3 {
			t.Errorf("extracted %d bytes, record at %d, %v", len(got), m.Audit.Index, err)
		}
	})
	t.Run("ErrExist", func(t *testing.T) {
		t.Parallel()
		path, _ := written(t, secret("a"))
		err := backup.Write(path, filepath.Dir(path), []string{backup.Data}, backup.Manifest{}, []people.Secret{secret("a")})
		if !errors.Is(err, fs.ErrExist) {
			t.Errorf("Write over a backup: %v", err)
		}
		if _, err := os.Stat(path + ".part"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the part stays: %v", err)
		}
	})
	t.Run("ErrSecrets", func(t *testing.T) {
		t.Parallel()
		path, _ := written(t, secret("b"), secret("a"))
		other := people.Secret{ID: "b", Key: bytes.Repeat([]byte("x"), 32)}
		for _, secrets := range [][]people.Secret{nil, {secret("a")}, {secret("b")}, {other, secret("a")}} {
			if _, err := backup.Check(path, secrets); !errors.Is(err, backup.ErrSecrets) {
				t.Errorf("with %d secrets: %v", len(secrets), err)
			}
		}
	})
	t.Run("ErrNotBackup", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, []byte("PK\x03\x04 no"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Check(path, []people.Secret{secret("a")}); !errors.Is(err, backup.ErrNotBackup) {
			t.Errorf("Check = %v", err)
		}
	})
}

// TestTampered changes a bit anywhere, or cuts the file off. What is taken all
// the same must be the very data: some bytes of a ZIP, such as a time, say
// nothing of what is inside.
func TestTampered(t *testing.T) {
	t.Parallel()
	secrets := []people.Secret{secret("a")}
	path, data := written(t, secrets...)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 6))
	found, dir := 0, t.TempDir()
	const tries = 600
	for n := range tries {
		raw := bytes.Clone(whole)
		if n%10 == 0 {
			raw = raw[:r.IntN(len(raw))]
		} else {
			raw[r.IntN(len(raw))] ^= 1 << r.IntN(8)
		}
		bad := filepath.Join(dir, "bad")
		to := filepath.Join(dir, "to")
		if err := errors.Join(os.WriteFile(bad, raw, 0o600), os.RemoveAll(to), os.Mkdir(to, 0o700)); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Extract(bad, to, secrets); err != nil {
			found++
			continue
		}
		if got, err := os.ReadFile(filepath.Join(to, backup.Data)); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("try %d: other data was taken for right: %v", n, err)
		}
	}
	if found < tries*2/3 {
		t.Errorf("%d of %d changes are found", found, tries)
	}
}
