package redislive

import (
	"context"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"gongyuan/engine/attempt"
)

// Feed carries short words between the copies of the program on a channel of
// its own. A word may be lost; none holds a line break. It is safe for
// concurrent use.
type Feed struct {
	client  redis.UniversalClient
	channel string
}

// Feed returns the feed of a name.
func (s *Store) Feed(name string) *Feed {
	return &Feed{s.client, s.keys.prefix + "feed:" + name}
}

// Publish sends words to every copy, this one as well.
func (f *Feed) Publish(ctx context.Context, words []string) error {
	for len(words) > 0 {
		n := min(len(words), newsLimit)
		if err := f.client.Publish(ctx, f.channel, strings.Join(words[:n], "\n")).Err(); err != nil {
			return fmt.Errorf("redislive: publish: %w: %w", attempt.ErrUnavailable, err)
		}
		words = words[n:]
	}
	return nil
}

// Subscribe calls heard for each publication, and with nil whenever some may
// have been missed, such as at the beginning. It returns when ctx ends or the
// store is lost for good.
func (f *Feed) Subscribe(ctx context.Context, heard func(words []string)) error {
	return subscribe(ctx, f.client, f.channel, "feed", func(payload *string) {
		if payload == nil {
			heard(nil)
		} else {
			heard(strings.Split(*payload, "\n"))
		}
	})
}

// subscribe calls heard for each message of a channel, and with nil when the
// subscription begins: the client subscribes again by itself after a connection
// was lost, and tells so.
func subscribe(ctx context.Context, client redis.UniversalClient, channel, what string, heard func(payload *string)) error {
	sub := client.Subscribe(ctx, channel)
	defer sub.Close()
	messages := sub.ChannelWithSubscriptions()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m, ok := <-messages:
			if !ok {
				return fmt.Errorf("redislive: %s: %w", what, attempt.ErrUnavailable)
			}
			switch m := m.(type) {
			case *redis.Subscription:
				heard(nil)
			case *redis.Message:
				heard(&m.Payload)
			}
		}
	}
}
