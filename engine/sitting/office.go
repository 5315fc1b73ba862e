package sitting

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// Office (考务) plans sittings and carries out what staff decide about them.
// It is safe for concurrent use, also by several copies of the program: each
// change is guarded by the sitting's version.
type Office struct {
	store         Store
	registrations Registrations
	candidates    Candidates
	papers        Papers
	attempts      Attempts
	histories     Histories
	permit        Permit
	programmes    Programmes
	checks        Checks
	reasons       bool
	sealer        *people.Sealer
	audit         audit.Recorder
	clock         Clock
}

// Deps is what an Office works with.
type Deps struct {
	Store         Store
	Registrations Registrations
	Candidates    Candidates
	Papers        Papers
	Attempts      Attempts
	Histories     Histories
	Permit        Permit
	Programmes    Programmes
	Checks        Checks
	Reasons       bool // whether opening what is not ready needs a reason
	Sealer        *people.Sealer
	Audit         audit.Recorder
	Clock         Clock
}

// NewOffice returns an Office.
func NewOffice(d Deps) *Office {
	return &Office{d.Store, d.Registrations, d.Candidates, d.Papers, d.Attempts, d.Histories, d.Permit, d.Programmes, d.Checks, d.Reasons, d.Sealer, d.Audit, d.Clock}
}

// Plan adds a new sitting as a draft. It returns a *FieldError for one that
// cannot be.
func (o *Office) Plan(ctx context.Context, s Sitting, by people.AccountID) (Sitting, error) {
	now := o.clock.Now()
	s.ID, s.State, s.Version = ID(uuid.NewString()), Draft, 1
	s.Created, s.CreatedBy = now, string(by)
	s.Roster, s.Secret, s.SecretDigest, s.Proposal, s.Opening = nil, nil, "", nil, nil
	if err := o.checkPlan(ctx, &s, now); err != nil {
		return Sitting{}, err
	}
	err := audit.Do(ctx, o.audit, s.event("sitting.plan", by, nil), func() error { return o.store.InsertSitting(ctx, s) })
	if err != nil {
		return Sitting{}, fmt.Errorf("plan a sitting: %w", err)
	}
	return s, nil
}

// planned is what the record of acts keeps of a plan.
type planned struct {
	Title       string        `json:"title"`
	Site        string        `json:"site,omitempty"`
	Programme   string        `json:"programme,omitempty"`
	Capacity    int           `json:"capacity,omitempty"`
	Level       int           `json:"level"`
	Blueprint   string        `json:"blueprint"`
	Opens       time.Time     `json:"opens"`
	Closes      time.Time     `json:"closes"`
	Minutes     int           `json:"minutes"`
	Late        int           `json:"lateMinutes"`
	Release     ReleasePolicy `json:"release"`
	Explain     bool          `json:"explain"`
	PapersAhead bool          `json:"papersAhead"`
	OneSealer   bool          `json:"oneSealer"`
}

func (s *Sitting) planned() planned {
	return planned{
		s.Title, s.Site, s.Programme, s.Capacity, int(s.Level), s.Blueprint.ID, s.Opens, s.Closes, int(s.Duration / time.Minute), int(s.LateEntry / time.Minute),
		s.Release, s.Explain, s.PapersAhead, s.OneSealer,
	}
}

// event is of an act after which the sitting is planned so.
func (s *Sitting) event(act string, by people.AccountID, before any) audit.Event {
	return audit.Event{Actor: string(by), Act: act, Object: "sitting:" + string(s.ID), Before: before, After: s.planned()}
}

