package live

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/redis/go-redis/v9"

	"gongyuan/cmd/bench/figure"
)

// clients is how many connections the calibrations and the figures at service
// level use at once.
const clients = 64

// calibrationTime is how long each calibration takes.
const calibrationTime = 700 * time.Millisecond

// calibrate tells what this machine does in this minute: plain SETs of Redis by
// the same client, a bare Fiber that says hello to the connections that load
// the program, and 4 kB brought to the disk.
func (s *servers) calibrate(ctx context.Context) ([]figure.Calibration, error) {
	if err := s.startRedis(ctx); err != nil {
		return nil, err
	}
	value := make([]byte, 64)
	sets, err := parallel(ctx, clients, calibrationTime, func(k, _ int) error {
		return s.client.Set(ctx, fmt.Sprintf("calibration:%d", k), value, 0).Err()
	})
	if err != nil {
		return nil, fmt.Errorf("calibrate Redis: %w", err)
	}
	hello, err := s.hello(ctx)
	if err != nil {
		return nil, fmt.Errorf("calibrate Fiber: %w", err)
	}
	syncs, err := s.syncs()
	if err != nil {
		return nil, fmt.Errorf("calibrate the disk: %w", err)
	}
	return []figure.Calibration{{Name: "raw-redis-set", Value: sets, Unit: "1/s"}, {Name: "bare-fiber-hello", Value: hello, Unit: "1/s"},
		{Name: "raw-fsync-4kB", Value: syncs, Unit: "1/s"}}, nil
}

// parallel calls do from so many goroutines for a time, with the number of the
// goroutine and of the call, and returns how many calls ended per second.
func parallel(ctx context.Context, atOnce int, span time.Duration, do func(k, n int) error) (float64, error) {
	var done atomic.Int64
	var first error
	var once sync.Once
	var wg sync.WaitGroup
	start := time.Now()
	for k := range atOnce {
		wg.Go(func() {
			for n := 0; ctx.Err() == nil && time.Since(start) < span; n++ {
				if err := do(k, n); err != nil {
					once.Do(func() { first = err })
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(done.Load()) / time.Since(start).Seconds(), first
}

// hello measures a bare Fiber in a process of its own.
func (s *servers) hello(ctx context.Context) (float64, error) {
	address, err := freeAddress()
	if err != nil {
		return 0, err
	}
	p, err := s.child("serve-hello", address)
	if err != nil {
		return 0, err
	}
	defer p.kill()
	if err := p.await(ctx, func() bool { return listens(address) }); err != nil {
		return 0, err
	}
	conns := make([]*conn, clients)
	for i := range conns {
		conns[i] = newConn(address)
		defer conns[i].close()
	}
	return parallel(ctx, clients, calibrationTime, func(k, _ int) error {
		_, err := conns[k].send("POST /hello HTTP/1.1\r\nHost: hello\r\nContent-Type: application/json\r\nContent-Length: ", []byte(`{}`))
		return err
	})
}

// child starts this program again for a part that has to be apart.
func (s *servers) child(arguments ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return startProcess(arguments[0], s.folder, exec.Command(self, arguments...))
}

func serveHello(ctx context.Context, address string) error {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Post("/hello", func(c *fiber.Ctx) error { return c.SendString("hello") })
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = app.Shutdown() })
	return app.Listener(l)
}

// syncs is how often a second 4 kB can be appended to a file and brought to
// the disk that the stores are on.
func (s *servers) syncs() (float64, error) {
	f, err := os.Create(filepath.Join(s.folder, "fsync"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	block := make([]byte, 4096)
	start, n := time.Now(), 0
	for ; time.Since(start) < calibrationTime/2; n++ {
		if _, err := f.Write(block); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(start).Seconds(), nil
}

// sameShape is a script that does what save.lua does to Redis and nothing else
// that a save needs: it reads the attempt, writes each answer and each
// operation, and notes how far it is. It is what the figures of saves are
// compared with.
var sameShape = redis.NewScript(`
local v = redis.call('HMGET', KEYS[1], 'state', 'candidate', 'slots', 'epoch', 'applied', 'durable', 'pruned', 'answered', 'deadline', 'due', 'version')
local applied = tonumber(v[5]) or 0
for i = 0, tonumber(ARGV[5]) - 1 do
  redis.call('HGET', KEYS[2], ARGV[6 + 3 * i])
  redis.call('HSET', KEYS[2], ARGV[6 + 3 * i], ARGV[7 + 3 * i])
  redis.call('HSET', KEYS[3], ARGV[3] .. ':' .. (tonumber(ARGV[4]) + i) % 128, ARGV[1] .. ':' .. ARGV[8 + 3 * i] .. ':' .. ARGV[6 + 3 * i] .. ':' .. ARGV[7 + 3 * i])
end
redis.call('HSET', KEYS[1], 'applied', applied + tonumber(ARGV[5]), 'answered', 1, 'seen', ARGV[1])
return {0, 1, 1, applied, applied, 1, 1, 0}`)

// rawScript is how many calls of that script with so many operations Redis
// answers per second.
func (s *servers) rawScript(ctx context.Context, operations int, span time.Duration) (float64, error) {
	if err := sameShape.Load(ctx, s.client).Err(); err != nil {
		return 0, err
	}
	return parallel(ctx, clients, span, func(k, n int) error {
		tag := fmt.Sprintf("raw:{%d}:", k)
		args := make([]any, 0, 5+3*operations)
		args = append(args, time.Now().UnixMilli(), "candidate", 1, n*operations+1, operations)
		for i := range operations {
			args = append(args, (n*operations+i)%slotsOfPaper+1, "0A", time.Now().UnixMilli())
		}
		return sameShape.EvalSha(ctx, s.client, []string{tag + "attempt", tag + "answers", tag + "ops"}, args...).Err()
	})
}
