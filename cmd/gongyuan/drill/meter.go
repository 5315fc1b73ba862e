package drill

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"gongyuan/api/contract"
)

// action is what a request is for.
type action string

const (
	actLogin   action = "login"
	actExam    action = "exam"
	actEnter   action = "enter"
	actSave    action = "save"
	actBeat    action = "beat"
	actSubmit  action = "submit"
	actReceipt action = "receipt"
	actRefresh action = "refresh"
	actOffice  action = "office"
	actCheck   action = "check"
	// actDurable is no request: it is the way of one answer from the hand of
	// the candidate to permanent storage, repetitions and outages included.
	actDurable action = "durable"
)

// fault is a kind of fault that the drill injects.
type fault string

const (
	faultCut       fault = "cut"
	faultDuplicate fault = "duplicate"
	faultReorder   fault = "reorder"
	faultReload    fault = "reload"
	faultTakeOver  fault = "take-over"
	faultParallel  fault = "parallel-submit"
)

// sample is one request that succeeded. Eight bytes, since there are millions.
type sample struct {
	atMs   uint32 // when it was sent, since the drill began
	tookUs uint32
}

// Finding is one broken promise.
type Finding struct {
	// Kind is lost, doubled, written-after-end or written-after-take-over.
	Kind      string `json:"kind"`
	Candidate string `json:"candidate"`
	Attempt   string `json:"attempt"`
	Slot      int    `json:"slot,omitempty"` // 0 where it is not about one slot
	Want      string `json:"want"`
	Got       string `json:"got"`
}

// Kinds of finding.
const (
	Lost              = "lost"
	Doubled           = "doubled"
	WrittenAfterEnd   = "written-after-end"
	WrittenAfterTaken = "written-after-take-over"
)

// maxFindings bounds what the report lists; all are counted.
const maxFindings = 200

// Tally is what candidates count.
type Tally struct {
	SignedIn     int   `json:"signedIn"`
	Entered      int   `json:"entered"`
	Submitted    int   `json:"submitted"`
	Checked      int   `json:"checked"`
	Written      int64 `json:"operationsWritten"` // changes that candidates made
	Sent         int64 `json:"operationsSent"`    // repetitions included
	Acknowledged int64 `json:"operationsAcknowledged"`
	Left         int64 `json:"operationsLeftBehind"` // on a device that was taken over before it had saved them
	Late         int64 `json:"lateWritesRefused"`    // after the end, as it must be
	Stale        int64 `json:"staleWritesRefused"`   // of a page that was taken over, as it must be
}

// meter collects what happens. It is safe for concurrent use.
type meter struct {
	origin time.Time

	mu       sync.Mutex
	tally    Tally
	samples  map[action][]sample
	errors   map[string]int
	failed   []sample // when; how long it took does not matter
	faults   map[fault]int
	findings map[findingKey]Finding
	causes   map[string]int // why candidates did not finish
}

type findingKey struct {
	kind, attempt string
	slot          int
}

func newMeter() *meter {
	return &meter{
		origin: time.Now(), samples: map[action][]sample{}, errors: map[string]int{}, faults: map[fault]int{},
		findings: map[findingKey]Finding{}, causes: map[string]int{},
	}
}

func (m *meter) sample(a action, began time.Time, took time.Duration) {
	at := max(began.Sub(m.origin).Milliseconds(), 0)
	s := sample{uint32(at), uint32(min(max(took, 0), time.Hour).Microseconds())}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.samples[a] = append(m.samples[a], s)
}

func (m *meter) fail(a action, kind string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.errors[string(a)+" "+kind]++
	m.failed = append(m.failed, sample{atMs: uint32(max(time.Since(m.origin).Milliseconds(), 0))})
}

func (m *meter) fault(f fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults[f]++
}

func (m *meter) count(f func(*Tally)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.tally)
}

// durable counts operations that were acknowledged, and how long they took.
func (m *meter) durable(ops []contract.Operation) {
	now := time.Now()
	for _, op := range ops {
		written := time.UnixMilli(op.ClientMs)
		m.sample(actDurable, written, now.Sub(written))
	}
	m.count(func(t *Tally) { t.Acknowledged += int64(len(ops)) })
}

// unfinished notes why a candidate did not get to the end.
func (m *meter) unfinished(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.causes[causeOf(err)]++
}

// find notes a broken promise, once per attempt, kind and slot.
func (m *meter) find(f Finding) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := findingKey{f.Kind, f.Attempt, f.Slot}
	if _, ok := m.findings[k]; !ok {
		m.findings[k] = f
	}
}

// found returns the number of findings by kind and the first of them.
func (m *meter) found() (map[string]int, []Finding) {
	m.mu.Lock()
	defer m.mu.Unlock()
	counts := map[string]int{}
	for k := range m.findings {
		counts[k.kind]++
	}
	list := slices.SortedFunc(maps.Values(m.findings), func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Candidate, b.Candidate), cmp.Compare(a.Slot, b.Slot))
	})
	return counts, list[:min(len(list), maxFindings)]
}