// Change replaces the plan of a draft, keeping its roster. It returns
// ErrState once the papers are sealed, ErrConflict where version is old.
func (o *Office) Change(ctx context.Context, by people.AccountID, id ID, version int, plan Sitting) (Sitting, error) {
	s, err := o.at(ctx, id, version)
	if err != nil {
		return Sitting{}, err
	}
	if s.State != Draft {
		return Sitting{}, fmt.Errorf("change a sitting that is %s: %w", s.State, ErrState)
	}
	was := s.planned()
	s.Title, s.Site, s.Level, s.Blueprint, s.Occupation = plan.Title, plan.Site, plan.Level, plan.Blueprint, plan.Occupation
	s.Programme, s.Capacity = plan.Programme, plan.Capacity
	s.Opens, s.Closes, s.Duration, s.LateEntry = plan.Opens, plan.Closes, plan.Duration, plan.LateEntry
	s.Release, s.Explain, s.PapersAhead, s.OneSealer = plan.Release, plan.Explain, plan.PapersAhead, plan.OneSealer
	if err := o.checkPlan(ctx, &s, o.clock.Now()); err != nil {
		return Sitting{}, err
	}
	err = audit.Do(ctx, o.audit, s.event("sitting.change", by, was), func() (err error) {
		s, err = o.store.ReplaceSitting(ctx, s)
		return err
	})
	return s, err
}

func (o *Office) checkPlan(ctx context.Context, s *Sitting, now time.Time) error {
	s.Title = people.OneLine(s.Title)
	if err := s.Check(); err != nil {
		return err
	}
	if err := s.Within(ctx); err != nil {
		return err
	}
	if !s.Closes.After(now) {
		return &FieldError{"/closes", "in-the-past"}
	}
	if s.Site != "" {
		known, err := o.permit.KnownSite(ctx, s.Site)
		if err == nil && !known {
			err = &FieldError{"/site", "no-such-site"}
		}
		if err != nil {
			return err
		}
	}
	if s.Programme == "" {
		return nil
	}
	return o.programmes.Holds(ctx, s)
}

func (o *Office) at(ctx context.Context, id ID, version int) (Sitting, error) {
	s, err := o.store.Sitting(ctx, id)
	if err != nil {
		return Sitting{}, err
	}
	if s.Version != version {
		return Sitting{}, ErrConflict
	}
	return s, nil
}

// Entry is one candidate as staff enter them.
type Entry struct {
	Name      string
	IDNumber  string
	Admission string // given by the office when empty
	Room      string // empty with Seat for who is seated later
	Seat      string
	Extra     time.Duration
	Employer  string
	Needs     Needs
	Import    string // the import that the entry is of, "" for none
	// Anew (全部重考) takes every component again, also those that would be
	// carried over.
	Anew bool
}

// EntriesError lists what is wrong with the entries of a batch.
type EntriesError struct{ Faults []FieldError }

// Error implements error.
func (e *EntriesError) Error() string {
	return fmt.Sprintf("sitting: %d faults in the entries", len(e.Faults))
}

// Unwrap makes every EntriesError an ErrInvalid.
func (e *EntriesError) Unwrap() error { return ErrInvalid }

// FullError tells that a sitting has no place for a batch.
type FullError struct{ Capacity, Registered int }

// Error implements error.
func (e *FullError) Error() string {
	return fmt.Sprintf("sitting: %d of %d places are taken", e.Registered, e.Capacity)
}

// Unwrap makes every FullError an ErrFull.
func (e *FullError) Unwrap() error { return ErrFull }

// Register admits a batch of candidates to a draft, all or none. It returns
// an *EntriesError that names each fault, a *FullError where the sitting has no
// place for all (the sitting's version makes that exact), ErrState once the papers are
// sealed, ErrConflict where the sitting was changed at the same moment.
func (o *Office) Register(ctx context.Context, id ID, entries []Entry) ([]Registration, error) {
	s, err := o.store.Sitting(ctx, id)
	if err != nil {
		return nil, err
	}
	if s.State != Draft {
		return nil, fmt.Errorf("register for a sitting that is %s: %w", s.State, ErrState)
	}
	if s.Capacity > 0 && len(s.Roster)+len(entries) > s.Capacity {
		return nil, &FullError{s.Capacity, len(s.Roster)}
	}
	entries, err = o.cleaned(entries)
	if err != nil {
		return nil, err
	}
	if err := o.clearLeftovers(ctx, &s); err != nil {
		return nil, err
	}
	added, err := o.registrationsFor(ctx, &s, entries)
	if err != nil {
		return nil, err
	}
	if err := o.leaveOutPassed(ctx, &s, entries, added); err != nil {
		return nil, err
	}
	if err := o.insert(ctx, &s, entries, added); err != nil {
		return nil, err
	}
	for _, r := range added {
		s.Roster = append(s.Roster, r.ID)
	}
	if _, err := o.store.ReplaceSitting(ctx, s); err != nil {
		ids := s.Roster[len(s.Roster)-len(added):]
		return nil, errors.Join(err, o.registrations.DeleteRegistrations(context.WithoutCancel(ctx), ids))
	}
	return added, nil
}

