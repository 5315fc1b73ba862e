//go:build unix

package proof

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/cmd/gongyuan/embedded"
)

// sector is what a disk writes whole or not at all.
const sector = 512

// disk is what a disk holds after a cut of power, and what the writer had been
// told by then.
type disk struct {
	image []byte
	lines []string
	where string
}

// cutPower cuts the power after a random event: what has been synced is there,
// and of the rest a random part, in a random order.
func cutPower(events []event, rng *rand.Rand) *disk {
	first := slices.IndexFunc(events, func(e event) bool { return e.kind == 's' })
	at := first + 1 + rng.IntN(len(events)-first-1)
	d := &disk{where: fmt.Sprintf("cut after event %d of %d", at, len(events))}
	var pending []event
	for _, e := range events[:at+1] {
		switch e.kind {
		case 'a':
			d.lines = append(d.lines, e.line)
		case 's':
			for _, p := range pending {
				d.apply(p)
			}
			pending = nil
		default:
			pending = append(pending, e)
		}
	}
	// All, none, or a part of what was under way.
	share := rng.Float64()*1.4 - .2
	rng.Shuffle(len(pending), func(i, j int) { pending[i], pending[j] = pending[j], pending[i] })
	for _, p := range pending {
		if rng.Float64() < share {
			d.apply(torn(p, rng))
		}
	}
	return d
}

// torn loses some sectors of a write, one time in three.
func torn(e event, rng *rand.Rand) event {
	if e.kind != 'w' || len(e.data) <= sector || rng.IntN(3) > 0 {
		return e
	}
	from := rng.IntN(len(e.data)/sector) * sector
	to := from + (1+rng.IntN((len(e.data)-from)/sector))*sector
	return event{kind: 'w', offset: e.offset + int64(from), data: e.data[from:to]}
}

func (d *disk) apply(e event) {
	size := e.offset
	if e.kind == 'w' {
		size += int64(len(e.data))
	}
	if grown := size - int64(len(d.image)); grown > 0 {
		d.image = append(d.image, make([]byte, grown)...)
	}
	if e.kind == 't' {
		d.image = d.image[:e.offset]
		return
	}
	copy(d.image[e.offset:], e.data)
}

// withoutDataSync leaves out each sync that is followed by the write of a meta
// page, which are the first two of the file.
func withoutDataSync(events []event) []event {
	var out []event
	for i, e := range events {
		meta := i+1 < len(events) && events[i+1].kind == 'w' && events[i+1].offset <= int64(os.Getpagesize())
		if e.kind == 's' && len(out) > 20 && meta {
			continue
		}
		out = append(out, e)
	}
	return out
}

// check opens the file and compares it with what was acknowledged.
func (d *disk) check(t *testing.T) (err error) {
	path := filepath.Join(t.TempDir(), "gongyuan.db")
	if err := os.WriteFile(path, d.image, 0o600); err != nil {
		t.Fatal(err)
	}
	// bbolt panics where a page is not what the page above says.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	store, err := embedded.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close(), os.Remove(path)) }()
	held, err := readHeld(t, store.Database("crash"))
	if err != nil {
		return err
	}
	return held.compare(d.lines)
}

// held is what the file holds of the crash writer's three collections.
type held struct {
	ops     map[int]string
	counter int
	sides   map[int]int
	head    int
}

func readHeld(t *testing.T, db lungo.IDatabase) (held, error) {
	h := held{ops: map[int]string{}, sides: map[int]int{}}
	each := func(collection string, take func(document)) error {
		cursor, err := db.Collection(collection).Find(t.Context(), bson.M{})
		if err != nil {
			return err
		}
		var all []document
		if err := cursor.All(t.Context(), &all); err != nil {
			return err
		}
		for _, d := range all {
			take(d)
		}
		return nil
	}
	return h, errors.Join(
		each("ops", func(d document) { h.ops[d.Mark] = d.Text }),
		each("state", func(d document) { h.counter = d.N }),
		each("pairs", func(d document) {
			if d.Head > 0 {
				h.head = d.Head
			} else {
				h.sides[d.N]++
			}
		}))
}

// document has the fields of all three collections.
type document struct {
	Mark, N, Head int
	Text          string
}

// compare holds the file against the writer's account.
func (h *held) compare(lines []string) error {
	want := map[int]string{}
	var faults []error
	for _, line := range lines {
		what, number, _ := strings.Cut(line, " ")
		n, err := strconv.Atoi(number)
		if err != nil {
			return fmt.Errorf("the writer said %q", line)
		}
		switch {
		case what == "inserted", what == "deleting", what == "deleted":
			want[n] = what
		case what == "counted" && h.counter < n:
			faults = append(faults, fmt.Errorf("the counter is %d, acknowledged was %d", h.counter, n))
		case what == "paired" && h.head < n:
			faults = append(faults, fmt.Errorf("the head of the pairs is %d, acknowledged was %d", h.head, n))
		}
	}
	for n, what := range want {
		if _, there := h.ops[n]; what == "inserted" && !there || what == "deleted" && there {
			faults = append(faults, fmt.Errorf("document %d was %s; there: %v", n, what, there))
		}
	}
	for n, text := range h.ops {
		if text != fmt.Sprintf("%0*d", 10+n%7*300, n) {
			faults = append(faults, fmt.Errorf("document %d is not what was written", n))
		}
	}
	for n, sides := range h.sides {
		if sides != 2 || n > h.head {
			faults = append(faults, fmt.Errorf("%d sides of pair %d, head %d", sides, n, h.head))
		}
	}
	return errors.Join(faults...)
}
