package redislive_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/enginetest/servers/launch"
)

// TestCluster runs on one cluster of three masters: the suites of every live
// store, and then an exam of which one node dies.
func TestCluster(t *testing.T) {
	t.Parallel()
	cluster := servers.Cluster(t, 0)
	client, seen := watched(t, cluster)
	t.Run("live", func(t *testing.T) {
		enginetest.RunLive(t, func(t *testing.T) attempt.Live { return open(t, client, "live:") })
	})
	t.Run("sweepers", func(t *testing.T) { enginetest.RunSweepers(t, open(t, client, "sweepers:")) })
	t.Run("bucket is one slot", func(t *testing.T) { bucketIsOneSlot(t, cluster, client) })
	t.Run("node away", func(t *testing.T) { nodeAway(t, cluster, client) })
	seen.check(t)
}

// bucketIsOneSlot asks a server for the slot of every key that the store made:
// all keys of a bucket have the same.
func bucketIsOneSlot(t *testing.T, cluster *launch.Cluster, client *redis.ClusterClient) {
	x := newExam(t, client, 40)
	x.saveAll(t)
	_, err := x.Sweep(t.Context(), x.clock.Now())
	check(t, err)
	slots, kinds := map[string]map[int]bool{}, map[string]bool{}
	for _, key := range keysOf(t, client, x.prefix) {
		slot, err := cluster.Slot(t.Context(), key)
		check(t, err)
		bucket := tagOf(key)
		if slots[bucket] == nil {
			slots[bucket] = map[int]bool{}
		}
		slots[bucket][slot] = true
		kinds[strings.Split(key, ":")[2]] = true
	}
	if len(slots) != 256 || len(kinds) < 4 {
		t.Errorf("only %d buckets and the keys %v were seen", len(slots), kinds)
	}
	for bucket, all := range slots {
		if len(all) != 1 || bucket == "" {
			t.Errorf("bucket %q has the slots %v", bucket, all)
		}
	}
}

// TestExamWhileSlotsMove has candidates write on a cluster whose slots are
// moved and one of whose masters hands over to its replica. No page notices,
// and nothing that was acknowledged is missing at the end.
// GONGYUAN_CLUSTER_ATTEMPTS makes it larger.
func TestExamWhileSlotsMove(t *testing.T) {
	t.Parallel()
	count := 300
	if n, err := strconv.Atoi(os.Getenv("GONGYUAN_CLUSTER_ATTEMPTS")); err == nil {
		count = n
	}
	cluster := servers.Cluster(t, 1)
	client, seen := watched(t, cluster)
	x := newExam(t, client, count)
	other := x.copy(t)
	end := make(chan struct{})
	var writing sync.WaitGroup
	for w := range 24 {
		writing.Go(func() { x.write(t, w, 24, end) })
	}
	moved := x.moveBuckets(t, cluster, cluster.Nodes[:3], 0, 128)
	begun := time.Now()
	check(t, cluster.Failover(t.Context(), cluster.Nodes[3]))
	t.Logf("failover took %s", time.Since(begun).Round(time.Millisecond))
	// The replica is the master now, in the place of the first node.
	moved += x.moveBuckets(t, cluster, cluster.Nodes[1:], 128, 256)
	close(end)
	writing.Wait()
	t.Logf("%d attempts, %d saves without an error, %d slots moved; replies on the way: %v",
		count, x.saves.Load(), moved, seen.replies())
	for _, reply := range []string{"MOVED", "ASK", "TRYAGAIN"} {
		if seen.replies()[reply] == 0 {
			t.Errorf("nothing was disturbed: no %s", reply)
		}
	}
	x.clock.Set(examDue)
	x.closeAll(t, count, x.Service, other)
	x.checkReceipts(t)
	seen.check(t)
}

