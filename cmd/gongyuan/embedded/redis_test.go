package embedded

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestRedis(t *testing.T) {
	t.Parallel()
	server, err := NewRedis()
	if err != nil {
		t.Fatalf("new: %v", err)
	}
	t.Cleanup(server.Close)
	settings, err := redis.ParseURL(server.URL())
	if err != nil {
		t.Fatalf("parse %s: %v", server.URL(), err)
	}
	client := redis.NewClient(settings)
	t.Cleanup(func() { _ = client.Close() })

	t.Run("OK the clock runs in Lua", func(t *testing.T) {
		script := redis.NewScript(`local now = redis.call('TIME'); return now[1] * 1000000 + now[2]`)
		before := time.Now()
		first, err := script.Run(t.Context(), client, nil).Int64()
		if err != nil {
			t.Fatalf("run: %v", err)
		}
		if first < before.UnixMicro() {
			t.Errorf("the time in Lua is %d, before the call at %d", first, before.UnixMicro())
		}
		eventually(t, "a later time in Lua", func() bool {
			second, err := script.Run(t.Context(), client, nil).Int64()
			return err == nil && second > first
		})
	})
	t.Run("OK times to live pass", func(t *testing.T) {
		if err := client.Set(t.Context(), "lease", "holder", 20*time.Millisecond).Err(); err != nil {
			t.Fatalf("set: %v", err)
		}
		eventually(t, "the key expires", func() bool {
			return errors.Is(client.Get(t.Context(), "lease").Err(), redis.Nil)
		})
	})
	t.Run("OK a long pipeline", func(t *testing.T) {
		pipeline := client.Pipeline()
		for range 5_000 {
			pipeline.Incr(t.Context(), "counter")
		}
		if _, err := pipeline.Exec(t.Context()); err != nil {
			t.Fatalf("exec: %v", err)
		}
		if got, err := client.Get(t.Context(), "counter").Int(); got != 5_000 || err != nil {
			t.Errorf("counter is %d, %v", got, err)
		}
	})
	t.Run("Err without the password", func(t *testing.T) {
		stranger := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1})
		defer stranger.Close()
		if err := stranger.Set(t.Context(), "key", "value", 0).Err(); err == nil {
			t.Error("a client without the password may write")
		}
	})
	t.Run("OK closed twice", func(t *testing.T) {
		server.Close()
		server.Close()
		if err := client.Ping(t.Context()).Err(); err == nil {
			t.Error("a closed server answers")
		}
	})
}

// eventually polls until the condition holds, for at most five seconds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for !holds() {
		select {
		case <-poll.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
