//go:build unix

package proof

import (
	"bufio"
	"encoding/base64"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestPowerCutEmbedded emulates a loss of power below the embedded store. The
// writer of cmd/gongyuan/embedded's own crash test is built with a bbolt that
// tells every write, truncation and sync of the file in order, between the
// writer's acknowledgements. From that, files are made as a disk may hold them
// after a cut at any moment: all that had been synced, and of what was written
// since then any part, in any order, torn between sectors of 512 bytes. Each of
// them must open and hold every write that had been acknowledged before.
//
// Covered: cuts at any write or sync once the file has been created, lost,
// reordered and torn writes, a file that has or has not grown. Not covered: a
// disk that says it has synced and has not, sectors that are torn within or
// spoilt without being written, the folder's entry, and a cut while a new file
// is written for the first time, when nothing has been acknowledged.
func TestPowerCutEmbedded(t *testing.T) {
	t.Parallel()
	events := recordWriter(t, 250*scale(t))
	rng := newRand(t)
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		cuts, acknowledged := 150*scale(t), 0
		for range cuts {
			d := cutPower(events, rng)
			acknowledged += len(d.lines)
			if err := d.check(t); err != nil {
				t.Fatalf("%s: %v", d.where, err)
			}
		}
		t.Logf("I1: n=%d writes acknowledged before %d cuts of power, 0 lost (embedded store)", acknowledged, cuts)
	})
	// A store that writes its meta page without waiting for the pages that it
	// points to must be found out, or this test shows nothing.
	t.Run("Err without the sync before the meta page", func(t *testing.T) {
		t.Parallel()
		careless := withoutDataSync(events)
		for range 400 {
			if cutPower(careless, rand.New(rand.NewPCG(rand.Uint64(), 1))).check(t) != nil {
				return
			}
		}
		t.Error("400 cuts of power did no harm to a store that does not sync its pages")
	})
}

func newRand(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("cuts by seed %d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// event is one line of the recording writer.
type event struct {
	kind   byte // w write, t truncate, s sync, or a for an acknowledgement
	offset int64
	data   []byte
	line   string
}

// recordWriter runs the writer until it has been acknowledged so many writes,
// kills it, and returns what it did.
func recordWriter(t *testing.T, acknowledgements int) []event {
	t.Helper()
	command := exec.CommandContext(t.Context(), buildRecorder(t))
	command.Env = append(os.Environ(), "GONGYUAN_TEST_CRASH_FILE="+filepath.Join(t.TempDir(), "gongyuan.db"), "GONGYUAN_TEST_CRASH_FIRST=1")
	command.Stderr, command.SysProcAttr = os.Stderr, detached()
	output, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var events []event
	lines := bufio.NewReaderSize(output, 1<<20)
	for acknowledgements > 0 {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("the writer ended by itself: %v", err)
		}
		e, err := parseEvent(strings.TrimSuffix(line, "\n"))
		if err != nil {
			t.Fatal(err)
		}
		if e.kind == 'a' {
			acknowledgements--
		}
		events = append(events, e)
	}
	_ = command.Process.Kill()
	_ = command.Wait()
	return events
}

func parseEvent(line string) (event, error) {
	note, found := strings.CutPrefix(line, "=")
	if !found {
		return event{kind: 'a', line: strings.TrimSuffix(line, ".")}, nil
	}
	parts := strings.Split(note, " ")
	e := event{kind: parts[0][0]}
	var err error
	if len(parts) > 1 {
		e.offset, err = strconv.ParseInt(parts[1], 10, 64)
	}
	if len(parts) > 2 && err == nil {
		e.data, err = base64.StdEncoding.DecodeString(parts[2])
	}
	return e, err
}

// recorder is what is added to bbolt. Notes go the way of the writer's
// acknowledgements, so that all of them have one order: a write is told before
// it is done, a sync after.
const recorder = `package bbolt

import (
	"encoding/base64"
	"fmt"
)

func note(format string, values ...any) {
	if _, err := fmt.Printf("="+format+"\n", values...); err != nil {
		panic(err)
	}
}

func noteWrites(write func([]byte, int64) (int, error)) func([]byte, int64) (int, error) {
	return func(b []byte, offset int64) (int, error) {
		note("w %d %s", offset, base64.StdEncoding.EncodeToString(b))
		return write(b, offset)
	}
}

func (db *DB) noteTruncate(size int64) error {
	note("t %d", size)
	return db.file.Truncate(size)
}

func noteSync(err error) error {
	if err == nil {
		note("s")
	}
	return err
}
`

// recorded are the places of bbolt that touch its file.
var recorded = []struct {
	file, old, now string
	times          int
}{
	{"db.go", "db.ops.writeAt = db.file.WriteAt", "db.ops.writeAt = noteWrites(db.file.WriteAt)", 1},
	{"db.go", "db.file.Truncate(int64(sz))", "db.noteTruncate(int64(sz))", 1},
	{"db.go", "db.file.Sync()", "noteSync(db.file.Sync())", 1},
	{"db.go", ":= fdatasync(db)", ":= noteSync(fdatasync(db))", 1},
	{"db.go", "return fdatasync(db)", "return noteSync(fdatasync(db))", 1},
	{"tx.go", ":= fdatasync(tx.db)", ":= noteSync(fdatasync(tx.db))", 2},
}

// buildRecorder builds the writer with the recording bbolt and returns its
// path.
func buildRecorder(t *testing.T) string {
	t.Helper()
	place := t.TempDir()
	module := filepath.Dir(goCommand(t, "env", "GOMOD"))
	if err := os.CopyFS(filepath.Join(place, "bbolt"), os.DirFS(goCommand(t, "list", "-m", "-f", "{{.Dir}}", "go.etcd.io/bbolt"))); err != nil {
		t.Fatal(err)
	}
	rewrite(t, filepath.Join(place, "bbolt"))
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(module, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(place, name), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	modfile := "-modfile=" + filepath.Join(place, "go.mod")
	goCommand(t, "mod", "edit", "-replace=go.etcd.io/bbolt="+filepath.Join(place, "bbolt"), filepath.Join(place, "go.mod"))
	path := filepath.Join(place, "writer")
	// Without trimming, the folder's name would keep the build from being cached.
	goCommand(t, "test", "-c", "-trimpath", modfile, "-o", path, "gongyuan/cmd/gongyuan/embedded")
	return path
}

// goCommand runs the go command and returns what it printed.
func goCommand(t *testing.T, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", arguments...)
	var complaint strings.Builder
	command.Stderr = &complaint
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(arguments, " "), err, complaint.String())
	}
	return strings.TrimSpace(string(out))
}

// rewrite makes a copy of bbolt tell what it does. It fails where bbolt is not
// the one that this was written for.
func rewrite(t *testing.T, folder string) {
	t.Helper()
	for _, r := range recorded {
		path := filepath.Join(folder, r.file)
		// Modules are kept read-only, and so is the copy.
		content, err := os.ReadFile(path)
		if err == nil {
			err = os.Chmod(path, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(content), r.old); n != r.times {
			t.Fatalf("bbolt's %s has %q %d times, want %d: look at what it does with its file now", r.file, r.old, n, r.times)
		}
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(content), r.old, r.now)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "note.go"), []byte(recorder), 0o600); err != nil {
		t.Fatal(err)
	}
}
