package enginetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/sitting"
)

// RunRecords is the suite that every store of attempts must pass. open returns
// a store that the subtests may share.
func RunRecords(t *testing.T, open func(t *testing.T) attempt.Records) {
	for name, test := range map[string]func(*testing.T, attempt.Records){
		"Create":          recordsCreate,
		"Enter":           recordsEnter,
		"EnterConcurrent": recordsEnterConcurrent,
		"Close":           recordsClose,
		"Insert":          recordsInsert,
		"Unfinished":      recordsUnfinished,
		"Adjust":          recordsAdjust,
		"Orders":          recordsOrders,
		"Missing":         recordsMissing,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func created(t testing.TB, r attempt.Records) attempt.Sealed {
	t.Helper()
	s := SealedAttempt(4)
	check(t, r.Create(t.Context(), []attempt.Sealed{s}))
	return s
}

func record(t testing.TB, r attempt.Records, id attempt.AttemptID) attempt.Record {
	t.Helper()
	got, err := r.Record(t.Context(), id)
	check(t, err)
	return got
}

// firstEntry is a start at the given time, with one pause, so that everything
// of an allowance is kept.
func firstEntry(at time.Time) attempt.FirstEntry {
	a := sitting.Allowance{
		Start: at, Duration: 90 * time.Minute, Closes: Start.Add(3 * time.Hour), Extra: 10 * time.Minute,
		Extension: time.Minute, Pauses: []sitting.Pause{{From: at.Add(time.Minute), Until: at.Add(2 * time.Minute)}},
	}
	deadline, _ := a.Deadline(at)
	return attempt.FirstEntry{Allowance: a, Deadline: deadline}
}

// entered takes the next lease.
func entered(t testing.TB, r attempt.Records, rec attempt.Record, device attempt.Lease, first attempt.FirstEntry) (attempt.Record, attempt.Lease, error) {
	t.Helper()
	taken, err := r.Enter(t.Context(), []attempt.Entry{{Record: rec, Device: device, First: first}})
	if err != nil {
		return rec, attempt.Lease{}, err
	}
	return taken[0].Record, taken[0].Previous, nil
}

func closeOne(t testing.TB, r attempt.Records, id attempt.AttemptID, c attempt.Closing) (attempt.Closing, error) {
	t.Helper()
	recs, err := r.Close(t.Context(), map[attempt.AttemptID]attempt.Closing{id: c})
	if err == nil && len(recs) == 0 {
		err = attempt.ErrNotFound
	}
	return recs[id].Closing, err
}

func device(name string, at time.Time) attempt.Lease {
	return attempt.Lease{DeviceID: name, DeviceLabel: "考场 " + name, Since: at}
}

func recordsCreate(t *testing.T, r attempt.Records) {
	s := created(t, r)
	diff(t, "record", record(t, r, s.ID), s.Record)
	paper, err := r.Paper(t.Context(), s.ID)
	check(t, err)
	diff(t, "paper", paper, s.Paper)

	again, other := s, SealedAttempt(3)
	again.Candidate, again.Paper = Stranger, Paper(9)
	other.Sitting = sitting.ID(other.ID)
	check(t, r.Create(t.Context(), []attempt.Sealed{again, other}))
	diff(t, "what exists stays", record(t, r, s.ID), s.Record)
	paper, err = r.Paper(t.Context(), s.ID)
	check(t, err)
	diff(t, "and its paper", paper, s.Paper)
	got, err := r.OfSitting(t.Context(), other.Sitting)
	check(t, err)
	diff(t, "of a sitting", got, []attempt.Record{other.Record})
	got, err = r.Several(t.Context(), []attempt.AttemptID{s.ID, NewAttemptID(), other.ID})
	check(t, err)
	diff(t, "several", len(got), 2)
}

func recordsEnter(t *testing.T, r attempt.Records) {
	s := created(t, r)
	first := firstEntry(Start)
	want := s.Record
	want.State, want.Started, want.Allowance = attempt.Running, Start, first.Allowance
	want.Deadline, want.DeadlineVersion = first.Deadline, 1
	want.Lease = device("a", Start)
	want.Lease.Epoch = 1
	got, previous, err := entered(t, r, s.Record, device("a", Start), first)
	check(t, err)
	diff(t, "started", got, want)
	diff(t, "nobody before", previous, attempt.Lease{})
	diff(t, "stored", record(t, r, s.ID), want)

	// The second page read the record before the first one started it.
	later := Start.Add(time.Minute)
	before := want.Lease
	want.Lease = device("b", later)
	want.Lease.Epoch = 2
	got, previous, err = entered(t, r, s.Record, device("b", later), firstEntry(later))
	check(t, err)
	diff(t, "the start does not move", got, want)
	diff(t, "who was before", previous, before)
	diff(t, "stored", record(t, r, s.ID), want)
}

// recordsEnterConcurrent lets pages enter at once: each gets an epoch of its
// own, and there is one start.
func recordsEnterConcurrent(t *testing.T, r attempt.Records) {
	s := created(t, r)
	var mu sync.Mutex
	var epochs []int
	starts := map[time.Time]int{}
	var wg sync.WaitGroup
	for n := range 12 {
		wg.Go(func() {
			at := Start.Add(time.Duration(n) * time.Second)
			rec, err := r.Record(t.Context(), s.ID)
			if err == nil {
				rec, _, err = entered(t, r, rec, device("d", at), firstEntry(at))
			}
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			epochs = append(epochs, rec.Lease.Epoch)
			starts[rec.Started]++
		})
	}
	wg.Wait()
	slices.Sort(epochs)
	diff(t, "epochs", epochs, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
	diff(t, "one start", len(starts), 1)
	diff(t, "state", record(t, r, s.ID).State, attempt.Running)
	// FerretDB reads and writes back in two steps, so of two updates at once the
	// older may stay. The entries, inserted once each, are what decides: the
	// next page gets the next epoch all the same, and the record has it.
	rec, _, err := entered(t, r, record(t, r, s.ID), device("d", Start.Add(time.Minute)), firstEntry(Start))
	check(t, err)
	diff(t, "the next epoch", rec.Lease.Epoch, 13)
	diff(t, "newest lease", record(t, r, s.ID).Lease.Epoch, 13)
	newest, err := r.Newest(t.Context(), s.ID)
	check(t, err)
	diff(t, "as it was given", newest.Epoch, 13)
	newest, err = r.Newest(t.Context(), NewAttemptID())
	check(t, err)
	diff(t, "of nobody", newest, attempt.Lease{})
}

func recordsClose(t *testing.T, r attempt.Records) {
	s := created(t, r)
	end := attempt.Closing{Manner: attempt.Collected, At: Start.Add(time.Hour), By: "staff", Reason: "离开考场"}
	_, err := closeOne(t, r, s.ID, end)
	wantErr(t, "a ready one", err, attempt.ErrNotStarted)
	_, _, err = entered(t, r, s.Record, device("a", Start), firstEntry(Start))
	check(t, err)
	got, err := closeOne(t, r, s.ID, end)
	check(t, err)
	diff(t, "closing", got, end)
	got, err = closeOne(t, r, s.ID, attempt.Closing{Manner: attempt.ByDeadline, At: Start.Add(2 * time.Hour)})
	check(t, err)
	diff(t, "the first stays", got, end)
	rec := record(t, r, s.ID)
	diff(t, "stored", []any{rec.State, rec.Closing}, []any{attempt.Closed, end})
}

func recordsInsert(t *testing.T, r attempt.Records) {
	s, ctx := created(t, r), t.Context()
	_, err := r.Submission(ctx, s.ID, 0)
	wantErr(t, "before", err, attempt.ErrNotSubmitted)
	_, _, err = entered(t, r, s.Record, device("a", Start), firstEntry(Start))
	check(t, err)
	end := attempt.Closing{Manner: attempt.Collected, At: Start.Add(time.Hour), By: "staff", Reason: "r"}
	_, err = closeOne(t, r, s.ID, end)
	check(t, err)
	sub := attempt.Submission{
		Attempt: s.ID, Sitting: s.Sitting, Candidate: s.Candidate, SubmittedAt: end.At, Manner: end.Manner,
		By: end.By, Reason: end.Reason, Answered: 1, Total: 4, Operations: 3, Epoch: 2, LastSeq: 1, Digest: "d1",
		Answers: map[int]attempt.Answer{1: {Response: "A"}, 3: {Flagged: true}},
	}
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			mine := sub
			mine.Operations = n
			subs, err := r.Insert(ctx, []attempt.Submission{mine})
			if err != nil {
				t.Error(err)
				return
			}
			got := subs[0]
			stored, err := r.Submission(ctx, s.ID, 0)
			if err != nil {
				t.Error(err)
			}
			diff(t, "everybody gets what is stored", got, stored)
		})
	}
	wg.Wait()
	got, err := r.Submission(ctx, s.ID, 0)
	check(t, err)
	sub.Operations = got.Operations
	diff(t, "submission", got, sub)
	check(t, r.Finish(ctx, []attempt.Finished{{Attempt: s.ID, Answered: 1}}))
	rec := record(t, r, s.ID)
	diff(t, "record", []any{rec.State, rec.Answered, rec.Marked}, []any{attempt.Submitted, 1, false})
	check(t, r.Finish(ctx, []attempt.Finished{{Attempt: s.ID, Round: 1, Answered: 9, Marked: true}}))
	diff(t, "of another round", record(t, r, s.ID), rec)
	check(t, r.Finish(ctx, []attempt.Finished{{Attempt: s.ID, Answered: 1, Marked: true}}))
	diff(t, "marked", record(t, r, s.ID).Marked, true)

	second := sub
	second.Round, second.Digest = 1, "d2"
	both, err := r.Insert(ctx, []attempt.Submission{sub, second})
	check(t, err)
	diff(t, "a round of its own", both, []attempt.Submission{got, second})
	kept, err := r.Submission(ctx, s.ID, 0)
	check(t, err)
	diff(t, "the first stays", kept, got)
}

