package sitting

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/engine/audit"
)

// hall is everything that opening asks.
type hall struct {
	Store

	sitting  Sitting
	gaps     []Gap
	broken   error
	unfiled  error
	recorded []audit.Event
}

var opened = time.Date(2026, 12, 6, 1, 0, 0, 0, time.UTC)

func (h *hall) Sitting(context.Context, ID) (Sitting, error) { return h.sitting, nil }
func (h *hall) ReplaceSitting(_ context.Context, s Sitting) (Sitting, error) {
	s.Version++
	h.sitting = s
	return s, nil
}
func (h *hall) Gaps(context.Context, ID) ([]Gap, error) { return h.gaps, h.broken }
func (h *hall) Record(_ context.Context, e audit.Event) error {
	h.recorded = append(h.recorded, e)
	return nil
}
func (h *hall) Now() time.Time { return opened }

type filed struct{ err error }

func (f filed) Permit(context.Context, time.Time) error             { return f.err }
func (f filed) KnownSite(context.Context, string) (bool, error)     { return true, nil }
func (f filed) PermitSite(context.Context, string, time.Time) error { return f.err }

func (h *hall) office(reasons bool) *Office {
	return NewOffice(Deps{Store: h, Permit: filed{h.unfiled}, Checks: h, Reasons: reasons, Audit: h, Clock: h})
}

func TestOpen(t *testing.T) {
	t.Parallel()
	gaps := []Gap{{Check: "room", Reason: "few-invigilators", Name: "07", Have: 1, Need: 2}}
	sealed := Sitting{ID: "s", State: Sealed, Version: 3}
	t.Run("OK: nothing is open", func(t *testing.T) {
		t.Parallel()
		h := &hall{sitting: sealed}
		s, err := h.office(true).Do(t.Context(), "s", 3, OpenIt, "a")
		if err != nil || s.State != Open || !cmp.Equal(s.Opening, &Opening{By: "a", At: opened}) {
			t.Errorf("%+v, %v", s.Opening, err)
		}
		if len(h.recorded) != 1 || h.recorded[0].After != Open {
			t.Errorf("recorded %+v", h.recorded)
		}
	})
	t.Run("OK: a reason, kept and recorded with what is open", func(t *testing.T) {
		t.Parallel()
		h := &hall{sitting: sealed, gaps: gaps}
		s, err := h.office(true).Open(t.Context(), "s", 3, "a", " 备用监考员在路上 ")
		want := &Opening{By: "a", At: opened, Gaps: gaps, Reason: "备用监考员在路上"}
		if err != nil || !cmp.Equal(s.Opening, want) || !cmp.Equal(h.sitting.Opening, want) {
			t.Errorf("%+v, %v", s.Opening, err)
		}
		after := map[string]any{"state": Open, "gaps": gaps, "reason": "备用监考员在路上"}
		if len(h.recorded) != 1 || !cmp.Equal(h.recorded[0].After, any(after)) {
			t.Errorf("recorded %+v", h.recorded)
		}
	})
	t.Run("OK: no reason where none is demanded", func(t *testing.T) {
		t.Parallel()
		h := &hall{sitting: sealed, gaps: gaps}
		if s, err := h.office(false).Do(t.Context(), "s", 3, OpenIt, "a"); err != nil || !cmp.Equal(s.Opening.Gaps, gaps) {
			t.Errorf("%+v, %v", s.Opening, err)
		}
	})
	for name, c := range map[string]struct {
		in     hall
		reason string
		want   error
	}{
		"Err: no reason":                     {hall{sitting: sealed, gaps: gaps}, " ", ErrNotReady},
		"Err: too short":                     {hall{sitting: sealed, gaps: gaps}, "x", ErrInvalid},
		"Err: no filing, no reason mends it": {hall{sitting: sealed, unfiled: errNo}, "reason", errNo},
		"Err: not sealed":                    {hall{sitting: Sitting{ID: "s", State: Draft, Version: 3}}, "reason", ErrState},
		"Err: changed meanwhile":             {hall{sitting: Sitting{ID: "s", State: Sealed, Version: 4}}, "reason", ErrConflict},
		"Err: the list cannot be had":        {hall{sitting: sealed, broken: errNo}, "reason", errNo},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := c.in
			if _, err := h.office(true).Open(t.Context(), "s", 3, "a", c.reason); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if h.sitting.State == Open || len(h.recorded) > 0 {
				t.Errorf("opened all the same: %+v %+v", h.sitting, h.recorded)
			}
		})
	}
}

var errNo = errors.New("no")
