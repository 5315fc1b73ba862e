package live

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"gongyuan/api"
	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// memory is permanent storage that is not: it keeps everything in this process
// and answers each call after fixedDelay. It does what the figures ask of a
// store and no more. It is safe for concurrent use.
type memory struct {
	sitting   sitting.Sitting
	revisions map[bank.Ref]bank.Revision

	mu       sync.Mutex
	attempts map[attempt.AttemptID]*memoryAttempt
}

type memoryAttempt struct {
	record     attempt.Record
	paper      bank.Paper
	ops        []attempt.Operation
	submission *attempt.Submission
	result     *result.Theory
}

// Each view of the memory is a type of its own, since their methods share
// names. The interfaces inside are nil: what the figures never call would end
// the process.
type (
	memoryJournal struct {
		attempt.Evidence
		m *memory
	}
	memoryRecords struct {
		attempt.Records
		m *memory
	}
	memorySittings struct {
		sitting.Store
		m *memory
	}
	memoryRegistrations struct {
		sitting.Registrations
		m *memory
	}
	memoryBank struct {
		api.Bank
		m *memory
	}
)

func (m *memory) wait() { time.Sleep(fixedDelay) }

// of waits, and returns the attempt with the lock held until done is called.
func (m *memory) of(id attempt.AttemptID) (a *memoryAttempt, done func()) {
	m.wait()
	m.mu.Lock()
	return m.attempts[id], m.mu.Unlock
}

// mayStart asks once for the registrations, as the program does; it knows the
// sitting.
func (m *memory) mayStart(_ context.Context, all []attempt.Record, at []time.Time) ([]attempt.Admission, error) {
	m.wait()
	out := make([]attempt.Admission, len(all))
	for i := range out {
		out[i].Allowance = sitting.Allowance{Duration: m.sitting.Duration, Closes: m.sitting.Closes}
		out[i].Err = m.sitting.MayStart(at[i])
	}
	return out, nil
}

// Append implements attempt.Journal.
func (j memoryJournal) Append(_ context.Context, all []attempt.JournalEntry) error {
	j.m.wait()
	j.m.mu.Lock()
	defer j.m.mu.Unlock()
	for _, e := range all {
		a := j.m.attempts[e.Attempt]
		at, there := slices.BinarySearchFunc(a.ops, e.Operation, func(x, y attempt.Operation) int {
			return (x.Epoch-y.Epoch)<<32 + x.Seq - y.Seq
		})
		if !there {
			a.ops = slices.Insert(a.ops, at, e.Operation)
		}
	}
	return nil
}

// Operations implements attempt.Journal.
func (j memoryJournal) Operations(_ context.Context, ids []attempt.AttemptID) (map[attempt.AttemptID][]attempt.Operation, error) {
	j.m.wait()
	j.m.mu.Lock()
	defer j.m.mu.Unlock()
	out := make(map[attempt.AttemptID][]attempt.Operation, len(ids))
	for _, id := range ids {
		out[id] = slices.Clone(j.m.attempts[id].ops)
	}
	return out, nil
}

// Aside implements attempt.Evidence: nothing comes too late to these figures.
func (j memoryJournal) Aside(context.Context, []attempt.AttemptID) ([]attempt.LateOperation, error) {
	j.m.wait()
	return nil, nil
}

// Record implements attempt.RecordReader.
func (r memoryRecords) Record(_ context.Context, id attempt.AttemptID) (attempt.Record, error) {
	a, done := r.m.of(id)
	defer done()
	if a == nil {
		return attempt.Record{}, attempt.ErrNotFound
	}
	return a.record, nil
}

// Several implements attempt.RecordReader.
func (r memoryRecords) Newest(ctx context.Context, id attempt.AttemptID) (attempt.Lease, error) {
	rec, err := r.Record(ctx, id)
	return rec.Lease, err
}

func (r memoryRecords) Several(_ context.Context, ids []attempt.AttemptID) ([]attempt.Record, error) {
	r.m.wait()
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	var out []attempt.Record
	for _, id := range slices.Sorted(slices.Values(ids)) {
		if a := r.m.attempts[id]; a != nil {
			out = append(out, a.record)
		}
	}
	return out, nil
}

// Paper implements attempt.RecordReader.
func (r memoryRecords) Paper(_ context.Context, id attempt.AttemptID) (bank.Paper, error) {
	a, done := r.m.of(id)
	defer done()
	if a == nil {
		return bank.Paper{}, attempt.ErrNotFound
	}
	return a.paper, nil
}

// Papers implements attempt.RecordReader.
func (r memoryRecords) Papers(_ context.Context, ids []attempt.AttemptID) (map[attempt.AttemptID]bank.Paper, error) {
	r.m.wait()
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	out := make(map[attempt.AttemptID]bank.Paper, len(ids))
	for _, id := range ids {
		if a := r.m.attempts[id]; a != nil {
			out[id] = a.paper
		}
	}
	return out, nil
}

