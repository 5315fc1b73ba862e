package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gongyuan/cmd/bench/figure"
)

const (
	// examSpan is the time in which everybody starts, and submits.
	examSpan = 10 * time.Second
	// roundTime is how long a number of candidates is held to see whether it
	// can be.
	roundTime = 15 * time.Second
	// fastEnough is what a save may take at the 99th percentile.
	fastEnough = 100 * time.Millisecond
	// warmers start before the others.
	warmers = 30
)

// pageOpen is how often a page speaks: an answer in ten seconds is a quick
// candidate.
var pageOpen = pace{save: 10 * time.Second, beat: 15 * time.Second}

// exam is the way of a sitting: all start, are held, and submit: G2, G1, G6 and
// G3, in this order, with the same candidates.
func (s *session) exam(ctx context.Context, i *installation) error {
	if !s.any("G1"+i.suffix, "G2"+i.suffix, "G3"+i.suffix, "G6-api"+i.suffix, "G6-stack"+i.suffix) {
		return nil
	}
	all, err := i.take(s.Candidates)
	if err != nil {
		return err
	}
	if err := s.warm(ctx, i); err != nil {
		return err
	}
	// G1 may have to hold more than start together.
	more, err := i.take(s.Candidates)
	if err != nil {
		return err
	}
	return errors.Join(s.start(ctx, i, all), s.hold(ctx, i, all, more), s.cost(ctx, i, all), s.submit(ctx, i, all))
}

// warm lets a few candidates start one after the other, so that the program
// has met the questions.
func (s *session) warm(ctx context.Context, i *installation) error {
	few, err := i.take(warmers)
	if err != nil {
		return err
	}
	if err := renew(few); err != nil {
		return err
	}
	for _, c := range few {
		began := time.Now()
		if err := enterAll(ctx, []*candidate{c}); err != nil {
			return err
		}
		if c == few[0] {
			s.say("the first candidate starts after %.3f s", time.Since(began).Seconds())
		}
	}
	return nil
}

// start is G2.
func (s *session) start(ctx context.Context, i *installation, all []*candidate) error {
	if err := renew(all); err != nil {
		return err
	}
	id := "G2" + i.suffix
	if !s.wanted(id) {
		return enterAll(ctx, all)
	}
	s.say("%s: %d candidates start within %s", id, len(all), examSpan)
	before, err := i.usage()
	if err != nil {
		return err
	}
	began := time.Now()
	entered := within(ctx, all, examSpan, (*candidate).enter)
	took := time.Since(began)
	after, err := i.usage()
	if err != nil {
		return err
	}
	f := figure.Figure{
		ID: id, Value: entered.quantile(.99).Seconds(), Unit: "s", Aim: figure.AtMost(1), Broken: entered.failures() > 0,
		Notes: []string{
			fmt.Sprintf("p99 from the wish to start to the whole paper, %d candidates at random moments of %s, after %d that started one by one%s", len(all), examSpan, warmers, i.on()),
			entered.String() + fmt.Sprintf("; all in after %.1f s; ", took.Seconds()) + shares(after.since(before), took),
		},
	}
	return errors.Join(s.publish(ctx, f), enterAll(ctx, all))
}

// on says which store a figure was measured on.
func (i *installation) on() string {
	if i.store == nil {
		return ", on a store that answers after " + fixedDelay.String()
	}
	return ", on FerretDB over PostgreSQL"
}

// shares tells how the processors were used, in units of one processor.
func shares(u usage, span time.Duration) string {
	part := func(d time.Duration) float64 { return d.Seconds() / span.Seconds() }
	return fmt.Sprintf("processors: api %.2f, redis %.2f, store %.2f", part(u.api), part(u.redis), part(u.store))
}

// hold is G1: the largest of a ladder of numbers that the installation holds,
// found by halving.
func (s *session) hold(ctx context.Context, i *installation, all, more []*candidate) error {
	id := "G1" + i.suffix
	if !s.wanted(id) {
		return nil
	}
	if err := renew(more); err != nil {
		return err
	}
	everybody := append(append([]*candidate{}, all...), more...)
	n := s.Candidates
	ladder := []int{n / 6, n / 3, n * 2 / 3, n, n * 3 / 2, 2 * n}
	f := figure.Figure{ID: id, Unit: "candidates", Aim: figure.AtLeast(float64(n)), Notes: []string{
		fmt.Sprintf("candidates held for %s with a save of one answer in %s and a heartbeat in %s each, p99 of saves at most %s, no errors%s",
			roundTime, pageOpen.save, pageOpen.beat, fastEnough, i.on()),
	}}
	held, over := -1, len(ladder)
	for try := 3; over-held > 1; try = (held + over) / 2 {
		some := everybody[:ladder[try]]
		s.say("%s: holding %d", id, len(some))
		if err := enterAll(ctx, some); err != nil {
			return err
		}
		ok, note, err := s.round(ctx, i, some, try == 3)
		if err != nil {
			return err
		}
		f.Notes = append(f.Notes, note)
		if ok {
			held, f.Value = try, float64(len(some))
		} else {
			over = try
		}
	}
	return s.publish(ctx, f)
}