// insert keeps the registrations of a batch. Where a run of admission numbers
// that the office gave meets one that is taken, it gives another run.
func (o *Office) insert(ctx context.Context, s *Sitting, entries []Entry, added []Registration) error {
	const tries = 5
	for try := 1; ; try++ {
		number := admissionRun(s)
		for i := range added {
			if entries[i].Admission == "" {
				added[i].Admission = number(i)
			}
		}
		err := o.registrations.InsertRegistrations(ctx, added)
		var taken *TakenError
		switch {
		case err == nil:
			return nil
		case !errors.As(err, &taken):
			return fmt.Errorf("register: %w", err)
		case taken.Field != "admission" || entries[taken.Index].Admission != "" || try == tries:
			return &EntriesError{[]FieldError{{fmt.Sprintf("/candidates/%d/%s", taken.Index, taken.Field), "taken"}}}
		}
	}
}

// clearLeftovers removes what a batch that was cut off left behind: it is on
// no roster, but would keep seats and admission numbers taken.
func (o *Office) clearLeftovers(ctx context.Context, s *Sitting) error {
	all, err := o.registrations.RegistrationsOf(ctx, s.ID)
	if err != nil {
		return fmt.Errorf("register: %w", err)
	}
	listed := rosterSet(s.Roster)
	var stray []RegistrationID
	for _, r := range all {
		// A batch that another copy is writing at this moment is younger.
		if !listed[r.ID] && o.clock.Now().Sub(r.Created) > time.Minute {
			stray = append(stray, r.ID)
		}
	}
	if len(stray) == 0 {
		return nil
	}
	return o.registrations.DeleteRegistrations(ctx, stray)
}

