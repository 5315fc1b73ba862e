package redislive_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/enginetest/servers/launch"
)

var hashTag = regexp.MustCompile(`\{(b[0-9a-f]{2})\}`)

// tagOf is the hash tag of a key, or empty.
func tagOf(key string) string {
	if m := hashTag.FindStringSubmatch(key); m != nil {
		return m[1]
	}
	return ""
}

// watched returns a client of the cluster and what its nodes answer.
func watched(t *testing.T, cluster *launch.Cluster) (*redis.ClusterClient, *watch) {
	t.Helper()
	client := servers.ClusterClient(t, cluster)
	w := &watch{count: map[string]int{}}
	client.OnNewNode(func(node *redis.Client) { node.AddHook(w) })
	return client, w
}

// watch sees each command that goes to a node.
type watch struct {
	mu      sync.Mutex
	count   map[string]int // of errors, by their first word
	scripts int
	crossed []string
}

var _ redis.Hook = (*watch)(nil)

func (w *watch) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (w *watch) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		w.see(cmd, err) // the command itself learns of it later
		return err
	}
}

func (w *watch) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		for _, cmd := range cmds {
			w.see(cmd, cmd.Err())
		}
		return err
	}
}

func (w *watch) see(cmd redis.Cmder, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var answered redis.Error
	if errors.As(err, &answered) && !errors.Is(err, redis.Nil) {
		w.count[strings.Fields(answered.Error())[0]]++
	}
	if name := cmd.Name(); name != "evalsha" && name != "eval" {
		return
	}
	w.scripts++
	args := cmd.Args()
	tags := map[string]bool{}
	for _, key := range args[3 : 3+args[2].(int)] {
		tags[tagOf(key.(string))] = true
	}
	if len(tags) != 1 || tags[""] {
		w.crossed = append(w.crossed, fmt.Sprint(tags))
	}
}

func (w *watch) replies() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.count)
}

// check fails the test where a script got keys of two buckets, or none.
func (w *watch) check(t *testing.T) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.scripts == 0 || len(w.crossed) > 0 {
		t.Errorf("of %d scripts these had keys of several buckets, or of none: %v", w.scripts, w.crossed)
	}
}