func recordsUnfinished(t *testing.T, r attempt.Records) {
	ctx := t.Context()
	ready, started, closed, submitted, marked := created(t, r), created(t, r), created(t, r), created(t, r), created(t, r)
	end := attempt.Closing{Manner: attempt.ByDeadline, At: Start}
	for _, s := range []attempt.Sealed{started, closed, submitted, marked} {
		_, _, err := entered(t, r, s.Record, device("a", Start), firstEntry(Start))
		check(t, err)
	}
	for _, s := range []attempt.Sealed{closed, submitted, marked} {
		_, err := closeOne(t, r, s.ID, end)
		check(t, err)
	}
	for _, s := range []attempt.Sealed{submitted, marked} {
		_, err := r.Insert(ctx, []attempt.Submission{{Attempt: s.ID}})
		check(t, err)
		check(t, r.Finish(ctx, []attempt.Finished{{Attempt: s.ID, Marked: s.ID == marked.ID}}))
	}
	var got []attempt.AttemptID
	for after := attempt.AttemptID(""); ; {
		page, err := r.Unfinished(ctx, after, 2)
		check(t, err)
		for _, rec := range page {
			got, after = append(got, rec.ID), rec.ID
		}
		if len(page) < 2 {
			break
		}
	}
	diff(t, "in order", slices.IsSorted(got), true)
	for _, s := range []attempt.Sealed{ready, marked} {
		diff(t, "not unfinished", slices.Contains(got, s.ID), false)
	}
	for _, s := range []attempt.Sealed{started, closed, submitted} {
		diff(t, "unfinished", slices.Contains(got, s.ID), true)
	}
}

func recordsMissing(t *testing.T, r attempt.Records) {
	ctx, id := t.Context(), NewAttemptID()
	_, err := r.Record(ctx, id)
	wantErr(t, "record", err, attempt.ErrNotFound)
	_, err = r.Paper(ctx, id)
	wantErr(t, "paper", err, attempt.ErrNotFound)
	_, err = closeOne(t, r, id, attempt.Closing{Manner: attempt.ByDeadline})
	wantErr(t, "close", err, attempt.ErrNotFound)
	_, err = r.Submission(ctx, id, 0)
	wantErr(t, "submission", err, attempt.ErrNotSubmitted)
}
