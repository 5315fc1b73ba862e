package attempt_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/sitting"
)

// sat is a candidate of the law of the clock: what was ordered, kept by hand.
type sat struct {
	id           attempt.AttemptID
	registration sitting.RegistrationID
	room         string
	closes       time.Time // end of the window; zero for none
	start        time.Time // zero until the candidate came
	more, own    time.Duration
	paused       time.Duration // pauses that are over
	from         time.Time     // of the pause that lasts; zero while the clock runs
	held         map[string]bool
	ended        time.Time // zero while it goes on
	epoch, seq   int
	saved        []attempt.Operation
}

// deadline is until when the candidate may write, as of now.
func (p *sat) deadline(now time.Time) time.Time {
	if p.from.IsZero() {
		now = p.from
	}
	grant := 10*time.Minute + p.own + p.more + p.paused + now.Sub(p.from)
	own, end := p.start.Add(time.Hour+grant), p.closes.Add(grant)
	if !p.closes.IsZero() && end.Before(own) {
		return end
	}
	return own
}

func (p *sat) goesOn() bool { return !p.start.IsZero() && p.ended.IsZero() }

// due tells whether the time is over, though maybe nobody has closed it.
func (p *sat) due(now time.Time) bool {
	return p.goesOn() && p.from.IsZero() && !now.Before(p.deadline(now).Add(attempt.DefaultGrace))
}

// lifted says which holds end where somebody resumes.
var lifted = map[string][]string{
	"seat": {"seat", "room", "all", "away"}, "room": {"room", "all"}, "all": {"all"}, "away": {"away"},
}

// obey does by hand what an order says, and returns what is to come of it.
func (p *sat) obey(o *attempt.Order, now time.Time) error {
	by := "all"
	switch {
	case o.Evacuation:
		by = "away"
	case o.Registration != "":
		by = "seat"
	case o.Room != "":
		by = "room"
	}
	switch {
	case p.start.IsZero():
		return attempt.ErrNotStarted
	case o.Kind == attempt.Reopen:
		return p.reopen(o, now)
	case !p.ended.IsZero(), o.Kind == attempt.Extend && p.due(now), o.Kind == attempt.Pause && p.from.IsZero() && !now.Before(p.deadline(now)):
		return attempt.ErrClosed
	case o.Kind == attempt.Extend && o.Registration != "":
		p.own += o.Extension
	case o.Kind == attempt.Extend:
		p.more += o.Extension
	case o.Kind == attempt.Pause && p.held[by], o.Kind == attempt.Resume && p.from.IsZero():
		return attempt.ErrState
	case o.Kind == attempt.Pause:
		if p.from.IsZero() {
			p.from = now
		}
		p.held[by] = true
	case o.Kind == attempt.Resume:
		before := len(p.held)
		for _, h := range lifted[by] {
			delete(p.held, h)
		}
		if len(p.held) == before {
			return attempt.ErrHeld
		}
		if len(p.held) == 0 {
			p.paused, p.from = p.paused+now.Sub(p.from), time.Time{}
		}
	}
	return nil
}

func (p *sat) reopen(o *attempt.Order, now time.Time) error {
	if p.ended.IsZero() {
		return attempt.ErrState
	}
	after := *p
	if !p.from.IsZero() {
		after.paused += p.ended.Sub(p.from)
	}
	after.paused, after.from = after.paused+now.Sub(p.ended), time.Time{}
	after.ended, after.held = time.Time{}, map[string]bool{}
	if o.Registration != "" {
		after.own += o.Extension
	} else {
		after.more += o.Extension
	}
	if !after.deadline(now).After(now) {
		return attempt.ErrNoTime
	}
	*p = after
	return nil
}

// law is a day of a few candidates in two rooms, at random.
type law struct {
	*world
	r      *rand.Rand
	copies []*attempt.Service
	all    []*sat
	given  []attempt.Order
	seen   map[string]int // what came to pass, so that the test shows it all
}

func newLaw(t *testing.T, w *world, seed uint64) *law {
	t.Helper()
	l := &law{world: w, r: rand.New(rand.NewPCG(seed, 7)), copies: []*attempt.Service{w.Service, w.copy(t)}, seen: map[string]int{}}
	w.clock.Set(enginetest.Start)
	for i := range 5 {
		s := enginetest.SealedAttempt(slots)
		if i%2 == 1 {
			s.Closes = enginetest.Start.Add(65 * time.Minute)
		}
		check(t, w.Create(t.Context(), []attempt.Sealed{s}))
		l.all = append(l.all, &sat{id: s.ID, registration: sitting.RegistrationID("r" + string(s.ID)), room: fmt.Sprint(i % 2), closes: s.Closes, held: map[string]bool{}})
	}
	return l
}

