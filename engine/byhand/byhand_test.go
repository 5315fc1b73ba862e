package byhand_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/byhand"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// hall is everything that a Desk asks, in memory.
type hall struct {
	sheets   map[byhand.Code]byhand.Sheet
	record   attempt.Record
	sitting  sitting.Sitting
	aside    []attempt.LateOperation
	handed   []attempt.Operation
	decided  []attempt.DecideCommand
	recorded []string
	broken   error  // of handing in
	before   func() // a replacement is stored
}

func (h *hall) Now() time.Time { return time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC) }

func (h *hall) Record(_ context.Context, e audit.Event) error {
	h.recorded = append(h.recorded, e.Act)
	return nil
}

func (h *hall) InsertSheet(_ context.Context, s byhand.Sheet) error {
	h.sheets[s.Code] = s
	return nil
}

func (h *hall) Sheet(_ context.Context, code byhand.Code) (byhand.Sheet, error) {
	s, ok := h.sheets[code]
	if !ok {
		return s, byhand.ErrNotFound
	}
	s.Typed = slices.Clone(s.Typed)
	return s, nil
}

func (h *hall) ReplaceSheet(_ context.Context, s byhand.Sheet) (byhand.Sheet, error) {
	if do := h.before; do != nil {
		h.before = nil
		do()
	}
	if h.sheets[s.Code].Version != s.Version {
		return s, byhand.ErrConflict
	}
	s.Version++
	h.sheets[s.Code] = s
	return s, nil
}

func (h *hall) SheetsOf(context.Context, sitting.ID) ([]byhand.Sheet, error) {
	return slices.Collect(maps.Values(h.sheets)), nil
}

func (h *hall) Sitting(context.Context, sitting.ID) (sitting.Sitting, error) { return h.sitting, nil }

// attempts is the hall as the service of attempts.
type attempts struct{ *hall }

func (a attempts) Record(context.Context, attempt.AttemptID) (attempt.Record, error) {
	return a.record, nil
}

func (a attempts) Enter(context.Context, attempt.EnterCommand) (attempt.Entered, error) {
	return attempt.Entered{Epoch: 4}, nil
}

func (a attempts) HandIn(_ context.Context, cmd attempt.HandInCommand) (out attempt.HandedIn, _ error) {
	if a.broken != nil {
		return out, a.broken
	}
	for _, o := range cmd.Operations {
		o.Epoch = cmd.Epoch
		switch {
		case slices.Contains(a.handed, o):
			out.Known++
			continue
		case a.record.State.Over():
			out.SetAside++
			a.hall.aside = append(a.hall.aside, attempt.LateOperation{Attempt: cmd.Attempt, Operation: o})
		default:
			out.Saved++
		}
		a.hall.handed = append(a.hall.handed, o)
	}
	return out, nil
}

func (a attempts) Aside(context.Context, ...attempt.AttemptID) ([]attempt.LateOperation, error) {
	return a.aside, nil
}

func (a attempts) Decide(_ context.Context, cmd attempt.DecideCommand) error {
	a.hall.decided = append(a.hall.decided, cmd)
	return nil
}

func given(t *testing.T) (*hall, *byhand.Desk, byhand.Code) {
	t.Helper()
	h := &hall{sheets: map[byhand.Code]byhand.Sheet{}, sitting: sitting.Sitting{ID: "s", State: sitting.Open}}
	h.record = attempt.Record{ID: "a", Sitting: "s", Registration: "r", State: attempt.Running, Slots: 3}
	d := byhand.NewDesk(byhand.Deps{Store: h, Attempts: attempts{h}, Sittings: h, Audit: h, Clock: h})
	s, err := d.Give(t.Context(), "invigilator", "a", " 电脑坏了 ")
	if err != nil || s.Epoch != 4 || s.State != byhand.Printed || s.Why != "电脑坏了" {
		t.Fatalf("given %+v, %v", s, err)
	}
	return h, d, s.Code
}

// answers are those that were handed in, by slot.
func (h *hall) answers() map[int]string {
	out := map[int]string{}
	for _, o := range h.handed {
		out[o.Slot] = o.Response
	}
	return out
}

func TestGiveErr(t *testing.T) {
	t.Parallel()
	h, d, code := given(t)
	if _, err := d.Give(t.Context(), "x", "a", "电"); !errors.Is(err, byhand.ErrInvalid) {
		t.Errorf("a reason of one sign: %v", err)
	}
	if _, err := d.Sheet(t.Context(), "another", code); !errors.Is(err, byhand.ErrNotFound) {
		t.Errorf("by the page of another sitting: %v", err)
	}
	h.record.State = attempt.Submitted
	if _, err := d.Give(t.Context(), "x", "a", "电脑坏了"); !errors.Is(err, byhand.ErrState) || len(h.sheets) != 1 {
		t.Errorf("after the end: %v, %d sheets", err, len(h.sheets))
	}
}

