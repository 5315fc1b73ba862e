package drill

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"gongyuan/api/contract"
)

// candidate is one made-up person with a browser. It belongs to one goroutine.
// Unlike a browser it does not go on answering while a save is on its way: a
// slow installation slows its candidates down.
type candidate struct {
	person
	index   int
	session *session
	meter   *meter
	tune    *tuning
	think   time.Duration
	faults  bool
	rng     *rand.Rand

	attempt  string
	device   int // 1, and more after each take-over
	deadline time.Time
	ledger   *ledger
	writer   *writer
	receipt  *contract.Receipt
	entries  int

	changed, dirty time.Time // last and first change that no save has taken up
	again          time.Time // when to repeat a save that failed, zero after a success
	wait           time.Duration
}

// maxEntries bounds how often one candidate enters, against a server that
// takes every page over.
const maxEntries = 200

// newCandidate returns candidate number index of the roll.
func newCandidate(cfg *Config, tune *tuning, c *client, index int, p person, admission string) *candidate {
	rng := rand.New(rand.NewPCG(cfg.Seed, uint64(index)+1)) // #nosec G404 -- a synthetic candidate, the same for the same seed
	return &candidate{
		person: p, index: index, meter: c.meter, tune: tune, think: cfg.Think, faults: cfg.Faults, rng: rng,
		device: 1, ledger: newLedger(), writer: &writer{rng: rng, now: map[int]change{}},
		session: newSession(c, contract.AudienceCandidate, "/api/v1/auth/candidate",
			contract.CandidateLoginRequest{Admission: admission, IdNumber: p.number}),
	}
}

// arrive signs in and looks at the waiting page.
func (c *candidate) arrive(ctx context.Context, patience time.Duration) error {
	if err := c.tune.persist(ctx, patience, c.session.begin); err != nil {
		return err
	}
	var exam contract.CandidateExam
	err := c.tune.persist(ctx, c.tune.patience, func(ctx context.Context) error {
		_, err := c.session.call(ctx, call{action: actExam, method: http.MethodGet, path: "/api/v1/candidate/exam"}, &exam)
		return err
	})
	if err != nil {
		return err
	}
	if c.attempt = exam.Attempt.Id; c.attempt == "" || exam.MayStart != contract.MayStartNow {
		return fmt.Errorf("exam: may start: %s", exam.MayStart)
	}
	c.meter.count(func(t *Tally) { t.SignedIn++ })
	return nil
}

// path is an address of this candidate's attempt.
func (c *candidate) path(what string) string {
	return "/api/v1/attempts/" + url.PathEscape(c.attempt) + "/" + what
}

// sit enters at its time, answers until the end, hands in, and tries to write
// afterwards.
func (c *candidate) sit(ctx context.Context, enter, end time.Time) error {
	if err := sleep(ctx, time.Until(enter)); err != nil {
		return err
	}
	if err := c.enter(ctx, true); err != nil {
		return err
	}
	c.meter.count(func(t *Tally) { t.Entered++ })
	if err := c.answer(ctx, end); err != nil {
		return err
	}
	if err := c.flush(ctx); err != nil {
		return err
	}
	if err := c.end(ctx); err != nil {
		return err
	}
	c.meter.count(func(t *Tally) { t.Submitted++ })
	return c.afterwards(ctx)
}

// errOvertaken is an entry that a newer one of the same candidate came before,
// such as one that was cut and arrived late. It passes.
var errOvertaken = errors.New("enter: overtaken by another entry")

// enter takes the attempt over for this page, or with keep false for a device
// that holds nothing of what the one before wrote.
func (c *candidate) enter(ctx context.Context, keep bool) error {
	if c.entries++; c.entries > maxEntries {
		return errors.New("enter: taken over again and again")
	}
	var in contract.Entered
	cut := c.strikes(c.tune.odds.cut)
	err := c.tune.persist(ctx, c.tune.patience, func(ctx context.Context) error {
		in = contract.Entered{}
		_, err := c.session.call(ctx, call{
			action: actEnter, method: http.MethodPost, path: c.path("enter"), cut: c.takeCut(&cut),
			body: contract.EnterRequest{
				DeviceId: fmt.Sprintf("drill-%04d-%d", c.index+1, c.device), DeviceLabel: fmt.Sprintf("演练 %04d 第 %d 台", c.index+1, c.device), RulesAccepted: true,
			},
		}, &in)
		if refusedAs(err, "taken-over") {
			return errOvertaken
		}
		return err
	})
	if err != nil {
		return err
	}
	if in.Paper == nil || len(in.Paper.Slots) == 0 {
		return errors.New("enter: a paper without questions")
	}
	c.found(c.ledger.enter(in.Epoch, in.Answers, keep))
	if c.writer.places == nil {
		c.writer.places = placesOf(*in.Paper)
	}
	c.deadline = time.Now().Add(in.Clock.Deadline.Sub(in.Clock.ServerNow))
	if !keep {
		c.changed, c.dirty = time.Time{}, time.Time{}
	}
	return nil
}

