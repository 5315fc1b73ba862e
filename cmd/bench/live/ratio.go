package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"gongyuan/cmd/bench/figure"
	"gongyuan/engine/attempt"
	"gongyuan/engine/attempt/redislive"
	"gongyuan/engine/people"
)

const (
	// savers is how many save at once, and how many call the raw script: enough
	// that the wait for the store is not what limits.
	savers = 512
	// ratioRounds and ratioTime are how often, and how long, each side of a
	// ratio is measured, in turns.
	ratioRounds = 2
	ratioTime   = 2 * time.Second
)

// instantJournal says at once that everything is stored.
type instantJournal struct{ attempt.Journal }

// Append implements attempt.Journal.
func (instantJournal) Append(context.Context, []attempt.JournalEntry) error { return nil }

// service is a service in this process, and attempts that are running on it.
type service struct {
	*attempt.Service
	attempts []*serviceAttempt
}

type serviceAttempt struct {
	id    attempt.AttemptID
	who   people.CandidateID
	epoch int
	seq   int
}

// newService starts n attempts on Redis with the given journal.
func (s *servers) newService(ctx context.Context, name string, n int, journal attempt.Journal) (*service, error) {
	store, err := newMemory(n)
	if err != nil {
		return nil, err
	}
	live, err := redislive.New(s.client, name+":")
	if err != nil {
		return nil, err
	}
	if journal == nil {
		journal = memoryJournal{m: store}
	}
	out := &service{Service: attempt.New(attempt.Config{
		Live: live, Journal: journal, Records: memoryRecords{m: store}, News: live, Clock: attempt.NewSteadyClock(), Log: slog.New(slog.DiscardHandler),
		MayStart: store.mayStart, Marker: func(_ context.Context, all []attempt.Marking) []error { return make([]error, len(all)) },
	})}
	for k := range n {
		out.attempts = append(out.attempts, &serviceAttempt{id: attempt.AttemptID(fixedAttempt(k)), who: people.CandidateID(fixedPerson(k))})
	}
	errs := make([]error, clients)
	_, _ = parallel(ctx, clients, time.Minute, func(k, turn int) error {
		at := turn*clients + k
		if at >= n {
			return errors.New("all are in")
		}
		a := out.attempts[at]
		in, err := out.Enter(ctx, attempt.EnterCommand{Attempt: a.id, Candidate: a.who, DeviceID: "figures", DeviceLabel: "figures"})
		errs[k] = errors.Join(errs[k], err)
		a.epoch = in.Epoch
		return err
	})
	return out, errors.Join(errs...)
}

// save saves the next n answers of an attempt and waits until they are stored.
func (v *service) save(ctx context.Context, a *serviceAttempt, n int) error {
	ops := make([]attempt.Operation, n)
	for i := range ops {
		seq := a.seq + i + 1
		ops[i] = attempt.Operation{Seq: seq, Slot: (seq-1)%slotsOfPaper + 1, Response: "A", ClientMs: time.Now().UnixMilli()}
	}
	saved, err := v.Save(ctx, attempt.SaveCommand{Attempt: a.id, Candidate: a.who, Epoch: a.epoch, Operations: ops})
	if errors.Is(err, attempt.ErrBusy) {
		time.Sleep(time.Millisecond)
		return nil
	}
	if err != nil {
		return err
	}
	for saved.DurableSeq < a.seq+n {
		// Not stored in time: the page asks again.
		if saved, err = v.Save(ctx, attempt.SaveCommand{Attempt: a.id, Candidate: a.who, Epoch: a.epoch, Operations: ops}); err != nil {
			return err
		}
	}
	a.seq += n
	return nil
}

// rate is how many operations per second so many clients get stored.
func (v *service) rate(ctx context.Context, atOnce, n int, span time.Duration) (float64, error) {
	before := v.stored()
	began := time.Now()
	_, err := parallel(ctx, atOnce, span, func(k, _ int) error { return v.save(ctx, v.attempts[k], n) })
	return float64(v.stored()-before) / time.Since(began).Seconds(), err
}

func (v *service) stored() int {
	n := 0
	for _, a := range v.attempts {
		n += a.seq
	}
	return n
}