func TestType(t *testing.T) {
	t.Parallel()
	both := map[int]string{1: "A", 3: "B"}
	t.Run("OK both read the same", func(t *testing.T) {
		t.Parallel()
		h, d, code := given(t)
		first, err := d.Type(t.Context(), "x", "s", code, both)
		if err != nil || first.State != byhand.Once || len(h.handed) != 0 {
			t.Fatalf("one has typed: %+v, %v, handed in %v", first, err, h.handed)
		}
		second, err := d.Type(t.Context(), "y", "s", code, maps.Clone(both))
		if err != nil || second.State != byhand.Entered || second.Handed.Saved != 2 || second.Settled.By != "y" {
			t.Fatalf("both have typed: %+v, %v", second, err)
		}
		if d := cmp.Diff(both, h.answers()); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]string{"paper.give", "paper.type", "paper.type"}, h.recorded); d != "" {
			t.Error(d)
		}
	})
	t.Run("OK after the end the answers count by decision", func(t *testing.T) {
		t.Parallel()
		h, d, code := given(t)
		h.record.State = attempt.Closed
		for _, who := range []people.AccountID{"x", "y"} {
			if _, err := d.Type(t.Context(), who, "s", code, both); err != nil {
				t.Fatal(err)
			}
		}
		if len(h.decided) != 1 || len(h.decided[0].Operations) != 2 || !h.decided[0].Count || h.decided[0].By != "y" {
			t.Errorf("decided %+v", h.decided)
		}
	})
	t.Run("Err", func(t *testing.T) {
		t.Parallel()
		h, d, code := given(t)
		if _, err := d.Type(t.Context(), "x", "s", code, both); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Type(t.Context(), "x", "s", code, both); !errors.Is(err, byhand.ErrSecondPerson) {
			t.Errorf("the same person: %v", err)
		}
		if s, err := d.Type(t.Context(), "y", "s", code, map[int]string{1: "B"}); err != nil || s.State != byhand.Differs || !slices.Equal(s.Differences(), []int{1, 3}) {
			t.Errorf("another reading: %+v, %v", s, err)
		}
		if _, err := d.Type(t.Context(), "z", "s", code, both); !errors.Is(err, byhand.ErrState) {
			t.Errorf("a third to type: %v", err)
		}
		h.sitting.State = sitting.Released
		if _, err := d.Settle(t.Context(), "z", "s", code, map[int]string{1: "A", 3: ""}); !errors.Is(err, byhand.ErrState) || len(h.handed) != 0 {
			t.Errorf("after the release: %v", err)
		}
	})
}

func TestSettle(t *testing.T) {
	t.Parallel()
	differ := func(t *testing.T) (*hall, *byhand.Desk, byhand.Code) {
		h, d, code := given(t)
		for who, answers := range map[people.AccountID]map[int]string{"x": {1: "A", 2: "C"}, "y": {1: "A", 3: "D"}} {
			if _, err := d.Type(t.Context(), who, "s", code, answers); err != nil {
				t.Fatal(err)
			}
		}
		return h, d, code
	}
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		h, d, code := differ(t)
		s, err := d.Settle(t.Context(), "z", "s", code, map[int]string{2: "", 3: "D"})
		if err != nil || s.State != byhand.Entered {
			t.Fatalf("%+v, %v", s, err)
		}
		if d := cmp.Diff(map[int]string{1: "A", 3: "D"}, h.answers()); d != "" {
			t.Error(d)
		}
	})
	t.Run("OK what was broken off is finished, once", func(t *testing.T) {
		t.Parallel()
		h, d, code := differ(t)
		h.broken = errors.New("the ledger is away")
		if _, err := d.Settle(t.Context(), "z", "s", code, map[int]string{2: "C", 3: ""}); !errors.Is(err, h.broken) {
			t.Fatalf("broken off: %v", err)
		}
		h.broken = nil
		// Whoever comes next changes nothing of what stands.
		if _, err := d.Settle(t.Context(), "w", "s", code, map[int]string{2: "", 3: "D"}); !errors.Is(err, byhand.ErrState) {
			t.Errorf("settled a second time: %v", err)
		}
		if s := h.sheets[code]; s.State != byhand.Entered || s.Settled.By != "z" {
			t.Errorf("%+v", s)
		}
		if d := cmp.Diff(map[int]string{1: "A", 2: "C"}, h.answers()); d != "" {
			t.Error(d)
		}
	})
	t.Run("Err", func(t *testing.T) {
		t.Parallel()
		h, d, code := differ(t)
		for name, c := range map[string]struct {
			by    people.AccountID
			given map[int]string
			want  error
		}{
			"who typed":           {"x", map[int]string{2: "C", 3: ""}, byhand.ErrSecondPerson},
			"one is missing":      {"z", map[int]string{2: "C"}, byhand.ErrInvalid},
			"one does not differ": {"z", map[int]string{1: "B", 2: "C", 3: ""}, byhand.ErrInvalid},
		} {
			if _, err := d.Settle(t.Context(), c.by, "s", code, c.given); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		// Two settle at the same moment: one is refused before anything is handed in.
		h.before = func() {
			if _, err := d.Settle(t.Context(), "w", "s", code, map[int]string{2: "", 3: "D"}); err != nil {
				t.Error(err)
			}
		}
		if _, err := d.Settle(t.Context(), "z", "s", code, map[int]string{2: "C", 3: ""}); !errors.Is(err, byhand.ErrConflict) {
			t.Errorf("at the same moment: %v", err)
		}
		if d := cmp.Diff(map[int]string{1: "A", 3: "D"}, h.answers()); d != "" {
			t.Error(d)
		}
	})
}
