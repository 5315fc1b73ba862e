package readiness

import (
	"cmp"
	"slices"
	"time"

	"gongyuan/engine/sitting"
	"gongyuan/engine/venue"
)

// Judge makes the report of facts.
func (r *Rules) Judge(f *Facts) Report {
	out := Report{Sitting: f.Sitting, At: f.Now, Rules: *r}
	out.Lines = append(out.Lines, f.filed(), f.fulfil(), f.sealed())
	out.Lines = append(out.Lines, r.stores(f)...)
	out.Lines = append(out.Lines, r.drill(f), f.seated())
	out.Lines = append(out.Lines, f.places()...)
	line, rooms := r.browsers(f)
	out.Lines, out.Rooms = append(out.Lines, line), rooms
	return out
}

func (f *Facts) filed() Line {
	if f.Filed != nil {
		return Line{Check: Filed, State: Block, Reason: Unfiled, At: f.Now, Err: f.Filed}
	}
	return Line{Check: Filed, State: Ready, Reason: Fine, At: f.Now}
}

func (f *Facts) fulfil() Line {
	line := Line{Check: Fulfil, State: Block, Have: len(f.Plan.Roster), At: f.Tried}
	switch {
	case len(f.Plan.Roster) == 0:
		line.Reason = Nobody
	case f.Sitting.State != sitting.Draft: // the papers are there
		line.State, line.Reason, line.At = Ready, Fine, f.Sitting.Sealed
	case f.Fulfil != nil:
		line.Reason, line.Err = Short, f.Fulfil
	default:
		line.State, line.Reason = Ready, Fine
	}
	return line
}

func (f *Facts) sealed() Line {
	s := &f.Sitting
	line := Line{Check: Sealed, State: Block, Need: 2}
	if s.OneSealer {
		line.Need = 1
	}
	first := s.Proposal
	switch {
	case s.State != sitting.Draft && first != nil && first.By != s.SealedBy:
		line.State, line.Reason, line.Have, line.At, line.By = Ready, Fine, 2, s.Sealed, []string{first.By, s.SealedBy}
	case s.State != sitting.Draft:
		line.State, line.Reason, line.Have, line.At, line.By = Attention, OneRule, 1, s.Sealed, []string{s.SealedBy}
	case s.Stands():
		line.Reason, line.Have, line.At, line.By = OneOnly, 1, first.At, []string{first.By}
	default:
		line.Reason = NotAsked
	}
	return line
}

// far is how many times the limit a clock may be off before it blocks: copies
// of the program would then end an exam at different moments.
const far = 10

func (r *Rules) stores(f *Facts) []Line {
	limit := time.Duration(r.ClockMilliseconds) * time.Millisecond
	var up, clocks []Line
	for _, s := range f.Stores {
		took := int(s.Took / time.Millisecond)
		if s.Err != nil {
			up = append(up, Line{Check: StoreUp, State: Block, Reason: Down, Name: s.Name, Have: took, At: f.Now})
			continue
		}
		up = append(up, Line{Check: StoreUp, State: Ready, Reason: Fine, Name: s.Name, Have: took, At: f.Now})
		if s.Ours {
			continue
		}
		line := Line{Check: Clocks, State: Ready, Reason: Fine, Name: s.Name, Have: int(s.Lead / time.Millisecond), Need: r.ClockMilliseconds, At: f.Now}
		if off := s.Lead.Abs(); off > far*limit {
			line.State, line.Reason = Block, Apart
		} else if off > limit {
			line.State, line.Reason = Attention, Apart
		}
		clocks = append(clocks, line)
	}
	return append(up, clocks...)
}

func (r *Rules) drill(f *Facts) Line {
	d := f.Drill
	if d == nil {
		return Line{Check: Drilled, State: Block, Reason: None, Need: r.DrillDays}
	}
	line := Line{Check: Drilled, State: Block, Have: d.Candidates, Need: len(f.Plan.Roster), At: d.Ended, By: []string{string(d.By)}}
	switch {
	case !d.passed():
		line.Reason = Failed
	case f.Now.Sub(d.Ended) > time.Duration(r.DrillDays)*24*time.Hour:
		line.Reason, line.Need = Old, r.DrillDays
	case d.Candidates < len(f.Plan.Roster):
		line.State, line.Reason = Attention, Smaller
	default:
		line.State, line.Reason = Ready, Fine
	}
	return line
}

