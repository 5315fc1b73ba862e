package attempt

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// hub tells those who watch an attempt that something about it has changed, on
// whatever copy of the program. It is safe for concurrent use.
type hub struct {
	mu       sync.Mutex
	watchers map[AttemptID]map[chan struct{}]bool
	cancel   context.CancelFunc
	done     chan struct{}
}

// resubscribe is the pause after the news broke off.
const resubscribe = time.Second

func (h *hub) start(news News, log *slog.Logger) {
	ctx, cancel := context.WithCancel(context.Background())
	h.cancel, h.done, h.watchers = cancel, make(chan struct{}), map[AttemptID]map[chan struct{}]bool{}
	go func() {
		defer close(h.done)
		for ctx.Err() == nil {
			if err := news.Subscribe(ctx, h.heard); err != nil && ctx.Err() == nil {
				log.WarnContext(ctx, "news broke off", "err", err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(resubscribe):
			}
		}
	}()
}

func (h *hub) close() {
	h.cancel()
	<-h.done
}

// heard wakes the watchers of the attempts, or with nil all of them.
func (h *hub) heard(ids []AttemptID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if ids == nil {
		for _, all := range h.watchers {
			wake(all)
		}
		return
	}
	for _, id := range ids {
		wake(h.watchers[id])
	}
}

func wake(all map[chan struct{}]bool) {
	for c := range all {
		select {
		case c <- struct{}{}:
		default: // it has not looked since the last time
		}
	}
}

// Watch returns a channel that receives whenever the attempt's time, lease or
// state may have changed. What has changed, Heartbeat or Status tells. The
// caller calls stop when it looks no longer.
func (s *Service) Watch(id AttemptID) (changed <-chan struct{}, stop func()) {
	h, c := &s.hub, make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watchers[id] == nil {
		h.watchers[id] = map[chan struct{}]bool{}
	}
	h.watchers[id][c] = true
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.watchers[id], c)
		if len(h.watchers[id]) == 0 {
			delete(h.watchers, id)
		}
	}
}

// tell publishes that attempts have changed. Pages that miss it find out by
// their next heartbeat.
func (s *Service) tell(ctx context.Context, ids ...AttemptID) {
	if len(ids) == 0 {
		return
	}
	s.cfg.Stirred(ids...)
	if err := s.cfg.News.Publish(context.WithoutCancel(ctx), ids); err != nil {
		s.cfg.Log.WarnContext(ctx, "change not published", "attempts", len(ids), "err", err)
	}
}
