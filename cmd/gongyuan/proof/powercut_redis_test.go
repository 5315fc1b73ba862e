//go:build unix

package proof

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"testing"

	"gongyuan/cmd/gongyuan/drill"
	"gongyuan/engine/attempt"
	"gongyuan/engine/attempt/redislive"
	"gongyuan/engine/mongostore"
)

// TestPowerCutRedis emulates a loss of power below Redis: it is killed, and the
// end of its append-only file is cut off anywhere, also within a command, as if
// what was written since the last sync had never reached the disk. It starts
// with what is left (aof-load-truncated), which is older than what candidates
// have been told is saved; the journal has to bring the rest back.
//
// Covered: any loss of the newest writes, from nothing to a third of the file,
// which at appendfsync everysec is far more than a second. Not covered: sectors
// of the tail that are written out of order or hold garbage, and a loss of the
// base file or of the manifest; Redis does not start on these, and an operator
// then starts it empty, which TestNothingLost covers.
func TestPowerCutRedis(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{copies: 2})
	cut := &powerCut{}
	s := newSaboteur(t, w, 10*scale(t), fault{"power cut of Redis", cut.strike})
	s.quiet = true
	trial := s.trial()
	trial.During = func(ctx context.Context, h drill.Hall) {
		cut.hall = h
		s.during(ctx, h)
	}
	report := w.hold(t, w.exam(8*scale(t)), trial)
	s.tell("power cut of Redis", report)
	t.Logf("%d bytes cut off the append-only file; %d times an attempt lay behind its journal, by %d operations in all", cut.bytes, cut.behind, cut.operations)
	if cut.operations == 0 {
		t.Error("no cut took anything that was durable, so nothing was tested")
	}
	noneInside(t, report)
}

// powerCut counts what the cuts took away.
type powerCut struct {
	hall               drill.Hall
	bytes              int64
	behind, operations int
}

// strike cuts the power. Nobody reaches the Redis until it has been looked at.
func (p *powerCut) strike(ctx context.Context, w *world, rng *rand.Rand) error {
	ctx = context.WithoutCancel(ctx)
	w.redis.cut()
	w.cache.kill()
	err := p.truncate(w, rng)
	if serr := w.cache.start(ctx); serr != nil {
		return errors.Join(err, serr)
	}
	return errors.Join(err, p.compare(ctx, w), w.redis.join())
}

func (p *powerCut) truncate(w *world, rng *rand.Rand) error {
	path, err := w.cache.increment()
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	lost := rng.Int64N(info.Size()/3 + 1)
	p.bytes += lost
	return os.Truncate(path, info.Size()-lost)
}

// compare counts the attempts that Redis has fallen behind with.
func (p *powerCut) compare(ctx context.Context, w *world) error {
	live, err := redislive.New(w.cache.client, "gy:")
	if err != nil {
		return err
	}
	ids := make([]attempt.AttemptID, 0, 16)
	for _, id := range p.hall.Attempts() {
		ids = append(ids, attempt.AttemptID(id))
	}
	all, err := live.Progress(ctx, ids)
	if err != nil {
		return err
	}
	there := map[attempt.AttemptID]attempt.Progress{}
	for _, a := range all {
		there[a.Attempt] = a
	}
	journal, err := mongostore.New(w.db).Journal().Operations(ctx, ids)
	if err != nil {
		return err
	}
	for id, ops := range journal {
		behind := 0
		for _, op := range ops {
			if a := there[id]; op.Epoch > a.Epoch || op.Epoch == a.Epoch && op.Seq > a.AppliedSeq {
				behind++
			}
		}
		p.operations += behind
		if behind > 0 {
			p.behind++
		}
	}
	return nil
}