func rosterSet(ids []RegistrationID) map[RegistrationID]bool {
	set := make(map[RegistrationID]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// cleaned checks a batch by itself: fields, numbers, and clashes within it.
func (o *Office) cleaned(entries []Entry) ([]Entry, error) {
	var faults []FieldError
	out := make([]Entry, len(entries))
	seen := map[string]bool{}
	once := func(i int, field, key string) {
		if seen[field+key] {
			faults = append(faults, FieldError{fmt.Sprintf("/candidates/%d/%s", i, field), "twice"})
		}
		seen[field+key] = true
	}
	for i, e := range entries {
		fault := func(field, reason string) {
			faults = append(faults, FieldError{fmt.Sprintf("/candidates/%d/%s", i, field), reason})
		}
		e.Name, e.Room, e.Seat = people.OneLine(e.Name), people.OneLine(e.Room), people.OneLine(e.Seat)
		if e.Employer = people.OneLine(e.Employer); len([]rune(e.Employer)) > 80 {
			fault("employer", "length-0-80")
		}
		e.Admission = strings.ToUpper(strings.TrimSpace(e.Admission))
		if n := len([]rune(e.Name)); n < 1 || n > 60 {
			fault("name", "length-1-60")
		}
		number, err := people.NormalIdentity(e.IDNumber, o.clock.Now())
		if err != nil {
			fault("idNumber", "identity")
		} else {
			once(i, "idNumber", number)
		}
		e.IDNumber = number
		unseated := e.Room == "" && e.Seat == ""
		if !unseated && (e.Room == "" || len([]rune(e.Room)) > 20) {
			fault("room", "length-1-20")
		}
		if !unseated && (e.Seat == "" || len([]rune(e.Seat)) > 20) {
			fault("seat", "length-1-20")
		}
		if !unseated {
			once(i, "seat", e.Room+"\x00"+e.Seat)
		}
		if e.Admission != "" {
			if strings.Trim(e.Admission, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" || len(e.Admission) > 32 {
				fault("admission", "characters")
			}
			once(i, "admission", e.Admission)
		}
		if e.Extra < 0 || e.Extra > 4*time.Hour {
			fault("extraMinutes", "between-0-240")
		}
		out[i] = e
	}
	if len(faults) > 0 {
		return nil, &EntriesError{faults}
	}
	return out, nil
}

// registrationsFor makes the registrations of a checked batch.
func (o *Office) registrationsFor(ctx context.Context, s *Sitting, entries []Entry) ([]Registration, error) {
	now := o.clock.Now()
	out := make([]Registration, len(entries))
	for i, e := range entries {
		id := people.CandidateID(uuid.NewString())
		c, err := o.candidates.EnsureCandidate(ctx, people.Candidate{
			ID: id, Name: e.Name, IDSealed: o.sealer.Seal(e.IDNumber, string(id)),
			IDHash: o.sealer.Hash(e.IDNumber), IDMasked: people.MaskIdentity(e.IDNumber), Created: now,
		})
		if err != nil {
			return nil, fmt.Errorf("register: %w", err)
		}
		if c.Name != e.Name {
			return nil, &EntriesError{[]FieldError{{fmt.Sprintf("/candidates/%d/name", i), "other-name-known"}}}
		}
		out[i] = Registration{
			ID: registrationID(s.ID, c.ID), Sitting: s.ID, Candidate: c.ID,
			Admission: e.Admission, Room: e.Room, Seat: e.Seat, Extra: e.Extra, Employer: e.Employer,
			Needs: e.Needs, Import: e.Import, Created: now,
		}
	}
	return out, nil
}

// leaveOutPassed limits candidates who have passed some components before to
// the others, unless they take all anew. Who may not retake what is left is a
// fault of the entry.
func (o *Office) leaveOutPassed(ctx context.Context, s *Sitting, entries []Entry, added []Registration) error {
	ids := make([]people.CandidateID, len(added))
	for i, r := range added {
		ids[i] = r.Candidate
	}
	left, err := o.histories.Retakes(ctx, s.Occupation, s.Level, s.Opens, ids)
	if err != nil {
		return fmt.Errorf("register: %w", err)
	}
	var faults []FieldError
	for i := range added {
		retake, ok := left[added[i].Candidate]
		switch {
		case !ok || entries[i].Anew:
		case len(retake.Exhausted) > 0:
			faults = append(faults, FieldError{fmt.Sprintf("/candidates/%d/anew", i), "retakes-used-up"})
		default:
			added[i].Components = retake.Takes
		}
	}
	if len(faults) > 0 {
		return &EntriesError{faults}
	}
	return nil
}

// registrationID makes a candidate's registration unique in a sitting by its
// name alone.
func registrationID(s ID, c people.CandidateID) RegistrationID {
	return RegistrationID(uuid.NewSHA1(uuid.NameSpaceOID, []byte(string(s)+":"+string(c))).String())
}

// admissionRun returns the numbers of one batch: date, level and seven digits
// that count on from a random one.
func admissionRun(s *Sitting) func(i int) string {
	const many = 10_000_000
	var b [8]byte
	rand.Read(b[:]) // never fails, by its documentation
	first := binary.BigEndian.Uint64(b[:]) % many
	return func(i int) string {
		return fmt.Sprintf("%s%d%07d", s.Opens.Format("060102"), s.Level, (first+uint64(i))%many)
	}
}

// Roster lists the registrations that count, by room, seat and admission
// number.
func (o *Office) Roster(ctx context.Context, s Sitting) ([]Registration, error) {
	all, err := o.registrations.RegistrationsOf(ctx, s.ID)
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	listed := rosterSet(s.Roster)
	return slices.DeleteFunc(all, func(r Registration) bool { return !listed[r.ID] }), nil
}