// ratios are G4 and G5, at the level of attempt.Service: no HTTP in between.
func (s *session) ratios(ctx context.Context) error {
	if !s.any("G4", "G4-16", "G4-fixed", "G4-16-fixed", "G5", "G5-fixed") {
		return nil
	}
	s.say("starting Redis, PostgreSQL and FerretDB")
	if err := errors.Join(s.servers.startRedis(ctx), s.servers.startStore(ctx, s.say)); err != nil {
		return err
	}
	var errs []error
	for _, on := range []struct {
		suffix, text string
		journal      attempt.Journal
	}{
		{"-fixed", "a store that answers after " + fixedDelay.String(), nil},
		{"", "FerretDB over PostgreSQL", s.servers.records.Journal()},
	} {
		if !s.any("G4"+on.suffix, "G4-16"+on.suffix, "G5"+on.suffix) {
			continue
		}
		v, err := s.servers.newService(ctx, "service"+on.suffix, savers, on.journal)
		if err != nil {
			return err
		}
		errs = append(errs, s.scriptRatio(ctx, v, on.suffix, on.text), s.journalRatio(ctx, v, on.suffix, on.text), v.Close(ctx))
	}
	return errors.Join(errs...)
}

// scriptRatio is G4.
func (s *session) scriptRatio(ctx context.Context, v *service, suffix, on string) error {
	var errs []error
	for _, one := range []struct {
		id    string
		n     int
		least float64
	}{{"G4", 1, .3}, {"G4-16", 16, .8}} {
		if !s.wanted(one.id + suffix) {
			continue
		}
		s.say("%s%s: %d savers, %d answers each time", one.id, suffix, savers, one.n)
		var saved, raw, rawBatch []float64
		for range ratioRounds {
			r, err := s.servers.rawScript(ctx, 1, ratioTime)
			if err != nil {
				return fmt.Errorf("%s: raw script: %w", one.id, err)
			}
			b, err := s.servers.rawScript(ctx, one.n, ratioTime)
			if err != nil {
				return fmt.Errorf("%s: raw script: %w", one.id, err)
			}
			v, err := v.rate(ctx, savers, one.n, ratioTime)
			if err != nil {
				return fmt.Errorf("%s: %w", one.id, err)
			}
			raw, rawBatch, saved = append(raw, r), append(rawBatch, b*float64(one.n)), append(saved, v)
		}
		f := figure.Figure{
			ID: one.id + suffix, Value: mean(saved) / mean(raw), Unit: "ratio", Aim: figure.AtLeast(one.least),
			Notes: []string{fmt.Sprintf("answers per second that attempt.Service makes durable, %d in each save, by calls per second of a bare script that does the same to Redis for one answer; %d savers, same client; %s", one.n, savers, on)},
			Calibrations: []figure.Calibration{
				{Name: "saved", Value: mean(saved), Unit: "answers/s"}, {Name: "raw-evalsha-of-1", Value: mean(raw), Unit: "answers/s"},
				{Name: fmt.Sprintf("raw-evalsha-of-%d", one.n), Value: mean(rawBatch), Unit: "answers/s"},
			},
		}
		errs = append(errs, s.publish(ctx, f))
	}
	return errors.Join(errs...)
}

// journalRatio is G5.
func (s *session) journalRatio(ctx context.Context, durable *service, suffix, on string) error {
	id := "G5" + suffix
	if !s.wanted(id) {
		return nil
	}
	s.say("%s: %d clients with and without the store", id, clients)
	instant, err := s.servers.newService(ctx, "instant"+suffix, clients, instantJournal{})
	if err != nil {
		return err
	}
	var with, without []float64
	for range ratioRounds {
		a, err := durable.rate(ctx, clients, 1, ratioTime)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		b, err := instant.rate(ctx, clients, 1, ratioTime)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		with, without = append(with, a), append(without, b)
	}
	return errors.Join(instant.Close(ctx), s.publish(ctx, figure.Figure{
		ID: id, Value: mean(with) / mean(without), Unit: "ratio", Aim: figure.AtLeast(.7),
		Notes: []string{fmt.Sprintf("saves of one answer per second of %d clients of attempt.Service on %s, by the same with a journal that says at once that all is stored", clients, on)},
		Calibrations: []figure.Calibration{
			{Name: "saves-durable", Value: mean(with), Unit: "1/s"}, {Name: "saves-without-store", Value: mean(without), Unit: "1/s"},
		},
	}))
}

// mean of a list that is not empty.
func mean(list []float64) float64 {
	sum := 0.0
	for _, v := range slices.All(list) {
		sum += v
	}
	return sum / float64(len(list))
}
