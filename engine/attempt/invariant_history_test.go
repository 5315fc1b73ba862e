package attempt_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/redis/go-redis/v9"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
)

// TestHistories is invariant I5: pages that take an attempt over from each
// other, send batches again, ask and hand in, and staff who collect, on two
// copies of the program, while the journal fails before or after it has stored,
// and Redis is emptied at any time. One register must explain what everybody
// was told.
func TestHistories(t *testing.T) {
	t.Parallel()
	for name, lossy := range map[string]bool{"Redis kept": false, "Redis lost": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Run("embedded", func(t *testing.T) {
				t.Parallel()
				client, prefix := servers.EmbeddedRedis(t)
				playHistories(t, newWorld(t, client, prefix, servers.Embedded(t)), client, prefix, lossy)
			})
			t.Run("servers", func(t *testing.T) {
				t.Parallel()
				client, prefix := servers.Redis(t)
				playHistories(t, newWorld(t, client, prefix, servers.Mongo(t)), client, prefix, lossy)
			})
		})
	}
}

// wipe takes everything of the prefix at one instant, as a FLUSHALL of a server
// of our own would.
var wipe = redis.NewScript(`
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
  redis.call('DEL', key)
end
return 1`)

func playHistories(t *testing.T, w *world, client *redis.Client, prefix string, lossy bool) {
	w.lose = func() {
		if err := wipe.Run(context.WithoutCancel(t.Context()), client, nil, prefix).Err(); err != nil {
			t.Errorf("wipe: %v", err)
		}
	}
	if !lossy {
		w.lose = func() {}
	}
	copies := []*attempt.Service{w.copy(t), w.copy(t)}
	w.journal.Before(w.shake())
	var wg sync.WaitGroup
	tallies := make([]map[string]int, histories(t))
	for n := range tallies {
		id := w.sealed(t)
		wg.Go(func() {
			p := &play{t: t, w: w, copies: copies, id: id, lossy: lossy}
			p.run(uint64(n))
			p.hold(n)
			tallies[n] = p.tally()
		})
	}
	wg.Wait()
	total := map[string]int{}
	for _, tally := range tallies {
		for what, n := range tally {
			total[what] += n
		}
	}
	t.Logf("%d histories: %v", len(tallies), total)
	for _, what := range []string{"save ok", "save nothing", "save taken over", "save closed", "enter ok", "submit ok", "collect ok", "beat ok"} {
		if total[what] == 0 {
			t.Errorf("no history had %q: the play shows too little", what)
		}
	}
}

// shake returns what happens before each Append: mostly nothing; at times Redis
// loses everything, the journal refuses, or it stores and the answer is lost.
func (w *world) shake() func([]attempt.JournalEntry) error {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(1, 2))
	return func(all []attempt.JournalEntry) error {
		mu.Lock()
		dice := random.IntN(100)
		mu.Unlock()
		switch {
		case dice < 15:
			w.lose()
		case dice < 35:
			return errDown
		case dice < 45:
			return errors.Join(w.journal.Journal.Append(context.Background(), all), errDown)
		}
		return nil
	}
}

// play is one attempt and those who work on it.
type play struct {
	recorder
	t      *testing.T
	w      *world
	copies []*attempt.Service
	id     attempt.AttemptID
	lossy  bool           // Redis is emptied at times
	faults map[string]int // errors of the service that it does not promise
}

// run plays three pages, then the end, at which everybody wants to close, and
// then what pages do that have not heard of it.
func (p *play) run(seed uint64) {
	var pages []*page
	for client := range 3 {
		pages = append(pages, &page{play: p, client: client, random: rand.New(rand.NewPCG(seed, uint64(client)))})
	}
	each := func(do func(*page)) {
		var wg sync.WaitGroup
		for _, one := range pages {
			wg.Go(func() { do(one) })
		}
		wg.Wait()
	}
	each((*page).write)
	each((*page).handIn)
	each(func(one *page) {
		for range 50 {
			if p.collect(one.client).outcome == toldOK {
				return
			}
		}
		p.t.Error("the attempt could not be collected")
	})
	each(func(one *page) {
		if one.epoch > 0 {
			one.save()
		}
		one.beat()
		one.again.Wait()
	})
}

