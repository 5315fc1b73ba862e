package redislive

import (
	"context"
	crand "crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
)

//go:embed lua/*.lua
var lua embed.FS

// rest is how many seconds a finished attempt stays, for counts and for pages
// that still ask.
const rest = 24 * 60 * 60

// Store keeps live attempts in Redis. It is safe for concurrent use.
type Store struct {
	client  redis.UniversalClient
	keys    keys
	scripts scripts
}

type scripts struct {
	start, enter, save, durable, touch, adjust, submit, expire, force, finished, restore *redis.Script
}

var _ attempt.Live = (*Store)(nil)

// New returns a store whose keys all begin with the prefix, which must not hold
// braces: they would take the place of the hash tag. It does not connect.
func New(client redis.UniversalClient, prefix string) (*Store, error) {
	s := &Store{client: client, keys: keys{prefix: prefix}}
	prelude, err := lua.ReadFile("lua/prelude.lua")
	if err != nil {
		return nil, fmt.Errorf("redislive: %w", err)
	}
	for name, into := range map[string]**redis.Script{
		"start": &s.scripts.start, "enter": &s.scripts.enter, "save": &s.scripts.save,
		"durable": &s.scripts.durable, "touch": &s.scripts.touch, "submit": &s.scripts.submit,
		"adjust": &s.scripts.adjust, "expire": &s.scripts.expire, "force": &s.scripts.force, "finished": &s.scripts.finished,
		"restore": &s.scripts.restore,
	} {
		body, err := lua.ReadFile("lua/" + name + ".lua")
		if err != nil {
			return nil, fmt.Errorf("redislive: %w", err)
		}
		*into = redis.NewScript(string(prelude) + string(body))
	}
	return s, nil
}

// Start implements attempt.LiveWriter.
func (s *Store) Start(ctx context.Context, all []attempt.Begin) ([]attempt.LiveState, error) {
	calls := make([]invocation, len(all))
	for i, b := range all {
		calls[i] = invocation{s.dueKeys(b.Attempt), []any{
			string(b.Attempt), string(b.Candidate), b.Slots, ms(b.Deadline), ms(b.Due), b.Version, ms(b.Now),
		}}
	}
	states, errs := s.runEach(ctx, s.scripts.start, calls)
	return states, errors.Join(errs...)
}

// Enter implements attempt.LiveWriter.
func (s *Store) Enter(ctx context.Context, id attempt.AttemptID, who people.CandidateID, epoch int, now time.Time) (attempt.LiveState, error) {
	return s.run(ctx, s.scripts.enter, []string{s.keys.attempt(id), s.keys.operations(id)},
		string(who), epoch, ms(now))
}

// Save implements attempt.LiveWriter.
func (s *Store) Save(ctx context.Context, id attempt.AttemptID, who people.CandidateID, ops []attempt.Operation, now time.Time) (attempt.LiveState, error) {
	if len(ops) == 0 {
		return attempt.LiveState{}, fmt.Errorf("redislive: save nothing: %w", attempt.ErrInvalid)
	}
	args := make([]any, 0, 5+3*len(ops))
	args = append(args, ms(now), string(who), ops[0].Epoch, ops[0].Seq, len(ops))
	for _, op := range ops {
		args = append(args, op.Slot, content(op.Response, op.Flagged), op.ClientMs)
	}
	keys := []string{s.keys.attempt(id), s.keys.answers(id), s.keys.operations(id)}
	return s.run(ctx, s.scripts.save, keys, args...)
}

// Durable implements attempt.LiveWriter.
func (s *Store) Durable(ctx context.Context, marks []attempt.Mark) ([]attempt.LiveState, []error) {
	calls := make([]invocation, len(marks))
	for i, m := range marks {
		calls[i] = invocation{[]string{s.keys.attempt(m.Attempt), s.keys.operations(m.Attempt)}, []any{m.Epoch, m.From, m.To}}
	}
	return s.runEach(ctx, s.scripts.durable, calls)
}

