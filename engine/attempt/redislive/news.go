package redislive

import (
	"context"
	"fmt"
	"strings"

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

// Subscribe implements attempt.News.
func (s *Store) Subscribe(ctx context.Context, heard func([]attempt.AttemptID)) error {
	return subscribe(ctx, s.client, s.keys.news(), "news", func(payload *string) {
		if payload == nil {
			heard(nil)
		} else {
			heard(named(*payload))
		}
	})
}

func named(payload string) []attempt.AttemptID {
	names := strings.Split(payload, "\n")
	ids := make([]attempt.AttemptID, len(names))
	for i, name := range names {
		ids[i] = attempt.AttemptID(name)
	}
	return ids
}
