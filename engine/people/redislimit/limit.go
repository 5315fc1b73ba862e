// Package redislimit counts attempts in Redis, so that a limit holds over all
// copies of the program.
package redislimit

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed take.lua
var takeSource string

//go:embed return.lua
var returnSource string

var (
	take     = redis.NewScript(takeSource)
	giveBack = redis.NewScript(returnSource)
)

// Limiter counts in fixed windows that begin with the first attempt. It is
// safe for concurrent use.
type Limiter struct {
	client redis.UniversalClient
	prefix string
}

// New returns a Limiter whose keys begin with prefix.
func New(client redis.UniversalClient, prefix string) *Limiter { return &Limiter{client, prefix} }

// Take counts one attempt under key. It returns 0 while there are at most
// limit in the window, else how long to wait.
func (l *Limiter) Take(ctx context.Context, key string, limit int, window time.Duration) (time.Duration, error) {
	ms, err := take.Run(ctx, l.client, []string{l.prefix + "limit:" + key}, limit, window.Milliseconds()).Int64()
	if err != nil {
		return 0, fmt.Errorf("redislimit: %w", err)
	}
	return time.Duration(ms) * time.Millisecond, nil
}

// Return takes one attempt back that turned out to be none, so that only what
// failed is counted.
func (l *Limiter) Return(ctx context.Context, key string) error {
	if err := giveBack.Run(ctx, l.client, []string{l.prefix + "limit:" + key}).Err(); err != nil {
		return fmt.Errorf("redislimit: %w", err)
	}
	return nil
}

// Clear forgets what was counted under key.
func (l *Limiter) Clear(ctx context.Context, key string) error {
	if err := l.client.Del(ctx, l.prefix+"limit:"+key).Err(); err != nil {
		return fmt.Errorf("redislimit: %w", err)
	}
	return nil
}