func (f *Facts) seated() Line {
	line := Line{Check: Seated, State: Block, Reason: Open, Need: len(f.Plan.Roster), At: f.Now}
	for _, reg := range f.Plan.Roster {
		if reg.Seated() {
			line.Have++
		}
	}
	switch {
	case line.Need == 0:
		line.Reason = Nobody
	case line.Have == line.Need:
		line.State, line.Reason = Ready, Fine
	}
	return line
}

// places are the findings of the rules of rooms; seats have a line of their own.
func (f *Facts) places() []Line {
	var out []Line
	for _, x := range f.Rules.Check(&f.Plan) {
		if x.Flaw == venue.Unseated {
			continue
		}
		line := Line{Check: Room, State: Attention, Reason: Reason(x.Flaw), Name: x.Room, Have: x.Have, Need: x.Need, At: f.Now}
		if x.Block {
			line.State = Block
		}
		if x.Who != "" {
			line.By = []string{x.Who}
		}
		out = append(out, line)
	}
	if out == nil {
		out = []Line{{Check: Room, State: Ready, Reason: Fine, Have: len(f.Plan.Staffing.Rooms), At: f.Now}}
	}
	return out
}

type place struct{ room, seat string }

// mostPlaces is how many places a line names.
const mostPlaces = 5

// browsers counts the taken seats whose computer was checked, and sums the rooms
// up.
func (r *Rules) browsers(f *Facts) (Line, []RoomState) {
	checked := map[place]*Probe{}
	for i := range f.Probes {
		p := &f.Probes[i]
		if f.Now.Sub(p.At) <= time.Duration(r.CheckHours)*time.Hour {
			checked[place{p.Room, p.Seat}] = p
		}
	}
	rooms := f.rooms()
	line := Line{Check: Browsers, State: Ready, Reason: Fine}
	var open, faulty []string
	for _, reg := range f.Plan.Roster {
		if !reg.Seated() {
			continue
		}
		line.Need++
		room := rooms[reg.Room]
		p := checked[place{reg.Room, reg.Seat}]
		if p == nil {
			open = append(open, reg.Room+"-"+reg.Seat)
			continue
		}
		line.Have++
		room.Checked++
		line.At = later(line.At, p.At)
		if faults := r.Faults(p); len(faults) > 0 {
			faulty = append(faulty, reg.Room+"-"+reg.Seat)
			room.Faulty++
			room.worse(Attention)
			if slices.Contains(faults, NoMemory) {
				room.worse(Block)
				line.State = Block
			}
		}
	}
	switch {
	case len(open) > 0 || line.Need == 0:
		line.State, line.Reason, line.Places = Block, Open, open
	case len(faulty) > 0:
		line.State, line.Reason, line.Places = cmp.Or(blocked(line.State), Attention), Faulty, faulty
	}
	line.Places = line.Places[:min(len(line.Places), mostPlaces)]
	out := make([]RoomState, 0, len(rooms))
	for _, room := range rooms {
		if room.Checked < room.Seated {
			room.worse(Block)
		}
		out = append(out, *room)
	}
	slices.SortFunc(out, func(a, b RoomState) int { return cmp.Compare(a.Name, b.Name) })
	return line, out
}

func blocked(s State) State {
	if s == Block {
		return s
	}
	return ""
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (x *RoomState) worse(s State) {
	if s == Block || x.State == Ready {
		x.State = s
	}
}

// rooms are those that the sitting uses and those that people sit in.
func (f *Facts) rooms() map[string]*RoomState {
	out := map[string]*RoomState{}
	for _, use := range f.Plan.Staffing.Rooms {
		name := f.Plan.Rooms[use.Room].Name
		out[name] = &RoomState{Name: name, State: Ready, Invigilators: len(use.Invigilators)}
	}
	for _, reg := range f.Plan.Roster {
		if !reg.Seated() {
			continue
		}
		if out[reg.Room] == nil {
			out[reg.Room] = &RoomState{Name: reg.Room, State: Block} // nobody planned it
		}
		out[reg.Room].Seated++
	}
	for _, room := range out {
		if room.Needed = f.Rules.Invigilators(room.Seated); room.Invigilators < room.Needed {
			room.worse(Block)
		}
	}
	return out
}
