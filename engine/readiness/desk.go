package readiness

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"gongyuan/bank"
	"gongyuan/engine/access"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/venue"
)

// Store keeps what drills and computers reported.
type Store interface {
	// InsertDrill returns ErrKnown for a report that is there.
	InsertDrill(ctx context.Context, d Drill) error
	// LatestDrill returns the one that ended last, or ErrNotFound.
	LatestDrill(ctx context.Context) (Drill, error)
	// PutProbe replaces what was known of the same seat.
	PutProbe(ctx context.Context, p Probe) error
	// Probes lists those of a sitting by room and seat.
	Probes(ctx context.Context, id sitting.ID) ([]Probe, error)
}

// Venues knows rooms.
type Venues interface {
	Of(ctx context.Context, id sitting.ID) (venue.Plan, error)
	Rules(ctx context.Context) (venue.Rules, error)
}

// Sittings finds sittings.
type Sittings interface {
	Sitting(ctx context.Context, id sitting.ID) (sitting.Sitting, error)
}

// Papers draws papers.
type Papers interface {
	Draw(ctx context.Context, bp bank.Blueprint, requests []sitting.PaperRequest) ([]bank.Paper, error)
}

// Permit knows whether the sitting may be opened here.
type Permit interface {
	Permit(ctx context.Context, at time.Time) error
	PermitSite(ctx context.Context, site string, at time.Time) error
}

// Stores looks at the stores.
type Stores interface {
	Look(ctx context.Context) []StoreState
}

// Doors knows where the computers of rooms are.
type Doors interface {
	Rules(ctx context.Context, id sitting.ID) (access.Rules, error)
}

// Accounts finds staff.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

var _ sitting.Checks = (*Desk)(nil)

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Deps is what a Desk works with.
type Deps struct {
	Store    Store
	Sittings Sittings
	Venues   Venues
	Papers   Papers
	Permit   Permit
	Stores   Stores
	Doors    Doors
	Accounts Accounts
	Audit    audit.Recorder
	Clock    Clock
	Rules    Rules
}

// Desk answers whether sittings may be held. It is safe for concurrent use.
type Desk struct {
	in    Deps
	mu    sync.Mutex
	tries map[sitting.ID]try
}

// try is one drawing that nobody gets the papers of.
type try struct {
	version, papers int
	at              time.Time
	err             error
}

// NewDesk returns a Desk.
func NewDesk(d Deps) *Desk { return &Desk{in: d, tries: map[sitting.ID]try{}} }

func (d *Desk) mustBe(ctx context.Context, by people.AccountID, roles ...people.Role) error {
	return people.MustBe(ctx, d.in.Accounts, by, ErrForbidden, roles...)
}

// Report says how a sitting stands at this moment.
func (d *Desk) Report(ctx context.Context, by people.AccountID, id sitting.ID) (Report, error) {
	if err := d.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return Report{}, err
	}
	return d.report(ctx, id)
}

func (d *Desk) report(ctx context.Context, id sitting.ID) (Report, error) {
	s, err := d.in.Sittings.Sitting(ctx, id)
	if err != nil {
		return Report{}, err
	}
	f := Facts{Sitting: s}
	if f.Rules, err = d.in.Venues.Rules(ctx); err != nil {
		return Report{}, fmt.Errorf("readiness: %w", err)
	}
	if f.Plan, err = d.in.Venues.Of(ctx, id); err != nil {
		return Report{}, fmt.Errorf("readiness: %w", err)
	}
	latest, err := d.in.Store.LatestDrill(ctx)
	if err == nil {
		f.Drill = &latest
	} else if !errors.Is(err, ErrNotFound) {
		return Report{}, err
	}
	if f.Probes, err = d.in.Store.Probes(ctx, id); err != nil {
		return Report{}, err
	}
	f.Stores = d.in.Stores.Look(ctx)
	if f.Fulfil, f.Tried, err = d.fulfils(ctx, &s, len(f.Plan.Roster)); err != nil {
		return Report{}, err
	}
	f.Now = d.in.Clock.Now()
	if f.Filed = d.in.Permit.Permit(ctx, f.Now); f.Filed == nil && s.Site != "" {
		f.Filed = d.in.Permit.PermitSite(ctx, s.Site, f.Now)
	}
	return d.in.Rules.Judge(&f), nil
}

// fresh is how long a trial drawing counts: drawing hundreds of papers takes a
// second, and the page asks every few.
const fresh = time.Minute

