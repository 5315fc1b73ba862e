package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// given are settings and variables under which no server is started.
func given(t *testing.T) settings {
	t.Helper()
	t.Setenv(redisVariable, "redis://elsewhere")
	t.Setenv(mongodbVariable, "mongodb://elsewhere")
	return settings{packages: "redis-server postgresql", quiet: true}
}

func TestRun(t *testing.T) {
	t.Run("OK passes the addresses on", func(t *testing.T) {
		chosen := given(t)
		file := filepath.Join(t.TempDir(), "seen")
		status, err := run(t.Context(), chosen, []string{"sh", "-c", `echo "$GONGYUAN_TEST_REDIS_URL $GONGYUAN_TEST_MONGODB_URL" >` + file})
		if status != 0 || err != nil {
			t.Fatalf("run: %d, %v", status, err)
		}
		seen, err := os.ReadFile(file)
		if got, want := strings.TrimSpace(string(seen)), "redis://elsewhere mongodb://elsewhere"; got != want {
			t.Errorf("the command saw %q (%v), want %q", got, err, want)
		}
	})
	t.Run("Err status of the command", func(t *testing.T) {
		if status, err := run(t.Context(), given(t), []string{"sh", "-c", "exit 3"}); status != 3 || err != nil {
			t.Errorf("run: %d, %v; want 3", status, err)
		}
	})
	t.Run("Err no such command", func(t *testing.T) {
		if status, err := run(t.Context(), given(t), []string{"no-such-command"}); status != 1 || err == nil {
			t.Errorf("run: %d, %v; want 1 and an error", status, err)
		}
	})
	t.Run("Err interrupted", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		// The grandchild holds the output; it must be interrupted as well.
		if status, err := run(ctx, given(t), []string{"sh", "-c", "sleep 60; true"}); status != 1 || err == nil {
			t.Errorf("run: %d, %v; want 1 and an error", status, err)
		}
	})
}