// moveBuckets moves the slots of every fourth bucket from … end around the
// masters. With some it waits until each page has saved or tried to, when half
// of the keys are moved or when all are and the slot is not.
func (x *exam) moveBuckets(t *testing.T, cluster *launch.Cluster, masters []*launch.Node, from, end int) (moved int) {
	t.Helper()
	for b := from; b < end; b += 4 {
		slot, err := cluster.Slot(t.Context(), fmt.Sprintf("{b%02x}", b))
		check(t, err)
		owner, err := cluster.Owner(t.Context(), slot)
		check(t, err)
		to := masters[(slices.Index(masters, owner)+1)%len(masters)]
		check(t, cluster.Move(t.Context(), slot, to, func(left int) {
			if b%16 != 0 || (b%32 == 0) != (left == 0) {
				return
			}
			enough, until := x.saves.Load()+int64(len(x.ids)), time.Now().Add(200*time.Millisecond)
			for x.saves.Load() < enough && time.Now().Before(until) && !t.Failed() {
				time.Sleep(time.Millisecond)
			}
		}))
		moved++
	}
	return moved
}

// nodeAway kills one of three nodes at the deadline. The attempts of the other
// two are closed all the same, and those of the third once it is back.
func nodeAway(t *testing.T, cluster *launch.Cluster, client *redis.ClusterClient) {
	ctx := t.Context()
	x := newExam(t, client, 90)
	x.saveAll(t)
	_, err := x.Sweep(ctx, x.clock.Now())
	check(t, err)
	dead := cluster.Nodes[2]
	there, gone := x.byNode(t, client, dead.Addr())
	dead.Kill()
	begun := time.Now()
	_, err = x.Save(ctx, x.command(gone[0], 3, 3))
	if took := time.Since(begun); !errors.Is(err, attempt.ErrUnavailable) || took > 4*time.Second {
		t.Errorf("save on the dead node: %v after %s; want ErrUnavailable within three seconds", err, took)
	}

	x.clock.Set(examDue)
	swept := make(chan error, 1)
	begun = time.Now()
	go func() {
		_, err := x.Sweep(ctx, examDue)
		swept <- err
	}()
	for open := len(there); open > 0; time.Sleep(5 * time.Millisecond) {
		if took := time.Since(begun); took > 3*time.Second {
			t.Fatalf("%d of %d attempts of the living nodes are open after %s", open, len(there), took)
		}
		all, err := x.cfg.Live.Progress(ctx, there)
		check(t, err)
		open = len(there)
		for _, p := range all {
			if p.State.Over() {
				open--
			}
		}
	}
	t.Logf("%d attempts closed in %s, %d are on the dead node", len(there), time.Since(begun).Round(time.Millisecond), len(gone))
	if err := <-swept; !errors.Is(err, attempt.ErrUnavailable) {
		t.Errorf("sweep: %v, want to hear of the node that is away", err)
	}
	check(t, cluster.Restart(ctx, dead))
	check(t, cluster.AwaitWell(ctx))
	x.closeAll(t, len(gone), x.Service)
	x.checkReceipts(t)
}

// TestRedisGone has a single Redis die: the page learns so within seconds.
func TestRedisGone(t *testing.T) {
	t.Parallel()
	server, _ := servers.OwnRedis(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), DialTimeout: time.Second, DialerRetries: 1})
	t.Cleanup(func() { _ = client.Close() })
	store := open(t, client, "test:")
	server.Kill()
	begun := time.Now()
	_, err := store.Touch(t.Context(), "attempt", enginetest.Candidate, 1, enginetest.Start)
	if took := time.Since(begun); !errors.Is(err, attempt.ErrUnavailable) || took > 4*time.Second {
		t.Errorf("%v after %s, want ErrUnavailable within three seconds", err, took)
	}
	if _, err = store.Due(t.Context(), "copy", enginetest.Start, 1); !errors.Is(err, attempt.ErrUnavailable) {
		t.Errorf("due: %v, want ErrUnavailable", err)
	}
}
