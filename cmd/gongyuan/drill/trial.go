package drill

import (
	"context"
	"errors"
	"net/http"
	"time"

	"gongyuan/api/contract"
)

// Trial is what a test that has its hand on the installation's processes adds
// to a drill.
type Trial struct {
	// Window is the time from the plan to the end of the sitting, which is then
	// everybody's deadline; 0 leaves the drill's own, which nobody reaches.
	Window time.Duration
	// Stay keeps everybody from handing in: the deadline does it for them, or
	// whoever collects.
	Stay bool
	// More, where given, keeps everybody answering beyond Config.Duration for as
	// long as it says true.
	More func() bool
	// Ready, where given, is called by every candidate that has saved its last
	// answer. It hands in, or stays, once that has returned.
	Ready func(ctx context.Context) error
	// During, where given, runs beside the candidates. Its context ends when
	// the last of them has handed in; the drill goes on when it has returned.
	During func(ctx context.Context, h Hall)
}

// Hall is what During may see and do.
type Hall struct{ run *run }

// trialPace is a page in a hurry, so that a drill of a few seconds has much to
// lose, and a patient one, because the installation is away again and again.
var trialPace = tuning{
	saveAfter: 40 * time.Millisecond, saveWithin: 160 * time.Millisecond, beatEvery: 2 * time.Second, askAgain: 50 * time.Millisecond,
	backoff: 40 * time.Millisecond, backoffMax: 400 * time.Millisecond, patience: time.Minute, timeout: 8 * time.Second, workers: 8,
	odds: odds{cut: .04, duplicate: .08, reorder: .08, reload: .02, takeOver: .01, parallel: .3},
}

// Try holds a drill as Run does, at the pace of a test and with what the trial
// adds.
func Try(ctx context.Context, cfg Config, trial Trial) (Report, error) {
	tune := trialPace
	tune.trial = trial
	return hold(ctx, cfg, tune)
}

// moreTime is how often More is asked.
const moreTime = 100 * time.Millisecond

func (t *Trial) more() bool { return t.More != nil && t.More() }

// Sitting is the sitting of the drill.
func (h Hall) Sitting() string { return h.run.office.sitting.Id }

// Attempts are those of all who have signed in.
func (h Hall) Attempts() []string {
	var out []string
	for _, c := range h.run.candidates {
		if c.attempt != "" {
			out = append(out, c.attempt)
		}
	}
	return out
}

// Tally is what has been counted so far.
func (h Hall) Tally() Tally {
	var out Tally
	h.run.meter.count(func(t *Tally) { out = *t })
	return out
}

// Ask sends one request as the administrator of the drill and decodes the
// reply into out, if that is not nil. It is repeated where it fails in passing,
// so it must be one that may be.
func (h Hall) Ask(ctx context.Context, method, path string, body, out any) error {
	return h.run.office.ask(ctx, call{method: method, path: path, body: body}, out)
}

// beside starts During and returns what ends it.
func (r *run) beside(ctx context.Context) (end func()) {
	during := r.tune.trial.During
	if during == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		during(ctx, Hall{r})
	}()
	return func() {
		cancel()
		<-done
	}
}

// errRunning is an attempt that has not ended yet.
var errRunning = errors.New("receipt: not handed in yet")

// end hands in, or waits until others have done it.
func (c *candidate) end(ctx context.Context) error {
	if ready := c.tune.trial.Ready; ready != nil {
		if err := ready(ctx); err != nil {
			return err
		}
	}
	if !c.tune.trial.Stay {
		return c.submit(ctx)
	}
	return c.tune.persist(ctx, c.tune.patience, func(ctx context.Context) error {
		var receipt contract.Receipt
		_, err := c.session.call(ctx, call{
			action: actReceipt, method: http.MethodGet, path: c.path("receipt"), expects: []string{"not-submitted"},
		}, &receipt)
		if refusedAs(err, "not-submitted") {
			return errRunning
		}
		if err == nil {
			c.keep(receipt)
		}
		return err
	})
}
