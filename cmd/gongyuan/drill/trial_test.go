package drill

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"gongyuan/api/contract"
)

// TestTry shows what a trial adds: candidates that go on answering for as long
// as they are told to, that stay until somebody collects, and a hand that does.
func TestTry(t *testing.T) {
	t.Parallel()
	_, address := newFake(t, mood{})
	cfg := quickConfig(address)
	var ready, collected atomic.Int64
	began, went := time.Now(), cfg.Duration+200*time.Millisecond
	more := func() bool { return time.Since(began) < went }
	var during Tally
	ended := false
	got, err := Try(t.Context(), cfg, Trial{
		Window: time.Hour, Stay: true, More: more,
		Ready: func(context.Context) error { ready.Add(1); return nil },
		During: func(ctx context.Context, h Hall) {
			if n := len(h.Attempts()); n != cfg.Candidates {
				t.Errorf("%d attempts in the hall, want %d", n, cfg.Candidates)
			}
			for ready.Load() < int64(cfg.Candidates) && ctx.Err() == nil {
				time.Sleep(time.Millisecond)
			}
			during = h.Tally()
			body := contract.SittingAct{Act: contract.SittingActActClose, Version: 3}
			if err := h.Ask(ctx, http.MethodPost, "/api/v1/sittings/"+h.Sitting()+"/acts", body, nil); err != nil {
				t.Errorf("close: %v", err)
			}
			collected.Add(1)
			<-ctx.Done()
			ended = true
		},
	})
	if err != nil {
		t.Fatalf("%v: %+v", err, got)
	}
	if !ended || collected.Load() != 1 || during.Entered != cfg.Candidates || during.Submitted != 0 || got.Submitted != cfg.Candidates {
		t.Errorf("ended %v, during %+v, at the end %+v", ended, during, got.Tally)
	}
	if took := got.Ended.Sub(got.Began); took < went {
		t.Errorf("the drill took %s, told to go on for %s", took, went)
	}
}
