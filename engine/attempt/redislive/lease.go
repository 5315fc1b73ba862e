package redislive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Copies of the program share the buckets by leases, so that each attempt is
// closed by one of them and not by all. A lease is a key of the bucket with the
// copy's name and a time limit, which the copy renews each time it sweeps. It
// is an economy and never a guarantee: a copy that was suspended, or a Redis
// that failed over, can have two copies sweep one bucket, and then every step
// of theirs is idempotent.
//
// How many copies there are is read off the leases themselves. No copy's clock
// and no list of copies is asked: both can be wrong for long, and then a dead
// copy's share would stay unswept. Only a copy without any lease has to make
// itself known, by the one key newcomer; the others then give back what is
// over their smaller share.
const (
	// leaseTime is how long buckets stay with a copy that died. It has to hold
	// some sweeps of Service.Run, so that a late one loses nothing.
	leaseTime = 3 * time.Second
	// nodeWait bounds a sweep's round trip to one node. It is not repeated: the
	// next sweep is near, and the other nodes' attempts must not wait.
	nodeWait = time.Second
)

// holding is who sweeps what at one moment.
type holding struct {
	sweeper  [buckets]string // empty where nobody does
	away     [buckets]bool   // not reached
	newcomer string
}

// step is what a copy does with one bucket.
type step int

const (
	leave step = iota // it is another's
	keep              // sweep it and renew the lease
	take              // lease it, and sweep it if that succeeds
	give              // sweep it once more and end the lease
)

// plan is what a copy does with all of them.
type plan struct {
	steps [buckets]step
	waits bool // it finds nothing to sweep
}

// plan divides the buckets by the number of copies. The share is rounded up, so
// that all are covered, but down for what a copy keeps while another waits: else
// there might be nothing to give. Every copy begins at another bucket, so that
// several which start at once do not all want the same.
func (h holding) plan(sweeper string) plan {
	copies := map[string]bool{sweeper: true}
	for _, other := range append(h.sweeper[:], h.newcomer) {
		if other != "" {
			copies[other] = true
		}
	}
	share := (buckets + len(copies) - 1) / len(copies)
	if h.newcomer != "" && h.newcomer != sweeper {
		share = max(1, buckets/len(copies))
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(sweeper)) // never fails
	first := int(hash.Sum32() % buckets)
	var p plan
	count := 0
	for _, mine := range []step{keep, take} {
		for i := range buckets {
			b := (first + i) % buckets
			switch {
			case h.away[b]:
			case mine == keep && h.sweeper[b] == sweeper && count == share:
				p.steps[b] = give
			case mine == keep && h.sweeper[b] == sweeper, mine == take && h.sweeper[b] == "" && count < share:
				p.steps[b] = mine
				count++
			}
		}
	}
	p.waits = count == 0
	return p
}

// mine are the buckets that the copy looks into.
func (p plan) mine() []int {
	return slices.DeleteFunc(everyBucket(), func(b int) bool { return p.steps[b] == leave })
}

func everyBucket() []int {
	all := make([]int, buckets)
	for b := range all {
		all[b] = b
	}
	return all
}

// holders reads all leases. The error is that of the first bucket that is away.
func (s *Store) holders(ctx context.Context) (holding, error) {
	var sweeper [buckets]*redis.StringCmd
	var newcomer *redis.StringCmd
	s.pipelines(ctx, everyBucket(), func(p redis.Pipeliner, b int) {
		sweeper[b] = p.Get(ctx, s.keys.sweeper(b))
		if b == newcomerBucket {
			newcomer = p.Get(ctx, s.keys.newcomer())
		}
	})
	held := holding{newcomer: newcomer.Val()}
	var err error
	for b := range buckets {
		failed := failure(sweeper[b])
		held.sweeper[b], held.away[b] = sweeper[b].Val(), failed != nil
		err = cmp.Or(err, failed)
	}
	return held, err
}

// queue makes the copy known as a newcomer while it has nothing to sweep, and
// clears the place for the next one as soon as it has. There is one place only:
// several newcomers come in one after the other.
func (s *Store) queue(ctx context.Context, sweeper string, held holding, p plan) {
	if held.away[newcomerBucket] {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, nodeWait)
	defer cancel()
	// A failure has no consequence but that the copy waits longer.
	switch {
	case p.waits && held.newcomer == "":
		_ = s.client.SetNX(ctx, s.keys.newcomer(), sweeper, leaseTime).Err()
	case !p.waits && held.newcomer == sweeper:
		_ = s.client.Del(ctx, s.keys.newcomer()).Err()
	}
}

// pipelines sends what fill puts in for each of the buckets, one pipeline per
// node. What became of a command is in the command.
func (s *Store) pipelines(ctx context.Context, all []int, fill func(p redis.Pipeliner, bucket int)) {
	ctx, cancel := context.WithTimeout(ctx, nodeWait)
	defer cancel()
	_ = s.nodes(ctx, all, func(share []int) error {
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, b := range share {
				fill(p, b)
			}
			return nil
		})
		return err
	})
}

// nodes calls fn at the same time with the buckets of each node, so that a node
// which is away costs those of the others nothing. It is only a grouping: a
// bucket that has moved meanwhile is found where it is.
func (s *Store) nodes(ctx context.Context, all []int, fn func(share []int) error) error {
	shares := s.byNode(ctx, all)
	errs := make([]error, len(shares))
	var wg sync.WaitGroup
	for i, share := range shares {
		wg.Go(func() { errs[i] = fn(share) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (s *Store) byNode(ctx context.Context, all []int) [][]int {
	cluster, ok := s.client.(*redis.ClusterClient)
	if !ok || len(all) == 0 {
		return [][]int{all}
	}
	index := map[*redis.Client]int{}
	var shares [][]int
	for _, b := range all {
		node, err := cluster.MasterForKey(ctx, s.keys.due(b))
		if err != nil {
			return [][]int{all} // no node of the cluster is known
		}
		at, known := index[node]
		if !known {
			at = len(shares)
			index[node] = at
			shares = append(shares, nil)
		}
		shares[at] = append(shares[at], b)
	}
	return shares
}

// failure is why a command of a pipeline failed; an absent key is none.
func failure(cmd redis.Cmder) error {
	if err := cmd.Err(); err != nil && !errors.Is(err, redis.Nil) {
		return fmt.Errorf("%s: %w", cmd.Name(), err)
	}
	return nil
}
