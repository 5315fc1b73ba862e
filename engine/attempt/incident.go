package attempt

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongyuan/engine/sitting"
)

// GapAfter is how long nothing must have been heard of a page before it counts
// as cut off. A page sends a save or a heartbeat each 15 s, so two of them are
// missing.
const GapAfter = 40 * time.Second

// Gap is a measured loss of connection: nothing was heard of the page between
// the two moments. A zero Until means that it goes on.
type Gap struct {
	Attempt AttemptID
	From    time.Time
	Until   time.Time
}

// noteGap keeps the loss of connection that a live step ended, if it did.
func (s *Service) noteGap(id AttemptID, st LiveState, now time.Time) {
	if st.GoneSince.IsZero() {
		return
	}
	gap := Gap{Attempt: id, From: st.GoneSince.UTC(), Until: now.UTC().Truncate(time.Millisecond)}
	go func() {
		// Who came back must not wait for this to be written down.
		ctx, cancel := context.WithTimeout(context.Background(), flightTime)
		defer cancel()
		if _, err := s.gaps.do(ctx, gap); err != nil {
			s.cfg.Log.Warn("loss of connection not kept", "attempt", id, "err", err)
		}
	}()
}

func (s *Service) storeGaps(ctx context.Context, gaps []Gap) []outcome[struct{}] {
	return failAll[struct{}](len(gaps), s.cfg.Records.InsertGaps(ctx, gaps))
}

// Place is where an attempt is written, and from when until when.
type Place struct {
	Attempt AttemptID
	Room    string
	Seat    string
	From    time.Time
	Until   time.Time // zero while it goes on
}

func (p *Place) taken(at time.Time) bool {
	return !p.From.After(at) && (p.Until.IsZero() || p.Until.After(at))
}

// Incident is a loss of connection of one seat, of a room or of several rooms,
// as it was measured.
type Incident struct {
	ID    string
	Room  string    // of a seat or a room; empty for several rooms
	Seat  AttemptID // empty for a room and for several
	From  time.Time
	Until time.Time // zero while it lasts
	Seats int       // cut off
	// Settled tells that an order names it.
	Settled bool
}

// Lost is how long it lasted, 0 while it does.
func (i *Incident) Lost() time.Duration {
	if i.Until.IsZero() {
		return 0
	}
	return i.Until.Sub(i.From)
}

// Proposal is the extension that makes it good: the loss in whole minutes,
// rounded up.
func (i *Incident) Proposal() time.Duration {
	return (i.Lost() + time.Minute - 1).Truncate(time.Minute)
}

// Incidents finds the losses of connection among the attempts of a sitting:
// those that are over and those that go on, oldest first. When the attempts ran
// it finds itself.
func (s *Service) Incidents(ctx context.Context, id sitting.ID, places []Place) ([]Incident, error) {
	ids := make([]AttemptID, len(places))
	for i, p := range places {
		ids[i] = p.Attempt
	}
	gaps, err := s.cfg.Records.Gaps(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("attempt: incidents: %w", err)
	}
	progress, err := s.Progress(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("attempt: incidents: %w", err)
	}
	now := s.cfg.Clock.Now()
	for _, p := range progress {
		if p.State == Running && !p.LastSeen.IsZero() && now.Sub(p.LastSeen) > GapAfter && now.Before(p.Deadline) {
			gaps = append(gaps, Gap{Attempt: p.Attempt, From: p.LastSeen})
		}
	}
	if len(gaps) == 0 {
		return nil, nil
	}
	recs, err := s.cfg.Records.Several(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("attempt: incidents: %w", err)
	}
	orders, err := s.Orders(ctx, id)
	if err != nil {
		return nil, err
	}
	all := Incidents(ran(places, recs), gaps, now)
	for i := range all {
		all[i].Settled = slices.ContainsFunc(orders, func(o Order) bool { return all[i].settledBy(o.Incident) })
	}
	return all, nil
}

// ran are the places that somebody took, with when that was.
func ran(places []Place, recs []Record) []Place {
	by := make(map[AttemptID]*Record, len(recs))
	for i := range recs {
		by[recs[i].ID] = &recs[i]
	}
	var out []Place
	for _, p := range places {
		if r := by[p.Attempt]; r != nil && !r.Started.IsZero() {
			p.From, p.Until = r.Started, r.Closing.At
			out = append(out, p)
		}
	}
	return out
}

// settledBy tells whether an order's incident is this one. A gap that becomes
// known late can move the beginning of an incident after it was settled, so it
// is the same if it is of the same place and began while this one lasts.
func (i *Incident) settledBy(id string) bool {
	from, place, ok := strings.Cut(id, ":")
	ms, err := strconv.ParseInt(from, 10, 64)
	if !ok || err != nil || place != i.place() {
		return false
	}
	began := time.UnixMilli(ms)
	return !began.Before(i.From.Add(-GapAfter)) && (i.Until.IsZero() || began.Before(i.Until))
}

