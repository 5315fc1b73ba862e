package proctor_test

import (
	"errors"
	"testing"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/proctor"
)

func TestStanding(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		s    proctor.Standing
		want error
	}{
		{"nothing", proctor.Standing{}, nil},
		{"locked", proctor.Standing{Lock: &proctor.Act{}}, proctor.ErrLocked},
		{"moved after it signed in", proctor.Standing{MovedAt: at.Add(time.Millisecond)}, proctor.ErrMoved},
		{"signed in after the move", proctor.Standing{MovedAt: at}, nil},
	} {
		if got := c.s.Check(at); !errors.Is(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestHasty(t *testing.T) {
	t.Parallel()
	ops := func(slots int, every int64) (out []attempt.Operation) {
		for i := range 12 {
			out = append(out, attempt.Operation{Seq: i + 1, Slot: i%slots + 1, ClientMs: int64(i) * every})
		}
		return out
	}
	for _, c := range []struct {
		name  string
		slots int
		every int64
		want  int
	}{
		{"eight questions in seven seconds", 12, 1_000, 8},
		{"three questions, changed again and again", 3, 1_000, 0},
		{"a question each two seconds", 12, 2_000, 0},
		{"a clock that goes back", 12, -1_000, 0},
	} {
		if got := proctor.Hasty(ops(c.slots, c.every)); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
