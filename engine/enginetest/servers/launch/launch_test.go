package launch

import (
	"errors"
	"os"
	"strings"
	"testing"
)

func TestStartRedis(t *testing.T) {
	t.Parallel()
	t.Run("OK stops", func(t *testing.T) {
		t.Parallel()
		redis, err := StartRedis(t.Context(), RedisOptions{Folder: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if !redis.answers() {
			t.Error("a started server does not answer")
		}
		for _, end := range []func(){redis.Stop, redis.Stop, redis.Kill} {
			end()
			if redis.answers() {
				t.Error("a stopped server answers")
			}
		}
	})
	t.Run("Err says why", func(t *testing.T) {
		t.Parallel()
		_, err := StartRedis(t.Context(), RedisOptions{Folder: t.TempDir(), Args: []string{"--no-such-option", "1"}})
		if err == nil || !strings.Contains(err.Error(), "no-such-option") {
			t.Errorf("start with a wrong option: %v; want the server's own words", err)
		}
	})
	t.Run("Err port taken", func(t *testing.T) {
		t.Parallel()
		redis, err := StartRedis(t.Context(), RedisOptions{Folder: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(redis.Stop)
		// A second server on the port must not be taken for the first, which
		// answers there.
		second, err := StartRedis(t.Context(), RedisOptions{Folder: t.TempDir(), Port: redis.Port})
		if !errors.Is(err, ErrPortTaken) {
			t.Errorf("second server on one port: %v, %v; want ErrPortTaken", second, err)
		}
	})
}

func TestFerretNameFollowsItsSource(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if _, err := ferretName(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("name without a source: %v, want ErrNotExist", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	names := map[string]bool{}
	for _, content := range []string{"a", "b"} {
		for _, file := range []string{"main.go", "go.mod", "go.sum"} {
			if err := root.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		name, err := ferretName(folder)
		if err != nil {
			t.Fatal(err)
		}
		names[name] = true
	}
	if len(names) != 2 {
		t.Errorf("two sources are named %v", names)
	}
}
