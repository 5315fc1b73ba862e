package servers

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"gongyuan/engine/enginetest/servers/launch"
)

// Cluster starts a Redis Cluster of three masters for this test alone, and as
// many replicas of the first ones as asked for. It is stopped at the end of
// the test. Its URL has the form of GONGYUAN_REDIS_URL.
func Cluster(t testing.TB, replicas int) *launch.Cluster {
	t.Helper()
	cluster, err := launch.StartCluster(t.Context(),
		launch.ClusterOptions{Folder: t.TempDir(), Masters: 3, Replicas: replicas})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	return cluster
}

// ClusterClient returns a client of a cluster, set up as the program sets up
// its own. It is closed at the end of the test.
func ClusterClient(t testing.TB, cluster *launch.Cluster) *redis.ClusterClient {
	t.Helper()
	options, err := redis.ParseClusterURL(cluster.URL())
	if err != nil {
		t.Fatalf("address of the cluster: %v", err)
	}
	options.DialTimeout, options.DialerRetries = time.Second, 1
	options.ContextTimeoutEnabled = true
	options.ClusterStateReloadInterval = time.Second
	client := redis.NewClusterClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}