func (l *law) any() *attempt.Service { return l.copies[l.r.IntN(len(l.copies))] }
func (l *law) one() *sat             { return l.all[l.r.IntN(len(l.all))] }

// order gives one at random, or one of before again, which changes nothing.
func (l *law) order(t *testing.T) {
	now := l.clock.Now()
	o := attempt.Order{ID: "order-" + string(enginetest.NewAttemptID()), Sitting: "s1", Reason: "依据考场情况", By: "staff"}
	again := len(l.given) > 0 && l.r.IntN(6) == 0
	if again {
		o = l.given[l.r.IntN(len(l.given))]
	} else {
		o.Kind = []attempt.Event{attempt.Extend, attempt.Pause, attempt.Pause, attempt.Resume, attempt.Resume, attempt.Resume, attempt.Reopen}[l.r.IntN(7)]
		if o.Kind == attempt.Extend || o.Kind == attempt.Reopen {
			o.Extension = time.Duration(1+l.r.IntN(5)) * time.Minute
		}
		switch l.r.IntN(5) {
		case 0, 1:
			o.Registration = l.one().registration
		case 2, 3:
			o.Room = l.one().room
		}
		o.Evacuation = o.Registration == "" && (o.Kind == attempt.Pause || o.Kind == attempt.Resume) && l.r.IntN(2) == 0
		l.given = append(l.given, o)
	}
	var whom []*sat
	var ids []attempt.AttemptID
	for _, p := range l.all {
		if (o.Registration == "" || o.Registration == p.registration) && (o.Room == "" || o.Room == p.room) {
			whom, ids = append(whom, p), append(ids, p.id)
		}
	}
	before := map[attempt.AttemptID]time.Time{}
	for _, p := range whom {
		before[p.id] = p.deadline(now)
	}
	past, err := l.records.Adjustments(t.Context(), ids)
	check(t, err)
	_, done, err := l.any().Give(t.Context(), o, ids)
	check(t, err)
	for i, p := range whom {
		if again && slices.ContainsFunc(past[p.id], func(a attempt.Adjustment) bool { return a.Order == o.ID }) {
			l.seen["again"]++
			check(t, ignore(done[i].Err, attempt.ErrClosed))
			continue
		}
		want := p.obey(&o, now)
		l.seen[fmt.Sprintf("%s %v", o.Kind, want)]++
		if !errors.Is(done[i].Err, want) {
			t.Errorf("%s of %q %q away=%v: %v, want %v", o.Kind, o.Room, o.Registration, o.Evacuation, done[i].Err, want)
		}
		if p.goesOn() && p.deadline(now).Before(before[p.id]) {
			t.Errorf("%s took %v away", o.Kind, before[p.id].Sub(p.deadline(now)))
		}
	}
}

func ignore(err, other error) error {
	if errors.Is(err, other) {
		return nil
	}
	return err
}

// come has a candidate enter: late, again, or at another computer.
func (l *law) come(t *testing.T, p *sat) {
	now := l.clock.Now()
	in, err := l.any().Enter(t.Context(), enterCommand(p.id, fmt.Sprintf("desk %d", l.r.IntN(3))))
	if !p.ended.IsZero() || p.due(now) {
		wantErr(t, "entered after the end", err, attempt.ErrClosed)
		p.epoch = 0
		return
	}
	check(t, err)
	if p.start.IsZero() {
		p.start = now
	}
	p.epoch, p.seq = in.Epoch, 0
	diff(t, "entered", []any{in.Deadline, in.PausedSince.IsZero(), in.Answers}, []any{p.deadline(now), p.from.IsZero(), attempt.Fold(p.saved)})
}

// write saves an answer. It counts until the deadline and its grace; while the
// clock stands still a page that could not hear of it goes on.
func (l *law) write(t *testing.T, p *sat) {
	if p.epoch == 0 {
		return
	}
	cmd := saveCommand(p.id, p.epoch, p.seq+1, p.seq+1)
	_, err := l.any().Save(t.Context(), cmd)
	if p.goesOn() && !p.due(l.clock.Now()) {
		if errors.Is(err, attempt.ErrTakenOver) { // opened again: the page has to enter
			t.Errorf("epoch %d: %v", p.epoch, err)
		}
		check(t, err)
		p.seq++
		cmd.Operations[0].Epoch = p.epoch
		p.saved = append(p.saved, cmd.Operations[0])
		return
	}
	if !errors.Is(err, attempt.ErrLate) && !errors.Is(err, attempt.ErrClosed) {
		t.Errorf("saved after the end: %v", err)
	}
	l.seen["late"]++
	p.epoch = 0 // such a page writes no more
}

