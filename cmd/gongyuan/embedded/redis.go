package embedded

import (
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// Redis is a Redis stand-in inside the process. It keeps everything in memory
// and loses everything at Close or when the process ends, on purpose: the live
// state is rebuilt from the journal in Mongo.
//
// It listens on a free loopback port, behind a password that only this process
// knows, so that no other user of the machine can write into a running exam. A
// pipe in memory would need no port, but it has no buffer: a pipeline longer
// than the server's read buffer would wait for its own answers forever.
//
// TIME and the time in Lua are the machine's clock. Keys with a time to live
// expire up to a tenth of a second late.
type Redis struct {
	server   *miniredis.Miniredis
	password string
	closing  chan struct{}
	once     sync.Once
	expiring sync.WaitGroup
}

// expireEvery is how often times to live go on. Miniredis would do it by itself
// with each command, but sorts all keys each time: with a thousand of them a
// command then takes half a millisecond.
const expireEvery = 100 * time.Millisecond

// NewRedis starts an empty Redis.
func NewRedis() (*Redis, error) {
	redis := &Redis{server: miniredis.NewMiniRedis(), password: rand.Text(), closing: make(chan struct{})}
	redis.server.RequireAuth(redis.password)
	if err := redis.server.Start(); err != nil {
		return nil, fmt.Errorf("start embedded redis: %w", err)
	}
	redis.expiring.Go(redis.expire)
	return redis, nil
}

// expire has times to live pass, which else stand still, until Close.
func (r *Redis) expire() {
	tick := time.NewTicker(expireEvery)
	defer tick.Stop()
	for last := time.Now(); ; {
		select {
		case <-r.closing:
			return
		case now := <-tick.C:
			r.server.FastForward(now.Sub(last))
			last = now
		}
	}
}

// Addr returns the host and port. A client also needs the password, so URL is
// what clients are built from.
func (r *Redis) Addr() string { return r.server.Addr() }

// URL returns the address with its password, in the form that
// GONGYUAN_REDIS_URL has for a real server. It is a secret; do not log it.
func (r *Redis) URL() string {
	return fmt.Sprintf("redis://:%s@%s/0", r.password, r.server.Addr())
}

// Close drops every connection and every key, and frees the port. Closing
// again does nothing.
func (r *Redis) Close() {
	r.once.Do(func() { close(r.closing) })
	r.expiring.Wait()
	r.server.Close()
}