// found reports slots that do not hold what was acknowledged.
func (c *candidate) found(differences []difference) {
	for _, d := range differences {
		c.find(Lost, d.slot, d.want, d.got)
	}
}

func (c *candidate) find(kind string, slot int, want, got string) {
	c.meter.find(Finding{Kind: kind, Candidate: c.name, Attempt: c.attempt, Slot: slot, Want: want, Got: got})
}

// strikes decides whether a fault happens now.
func (c *candidate) strikes(chance float64) bool { return c.faults && c.rng.Float64() < chance }

// takeCut returns when to cut a request, and clears the order to do so: what
// is sent again is not cut again.
func (c *candidate) takeCut(order *bool) time.Duration {
	if !*order {
		return 0
	}
	*order = false
	c.meter.fault(faultCut)
	// Some are cut before the server has them, some while it works, some after.
	return time.Duration(1 + c.rng.Int64N(int64(30*time.Millisecond)))
}

// answer writes until the end, saving and beating as the page does.
func (c *candidate) answer(ctx context.Context, end time.Time) error {
	next, beat := time.Now().Add(c.pause()), time.Now().Add(c.tune.beatEvery)
	for {
		due, save := earliest(next, beat, end), c.saveAt()
		if !save.IsZero() {
			due = earliest(due, save)
		}
		if err := sleep(ctx, time.Until(due)); err != nil {
			return err
		}
		now := time.Now()
		switch {
		case !now.Before(end) && c.tune.trial.more():
			end = now.Add(moreTime)
		case !now.Before(end):
			if len(c.writer.now) == 0 {
				c.change(now) // who came in late writes one answer all the same
			}
			return nil
		case !now.Before(beat):
			beat = now.Add(c.tune.beatEvery)
			if err := c.beat(ctx); err != nil {
				return err
			}
		case !now.Before(next):
			next = now.Add(c.pause())
			c.change(now)
		case !save.IsZero() && !now.Before(save):
			if err := c.save(ctx); err != nil {
				return err
			}
		}
	}
}

func earliest(times ...time.Time) time.Time {
	out := times[0]
	for _, t := range times[1:] {
		if t.Before(out) {
			out = t
		}
	}
	return out
}

// pause is the time to the next answer, half to one and a half of the mean.
func (c *candidate) pause() time.Duration {
	return time.Duration((.5 + c.rng.Float64()) * float64(c.think))
}

func (c *candidate) change(now time.Time) {
	ch := c.writer.change()
	c.ledger.write(ch.slot, ch.response, ch.flagged, now.UnixMilli())
	c.meter.count(func(t *Tally) { t.Written++ })
	c.changed = now
	if c.dirty.IsZero() {
		c.dirty = now
	}
}

// saveAt is when to save next, zero where there is nothing to save: a second
// after the last change, five after the first, at once in the last minute.
func (c *candidate) saveAt() time.Time {
	switch {
	case len(c.ledger.pending) == 0:
		return time.Time{}
	case !c.again.IsZero():
		return c.again
	case c.dirty.IsZero() || time.Until(c.deadline) < time.Minute:
		return time.Now()
	}
	return earliest(c.changed.Add(c.tune.saveAfter), c.dirty.Add(c.tune.saveWithin))
}

// beat tells the server that the page is there. A page that was taken over
// enters again.
func (c *candidate) beat(ctx context.Context) error {
	_, err := c.session.call(ctx, call{
		action: actBeat, method: http.MethodPost, path: c.path("beat"), body: contract.BeatRequest{Epoch: c.ledger.epoch},
	}, &contract.Beat{})
	if again, _ := passing(err); err == nil || again {
		return ctx.Err() // one beat more or less does not matter
	}
	if refusedAs(err, "taken-over") {
		return c.enter(ctx, true)
	}
	return err
}