// Touch implements attempt.LiveWriter.
func (s *Store) Touch(ctx context.Context, id attempt.AttemptID, who people.CandidateID, epoch int, now time.Time) (attempt.LiveState, error) {
	return s.run(ctx, s.scripts.touch, []string{s.keys.attempt(id)}, string(who), epoch, ms(now))
}

// Adjust implements attempt.LiveTimer.
func (s *Store) Adjust(ctx context.Context, t attempt.Timing) (attempt.LiveState, error) {
	return s.run(ctx, s.scripts.adjust, s.dueKeys(t.Attempt),
		string(t.Attempt), ms(t.Deadline), ms(t.Due), t.Version, ms(t.PausedSince))
}

// Submit implements attempt.LiveCloser.
func (s *Store) Submit(ctx context.Context, id attempt.AttemptID, who people.CandidateID, epoch, lastSeq int, now time.Time) (attempt.LiveState, error) {
	return s.run(ctx, s.scripts.submit, s.closeKeys(id), string(id), ms(now), string(who), epoch, lastSeq)
}

// Expire implements attempt.LiveCloser.
func (s *Store) Expire(ctx context.Context, id attempt.AttemptID, version int, now time.Time) (attempt.LiveState, error) {
	return s.run(ctx, s.scripts.expire, s.closeKeys(id), string(id), ms(now), version)
}

// Force implements attempt.LiveCloser.
func (s *Store) Force(ctx context.Context, id attempt.AttemptID, by people.AccountID, reason string, now time.Time) (attempt.LiveState, error) {
	return s.run(ctx, s.scripts.force, s.closeKeys(id), string(id), ms(now), string(by), reason)
}

// Finished implements attempt.LiveCloser.
func (s *Store) Finished(ctx context.Context, ids []attempt.AttemptID) error {
	calls := make([]invocation, len(ids))
	for i, id := range ids {
		calls[i] = invocation{s.allKeys(id), []any{string(id), rest}}
	}
	_, errs := s.runEach(ctx, s.scripts.finished, calls)
	return errors.Join(errs...)
}

// claimTime is more than any restore takes.
const claimTime = time.Minute

// Claim implements attempt.LiveKeeper. A mark that is lost as soon as it was
// set comes back empty; nothing is restored by that.
func (s *Store) Claim(ctx context.Context, id attempt.AttemptID) (string, error) {
	key, mark := s.keys.claim(id), ""
	err := try(ctx, func(ctx context.Context) error {
		err := s.client.SetNX(ctx, key, crand.Text(), claimTime).Err()
		if err != nil {
			return err
		}
		if mark, err = s.client.Get(ctx, key).Result(); errors.Is(err, redis.Nil) {
			return nil
		}
		return err
	})
	return mark, err
}

// Restore implements attempt.LiveKeeper.
func (s *Store) Restore(ctx context.Context, snap attempt.Snapshot) error {
	c := snap.Closing
	args := []any{
		string(snap.Attempt), string(snap.Candidate), snap.Slots, indexOf(states[:], snap.State),
		snap.Epoch, snap.Applied, attempt.Answered(snap.Answers), ms(snap.Deadline), ms(snap.Due), snap.Version,
		ms(snap.LastSeen), ms(c.At), indexOf(manners[:], c.Manner), string(c.By), c.Reason, snap.Round, ms(snap.Paused),
		len(snap.Answers),
	}
	for slot, a := range snap.Answers {
		args = append(args, slot, content(a.Response, a.Flagged))
	}
	args = append(args, len(snap.Recent))
	for _, op := range snap.Recent {
		args = append(args, field(op), value(op))
	}
	switch over := snap.Over; {
	case over == nil:
		args = append(args, "any", "")
	case !over.There:
		args = append(args, "none", over.Claim)
	default:
		args = append(args, over.Epoch, over.Applied)
	}
	_, err := s.run(ctx, s.scripts.restore, append(s.allKeys(snap.Attempt), s.keys.claim(snap.Attempt)), args...)
	return err
}

func (s *Store) dueKeys(id attempt.AttemptID) []string {
	return []string{s.keys.attempt(id), s.keys.due(bucketOf(id))}
}

func (s *Store) closeKeys(id attempt.AttemptID) []string {
	return append(s.dueKeys(id), s.keys.closing(bucketOf(id)))
}

