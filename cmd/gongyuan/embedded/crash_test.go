//go:build unix

package embedded

import (
	"bufio"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
)

// crashRounds is how often the writer is killed.
const crashRounds = 40

// TestCrash kills a writing process at random moments, again and again on the
// same file, and checks after each kill that every write it had acknowledged is
// there, that no commit is there by half, and that the indexes hold. It covers
// the death of the process, not the loss of power: what the kernel has taken
// survives a kill. For power there is only the sync that bbolt does.
func TestCrash(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "gongyuan.db")
	expected := ledger{ops: map[int]fate{}}
	early := 0
	for round := range crashRounds {
		before := expected.acknowledged
		runAndKill(t, path, round, &expected)
		if expected.acknowledged == before {
			early++
		}
		checkAfterCrash(t, path, &expected)
		if t.Failed() {
			t.Fatalf("failed in round %d", round)
		}
	}
	t.Logf("%d kills, %d of them before the first write of their round; %d acknowledged writes, none lost", crashRounds, early, expected.acknowledged)
	if expected.acknowledged == 0 {
		t.Error("no write was acknowledged, so nothing was tested")
	}
}

// fate is what must be true of an inserted document after a kill.
type fate string

const (
	present  fate = "present"
	deleting fate = "deleting" // may be there or not
	absent   fate = "absent"
)

// ledger is what the file must hold, by the writer's own account.
type ledger struct {
	acknowledged int          // how many writes
	ops          map[int]fate // by number
	counted      int          // the counter's highest acknowledged value
	paired       int          // the highest acknowledged pair
}

// take records one line of the writer. A line cut off by the kill was not
// acknowledged.
func (l *ledger) take(t *testing.T, line string) {
	t.Helper()
	body, whole := strings.CutSuffix(line, ".")
	if !whole {
		return
	}
	what, number, _ := strings.Cut(body, " ")
	n, err := strconv.Atoi(number)
	if err != nil {
		t.Fatalf("the writer said %q", line)
	}
	switch what {
	case "inserted":
		l.ops[n] = present
	case "counted":
		l.counted = n
	case "deleting":
		l.ops[n] = deleting
		return
	case "deleted":
		l.ops[n] = absent
	case "paired":
		l.paired = n
	default:
		t.Fatalf("the writer said %q", line)
	}
	l.acknowledged++
}

// runAndKill starts the writer and kills it after a random number of
// acknowledgements or, one time in five, after a random short time, which also
// hits the opening of the file.
func runAndKill(t *testing.T, path string, round int, expected *ledger) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), crashFile+"="+path, crashFirst+"="+strconv.Itoa(1+round*100_000))
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatalf("start the writer: %v", err)
	}
	kill := sync.OnceFunc(func() { _ = command.Process.Kill() })
	latest := 20 * time.Second
	if rand.IntN(5) == 0 {
		latest = time.Duration(rand.IntN(60)) * time.Millisecond
	}
	timer := time.AfterFunc(latest, kill)
	defer timer.Stop()

	limit := rand.IntN(100)
	lines := bufio.NewScanner(output)
	for seen := 0; lines.Scan(); seen++ {
		if seen == limit {
			// The moment within the commits that follow is random as well.
			time.AfterFunc(time.Duration(rand.IntN(4_000))*time.Microsecond, kill)
		}
		expected.take(t, lines.Text())
	}
	err = command.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the writer ended by itself: %v", err)
	}
}

func checkAfterCrash(t *testing.T, path string, expected *ledger) {
	t.Helper()
	store, err := Open(path)
	if err != nil {
		t.Fatalf("open after a kill: %v", err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}()
	if err := store.CheckPages(); err != nil {
		t.Errorf("pages of the file: %v", err)
	}
	database := store.Database("crash")
	checkOps(t, database.Collection("ops"), expected)
	checkPairs(t, database.Collection("pairs"), expected.paired)

	var counter struct{ N int }
	err = database.Collection("state").FindOne(t.Context(), bson.M{"_id": "counter"}).Decode(&counter)
	if err != nil && !errors.Is(err, lungo.ErrNoDocuments) {
		t.Errorf("read the counter: %v", err)
	}
	if counter.N < expected.counted {
		t.Errorf("the counter is %d, acknowledged was %d", counter.N, expected.counted)
	}
}

// checkOps compares the documents with the ledger, and tries to break the
// unique index with a mark that is taken.
func checkOps(t *testing.T, ops lungo.ICollection, expected *ledger) {
	t.Helper()
	stored := map[int]bool{}
	for _, document := range all(t, ops) {
		var op struct {
			ID   int `bson:"_id"`
			Text string
		}
		value, err := bson.Marshal(document)
		if err == nil {
			err = bson.Unmarshal(value, &op)
		}
		if err != nil || op.Text != crashText(op.ID) {
			t.Errorf("document %d is not what was written: %v", op.ID, err)
		}
		stored[op.ID] = true
	}
	for n, want := range expected.ops {
		if want == present && !stored[n] {
			t.Errorf("the acknowledged insert %d is lost", n)
		}
		if want == absent && stored[n] {
			t.Errorf("the acknowledged delete %d is undone", n)
		}
	}
	for n := range stored {
		_, err := ops.InsertOne(t.Context(), bson.M{"_id": "another", "mark": n})
		if !lungo.IsUniquenessError(err) {
			t.Errorf("a second document with mark %d: %v, want a uniqueness error", n, err)
		}
		return
	}
}

// checkPairs makes sure that each bulk write is there whole or not at all.
func checkPairs(t *testing.T, pairs lungo.ICollection, acknowledged int) {
	t.Helper()
	sides := map[int]int{}
	head, highest := 0, 0
	for _, document := range all(t, pairs) {
		var pair struct{ N, Head int }
		value, err := bson.Marshal(document)
		if err == nil {
			err = bson.Unmarshal(value, &pair)
		}
		if err != nil {
			t.Errorf("pair %v: %v", document, err)
		}
		if pair.Head > 0 {
			head = pair.Head
			continue
		}
		sides[pair.N]++
		highest = max(highest, pair.N)
	}
	for n, count := range sides {
		if count != 2 {
			t.Errorf("pair %d is there by half", n)
		}
	}
	if head != highest || head < acknowledged {
		t.Errorf("the head is %d, the highest pair %d, acknowledged was %d", head, highest, acknowledged)
	}
}
