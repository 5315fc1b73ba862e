// Package redischallenge keeps the state of passkey ceremonies in Redis, so that
// a browser's answer may reach any copy of the program, and counts once.
package redischallenge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"gongyuan/engine/people"
	"gongyuan/engine/personnel"
)

// Store is a store of challenges. It is safe for concurrent use.
type Store struct {
	client redis.UniversalClient
	prefix string
}

var _ personnel.Challenges = (*Store)(nil)

// New returns a Store whose keys begin with prefix.
func New(client redis.UniversalClient, prefix string) *Store {
	return &Store{client, prefix + "challenge:"}
}

// Keep implements personnel.Challenges.
func (s *Store) Keep(ctx context.Context, key string, state []byte, life time.Duration) error {
	if err := s.client.Set(ctx, s.prefix+key, state, life).Err(); err != nil {
		return fmt.Errorf("redischallenge: keep: %w", err)
	}
	return nil
}

// Take implements personnel.Challenges: Redis reads and deletes in one step.
func (s *Store) Take(ctx context.Context, key string) ([]byte, error) {
	state, err := s.client.GetDel(ctx, s.prefix+key).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, people.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("redischallenge: take: %w", err)
	}
	return state, nil
}
