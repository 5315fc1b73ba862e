package venue

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

func TestSeats(t *testing.T) {
	t.Parallel()
	r := Room{Plan: []string{"a.o", "xo."}}
	want := []Seat{{"01", 0, 0, true, true}, {"02", 0, 2, true, false}, {"03", 1, 0, false, false}, {"04", 1, 1, true, false}}
	if got := r.Seats(); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(got, want))
	}
	if usable, accessible := r.Capacity(); usable != 3 || accessible != 1 {
		t.Errorf("capacity %d, %d", usable, accessible)
	}
}

func TestRoomCheck(t *testing.T) {
	t.Parallel()
	good := func() Room {
		return Room{Name: "01", Plan: []string{"oo"}, Addresses: []string{"10.0.3.9/24", " fd00::1 "}}
	}
	r := good()
	if err := r.check(); err != nil || !cmp.Equal(r.Addresses, []string{"10.0.3.0/24", "fd00::1/128"}) {
		t.Fatalf("%v, %v", err, r.Addresses)
	}
	if !r.Holds(netip.MustParseAddr("::ffff:10.0.3.200")) || r.Holds(netip.MustParseAddr("10.0.4.1")) {
		t.Error("addresses of the room")
	}
	for field, spoil := range map[string]func(*Room){
		"/name": func(r *Room) { r.Name = " " }, "/plan": func(r *Room) { r.Plan = []string{"oo", "o"} }, "/addresses/0": func(r *Room) { r.Addresses[0] = "10.0.3" },
	} {
		r := good()
		spoil(&r)
		var fault *FieldError
		if err := r.check(); !errors.As(err, &fault) || fault.Field != field || !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, plan := range [][]string{nil, {""}, {"x."}, {"o?"}, make([]string, 31)} {
		r := good()
		r.Plan = plan
		if err := r.check(); !errors.Is(err, ErrInvalid) {
			t.Errorf("plan %q: %v", plan, err)
		}
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	rules, err := ReadRules(nil)
	if err != nil || !rules.Sample {
		t.Fatalf("%+v, %v", rules, err)
	}
	if _, err := ReadRules([]byte(`{"candidatesPerInvigilator":0}`)); !errors.Is(err, ErrInvalid) {
		t.Errorf("no ratio: %v", err)
	}
	if got := rules.Check(&Plan{}); len(got) != 1 || got[0].Flaw != NoRooms {
		t.Errorf("no rooms: %+v", got)
	}
	rules = Rules{CandidatesPerInvigilator: 2, LeastInvigilators: 1, MostCandidates: 3, LeastSpareSeats: 1}
	p := &Plan{
		Staffing: Staffing{Rooms: []Use{{"a", false, []people.AccountID{"x"}}, {"b", true, []people.AccountID{"x"}}}},
		Rooms:    map[RoomID]Room{"a": {Name: "01", Plan: []string{"oooox"}}, "b": {Name: "02", Plan: []string{"o"}}},
		Roster: []sitting.Registration{
			{Room: "01", Seat: "01"}, {Room: "01", Seat: "02", Needs: sitting.Needs{Accessible: true}}, {Room: "01", Seat: "03", Needs: sitting.Needs{Apart: true}},
			{Room: "01", Seat: "05"}, {},
		},
	}
	want := []Finding{
		{TooMany, true, "01", 4, 3, ""}, {FewInvigilators, true, "01", 1, 2, ""}, {SamePlace, true, "02", 2, 1, "x"}, {FewSpare, false, "", 0, 1, ""},
		{FewAccessible, true, "", 0, 1, ""}, {Unseated, true, "", 1, 0, ""}, {UnknownSeat, false, "", 1, 0, ""}, {NotAccessible, true, "", 1, 0, ""},
		{NotApart, true, "", 1, 0, ""},
	}
	if got := rules.Check(p); !cmp.Equal(got, want) {
		t.Error(cmp.Diff(got, want))
	}
}