// Unfinished implements attempt.RecordReader.
func (r memoryRecords) Unfinished(_ context.Context, after attempt.AttemptID, limit int) ([]attempt.Record, error) {
	r.m.wait()
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	var out []attempt.Record
	for _, id := range slices.Sorted(maps.Keys(r.m.attempts)) {
		rec := r.m.attempts[id].record
		open := rec.State.GoesOn() || rec.State == attempt.Closed || rec.State == attempt.Submitted && !rec.Marked
		if id > after && open && len(out) < limit {
			out = append(out, rec)
		}
	}
	return out, nil
}

// Enter implements attempt.RecordWriter.
func (r memoryRecords) Enter(_ context.Context, all []attempt.Entry) ([]attempt.Taken, error) {
	r.m.wait() // the leases are inserted,
	r.m.wait() // and then noted in the attempts
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	out := make([]attempt.Taken, len(all))
	for i, e := range all {
		rec := &r.m.attempts[e.Record.ID].record
		out[i].Previous = rec.Lease
		e.Device.Epoch = rec.Lease.Epoch + 1
		rec.Lease = e.Device
		if rec.State == attempt.Ready {
			rec.State, rec.Allowance, rec.Deadline = attempt.Running, e.First.Allowance, e.First.Deadline
			rec.Started, rec.DeadlineVersion = e.First.Allowance.Start, 1
		}
		out[i].Record = *rec
	}
	return out, nil
}

// Close implements attempt.RecordWriter.
func (r memoryRecords) Close(_ context.Context, all map[attempt.AttemptID]attempt.Closing) (map[attempt.AttemptID]attempt.Record, error) {
	r.m.wait() // noted,
	r.m.wait() // and read
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	out := make(map[attempt.AttemptID]attempt.Record, len(all))
	for id, c := range all {
		rec := &r.m.attempts[id].record
		if rec.State.GoesOn() {
			rec.State, rec.Closing = attempt.Closed, c
		}
		out[id] = *rec
	}
	return out, nil
}

// Finish implements attempt.RecordWriter.
func (r memoryRecords) Finish(_ context.Context, all []attempt.Finished) error {
	r.m.wait()
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	for _, f := range all {
		rec := &r.m.attempts[f.Attempt].record
		rec.State, rec.Answered, rec.Marked = attempt.Submitted, f.Answered, rec.Marked || f.Marked
	}
	return nil
}

// Insert implements attempt.Submissions.
func (r memoryRecords) Insert(_ context.Context, all []attempt.Submission) ([]attempt.Submission, error) {
	r.m.wait()
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	out := make([]attempt.Submission, len(all))
	for i, s := range all {
		a := r.m.attempts[s.Attempt]
		if a.submission == nil {
			a.submission = &s
		}
		out[i] = *a.submission
	}
	return out, nil
}

// Submission implements attempt.Submissions.
func (r memoryRecords) Submission(_ context.Context, id attempt.AttemptID, _ int) (attempt.Submission, error) {
	a, done := r.m.of(id)
	defer done()
	if a == nil || a.submission == nil {
		return attempt.Submission{}, attempt.ErrNotSubmitted
	}
	return *a.submission, nil
}

// InsertGaps implements attempt.Orders.
func (r memoryRecords) InsertGaps(context.Context, []attempt.Gap) error {
	r.m.wait()
	return nil
}

// Sitting implements sitting.Store.
func (s memorySittings) Sitting(context.Context, sitting.ID) (sitting.Sitting, error) {
	s.m.wait()
	return s.m.sitting, nil
}

// Registration implements sitting.Registrations.
func (r memoryRegistrations) Registration(_ context.Context, id sitting.RegistrationID) (sitting.Registration, error) {
	r.m.wait()
	return sitting.Registration{ID: id, Sitting: fixedSitting}, nil
}

// Revisions implements api.Bank.
func (b memoryBank) Revisions(_ context.Context, refs []bank.Ref) (map[bank.Ref]bank.Revision, error) {
	b.m.wait()
	out := make(map[bank.Ref]bank.Revision, len(refs))
	for _, ref := range refs {
		if rev, ok := b.m.revisions[ref]; ok {
			out[ref] = rev
		}
	}
	return out, nil
}

// serveKept tells what is stored of each attempt.
func (m *memory) serveKept(w http.ResponseWriter, _ *http.Request) {
	m.mu.Lock()
	out := make(map[string]kept, len(m.attempts))
	for id, a := range m.attempts {
		k := kept{LastSeq: int64(inARow(a.ops))}
		if a.submission != nil {
			k.Submitted, k.LastSeq = true, int64(a.submission.LastSeq)
		}
		if a.result != nil {
			k.Marked = 1
		}
		out[string(id)] = k
	}
	m.mu.Unlock()
	_ = json.NewEncoder(w).Encode(out) // who asked has gone
}
