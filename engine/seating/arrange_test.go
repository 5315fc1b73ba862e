package seating

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gongyuan/engine/sitting"
)

// grid is a room of seats; the first of each row is accessible.
func grid(room string, rows, columns int, apart bool) []Seat {
	var out []Seat
	for y := range rows {
		for x := range columns {
			out = append(out, Seat{room, fmt.Sprintf("%02d", y*columns+x+1), y, x, x == 0, apart})
		}
	}
	return out
}

func hall(t *rapid.T) ([]Person, []Seat) {
	seats := append(grid("01", rapid.IntRange(1, 6).Draw(t, "rows"), rapid.IntRange(1, 6).Draw(t, "columns"), false), grid("02", 1, 2, true)...)
	persons := make([]Person, rapid.IntRange(0, len(seats)+3).Draw(t, "people"))
	for i := range persons {
		persons[i] = Person{sitting.RegistrationID(fmt.Sprint("r", i)), rapid.SampledFrom([]string{"", "甲", "乙", "丙", "丁"}).Draw(t, "employer"), sitting.Needs{
			Apart: rapid.IntRange(0, 9).Draw(t, "apart") == 0, Accessible: rapid.IntRange(0, 5).Draw(t, "ramp") == 0,
		}}
	}
	return persons, seats
}

// TestArrange holds the rule on rooms and people of any kind.
func TestArrange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		persons, seats := hall(t)
		seed := Seed{byte(rapid.IntRange(0, 255).Draw(t, "seed"))}
		got := Arrange(seed, persons, seats, nil)
		turned := slices.Clone(persons)
		slices.Reverse(turned)
		if again := Arrange(seed, turned, seats, nil); !cmp.Equal(got.Places, again.Places) {
			t.Fatalf("another order of the people: %s", cmp.Diff(got.Places, again.Places))
		}
		seatOf, of := map[string]Seat{}, map[sitting.RegistrationID]Person{}
		for _, s := range seats {
			seatOf[s.Room+s.Label] = s
		}
		for _, p := range persons {
			of[p.ID] = p
		}
		used := map[string]bool{}
		for _, p := range got.Places {
			s, ok := seatOf[p.Room+p.Seat]
			if !ok || used[p.Room+p.Seat] {
				t.Fatalf("%+v is no seat, or given twice", p)
			}
			used[p.Room+p.Seat] = true
			if !fits(of[p.Registration], s) {
				t.Fatalf("%+v does not fit %+v", s, of[p.Registration])
			}
			delete(of, p.Registration)
		}
		if len(of) != len(got.Unseated) {
			t.Fatalf("%d are neither seated nor said to be without a seat", len(of))
		}
		for _, id := range got.Unseated { // nothing that fits is left
			for _, s := range seats {
				if !used[s.Room+s.Label] && fits(of[id], s) {
					t.Fatalf("%v has no seat though %+v is free", of[id], s)
				}
			}
		}
	})
}

func TestArrangeParts(t *testing.T) {
	t.Parallel()
	// Twelve employers in five full rooms.
	var seats []Seat
	for n := range 5 {
		seats = append(seats, grid(fmt.Sprintf("%02d", n+1), 5, 6, false)...)
	}
	persons := make([]Person, len(seats))
	for i := range persons {
		persons[i] = Person{ID: sitting.RegistrationID(fmt.Sprint("r", i)), Employer: fmt.Sprint("单位", i%12)}
	}
	before := map[string]bool{}
	for n := range 10 {
		got := Arrange(Seed{byte(n)}, persons, seats, nil)
		if len(got.Places) != len(persons) || got.Beside != 0 {
			t.Errorf("seed %d: %d seated, %d pairs beside each other", n, len(got.Places), got.Beside)
		}
		before[fmt.Sprint(got.Places[:5])] = true
	}
	if len(before) < 9 {
		t.Errorf("ten seeds gave only %d arrangements", len(before))
	}
	t.Run("who cannot be parted", func(t *testing.T) {
		t.Parallel()
		two := []Person{{ID: "a", Employer: "甲"}, {ID: "b", Employer: "甲"}}
		if got := Arrange(Seed{}, two, grid("01", 1, 2, false), nil); got.Beside != 1 || len(got.Places) != 2 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("who sits stays", func(t *testing.T) {
		t.Parallel()
		row := grid("01", 1, 3, false)
		got := Arrange(Seed{}, []Person{{ID: "b", Employer: "甲"}}, row, map[Seat]Person{row[0]: {ID: "a", Employer: "甲"}})
		if want := []sitting.Place{{Registration: "b", Room: "01", Seat: "03"}}; !cmp.Equal(got.Places, want) || got.Beside != 0 {
			t.Errorf("%+v", got)
		}
	})
}
