//go:build unix

package proof

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/enginetest/servers/launch"
)

// cache is the Redis of one world, which stays on its port through its deaths.
type cache struct {
	options launch.RedisOptions
	client  *redis.Client // straight to it, past the link

	mu     sync.Mutex
	server *launch.Redis
}

func newCache(t *testing.T, args ...string) *cache {
	t.Helper()
	server, options := servers.OwnRedis(t, args...)
	c := &cache{options: options, server: server, client: redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: 20})}
	t.Cleanup(func() {
		c.client.Close()
		c.kill()
	})
	return c
}

func (c *cache) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.server.Kill()
}

// start brings it back with what its append-only file holds.
func (c *cache) start(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	server, err := launch.StartRedis(ctx, c.options)
	if err == nil {
		c.server = server
	}
	return err
}

// forget removes what a killed one would come back with.
func (c *cache) forget() error { return os.RemoveAll(filepath.Join(c.options.Folder, "appendonlydir")) }

// increment is the append-only file that is being written.
func (c *cache) increment() (string, error) {
	files, err := filepath.Glob(filepath.Join(c.options.Folder, "appendonlydir", "*.incr.aof"))
	if err == nil && len(files) != 1 {
		err = fmt.Errorf("append-only files %v, want one", files)
	}
	if err != nil {
		return "", err
	}
	return files[0], nil
}

// store is a FerretDB of a world's own, over the PostgreSQL of this run.
type store struct {
	program, postgres, folder string

	mu     sync.Mutex
	server *launch.FerretDB
}

// newStore starts a FerretDB. The PostgreSQL below it is not killed by any
// test: as it is set up for tests, it would lose what it has acknowledged.
func newStore(t *testing.T) *store {
	t.Helper()
	// PostgreSQL runs as another user and must reach its folder.
	folder, err := os.MkdirTemp("", "gongyuan-proof-store-")
	if err == nil {
		err = errors.Join(os.Chmod(folder, 0o755), os.Mkdir(filepath.Join(folder, "postgres"), 0o700))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	s := &store{folder: folder}
	if s.program, err = ferretProgram(t.Context()); err != nil {
		t.Fatal(err)
	}
	postgres, err := launch.StartPostgres(t.Context(), filepath.Join(folder, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(postgres.Stop)
	s.postgres = postgres.URL()
	if err := s.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	return s
}

// ferretProgram finds or builds FerretDB as cmd/testservers does.
func ferretProgram(ctx context.Context) (string, error) {
	if path := os.Getenv("GONGYUAN_TEST_FERRETDB"); path != "" {
		return path, nil
	}
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find cmd/ferretdb: %w", err)
	}
	source := filepath.Join(filepath.Dir(strings.TrimSpace(string(out))), "cmd", "ferretdb")
	return launch.BuildFerretDB(ctx, source, func(string) {})
}

func (s *store) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.server.Kill()
}

// start starts it, on another port than before.
func (s *store) start(ctx context.Context) error {
	server, err := launch.StartFerretDB(ctx, s.program, s.postgres, s.folder)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.server = server
	return nil
}

// url is the address in the form of GONGYUAN_MONGODB_URL.
func (s *store) url() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.server.URL()
}
