package symbol

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// parse reads a drawing: # is dark.
func parse(lines ...string) [][]bool {
	out := make([][]bool, len(lines))
	for y, l := range lines {
		for _, r := range l {
			out[y] = append(out[y], r == '#')
		}
	}
	return out
}

// TestPenalty counts the points of small drawings by hand.
func TestPenalty(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		drawing [][]bool
		want    int
	}{
		"a chessboard is even": {parse("#.#.", ".#.#", "#.#.", ".#.#"), 0},
		"a block":              {parse("##.#", "##.#", "..#.", "#.#."), 3 + 10}, // 9 of 16 are dark
		"a run of five":        {parse("#####.", ".#.#.#", "#.#.#.", ".#.#.#", "#.#.#.", ".#.#.#"), 3 + 10},
		"all light":            {parse(".....", ".....", ".....", ".....", "....."), 10*3 + 16*3 + 10*10},
	} {
		if got := penalty(c.drawing); got != c.want {
			t.Errorf("%s: %d points, want %d", name, got, c.want)
		}
	}
	for name, c := range map[string]struct {
		line string
		want int
	}{
		"a corner at the end, after light":    {"....#.###.#", 40 + 40},
		"a corner at the start":               {"#.###.#.#.#.#", 40},
		"a corner with light on neither side": {"#.#.###.#.#", 0},
	} {
		if got := line(len(c.line), func(i int) bool { return c.line[i] == '#' }); got != c.want {
			t.Errorf("%s: %d points, want %d", name, got, c.want)
		}
	}
}

func TestEncode(t *testing.T) {
	t.Parallel()
	var c Coder
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		text := "https://exam.example.org/verify#" + strings.Repeat("eyJ2IjoxfQ", 90)
		got, err := c.Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 117 { // version 25
			t.Errorf("%d modules wide", len(got))
		}
		for _, at := range [][2]int{{0, 0}, {0, 110}, {110, 0}} {
			for i := range 7 {
				if !got[at[0]][at[1]+i] || !got[at[0]+6][at[1]+i] {
					t.Errorf("no corner at %v", at)
				}
			}
		}
		again, err := c.Encode(text)
		if err != nil || !slices.EqualFunc(got, again, slices.Equal) {
			t.Errorf("the same text makes another symbol, %v", err)
		}
	})
	t.Run("OK known symbols", func(t *testing.T) {
		t.Parallel()
		// Held against a reader of another make when they were taken down.
		for text, want := range map[string]string{
			"1": "5929a2382ed0", "王甲": "011008247875", strings.Repeat("x", 2331): "dee7bc664097",
		} {
			got, err := c.Encode(text)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(fmt.Append(nil, got))
			if have := fmt.Sprintf("%x", sum[:6]); have != want {
				t.Errorf("%.5s of %d: %s, want %s", text, len(text), have, want)
			}
		}
	})
	t.Run("Err", func(t *testing.T) {
		t.Parallel()
		if _, err := c.Encode(strings.Repeat("x", 2332)); !errors.Is(err, ErrLong) {
			t.Errorf("got %v", err)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	var c Coder
	text := "https://exam.example.org/verify#" + strings.Repeat("eyJ2IjoxfQ", 90)
	for b.Loop() {
		if _, err := c.Encode(text); err != nil {
			b.Fatal(err)
		}
	}
}