// fulfils draws a paper for everybody and throws them away. What drawing says
// is the first result.
func (d *Desk) fulfils(ctx context.Context, s *sitting.Sitting, papers int) (said error, at time.Time, err error) {
	now := d.in.Clock.Now()
	if s.State != sitting.Draft || papers == 0 {
		return nil, now, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock() // who asks meanwhile waits for the same answer
	t, known := d.tries[s.ID]
	if known && t.version == s.Version && t.papers == papers && now.Sub(t.at) < fresh {
		return t.err, t.at, nil
	}
	requests := make([]sitting.PaperRequest, papers)
	for i := range requests {
		rand.Read(requests[i].Seed[:]) // never fails, by its documentation
	}
	_, said = d.in.Papers.Draw(ctx, s.Blueprint, requests)
	if ctx.Err() != nil {
		return nil, now, ctx.Err()
	}
	if len(d.tries) > 100 {
		clear(d.tries)
	}
	d.tries[s.ID] = try{s.Version, papers, now, said}
	return said, now, nil
}

// HandIn keeps the report of a drill, as `gongyuan drill --json` writes it. It
// returns ErrKnown for one that is there, a *FieldError for what is none.
func (d *Desk) HandIn(ctx context.Context, by people.AccountID, report []byte) (Drill, error) {
	// A drill counts for every sitting.
	if err := people.MustBeUnlimited(ctx, d.in.Accounts, by, ErrForbidden, people.Administrator); err != nil {
		return Drill{}, err
	}
	var in struct {
		Ready      *bool      `json:"ready"`
		Began      *time.Time `json:"began"`
		Ended      *time.Time `json:"ended"`
		Candidates int        `json:"candidates"`
		Checked    int        `json:"checked"`
		Lost       *int       `json:"lost"`
		Doubled    *int       `json:"doubled"`
		Trespasses *int       `json:"trespasses"`
	}
	now := d.in.Clock.Now().UTC().Truncate(time.Millisecond)
	if err := json.Unmarshal(report, &in); err != nil || in.Ready == nil || in.Began == nil || in.Ended == nil || in.Lost == nil || in.Doubled == nil || in.Trespasses == nil {
		return Drill{}, &FieldError{"/report", "no-drill-report"}
	}
	if in.Candidates < 1 || in.Checked < 0 || in.Ended.Before(*in.Began) {
		return Drill{}, &FieldError{"/report", "no-drill-report"}
	}
	if in.Ended.After(now.Add(time.Minute)) {
		return Drill{}, &FieldError{"/report", "drill-in-the-future"}
	}
	sum := sha256.Sum256(report)
	out := Drill{
		ID: hex.EncodeToString(sum[:]), Ready: *in.Ready, Began: in.Began.UTC().Truncate(time.Millisecond), Ended: in.Ended.UTC().Truncate(time.Millisecond),
		Candidates: in.Candidates, Checked: in.Checked, Lost: *in.Lost, Doubled: *in.Doubled, Trespasses: *in.Trespasses, By: by, At: now,
	}
	err := audit.Do(ctx, d.in.Audit, audit.Event{Actor: string(by), Act: "readiness.drill", Object: "drill:" + out.ID, After: out}, func() error {
		return d.in.Store.InsertDrill(ctx, out)
	})
	return out, err
}

// Places are the rooms of a sitting with the labels of their seats, for whoever
// stands at a computer. It returns ErrNotFound once the sitting is over.
func (d *Desk) Places(ctx context.Context, id sitting.ID) (sitting.Sitting, map[string][]string, error) {
	s, err := d.in.Sittings.Sitting(ctx, id)
	if errors.Is(err, sitting.ErrNotFound) || err == nil && (s.State == sitting.Closed || s.State == sitting.Released) {
		return s, nil, ErrNotFound
	}
	if err != nil {
		return s, nil, err
	}
	plan, err := d.in.Venues.Of(ctx, id)
	if err != nil {
		return s, nil, fmt.Errorf("readiness: %w", err)
	}
	out := map[string][]string{}
	for _, use := range plan.Staffing.Rooms {
		room := plan.Rooms[use.Room]
		for _, seat := range room.Seats() {
			if seat.Usable {
				out[room.Name] = append(out[room.Name], seat.Label)
			}
		}
	}
	for _, reg := range plan.Roster {
		if reg.Seated() && !slices.Contains(out[reg.Room], reg.Seat) {
			out[reg.Room] = append(out[reg.Room], reg.Seat)
		}
	}
	for _, seats := range out {
		slices.Sort(seats)
	}
	return s, out, nil
}

// Take keeps what a computer found of itself, and says what is wrong with it.
func (d *Desk) Take(ctx context.Context, p Probe) ([]Fault, error) {
	_, places, err := d.Places(ctx, p.Sitting)
	if err != nil {
		return nil, err
	}
	if places[p.Room] == nil {
		return nil, &FieldError{"/room", "unknown"}
	}
	if !slices.Contains(places[p.Room], p.Seat) {
		return nil, &FieldError{"/seat", "unknown"}
	}
	if utf8.RuneCountInString(p.Agent) > 200 {
		p.Agent = string([]rune(p.Agent)[:200])
	}
	rules, err := d.in.Doors.Rules(ctx, p.Sitting)
	if err != nil {
		return nil, err
	}
	if addr, err := netip.ParseAddr(p.Address); err == nil {
		p.Outside = !rules.Inside(p.Room, addr)
	}
	p.At = d.in.Clock.Now().UTC().Truncate(time.Millisecond)
	return d.in.Rules.Faults(&p), d.in.Store.PutProbe(ctx, p)
}

// Gaps lists what blocks a sitting, for whoever opens it. What only asks for
// attention is left out.
func (d *Desk) Gaps(ctx context.Context, id sitting.ID) ([]sitting.Gap, error) {
	report, err := d.report(ctx, id)
	if err != nil {
		return nil, err
	}
	var out []sitting.Gap
	for _, l := range report.Lines {
		if l.State == Block {
			out = append(out, sitting.Gap{Check: string(l.Check), Reason: string(l.Reason), Name: l.Name, Have: l.Have, Need: l.Need})
		}
	}
	return out, nil
}
