package challenge_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gongyuan/engine/challenge"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/people"
)

func secrets(fill ...byte) []people.Secret {
	var out []people.Secret
	for _, b := range fill {
		out = append(out, people.Secret{ID: string('a' + rune(b)), Key: bytes.Repeat([]byte{b}, 32)})
	}
	return out
}

func gate(t *testing.T, clock *enginetest.Clock, fill ...byte) *challenge.Gate {
	t.Helper()
	g, err := challenge.NewGate(secrets(fill...), clock)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGate(t *testing.T) {
	t.Parallel()
	clock := enginetest.NewClock(enginetest.Start)
	g := gate(t, clock, 1)
	c := g.New("192.0.2.1")
	numbers := challenge.Solve(c)
	t.Run("OK on another copy, with a new secret in front", func(t *testing.T) {
		id, err := gate(t, clock, 2, 1).Check(c.Token, numbers, "192.0.2.1")
		if err != nil || !strings.HasPrefix(c.Token, id+".") {
			t.Errorf("%q, %v", id, err)
		}
		if g.New("192.0.2.1").Token == c.Token {
			t.Error("two challenges are one")
		}
	})
	wrong := slices.Clone(numbers)
	for challenge.Solves(strings.Split(c.Token, ".")[0], 3, wrong[3]) {
		wrong[3]++
	}
	parts := strings.Split(c.Token, ".")
	for name, try := range map[string]struct {
		token   string
		numbers []int64
		address string
	}{
		"another address":    {c.Token, numbers, "192.0.2.2"},
		"a number wrong":     {c.Token, wrong, "192.0.2.1"},
		"a number missing":   {c.Token, numbers[1:], "192.0.2.1"},
		"none":               {"", nil, "192.0.2.1"},
		"no dots":            {"abc", numbers, "192.0.2.1"},
		"a longer life":      {parts[0] + ".9999999999." + parts[2], numbers, "192.0.2.1"},
		"another id":         {"AAAAAAAAAAAAAAAAAAAAAA." + parts[1] + "." + parts[2], numbers, "192.0.2.1"},
		"a broken signature": {parts[0] + "." + parts[1] + ".!", numbers, "192.0.2.1"},
	} {
		t.Run("Err "+name, func(t *testing.T) {
			if _, err := g.Check(try.token, try.numbers, try.address); !errors.Is(err, challenge.ErrRefused) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("Err of a secret that is gone", func(t *testing.T) {
		if _, err := gate(t, clock, 2).Check(c.Token, numbers, "192.0.2.1"); !errors.Is(err, challenge.ErrRefused) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("Err too old", func(t *testing.T) {
		clock.Advance(challenge.Lifetime + time.Second)
		if _, err := g.Check(c.Token, numbers, "192.0.2.1"); !errors.Is(err, challenge.ErrRefused) {
			t.Errorf("got %v", err)
		}
	})
}