// page is one candidate's page as the protocol wants it: it keeps what is not
// known to be durable and sends from there.
type page struct {
	*play
	client           int
	random           *rand.Rand
	epoch            int // 0 while it has no lease
	durable, written int
	again            sync.WaitGroup // copies of requests that the network made
	ended            bool
}

// write goes on for some actions, or until the attempt has ended.
func (p *page) write() {
	for range 14 {
		if p.ended {
			return
		}
		if p.random.IntN(12) == 0 {
			p.w.lose()
		}
		switch dice := p.random.IntN(10); {
		case p.epoch == 0 && dice < 4:
			p.enter()
		case p.epoch == 0 || dice < 3:
			p.beat()
		default:
			p.written += p.random.IntN(3)
			p.save()
		}
	}
}

// handIn sends what is missing and submits, if the page has the lease.
func (p *page) handIn() {
	p.again.Wait()
	for range 10 {
		if p.epoch == 0 || p.ended {
			return
		}
		if p.durable < p.written {
			p.save()
			continue
		}
		if p.submit().outcome == toldOK {
			p.ended = true
		}
	}
}

func (p *page) service() *attempt.Service { return p.copies[p.random.IntN(len(p.copies))] }

func (p *page) enter() {
	s := p.service()
	out := p.call(p.client, ask{what: askEnter}, func() told {
		in, err := s.Enter(context.Background(), enterCommand(p.id, fmt.Sprint("desk ", p.client)))
		out := p.outcome(err)
		if err == nil {
			out.epoch, out.answers = in.Epoch, written(in.Answers)
		}
		if out.outcome == toldTaken { // a newer page came in between
			out.outcome = toldNothing
		}
		return out
	})
	if out.outcome == toldOK {
		p.epoch, p.durable, p.written = out.epoch, 0, 0
	}
	p.ended = out.outcome == toldClosed
}

func (p *page) save() {
	if p.durable == p.written {
		p.written++
	}
	in := ask{what: askSave, epoch: p.epoch, from: p.durable + 1, to: p.written}
	s, impatient := p.service(), p.random.IntN(5) == 0
	if p.random.IntN(4) == 0 { // the network delivers it twice
		other := p.service()
		p.again.Go(func() { p.call(p.client, in, func() told { return p.sendTo(other, in, impatient) }) })
	}
	switch out := p.call(p.client, in, func() told { return p.sendTo(s, in, impatient) }); out.outcome {
	case toldOK:
		p.durable = in.to
	case toldTaken:
		p.epoch = 0
	case toldClosed:
		p.ended = true
	}
}

// sendTo sends a batch; an impatient page goes away before it has its receipt.
func (p *page) sendTo(s *attempt.Service, in ask, impatient bool) told {
	cmd := attempt.SaveCommand{Attempt: p.id, Candidate: enginetest.Candidate, Epoch: in.epoch}
	for seq := in.from; seq <= in.to; seq++ {
		cmd.Operations = append(cmd.Operations, registerOp(in.epoch, seq))
	}
	ctx := context.Background()
	if impatient {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
	}
	saved, err := s.Save(ctx, cmd)
	out := p.outcome(err)
	if err == nil && (saved.Pending || saved.DurableSeq < in.to) {
		out.outcome = toldNothing
	}
	return out
}

func (p *page) beat() {
	s := p.service()
	p.call(p.client, ask{what: askBeat, epoch: p.epoch}, func() told {
		beat, err := s.Heartbeat(context.Background(), p.id, enginetest.Candidate, p.epoch)
		out := p.outcome(err)
		out.mine, out.over, out.applied = beat.Mine, beat.State.Over(), beat.DurableSeq
		return out
	})
}

func (p *page) submit() told {
	s, in := p.service(), ask{what: askSubmit, epoch: p.epoch, to: p.durable}
	out := p.call(p.client, in, func() told {
		sub, err := s.Submit(context.Background(), submitCommand(p.id, in.epoch, in.to))
		out := p.outcome(err)
		out.answers = written(sub.Answers)
		return out
	})
	if out.outcome == toldTaken {
		p.epoch = 0
	}
	return out
}