func (s *Store) allKeys(id attempt.AttemptID) []string {
	b := bucketOf(id)
	return []string{s.keys.attempt(id), s.keys.answers(id), s.keys.operations(id), s.keys.due(b), s.keys.closing(b)}
}

// ms is an instant for a script; the zero time is 0.
func ms(t time.Time) string {
	if t.IsZero() {
		return "0"
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}

// run calls a script. Script.Run falls back to EVAL where Redis has forgotten
// it. Every script has the same effect when it runs twice.
func (s *Store) run(ctx context.Context, script *redis.Script, keys []string, args ...any) (attempt.LiveState, error) {
	var v []int64
	err := try(ctx, func(ctx context.Context) error {
		var err error
		v, err = script.Run(ctx, s.client, keys, args...).Int64Slice()
		return err
	})
	if err != nil {
		return attempt.LiveState{}, err
	}
	return liveState(v)
}

// invocation is one call of a script.
type invocation struct {
	keys []string
	args []any
}

// runEach calls a script for several attempts in one round trip per node. What
// it returns comes in the order of the calls.
func (s *Store) runEach(ctx context.Context, script *redis.Script, calls []invocation) ([]attempt.LiveState, []error) {
	states, errs := make([]attempt.LiveState, len(calls)), make([]error, len(calls))
	cmds := make([]*redis.Cmd, len(calls))
	if len(calls) > 1 {
		// What goes wrong here for one call or for all is tried again below,
		// one by one and with patience.
		_, _ = s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i, c := range calls {
				cmds[i] = p.EvalSha(ctx, script.Hash(), c.keys, c.args...)
			}
			return nil
		})
	}
	var wg sync.WaitGroup
	places := make(chan struct{}, patientCalls)
	for i, c := range calls {
		if cmds[i] != nil {
			if v, err := cmds[i].Int64Slice(); err == nil {
				states[i], errs[i] = liveState(v)
				continue
			}
		}
		places <- struct{}{}
		wg.Go(func() {
			states[i], errs[i] = s.run(ctx, script, c.keys, c.args...)
			<-places
		})
	}
	wg.Wait()
	return states, errs
}

// patientCalls is how many calls are tried one by one at the same time.
const patientCalls = 64

// tries and pause bound the repeats on top of the client's own: pauses double
// and are shortened by up to a half at random. One to two seconds outlast the
// move of a hash slot and a planned failover, and a page still learns within
// three that Redis is gone.
const (
	tries = 7
	pause = 30 * time.Millisecond
	// patience bounds one step with all its repeats, so that a Redis that hangs
	// is noticed like one that is gone.
	patience = 3 * time.Second
)

// try repeats what failed for a reason that passes. What it returns then wraps
// attempt.ErrUnavailable.
func try(ctx context.Context, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	wait := pause
	for n := 1; ; n++ {
		err := fn(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("redislive: %w: %w", attempt.ErrUnavailable, ctx.Err())
		}
		if redis.HasErrorPrefix(err, "OOM") {
			return fmt.Errorf("redislive: %w: %w", attempt.ErrUnavailable, err)
		}
		if !passes(err) {
			return fmt.Errorf("redislive: %w", err)
		}
		if n == tries {
			return fmt.Errorf("redislive: %w: %w", attempt.ErrUnavailable, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait - rand.N(wait/2)): // #nosec G404 -- a wait
		}
		wait *= 2
	}
}

// passing begin the errors of a server that restarts, fails over, or is moving a
// hash slot. NOSCRIPT is one where scripts are sent in a pipeline.
var passing = []string{
	"READONLY", "LOADING", "MASTERDOWN", "NOREPLICAS", "BUSY", "NOSCRIPT",
	"CLUSTERDOWN", "TRYAGAIN", "MOVED", "ASK", "EXECABORT",
}

// passes tells whether an error is one of a server that restarts, fails over or
// is not reached.
func passes(err error) bool {
	for _, prefix := range passing {
		if redis.HasErrorPrefix(err, prefix) {
			return true
		}
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, redis.ErrPoolTimeout) || errors.Is(err, net.ErrClosed)
}