func (l *law) collect(t *testing.T, p *sat) {
	now := l.clock.Now()
	sub, err := l.any().Collect(t.Context(), attempt.CollectCommand{Attempt: p.id, By: "staff", Reason: "收卷"})
	if p.start.IsZero() {
		wantErr(t, "collected before it began", err, attempt.ErrNotStarted)
		return
	}
	check(t, err)
	if p.ended.IsZero() {
		p.ended = now
		if sub.Manner == attempt.ByDeadline {
			p.ended = p.deadline(now)
		}
	}
	l.submitted(t, p, &sub)
}

func (l *law) submitted(t *testing.T, p *sat, sub *attempt.Submission) {
	t.Helper()
	diff(t, "submitted", []any{sub.SubmittedAt, sub.Answers}, []any{p.ended, attempt.Fold(p.saved)})
}

// sweepAll closes what is due, and nothing else.
func (l *law) sweepAll(t *testing.T) {
	sweepUp(t, l.world, l.copies[1])
	now := l.clock.Now()
	for _, p := range l.all {
		if p.due(now) {
			p.ended = p.deadline(now)
			l.seen["expired"]++
			sub := l.receipt(t, p.id)
			l.submitted(t, p, &sub)
		}
	}
}

// holds checks what everybody may see of their time.
func (l *law) holds(t *testing.T) {
	now := l.clock.Now()
	for _, p := range l.all {
		if p.start.IsZero() {
			continue
		}
		status, err := l.any().Status(t.Context(), p.id, enginetest.Candidate)
		check(t, err)
		rec, x := status.Record, status.Explanation
		sum := p.start.Add(x.Duration + x.Extra + x.Extension + x.Paused)
		if !x.CutTo.IsZero() {
			sum = x.CutTo
		}
		diff(t, "the explanation adds up to the deadline", sum, rec.DeadlineAt(now))
		if !p.ended.IsZero() || p.due(now) {
			continue
		}
		want := map[bool]attempt.State{true: attempt.Running, false: attempt.Paused}[p.from.IsZero()]
		diff(t, "the record", []any{rec.State, rec.DeadlineAt(now), rec.PausedSince()}, []any{want, p.deadline(now), p.from})
		b, err := l.any().Look(t.Context(), p.id, enginetest.Candidate, p.epoch)
		check(t, err)
		diff(t, "the page", []any{b.State, b.Deadline, b.Version}, []any{want, p.deadline(now), rec.DeadlineVersion})
	}
}

func (l *law) step(t *testing.T) {
	switch p := l.one(); l.r.IntN(13) {
	case 0, 1, 2, 3:
		l.order(t)
	case 4:
		l.come(t, p)
	case 5, 6, 7:
		l.write(t, p)
	case 8:
		if l.r.IntN(4) == 0 {
			l.collect(t, p)
		}
	case 9:
		l.sweepAll(t)
	case 10:
		l.lose()
		if l.r.IntN(2) == 0 {
			check(t, l.any().Rebuild(t.Context()))
		}
		l.seen["lost"]++
	default:
		l.clock.Advance(time.Duration(l.r.IntN(600_000)) * time.Millisecond)
	}
}

// TestClockIsALaw gives orders at random, to candidates who come, write, move
// and are taken in, on two copies of the program whose Redis is lost now and
// then. What everybody is told of their time is what the orders come to, kept
// by hand: a pause counts once however many hold the clock, none that was given
// takes time away, and exactly what was written in time is there in the end.
func TestClockIsALaw(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		seen := map[string]int{}
		for seed := range uint64(4) {
			l := newLaw(t, w, seed)
			for n := 0; n < 170 && !t.Failed(); n++ {
				l.step(t)
				l.holds(t)
			}
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
			for k, n := range l.seen {
				seen[k] += n
			}
		}
		for _, what := range []error{nil, attempt.ErrState, attempt.ErrHeld, attempt.ErrClosed} {
			if k := fmt.Sprintf("%s %v", attempt.Resume, what); seen[k] == 0 {
				t.Errorf("never: %s, of %v", k, slices.Sorted(maps.Keys(seen)))
			}
		}
		for _, k := range []string{"again", "late", "expired", "lost", "reopen <nil>", "pause <nil>", "extend <nil>"} {
			if seen[k] == 0 {
				t.Errorf("never: %s, of %v", k, slices.Sorted(maps.Keys(seen)))
			}
		}
	})
}
