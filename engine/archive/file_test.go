package archive

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
)

var update = flag.Bool("update", false, "rewrite golden files")

func secret(id string) people.Secret {
	key := sha256.Sum256([]byte(id))
	return people.Secret{ID: id, Key: key[:]}
}

func keysOf(t *testing.T, secrets ...people.Secret) *certificate.Keys {
	t.Helper()
	keys, err := certificate.NewKeys(secrets)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// noise does not get smaller by packing.
func noise(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + rand.IntN(64))
	}
	return string(b)
}

// written makes a file of n operations with responses of some width.
func written(t *testing.T, n, wide int, by people.Secret) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, Header{Sitting: "s1", Title: "三级 示例", Body: "示例机构"}, by, keysOf(t, by), time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		op := attempt.JournalEntry{Attempt: "a1", Operation: attempt.Operation{Epoch: 1, Seq: i + 1, Slot: 1, Response: noise(wide)}}
		if err := w.Put("operation", op); err != nil {
			t.Fatal(err)
		}
	}
	made, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if made.Size != int64(out.Len()) || made.Counts["operation"] != n {
		t.Fatalf("made %+v of %d bytes", made, out.Len())
	}
	return out.Bytes()
}

func ringOf(t *testing.T, secrets ...people.Secret) Keyring {
	return Keyring{secrets, keysOf(t, secrets...).JWKS()}
}

// TestEveryByte alters, cuts and lengthens a file at every place: nothing of it
// passes, with the secret or with the published keys alone.
func TestEveryByte(t *testing.T) {
	t.Parallel()
	file := written(t, 2, 9, secret("1"))
	for what, ring := range map[string]Keyring{"with the secret": ringOf(t, secret("1")), "with the keys alone": {Keys: keysOf(t, secret("1")).JWKS()}} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			if _, err := Read(bytes.NewReader(file), ring, nil); err != nil {
				t.Fatal(err)
			}
			for i := range file {
				for _, bit := range []byte{1 << rand.IntN(8)} {
					bad := bytes.Clone(file)
					bad[i] ^= bit
					if _, err := Read(bytes.NewReader(bad), ring, nil); !errors.Is(err, ErrBroken) {
						t.Fatalf("byte %d of %d, bit %x: %v", i, len(file), bit, err)
					}
				}
				if _, err := Read(bytes.NewReader(file[:i]), ring, nil); !errors.Is(err, ErrBroken) {
					t.Fatalf("cut to %d of %d: %v", i, len(file), err)
				}
			}
			for _, more := range []string{" ", "\n", "\x00", "x"} {
				if _, err := Read(strings.NewReader(string(file)+more), ring, nil); !errors.Is(err, ErrBroken) {
					t.Errorf("with %q at the end: %v", more, err)
				}
			}
		})
	}
}

// TestManyChunks alters a file of several chunks at random, and puts its chunks
// in another order.
func TestManyChunks(t *testing.T) {
	t.Parallel()
	file, ring := written(t, 60, 6000, secret("1")), ringOf(t, secret("1"))
	if len(file) < 3*chunkSize {
		t.Fatalf("only %d bytes", len(file))
	}
	n := 0
	report, err := Read(bytes.NewReader(file), ring, func(l Line) error { n++; return nil })
	if err != nil || n != 60 || report.Counts["operation"] != n || report.Seal.Sitting != "s1" {
		t.Fatalf("%d lines, %+v, %v", n, report, err)
	}
	for range 12 {
		bad := bytes.Clone(file)
		bad[rand.IntN(len(bad))] ^= byte(1 + rand.IntN(255))
		if _, err := Read(bytes.NewReader(bad), ring, nil); !errors.Is(err, ErrBroken) {
			t.Fatalf("altered: %v", err)
		}
	}
	head := bytes.Index(file, []byte("}")) + 1
	one := 4 + chunkSize + 16
	swapped := bytes.Clone(file)
	copy(swapped[head:], file[head+one:head+2*one])
	copy(swapped[head+one:], file[head:head+one])
	if _, err := Read(bytes.NewReader(swapped), ring, nil); !errors.Is(err, ErrBroken) {
		t.Errorf("two chunks in another order: %v", err)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	file := written(t, 3, 9, secret("1"))
	t.Run("OK after a rotation", func(t *testing.T) {
		t.Parallel()
		if _, err := Read(bytes.NewReader(file), ringOf(t, secret("2"), secret("1")), func(Line) error { return nil }); err != nil {
			t.Error(err)
		}
	})
	t.Run("Err the secret is gone", func(t *testing.T) {
		t.Parallel()
		if _, err := Read(bytes.NewReader(file), ringOf(t, secret("2")), func(Line) error { return nil }); !errors.Is(err, ErrKey) {
			t.Error(err)
		}
		if _, err := Read(bytes.NewReader(file), ringOf(t, secret("2")), nil); !errors.Is(err, ErrKey) {
			t.Error(err)
		}
	})
	t.Run("Err another secret of the same id", func(t *testing.T) {
		t.Parallel()
		other := secret("2")
		other.ID = "1"
		if _, err := Read(bytes.NewReader(file), ringOf(t, other), nil); !errors.Is(err, ErrBroken) {
			t.Error(err)
		}
	})
	t.Run("Err a later format", func(t *testing.T) {
		t.Parallel()
		for _, first := range []string{"gongyuan archive 2\n", "gongyuan archive 17\n"} {
			later := append([]byte(first), file[len(magic):]...)
			if _, err := Read(bytes.NewReader(later), ringOf(t, secret("1")), nil); !errors.Is(err, ErrFormat) || !errors.Is(err, ErrBroken) {
				t.Errorf("%q: %v", first, err)
			}
		}
		if _, err := Read(strings.NewReader("PK\x03\x04 a workbook, and no archive"), ringOf(t, secret("1")), nil); errors.Is(err, ErrFormat) || !errors.Is(err, ErrBroken) {
			t.Errorf("something else: %v", err)
		}
	})
	t.Run("OK nothing can be read in it", func(t *testing.T) {
		t.Parallel()
		if bytes.Contains(file, []byte("operation")) {
			t.Error("lines are readable")
		}
	})
	t.Run("Err the place is full", func(t *testing.T) {
		t.Parallel()
		w, err := NewWriter(&full{left: 600}, Header{Sitting: "s1"}, secret("1"), keysOf(t, secret("1")), time.Unix(1, 0))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Close(); !errors.Is(err, io.ErrShortWrite) {
			t.Error(err)
		}
	})
}

type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

// TestFields holds the names of all fields: files are read by them years later.
func TestFields(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, k := range Kinds() {
		fmt.Fprintf(&b, "%s: %s\n", k.Name, k.Says)
		for _, f := range fields(reflect.TypeOf(k.of)) {
			fmt.Fprintf(&b, "  %s\n", f)
		}
	}
	const golden = "testdata/fields.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != b.String() {
		t.Error("the fields of archives have changed: old files have others. Readers must know both; then rewrite with -update")
	}
}
