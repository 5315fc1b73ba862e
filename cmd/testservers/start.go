package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"gongyuan/engine/enginetest/servers/launch"
)

// servers is what has been started, in that order.
type servers struct {
	folder string
	keep   bool
	stops  []func()
}

// startServers starts what has no address yet and sets the variables. What it
// returns has to be stopped also when there is an error.
func startServers(ctx context.Context, chosen settings, say func(string, ...any)) (*servers, error) {
	all := &servers{keep: chosen.keep}
	folder, err := os.MkdirTemp("", "gongyuan-servers-")
	if err != nil {
		return all, err
	}
	all.folder = folder
	// PostgreSQL may run as another user and must reach its folder inside.
	if err := os.Chmod(folder, 0o755); err != nil {
		return all, err
	}
	if chosen.keep {
		say("data and logs in %s", folder)
	}
	if os.Getenv(redisVariable) == "" {
		if err := all.startRedis(ctx); err != nil {
			return all, err
		}
	}
	if os.Getenv(mongodbVariable) == "" {
		if err := all.startMongoDB(ctx, chosen, say); err != nil {
			return all, err
		}
	}
	return all, nil
}

func (s *servers) startRedis(ctx context.Context) error {
	folder, err := s.subfolder("redis")
	if err != nil {
		return err
	}
	redis, err := launch.StartRedis(ctx, launch.RedisOptions{Folder: folder})
	if err != nil {
		return err
	}
	s.stops = append(s.stops, redis.Stop)
	return os.Setenv(redisVariable, redis.URL())
}

func (s *servers) startMongoDB(ctx context.Context, chosen settings, say func(string, ...any)) error {
	program := chosen.ferretdb
	if program == "" {
		source, err := ferretSource(ctx)
		if err != nil {
			return err
		}
		program, err = launch.BuildFerretDB(ctx, source, func(text string) { say("%s", text) })
		if err != nil {
			return err
		}
	}
	folder, err := s.subfolder("postgres")
	if err != nil {
		return err
	}
	postgres, err := launch.StartPostgres(ctx, folder)
	if err != nil {
		return err
	}
	s.stops = append(s.stops, postgres.Stop)
	if folder, err = s.subfolder("ferretdb"); err != nil {
		return err
	}
	ferret, err := launch.StartFerretDB(ctx, program, postgres.URL(), folder)
	if err != nil {
		return err
	}
	s.stops = append(s.stops, ferret.Stop)
	return os.Setenv(mongodbVariable, ferret.URL())
}

func (s *servers) subfolder(name string) (string, error) {
	path := filepath.Join(s.folder, name)
	return path, os.Mkdir(path, 0o700)
}

// stop ends the servers, the last one first, and removes their folder.
func (s *servers) stop() {
	for _, stop := range slices.Backward(s.stops) {
		stop()
	}
	if s.folder != "" && !s.keep {
		_ = os.RemoveAll(s.folder)
	}
}

// ferretSource finds the nested module beside this one.
func ferretSource(ctx context.Context) (string, error) {
	output, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	module := strings.TrimSpace(string(output))
	if err == nil && (module == "" || module == os.DevNull) {
		err = errors.New("not inside the module; run it from the folder with go.mod, or name the program with -ferretdb")
	}
	if err != nil {
		return "", fmt.Errorf("find cmd/ferretdb: %w", err)
	}
	return filepath.Join(filepath.Dir(module), "cmd", "ferretdb"), nil
}
