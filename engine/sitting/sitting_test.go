package sitting

import (
	"errors"
	"testing"
	"time"
)

// TestStates holds every state against every act.
func TestStates(t *testing.T) {
	t.Parallel()
	want := map[State]map[Act]State{
		Draft: {AskSeal: Draft, DropSeal: Draft, Seal: Sealed}, Sealed: {OpenIt: Open}, Open: {Close: Closed}, Closed: {Publish: Released}, Released: {},
	}
	for _, s := range []State{Draft, Sealed, Open, Closed, Released} {
		for _, act := range []Act{AskSeal, DropSeal, Seal, OpenIt, Close, Publish, "dance"} {
			got, err := s.Next(act)
			to, ok := want[s][act]
			switch {
			case ok && (err != nil || got != to):
				t.Errorf("%s %s = %s, %v; want %s", act, s, got, err, to)
			case !ok && (!errors.Is(err, ErrState) || got != s):
				t.Errorf("%s %s = %s, %v; want ErrState and no change", act, s, got, err)
			}
		}
	}
}

func TestMayStart(t *testing.T) {
	t.Parallel()
	opens := time.Date(2026, 12, 6, 1, 0, 0, 0, time.UTC)
	s := Sitting{State: Open, Opens: opens, Closes: opens.Add(2 * time.Hour), LateEntry: 15 * time.Minute}
	for _, c := range []struct {
		name  string
		state State
		after time.Duration
		want  error
	}{
		{"draft", Draft, time.Minute, ErrState},
		{"sealed waits", Sealed, time.Minute, ErrNotYet},
		{"a moment early", Open, -time.Nanosecond, ErrNotYet},
		{"at the opening", Open, 0, nil},
		{"at the last moment", Open, 15 * time.Minute, nil},
		{"a moment late", Open, 15*time.Minute + time.Nanosecond, ErrTooLate},
		{"after the window", Open, 2 * time.Hour, ErrTooLate},
		{"closed", Closed, time.Minute, ErrState},
		{"released", Released, time.Minute, ErrState},
	} {
		s := s
		s.State = c.state
		if err := s.MayStart(opens.Add(c.after)); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: MayStart = %v, want %v", c.name, err, c.want)
		}
	}
	s.LateEntry = 0
	if err := s.MayStart(opens.Add(119 * time.Minute)); err != nil {
		t.Errorf("without a limit on late entry: %v", err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	opens := time.Date(2026, 12, 6, 1, 0, 0, 0, time.UTC)
	good := Sitting{Title: "三级理论", Opens: opens, Closes: opens.Add(2 * time.Hour), Duration: 90 * time.Minute, Release: AtOnce}
	if err := good.Check(); err != nil {
		t.Fatalf("a good sitting: %v", err)
	}
	for field, spoil := range map[string]func(*Sitting){
		"/title":            func(s *Sitting) { s.Title = "x" },
		"/durationMinutes":  func(s *Sitting) { s.Duration = 0 },
		"/closes":           func(s *Sitting) { s.Closes = s.Opens },
		"/lateEntryMinutes": func(s *Sitting) { s.LateEntry = 3 * time.Hour },
		"/release":          func(s *Sitting) { s.Release = "never" },
	} {
		s := good
		spoil(&s)
		var fault *FieldError
		if err := s.Check(); !errors.As(err, &fault) || fault.Field != field || !errors.Is(err, ErrInvalid) {
			t.Errorf("Check = %v, want a fault of %s", err, field)
		}
	}
}
