package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/people/redislimit"
)

func TestNewRedis(t *testing.T) {
	t.Parallel()
	type settings struct {
		Addrs          []string
		User, Password string
		TLS            bool
		DB             int
		Dial           time.Duration
	}
	for _, c := range []struct {
		url  string
		want settings
	}{
		{"redis://one:6379/2", settings{Addrs: []string{"one:6379"}, DB: 2, Dial: time.Second}},
		{"rediss://anna:secret@one:6380", settings{Addrs: []string{"one:6380"}, User: "anna", Password: "secret", TLS: true, Dial: time.Second}},
		{"redis://one:6379?dial_timeout=7s", settings{Addrs: []string{"one:6379"}, Dial: 7 * time.Second}},
		{"redis://one:6379?addr=two:6379&addr=three:6379",
			settings{Addrs: []string{"one:6379", "two:6379", "three:6379"}, Dial: time.Second}},
		{"rediss://anna:secret@one:6379?addr=two:6379",
			settings{Addrs: []string{"one:6379", "two:6379"}, User: "anna", Password: "secret", TLS: true, Dial: time.Second}},
	} {
		client, err := newRedis(c.url)
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
			continue
		}
		defer client.Close()
		var got settings
		switch client := client.(type) {
		case *redis.Client:
			o := client.Options()
			got = settings{[]string{o.Addr}, o.Username, o.Password, o.TLSConfig != nil, o.DB, o.DialTimeout}
		case *redis.ClusterClient:
			o := client.Options()
			got = settings{o.Addrs, o.Username, o.Password, o.TLSConfig != nil, 0, o.DialTimeout}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.url, d)
		}
	}
	for _, url := range []string{"http://one", "redis://:secret@one:no", "redis://one?addr=two", "redis://one?no_such=1&addr=two:1"} {
		if _, err := newRedis(url); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want an error without the password", url, err)
		}
	}
}

// TestOpenCluster starts on a cluster, as the program does.
func TestOpenCluster(t *testing.T) {
	t.Parallel()
	ctx, cluster := t.Context(), servers.Cluster(t, 0)
	settings := storeSettings{RedisURL: cluster.URL()}
	var open stores
	if err := settings.openRedis(ctx, &open); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := open.close(ctx); err != nil {
			t.Error(err)
		}
	}()
	if got := open.describe[0]; !strings.HasSuffix(got, cluster.Nodes[2].Addr()+" (cluster)") {
		t.Errorf("described as %q", got)
	}
	// Each key is on the node of its own slot.
	limiter := redislimit.New(open.redis, "test:")
	for n := range 30 {
		key := fmt.Sprint("address ", n)
		for range 2 {
			if wait, err := limiter.Take(ctx, key, 2, time.Minute); wait != 0 || err != nil {
				t.Fatalf("%s: %s, %v", key, wait, err)
			}
		}
		if wait, err := limiter.Take(ctx, key, 2, time.Minute); wait == 0 || err != nil {
			t.Errorf("%s is let in a third time: %v", key, err)
		}
		if err := limiter.Return(ctx, key); err != nil {
			t.Error(err)
		}
		if err := limiter.Clear(ctx, key); err != nil {
			t.Error(err)
		}
		if wait, err := limiter.Take(ctx, key, 2, time.Minute); wait != 0 || err != nil {
			t.Errorf("%s after Clear: %s, %v", key, wait, err)
		}
	}
}
