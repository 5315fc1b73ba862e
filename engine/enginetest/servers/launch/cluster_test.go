package launch

import (
	"errors"
	"slices"
	"testing"

	"github.com/redis/go-redis/v9"
)

func TestStartCluster(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	cluster, err := StartCluster(ctx, ClusterOptions{Folder: t.TempDir(), Masters: 3, Replicas: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	options, err := redis.ParseClusterURL(cluster.URL())
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClusterClient(options)
	t.Cleanup(func() { _ = client.Close() })
	const key = "{b00}:answer"
	if err := client.Set(ctx, key, "B", 0).Err(); err != nil {
		t.Fatal(err)
	}
	slot, err := cluster.Slot(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	holds := func(what string, want *Node) {
		t.Helper()
		owner, err := cluster.Owner(ctx, slot)
		if err != nil || owner != want {
			t.Fatalf("%s: slot %d is at %v, %v; want %s", what, slot, owner, err, want.ID)
		}
		if got, err := want.client.Get(ctx, key).Result(); err != nil || got != "B" {
			t.Errorf("%s: the new owner answers %q, %v", what, got, err)
		}
		if got, err := client.Get(ctx, key).Result(); err != nil || got != "B" {
			t.Errorf("%s: the cluster answers %q, %v", what, got, err)
		}
	}
	var left []int
	for _, to := range []*Node{cluster.Nodes[1], cluster.Nodes[0]} {
		if err := cluster.Move(ctx, slot, to, func(n int) { left = append(left, n) }); err != nil {
			t.Fatal(err)
		}
		holds("moved", to)
	}
	if want := []int{0, 0}; !slices.Equal(left, want) {
		t.Errorf("left on the way: %v, want %v", left, want)
	}
	// The replica belongs to the first master.
	if err := cluster.Failover(ctx, cluster.Nodes[3]); err != nil {
		t.Fatal(err)
	}
	holds("failed over", cluster.Nodes[3])
	cluster.Nodes[0].Kill()
	if err := cluster.Nodes[0].client.Ping(ctx).Err(); err == nil || errors.Is(err, redis.Nil) {
		t.Errorf("a killed node answers: %v", err)
	}
	if err := cluster.Restart(ctx, cluster.Nodes[0]); err != nil {
		t.Fatal(err)
	}
	if err := cluster.AwaitWell(ctx); err != nil {
		t.Fatal(err)
	}
}
