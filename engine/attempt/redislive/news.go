package redislive

import (
	"context"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"gongyuan/engine/attempt"
)

var _ attempt.News = (*Store)(nil)

// newsLimit is how many attempts one message names.
const newsLimit = 1000

// Publish implements attempt.News by a channel that all copies of the program
// subscribe. On a cluster every node passes it on.
func (s *Store) Publish(ctx context.Context, ids []attempt.AttemptID) error {
	for len(ids) > 0 {
		n := min(len(ids), newsLimit)
		names := make([]string, n)
		for i, id := range ids[:n] {
			names[i] = string(id)
		}
		if err := s.client.Publish(ctx, s.keys.news(), strings.Join(names, "\n")).Err(); err != nil {
			return fmt.Errorf("redislive: publish: %w: %w", attempt.ErrUnavailable, err)
		}
		ids = ids[n:]
	}
	return nil
}

// Subscribe implements attempt.News. The client subscribes again by itself
// after a connection was lost, which it tells with a subscription of its own.
func (s *Store) Subscribe(ctx context.Context, heard func([]attempt.AttemptID)) error {
	sub := s.client.Subscribe(ctx, s.keys.news())
	defer sub.Close()
	messages := sub.ChannelWithSubscriptions()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m, ok := <-messages:
			if !ok {
				return fmt.Errorf("redislive: news: %w", attempt.ErrUnavailable)
			}
			switch m := m.(type) {
			case *redis.Subscription:
				heard(nil)
			case *redis.Message:
				heard(named(m.Payload))
			}
		}
	}
}

func named(payload string) []attempt.AttemptID {
	names := strings.Split(payload, "\n")
	ids := make([]attempt.AttemptID, len(names))
	for i, name := range names {
		ids[i] = attempt.AttemptID(name)
	}
	return ids
}
