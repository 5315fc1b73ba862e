package attempt

import "slices"

// Hold is one reason for which a clock stands still. A clock can be held for
// several at once: it stands still once, and runs again when none is left.
type Hold string

// The holds. The empty one is of a pause that says nothing of its reason, as
// older records do; whatever lets the clock run lifts it.
const (
	HeldSeat Hold = "seat" // for this candidate
	HeldRoom Hold = "room"
	HeldAll  Hold = "all"
	HeldAway Hold = "away" // the room is left (疏散)
)

// hold is what an order to pause holds a clock by, and what one to resume is
// about.
func (o *Order) hold() Hold {
	switch {
	case o.Evacuation:
		return HeldAway
	case o.Registration != "":
		return HeldSeat
	case o.Room != "":
		return HeldRoom
	}
	return HeldAll
}

// lifts tells whether resuming by h ends a hold. Who lets one candidate go on
// has that one before them, and means it whatever else holds; who lets a room
// go on means it also where everybody is held. But nobody who lets many go on
// at once starts the clock of a candidate, or a room, that is held for itself,
// and the clock of a room that was left runs when it is back and not before.
func (h Hold) lifts(held Hold) bool {
	switch h {
	case HeldSeat:
		return true
	case HeldRoom:
		return held != HeldSeat && held != HeldAway
	}
	return held == h || held == ""
}

// without are the holds that are left after resuming by h.
func (h Hold) without(held []Hold) []Hold {
	return slices.DeleteFunc(slices.Clone(held), h.lifts)
}

// holds are what holds the clock of an attempt after its changes.
func holds(past []Adjustment) []Hold {
	var out []Hold
	for i := range past {
		switch a := &past[i]; {
		case a.State != Paused:
			out = nil
		case a.Kind == Pause:
			out = append(out, a.Hold)
		case a.Kind == Resume:
			out = a.Hold.without(out)
		}
	}
	return out
}

// stays tells whether an order leaves a paused attempt paused: it adds a hold,
// or lifts some and not all. ErrState tells that it is held so already, ErrHeld
// that it is held by nothing that the order lifts.
func (o *Order) stays(rec *Record, past []Adjustment) (bool, error) {
	if rec.State != Paused || o.Kind != Pause && o.Kind != Resume {
		return false, nil
	}
	held, h := holds(past), o.hold()
	if o.Kind == Pause {
		if slices.Contains(held, h) {
			return false, ErrState
		}
		return true, nil
	}
	left := h.without(held)
	if len(held) > 0 && len(left) == len(held) {
		return false, ErrHeld
	}
	return len(left) > 0, nil
}