func (i *Incident) place() string { return i.Room + ":" + string(i.Seat) }

// Incidents puts losses of connection together. While at least half of the seats
// of a room that were taken when it began, and more than one, are cut off at
// once, it is the room's; while at least half of several rooms are, it is
// everybody's. What is left of a seat's own loss, if it is not mostly part of its
// room's, is the seat's.
func Incidents(places []Place, gaps []Gap, now time.Time) []Incident {
	room := make(map[AttemptID]string, len(places))
	for _, p := range places {
		room[p.Attempt] = p.Room
	}
	byRoom := map[string][]Gap{}
	for _, g := range gaps {
		if r, ok := room[g.Attempt]; ok {
			byRoom[r] = append(byRoom[r], g)
		}
	}
	var rooms, out []Incident
	for _, r := range slices.Sorted(maps.Keys(byRoom)) {
		found := together(byRoom[r], now, func(at time.Time) int { return half(taken(places, at)[r]) })
		for _, in := range found {
			in.Room = r
			rooms = append(rooms, in)
		}
		for _, g := range byRoom[r] {
			if !covered(g, found, now) {
				out = append(out, Incident{Room: r, Seat: g.Attempt, From: g.From, Until: g.Until, Seats: 1})
			}
		}
	}
	out = append(out, everybody(rooms, places, now)...)
	for i := range out {
		in := &out[i]
		in.ID = fmt.Sprintf("%d:%s", in.From.UnixMilli(), in.place())
	}
	slices.SortFunc(out, func(a, b Incident) int { return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.ID, b.ID)) })
	return out
}

// taken counts the seats of each room in which somebody wrote at a moment.
func taken(places []Place, at time.Time) map[string]int {
	n := map[string]int{}
	for i := range places {
		if places[i].taken(at) {
			n[places[i].Room]++
		}
	}
	return n
}

func half(n int) int { return max(2, (n+1)/2) }

// together returns the stretches in which at least enough gaps run at once, as
// many as are enough when the stretch begins.
func together(gaps []Gap, now time.Time, enough func(at time.Time) int) []Incident {
	type edge struct {
		at   time.Time
		step int
		goes bool // it has no end yet
	}
	var edges []edge
	for _, g := range gaps {
		edges = append(edges, edge{at: g.From, step: 1})
		if g.Until.IsZero() {
			edges = append(edges, edge{at: now, step: -1, goes: true})
		} else {
			edges = append(edges, edge{at: g.Until, step: -1})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(a.at.Compare(b.at), -cmp.Compare(a.step, b.step)) })
	var out []Incident
	n, need := 0, 0 // need is 0 outside a stretch
	for _, e := range edges {
		n += e.step
		if need == 0 {
			if k := enough(e.at); e.step > 0 && n >= k {
				out, need = append(out, Incident{From: e.at, Seats: n}), k
			}
			continue
		}
		last := &out[len(out)-1]
		last.Seats = max(last.Seats, n)
		if n < need {
			need = 0
			if !e.goes {
				last.Until = e.at
			}
		}
	}
	return out
}

// covered tells whether most of a seat's loss is part of its room's.
func covered(g Gap, found []Incident, now time.Time) bool {
	until := func(t time.Time) time.Time {
		if t.IsZero() {
			return now
		}
		return t
	}
	var shared time.Duration
	for _, in := range found {
		from, to := in.From, until(in.Until)
		if g.From.After(from) {
			from = g.From
		}
		if end := until(g.Until); end.Before(to) {
			to = end
		}
		shared += max(to.Sub(from), 0)
	}
	return 2*shared >= until(g.Until).Sub(g.From)
}

// everybody puts room incidents of one time together where at least half of
// several rooms have one.
func everybody(rooms []Incident, places []Place, now time.Time) []Incident {
	gaps := make([]Gap, len(rooms))
	for i, in := range rooms {
		gaps[i] = Gap{Attempt: AttemptID(in.Room), From: in.From, Until: in.Until}
	}
	common := together(gaps, now, func(at time.Time) int { return half(len(taken(places, at))) })
	for i := range common {
		common[i].Seats = 0
	}
	var out []Incident
	for i, in := range rooms {
		part := -1
		for c := range common {
			if covered(gaps[i], common[c:c+1], now) {
				part = c
			}
		}
		if part < 0 {
			out = append(out, in)
			continue
		}
		common[part].Seats += in.Seats
	}
	return append(out, common...)
}
