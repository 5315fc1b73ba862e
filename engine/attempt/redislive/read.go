package redislive

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
)

// Answers implements attempt.LiveReader.
func (s *Store) Answers(ctx context.Context, id attempt.AttemptID) (map[int]attempt.Answer, error) {
	var there *redis.IntCmd
	var held *redis.MapStringStringCmd
	err := try(ctx, func(ctx context.Context) error {
		_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
			there = p.Exists(ctx, s.keys.attempt(id))
			held = p.HGetAll(ctx, s.keys.answers(id))
			return nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	if there.Val() == 0 {
		return nil, attempt.ErrUnknown
	}
	raw := held.Val()
	answers := make(map[int]attempt.Answer, len(raw))
	for slot, text := range raw {
		n, err := strconv.Atoi(slot)
		if err != nil || text == "" {
			return nil, fmt.Errorf("redislive: answers of %s: slot %q", id, slot)
		}
		if a := parseContent(text); a != (attempt.Answer{}) {
			answers[n] = a
		}
	}
	return answers, nil
}

// Tails implements attempt.LiveReader in one round trip per node. The head is
// read before the operations: once it says that the attempt has ended, nothing
// is applied any more, so the operations are all there are.
func (s *Store) Tails(ctx context.Context, ids []attempt.AttemptID) (map[attempt.AttemptID]attempt.Tail, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	heads := make([]*redis.SliceCmd, len(ids))
	ops := make([]*redis.MapStringStringCmd, len(ids))
	err := try(ctx, func(ctx context.Context) error {
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i, id := range ids {
				heads[i] = p.HMGet(ctx, s.keys.attempt(id), "state", "epoch", "durable", "ended", "manner", "by", "reason")
				ops[i] = p.HGetAll(ctx, s.keys.operations(id))
			}
			return nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	tails := make(map[attempt.AttemptID]attempt.Tail, len(ids))
	for i, id := range ids {
		if v := texts(heads[i].Val()); v[0] != "" {
			if tails[id], err = tailOf(v, ops[i].Val()); err != nil {
				return nil, fmt.Errorf("redislive: operations of %s: %w", id, err)
			}
		}
	}
	return tails, nil
}

// tailOf reads what Tails asked for.
func tailOf(v []string, ops map[string]string) (attempt.Tail, error) {
	tail := attempt.Tail{State: at(states[:], number(v[0]))}
	if tail.State.Over() {
		tail.Closing = attempt.Closing{
			Manner: at(manners[:], number(v[4])), At: instant(v[3]), By: people.AccountID(v[5]), Reason: v[6],
		}
	}
	epoch, durable := int(number(v[1])), int(number(v[2]))
	for name, text := range ops {
		op, err := parseOperation(name, text)
		if err != nil {
			return attempt.Tail{}, err
		}
		if op.Epoch != epoch || op.Seq > durable {
			tail.Operations = append(tail.Operations, op)
		}
	}
	slices.SortFunc(tail.Operations, func(a, b attempt.Operation) int {
		return cmp.Or(cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Seq, b.Seq))
	})
	return tail, nil
}

// Progress implements attempt.LiveReader in one round trip per node.
func (s *Store) Progress(ctx context.Context, ids []attempt.AttemptID) ([]attempt.Progress, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	cmds := make([]*redis.SliceCmd, len(ids))
	err := try(ctx, func(ctx context.Context) error {
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i, id := range ids {
				cmds[i] = p.HMGet(ctx, s.keys.attempt(id), "state", "answered", "applied", "epoch", "seen", "deadline", "paused")
			}
			return nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	all := make([]attempt.Progress, 0, len(ids))
	for i, id := range ids {
		v := texts(cmds[i].Val())
		if v[0] == "" {
			continue
		}
		all = append(all, attempt.Progress{
			Attempt: id, State: at(states[:], number(v[0])), Answered: int(number(v[1])),
			AppliedSeq: int(number(v[2])), Epoch: int(number(v[3])), LastSeen: instant(v[4]), Deadline: instant(v[5]),
			PausedSince: instant(v[6]),
		})
	}
	return all, nil
}

// Due implements attempt.LiveKeeper in two round trips per node: the first
// learns who sweeps what, the second renews, takes and gives back leases and
// reads the buckets. Attempts that have ended come in a random choice, so that
// one which cannot be finished does not keep the others waiting.
func (s *Store) Due(ctx context.Context, sweeper string, now time.Time, limit int) (attempt.Due, error) {
	held, err := s.holders(ctx)
	p := held.plan(sweeper)
	var taken [buckets]*redis.BoolCmd
	var due, closing [buckets]*redis.StringSliceCmd
	until := &redis.ZRangeBy{Min: "-inf", Max: ms(now), Count: int64(limit) + 1}
	s.pipelines(ctx, p.mine(), func(pipe redis.Pipeliner, b int) {
		switch p.steps[b] {
		case keep:
			pipe.PExpire(ctx, s.keys.sweeper(b), leaseTime)
		case take:
			taken[b] = pipe.SetNX(ctx, s.keys.sweeper(b), sweeper, leaseTime)
		}
		due[b] = pipe.ZRangeByScore(ctx, s.keys.due(b), until)
		closing[b] = pipe.SRandMemberN(ctx, s.keys.closing(b), int64(limit))
		if p.steps[b] == give {
			pipe.Del(ctx, s.keys.sweeper(b))
		}
	})
	s.queue(ctx, sweeper, held, p)
	var found attempt.Due
	for _, b := range p.mine() {
		if failed := cmp.Or(failure(due[b]), failure(closing[b])); failed != nil {
			err = cmp.Or(err, failed)
			continue
		}
		if taken[b] != nil && !taken[b].Val() {
			continue // another copy was quicker
		}
		found = gather(found, due[b].Val(), closing[b].Val())
	}
	if err != nil {
		return found, fmt.Errorf("redislive: due: %w: %w", attempt.ErrUnavailable, err)
	}
	return found, nil
}

// gather adds what one bucket holds.
func gather(found attempt.Due, due, closing []string) attempt.Due {
	if len(due) == 0 || due[0] != sentinel {
		found.Lost = true
	}
	for _, m := range due {
		if m != sentinel {
			found.Expired = append(found.Expired, attempt.AttemptID(m))
		}
	}
	for _, m := range closing {
		found.Closing = append(found.Closing, attempt.AttemptID(m))
	}
	return found
}

// Schedule implements attempt.LiveKeeper in one round trip per node. The nodes
// are independent of each other: what can be noted is noted.
func (s *Store) Schedule(ctx context.Context, all []attempt.Appointment) error {
	var of [buckets][]attempt.Appointment
	for _, a := range all {
		b := bucketOf(a.Attempt)
		of[b] = append(of[b], a)
	}
	return s.nodes(ctx, everyBucket(), func(share []int) error {
		return try(ctx, func(ctx context.Context) error {
			_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
				for _, b := range share {
					for _, a := range of[b] {
						if a.State.Over() {
							p.SAdd(ctx, s.keys.closing(b), string(a.Attempt))
							continue
						}
						p.ZAddNX(ctx, s.keys.due(b), redis.Z{Score: float64(a.Due.UnixMilli()), Member: string(a.Attempt)})
					}
					// Last: it says that the bucket is whole.
					p.ZAddNX(ctx, s.keys.due(b), redis.Z{Score: sentinelScore, Member: sentinel})
				}
				return nil
			})
			return err
		})
	})
}

// content is the state of a slot as the answers hash holds it.
func content(response string, flagged bool) string {
	if flagged {
		return "1" + response
	}
	return "0" + response
}

func parseContent(text string) attempt.Answer {
	return attempt.Answer{Response: text[1:], Flagged: text[0] == '1'}
}

// field and value are an operation as the operations hash holds it.
func field(op attempt.Operation) string { return fmt.Sprintf("%d:%d", op.Epoch, op.Seq) }

func value(op attempt.Operation) string {
	return fmt.Sprintf("%d:%d:%d:%s", op.ReceivedMs, op.ClientMs, op.Slot, content(op.Response, op.Flagged))
}

func parseOperation(name, text string) (attempt.Operation, error) {
	epoch, seq, ok := strings.Cut(name, ":")
	v := strings.SplitN(text, ":", 4)
	if !ok || len(v) != 4 || v[3] == "" {
		return attempt.Operation{}, fmt.Errorf("operation %q cannot be read", name)
	}
	a := parseContent(v[3])
	return attempt.Operation{
		Epoch: int(number(epoch)), Seq: int(number(seq)), ReceivedMs: number(v[0]), ClientMs: number(v[1]),
		Slot: int(number(v[2])), Response: a.Response, Flagged: a.Flagged,
	}, nil
}

// texts reads the reply of HMGET; an absent field is empty.
func texts(v []any) []string {
	out := make([]string, max(len(v), 7))
	for i, x := range v {
		out[i], _ = x.(string)
	}
	return out
}

// number reads what the scripts wrote; what is not a number is 0.
func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

func instant(text string) time.Time {
	if n := number(text); n > 0 {
		return time.UnixMilli(n).UTC()
	}
	return time.Time{}
}
