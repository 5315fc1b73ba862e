package launch

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// RedisOptions say how to start a Redis.
type RedisOptions struct {
	Folder string   // where it keeps its append-only file and its log; must exist
	Port   int      // 0 picks a free one
	Args   []string // further options, which win over the ones set here
}

// Redis is a running redis-server.
type Redis struct {
	*Process
	Port int
}

// StartRedis starts redis-server on the loopback interface with its
// append-only file on, synced every second, which is what the README asks of
// an operator. Starting on the folder and port of one that was killed restarts
// it with what it had kept.
func StartRedis(ctx context.Context, options RedisOptions) (*Redis, error) {
	for attempt := 0; ; attempt++ {
		redis, err := startRedis(ctx, options)
		if errors.Is(err, ErrPortTaken) && options.Port == 0 && attempt < 5 {
			continue
		}
		return redis, err
	}
}

func startRedis(ctx context.Context, options RedisOptions) (*Redis, error) {
	port := options.Port
	if port == 0 {
		var err error
		if port, err = FreePort(); err != nil {
			return nil, err
		}
	}
	args := append([]string{
		"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", options.Folder,
		"--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--daemonize", "no",
	}, options.Args...)
	process, err := start("redis-server", filepath.Join(options.Folder, "redis.log"), exec.Command("redis-server", args...)) // #nosec G204 -- a server of the tests, with our own arguments
	if err != nil {
		return nil, err
	}
	redis := &Redis{Process: process, Port: port}
	if err := process.await(ctx, redis.answers); err != nil {
		process.Kill()
		return nil, err
	}
	return redis, nil
}

// Addr returns the host and port.
func (r *Redis) Addr() string { return fmt.Sprintf("127.0.0.1:%d", r.Port) }

// URL returns the address in the form of GONGYUAN_REDIS_URL.
func (r *Redis) URL() string { return fmt.Sprintf("redis://%s/0", r.Addr()) }

// answers tells whether this very server has loaded its data and takes
// commands. Another one on the same port also answers, while this one ends
// because the port is taken, so the process id is compared.
func (r *Redis) answers() bool {
	conn, err := net.DialTimeout("tcp", r.Addr(), time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write([]byte("PING\r\nINFO server\r\n")); err != nil {
		return false
	}
	lines := bufio.NewScanner(conn)
	if !lines.Scan() || lines.Text() != "+PONG" {
		return false
	}
	for lines.Scan() {
		if id, found := strings.CutPrefix(lines.Text(), "process_id:"); found {
			return id == strconv.Itoa(r.Pid())
		}
	}
	return false
}