func (p *play) collect(client int) told {
	return p.call(client, ask{what: askTake}, func() told {
		sub, err := p.copies[client%2].Collect(context.Background(), attempt.CollectCommand{Attempt: p.id, By: "staff", Reason: "r"})
		out := p.outcome(err)
		out.answers = written(sub.Answers)
		return out
	})
}

// outcome reads an error. One that the service does not promise is a fault of
// its own, and tells nothing of what has happened.
func (p *play) outcome(err error) told {
	var refusal *attempt.Refusal
	switch {
	case err == nil:
		return told{outcome: toldOK}
	case errors.Is(err, attempt.ErrUnavailable), errors.Is(err, attempt.ErrBusy), errors.Is(err, attempt.ErrNotStarted),
		errors.Is(err, context.DeadlineExceeded):
		return told{outcome: toldNothing}
	case !errors.As(err, &refusal):
		p.note("an error that no caller should see", err)
		return told{outcome: toldNothing}
	case errors.Is(err, attempt.ErrTakenOver):
		return told{outcome: toldTaken}
	case errors.Is(err, attempt.ErrClosed):
		return told{outcome: toldClosed, applied: refusal.AppliedSeq}
	case errors.Is(err, attempt.ErrGap):
		return told{outcome: toldGap}
	}
	p.note("a refusal that no page of ours deserves", err)
	return told{outcome: toldNothing}
}

// note keeps a fault of the service, once for each text.
func (p *play) note(what string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.faults == nil {
		p.faults = map[string]int{}
	}
	p.faults[what+": "+strings.ReplaceAll(err.Error(), string(p.id), "…")]++
}

func written(answers map[int]attempt.Answer) (out [slots]string) {
	for slot, a := range answers {
		out[slot-1] = a.Response
	}
	return out
}

// hold checks the history, and prints it where nothing explains it.
func (p *play) hold(n int) {
	for fault, times := range p.faults {
		p.t.Errorf("history %d, %d times: %s", n, times, fault)
	}
	history := p.bounded()
	if explains(p.t, history, p.lossy) {
		return
	}
	slices.SortFunc(history, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	var lines strings.Builder
	for _, op := range history {
		fmt.Fprintf(&lines, "%4d–%4d client %d: %+v → %+v\n", op.Call, min(op.Return, 9999), op.ClientId, op.Input, op.Output)
	}
	p.t.Errorf("history %d of attempt %s: no single register explains it:\n%s", n, p.id, lines.String())
}

// bounded drops beats of which nothing is known, and gives calls of unknown
// outcome an end where the model shows that they change nothing afterwards: a
// save once it is acknowledged after all, or its page has lost the lease; any
// call once the attempt is closed. The search would else take for ever.
func (p *play) bounded() []porcupine.Operation {
	var out []porcupine.Operation
	for _, op := range p.all {
		in := op.Input.(ask)
		if op.Output.(told).outcome != toldNothing {
			out = append(out, op)
			continue
		}
		if in.what == askBeat {
			continue
		}
		for _, later := range p.all {
			if p.settles(later, in) {
				op.Return = min(op.Return, max(later.Return, op.Call))
			}
		}
		out = append(out, op)
	}
	return out
}

// settles tells whether a call that is known to have succeeded leaves nothing
// to change for the other, whose outcome is unknown.
func (p *play) settles(known porcupine.Operation, unknown ask) bool {
	in, out := known.Input.(ask), known.Output.(told)
	if out.outcome != toldOK || known.Return == math.MaxInt64 {
		return false
	}
	switch in.what {
	case askSubmit, askTake:
		return true
	case askEnter:
		return !p.lossy && unknown.what == askSave && out.epoch > unknown.epoch
	case askSave:
		return unknown.what == askSave && in.epoch == unknown.epoch && in.to >= unknown.to
	}
	return false
}

// tally counts the calls by what was asked and told.
func (p *play) tally() map[string]int {
	counts := map[string]int{}
	for _, op := range p.all {
		counts[op.Input.(ask).what+" "+op.Output.(told).outcome]++
	}
	return counts
}