// round holds so many for a while and tells whether all went well.
func (s *session) round(ctx context.Context, i *installation, some []*candidate, profiled bool) (bool, string, error) {
	each(ctx, some, clients, func(c *candidate) { _ = c.conn.connect() }) // one that fails is counted when it saves
	wait := func() error { return nil }
	if profiled {
		wait = s.profile(ctx, i, "G1", roundTime)
	}
	before, err := i.usage()
	if err != nil {
		return false, "", err
	}
	began := time.Now()
	saves, beats := steadily(ctx, some, pageOpen, roundTime)
	took := time.Since(began)
	after, err := i.usage()
	if err := errors.Join(err, wait(), ctx.Err()); err != nil {
		return false, "", err
	}
	ok := saves.quantile(.99) <= fastEnough && saves.failures()+beats.failures() == 0
	verdict := "held"
	if !ok {
		verdict = "not held"
	}
	return ok, fmt.Sprintf("%d %s: saves %s; heartbeats %s; %s", len(some), verdict, saves, beats, shares(after.since(before), took)), nil
}

// submit is G3: everybody hands in, and then permanent storage is asked what
// it has.
func (s *session) submit(ctx context.Context, i *installation, all []*candidate) error {
	id := "G3" + i.suffix
	if !s.wanted(id) {
		return nil
	}
	if err := s.answered(ctx, all); err != nil {
		return err
	}
	s.say("%s: %d candidates submit within %s", id, len(all), examSpan)
	before, err := i.usage()
	if err != nil {
		return err
	}
	began := time.Now()
	handed := within(ctx, all, examSpan, (*candidate).submit)
	took := time.Since(began)
	after, err := i.usage()
	if err != nil {
		return err
	}
	f := figure.Figure{
		ID: id, Value: handed.quantile(.99).Seconds(), Unit: "s", Aim: figure.AtMost(1), Broken: handed.failures() > 0,
		Notes: []string{
			fmt.Sprintf("p99 from handing in to the receipt, %d candidates at random moments of %s%s", len(all), examSpan, i.on()),
			handed.String() + fmt.Sprintf("; all in after %.1f s; ", took.Seconds()) + shares(after.since(before), took),
		},
	}
	// Whoever was refused hands in again, as a page does; and everybody does so
	// twice, to see that the receipt stays the same.
	if err := errors.Join(untimed(ctx, "submission", all, (*candidate).submit), untimed(ctx, "second submission", all, (*candidate).submit)); err != nil {
		f.Broken = true
		f.Notes = append(f.Notes, err.Error())
	}
	fault, note, err := s.checkSubmitted(ctx, i, all)
	f.Broken = f.Broken || fault
	f.Notes = append(f.Notes, note)
	return errors.Join(err, s.publish(ctx, f))
}

// answered makes sure that everybody has something to lose.
func (s *session) answered(ctx context.Context, all []*candidate) error {
	if err := renew(all); err != nil {
		return err
	}
	return untimed(ctx, "answers", all, func(c *candidate) error {
		if c.durable > 0 && c.durable == c.seq {
			return nil
		}
		return c.save(1)
	})
}

// checkSubmitted holds what is stored against what was acknowledged, and waits
// for the marks for half a minute.
func (s *session) checkSubmitted(ctx context.Context, i *installation, all []*candidate) (fault bool, note string, err error) {
	began := time.Now()
	for {
		stored, err := i.kept(ctx, all)
		if err != nil {
			return true, "not checked", fmt.Errorf("check: %w", err)
		}
		lost, open, unmarked := 0, 0, 0
		for _, c := range all {
			k := stored[c.attempt]
			if k.LastSeq < c.durable {
				lost++
			}
			if !k.Submitted {
				open++
			}
			if k.Marked != 1 {
				unmarked++
			}
		}
		waited := time.Since(began)
		if lost+open+unmarked == 0 || waited > 30*time.Second || ctx.Err() != nil {
			note = fmt.Sprintf("checked %d: %d lost an answer, %d not submitted, %d not marked once, looked %.0f s after the last; each was handed in twice and got the same receipt", len(all), lost, open, unmarked, waited.Seconds())
			return lost+open+unmarked > 0, note, ctx.Err()
		}
		time.Sleep(500 * time.Millisecond)
	}
}
