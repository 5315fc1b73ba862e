package retention

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/archive"
	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// Hold is why something that is due is kept all the same.
type Hold string

// The reasons.
const (
	Unreleased Hold = "open"       // the sitting is not released
	Appealed   Hold = "appeal"     // an appeal is open
	Unarchived Hold = "unarchived" // there is no archive, or none since the last appeal
)

// Lot is what is due of one kind of one sitting.
type Lot struct {
	Kind    Kind
	Sitting sitting.ID
	Title   string
	From    time.Time // the end of the sitting's window
	Due     time.Time // until when it was kept
	Count   int
	Spared  int  // people whose valid certificate keeps theirs; not in Count
	Hold    Hold // "" where it may go
}

// Stock is what there is of one kind.
type Stock struct {
	Rule   Rule
	Count  int       // over all sittings
	Oldest time.Time // the end of the oldest sitting that has any; zero for none
}

// Listing is what is kept and what of it is due.
type Listing struct {
	At     time.Time
	Stocks []Stock
	Lots   []Lot  // the oldest first
	Digest string // of the lots that may go
}

// State is where a run stands.
type State string

// The states of a run.
const (
	Proposed  State = "proposed"
	Confirmed State = "confirmed" // being deleted; confirming again goes on
	Done      State = "done"
	Cancelled State = "cancelled"
	Void      State = "void" // what it lists is no longer so
)

// Run is one proposal to delete, and what became of it.
type Run struct {
	ID        string
	Lots      []Lot
	Digest    string
	Why       string
	By        people.AccountID
	At        time.Time
	State     State
	Second    people.AccountID
	SecondWhy string
	SecondAt  time.Time
	Deleted   int
	Version   int
}

// Holding is where a kind is kept.
type Holding interface {
	// Held counts what there is of a sitting, without that of those to keep.
	Held(ctx context.Context, id sitting.ID, keep []sitting.RegistrationID) (int, error)
	// Drop deletes it and tells how much it was. It may be repeated.
	Drop(ctx context.Context, id sitting.ID, keep []sitting.RegistrationID) (int, error)
}

// Store keeps runs.
type Store interface {
	InsertRun(ctx context.Context, r Run) error
	// Run returns ErrNotFound where there is none.
	Run(ctx context.Context, id string) (Run, error)
	// ReplaceRun stores r with Version+1 if the stored version is still
	// r.Version, else it returns ErrConflict. It returns what it stored.
	ReplaceRun(ctx context.Context, r Run) (Run, error)
	// Runs lists the newest first.
	Runs(ctx context.Context, limit int) ([]Run, error)
}

// Deps is what a Desk works with.
type Deps struct {
	Store    Store
	Rules    []Rule
	Holdings map[Kind]Holding
	Sittings interface {
		Sittings(ctx context.Context, skip, limit int) ([]sitting.Sitting, int, error)
	}
	Appeals interface {
		AppealsOf(ctx context.Context, id sitting.ID) ([]result.Appeal, error)
	}
	Certificates interface {
		OfSitting(ctx context.Context, id sitting.ID) ([]certificate.Certificate, error)
	}
	Archives interface {
		ArchivesOf(ctx context.Context, id sitting.ID) ([]archive.Archive, error)
	}
	// Whole reads an archive and says what is wrong with it.
	Whole    func(ctx context.Context, a archive.Archive) error
	Accounts interface {
		// Account returns people.ErrNotFound where there is none.
		Account(ctx context.Context, id people.AccountID) (people.Account, error)
	}
	Audit audit.Recorder
	Clock interface{ Now() time.Time }
}

// Desk lists what is due and deletes it. It is safe for concurrent use.
type Desk struct{ in Deps }

// NewDesk returns a Desk.
func NewDesk(d Deps) *Desk { return &Desk{d} }

func (d *Desk) now() time.Time { return d.in.Clock.Now().UTC().Truncate(time.Millisecond) }

func (d *Desk) mustBe(ctx context.Context, who people.AccountID, roles ...people.Role) error {
	return people.MustBe(ctx, d.in.Accounts, who, ErrForbidden, roles...)
}

// List tells what is kept and what is due, for administrators and auditors.
func (d *Desk) List(ctx context.Context, by people.AccountID) (Listing, error) {
	if err := d.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return Listing{}, err
	}
	return d.Survey(ctx)
}

// Survey is List for a command on the machine itself.
func (d *Desk) Survey(ctx context.Context) (Listing, error) {
	out := Listing{At: d.now()}
	for _, r := range d.in.Rules {
		out.Stocks = append(out.Stocks, Stock{Rule: r})
	}
	const many = 100
	for skip := 0; ; skip += many {
		some, total, err := d.in.Sittings.Sittings(ctx, skip, many)
		if err != nil {
			return Listing{}, err
		}
		for i := range some {
			if err := d.look(ctx, &out, &some[i]); err != nil {
				return Listing{}, err
			}
		}
		if skip+many >= total {
			break
		}
	}
	slices.SortFunc(out.Lots, func(a, b Lot) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Sitting, b.Sitting), cmp.Compare(a.Kind, b.Kind))
	})
	out.Digest = digest(out.Lots)
	return out, nil
}

// look adds what there is of one sitting.
func (d *Desk) look(ctx context.Context, out *Listing, s *sitting.Sitting) error {
	var guard *guarded
	for i := range out.Stocks {
		stock := &out.Stocks[i]
		held, err := d.in.Holdings[stock.Rule.Kind].Held(ctx, s.ID, nil)
		if err != nil {
			return fmt.Errorf("retention: %s of %s: %w", stock.Rule.Kind, s.ID, err)
		}
		if held == 0 {
			continue
		}
		stock.Count += held
		if stock.Oldest.IsZero() || s.Closes.Before(stock.Oldest) {
			stock.Oldest = s.Closes
		}
		if due := stock.Rule.keeps(s.Closes); due.After(out.At) {
			continue
		}
		if guard == nil {
			if guard, err = d.guard(ctx, s); err != nil {
				return err
			}
		}
		lot, err := d.lot(ctx, &stock.Rule, s, guard)
		if err != nil {
			return err
		}
		if lot.Count > 0 || lot.Hold != "" {
			out.Lots = append(out.Lots, lot)
		}
	}
	return nil
}

// guarded is what keeps things of a sitting.
type guarded struct {
	hold    Hold // for every kind
	archive *archive.Archive
	keep    []sitting.RegistrationID // with a valid certificate
}

func (d *Desk) guard(ctx context.Context, s *sitting.Sitting) (*guarded, error) {
	g := &guarded{}
	if s.State != sitting.Released {
		g.hold = Unreleased
		return g, nil
	}
	appeals, err := d.in.Appeals.AppealsOf(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	var last time.Time
	for i := range appeals {
		if a := &appeals[i]; a.State.Open() {
			g.hold = Appealed
		} else if a.Answered.After(last) {
			last = a.Answered
		}
	}
	archives, err := d.in.Archives.ArchivesOf(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	if n := len(archives); n > 0 && archives[n-1].At.After(last) {
		g.archive = &archives[n-1]
	}
	issued, err := d.in.Certificates.OfSitting(ctx, s.ID)
	for i := range issued {
		if issued[i].State() == certificate.Valid {
			g.keep = append(g.keep, issued[i].Registration)
		}
	}
	return g, err
}

func (d *Desk) lot(ctx context.Context, r *Rule, s *sitting.Sitting, g *guarded) (Lot, error) {
	lot := Lot{Kind: r.Kind, Sitting: s.ID, Title: s.Title, From: s.Closes, Due: r.keeps(s.Closes), Hold: g.hold}
	if lot.Hold == "" && r.Archived && g.archive == nil {
		lot.Hold = Unarchived
	}
	var keep []sitting.RegistrationID
	if r.Certificate {
		keep, lot.Spared = g.keep, len(g.keep)
	}
	var err error
	lot.Count, err = d.in.Holdings[r.Kind].Held(ctx, s.ID, keep)
	return lot, err
}

// digest is the SHA-256, in hex, of the lots that may go.
func digest(lots []Lot) string {
	h := sha256.New()
	for _, l := range lots {
		if l.Hold == "" {
			fmt.Fprintf(h, "%s %s %d %d\n", l.Kind, l.Sitting, l.Count, l.Spared)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Runs lists what was proposed and deleted, the newest first.
func (d *Desk) Runs(ctx context.Context, by people.AccountID) ([]Run, error) {
	if err := d.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return nil, err
	}
	const many = 50
	return d.in.Store.Runs(ctx, many)
}

func within(text string, least, most int) bool {
	n := len([]rune(strings.TrimSpace(text)))
	return n >= least && n <= most
}

// Propose proposes to delete what the list with the digest says may go. Errors:
// ErrForbidden, ErrConflict where the list is another by now, ErrState where
// nothing is due, a *FieldError.
func (d *Desk) Propose(ctx context.Context, by people.AccountID, seen, why string) (Run, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return Run{}, err
	}
	if !within(why, 2, 500) {
		return Run{}, &FieldError{"/reason", "length-2-500"}
	}
	list, err := d.Survey(ctx)
	if err != nil {
		return Run{}, err
	}
	if list.Digest != seen {
		return Run{}, ErrConflict
	}
	lots := slices.DeleteFunc(list.Lots, func(l Lot) bool { return l.Hold != "" })
	if len(lots) == 0 {
		return Run{}, fmt.Errorf("nothing is due: %w", ErrState)
	}
	r := Run{ID: uuid.NewString(), Lots: lots, Digest: list.Digest, Why: strings.TrimSpace(why), By: by, At: d.now(), State: Proposed}
	return r, audit.Do(ctx, d.in.Audit, r.event("retention.propose", by, r.Why), func() error { return d.in.Store.InsertRun(ctx, r) })
}

func (r *Run) event(act string, by people.AccountID, why string) audit.Event {
	counts := map[Kind]int{}
	for _, l := range r.Lots {
		counts[l.Kind] += l.Count
	}
	return audit.Event{Actor: string(by), Act: act, Object: "retention:" + r.ID, Why: why, After: map[string]any{"counts": counts, "lots": len(r.Lots)}}
}

// Cancel takes a proposal back; its proposer may as well. Errors as Confirm.
func (d *Desk) Cancel(ctx context.Context, by people.AccountID, id, why string) (Run, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return Run{}, err
	}
	if !within(why, 2, 500) {
		return Run{}, &FieldError{"/reason", "length-2-500"}
	}
	r, err := d.in.Store.Run(ctx, id)
	if err != nil {
		return Run{}, err
	}
	if r.State != Proposed {
		return Run{}, fmt.Errorf("cancel a run that is %s: %w", r.State, ErrState)
	}
	return d.settle(ctx, r, Cancelled, by, strings.TrimSpace(why), "retention.cancel")
}

func (d *Desk) settle(ctx context.Context, r Run, to State, by people.AccountID, why, act string) (Run, error) {
	r.State, r.Second, r.SecondWhy, r.SecondAt = to, by, why, d.now()
	err := audit.Do(ctx, d.in.Audit, r.event(act, by, why), func() (err error) {
		r, err = d.in.Store.ReplaceRun(ctx, r)
		return err
	})
	return r, err
}

// Confirm deletes what was proposed. Where anything of it is otherwise by now,
// the run is void and nothing goes. A run that was cut off goes on when it is
// confirmed again. Errors: ErrForbidden, ErrNotFound, ErrSecondPerson for who
// proposed, ErrState, ErrConflict, archive.ErrBroken where an archive that
// should hold what goes is not whole.
func (d *Desk) Confirm(ctx context.Context, by people.AccountID, id string) (Run, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return Run{}, err
	}
	r, err := d.in.Store.Run(ctx, id)
	if err != nil {
		return Run{}, err
	}
	switch {
	case r.By == by:
		return Run{}, ErrSecondPerson
	case r.State == Done && r.Second == by:
		return r, nil
	case r.State != Proposed && r.State != Confirmed:
		return Run{}, fmt.Errorf("confirm a run that is %s: %w", r.State, ErrState)
	}
	plan, err := d.plan(ctx, &r)
	if errors.Is(err, ErrConflict) && r.State == Proposed {
		_, failed := d.settle(ctx, r, Void, by, err.Error(), "retention.void")
		return Run{}, errors.Join(err, failed)
	}
	if err != nil {
		return Run{}, err
	}
	if r.State == Proposed {
		if r, err = d.settle(ctx, r, Confirmed, by, "", "retention.confirm"); err != nil {
			return Run{}, err
		}
	}
	for i := range plan {
		n, err := d.drop(ctx, by, &r, &plan[i])
		if err != nil {
			return Run{}, err
		}
		r.Deleted += n
	}
	r.State = Done
	return d.in.Store.ReplaceRun(ctx, r)
}

// planned is a lot with whose it leaves.
type planned struct {
	Lot
	keep []sitting.RegistrationID
}

// plan holds every lot of a run against how things stand now.
func (d *Desk) plan(ctx context.Context, r *Run) ([]planned, error) {
	now, err := d.Survey(ctx)
	if err != nil {
		return nil, err
	}
	rules := map[Kind]Rule{}
	for _, rule := range d.in.Rules {
		rules[rule.Kind] = rule
	}
	sittings, err := d.sittings(ctx)
	if err != nil {
		return nil, err
	}
	whole := map[string]bool{}
	var out []planned
	for _, l := range r.Lots {
		same := slices.ContainsFunc(now.Lots, func(x Lot) bool {
			return x.Kind == l.Kind && x.Sitting == l.Sitting && x.Hold == "" && x.Count == l.Count && x.Spared == l.Spared
		})
		if !same && r.State == Proposed {
			return nil, fmt.Errorf("%s of %s is not as it was listed: %w", l.Kind, l.Title, ErrConflict)
		}
		s, ok := sittings[l.Sitting]
		if !ok {
			return nil, fmt.Errorf("sitting %s: %w", l.Sitting, ErrConflict)
		}
		g, err := d.guard(ctx, &s)
		if err != nil {
			return nil, err
		}
		p, rule := planned{Lot: l}, rules[l.Kind]
		if g.hold != "" || rule.Archived && g.archive == nil {
			return nil, fmt.Errorf("%s of %s is needed: %w", l.Kind, l.Title, ErrConflict)
		}
		if rule.Archived && !whole[g.archive.File] {
			if err := d.in.Whole(ctx, *g.archive); err != nil {
				return nil, fmt.Errorf("archive of %s: %w", l.Title, err)
			}
			whole[g.archive.File] = true
		}
		if rule.Certificate {
			p.keep = g.keep
		}
		out = append(out, p)
	}
	return out, nil
}

func (d *Desk) sittings(ctx context.Context) (map[sitting.ID]sitting.Sitting, error) {
	out := map[sitting.ID]sitting.Sitting{}
	const many = 100
	for skip := 0; ; skip += many {
		some, total, err := d.in.Sittings.Sittings(ctx, skip, many)
		if err != nil {
			return nil, err
		}
		for _, s := range some {
			out[s.ID] = s
		}
		if skip+many >= total {
			return out, nil
		}
	}
}

func (d *Desk) drop(ctx context.Context, by people.AccountID, r *Run, p *planned) (int, error) {
	n := 0
	err := audit.Do(ctx, d.in.Audit, audit.Event{
		Actor: string(by), Act: "retention.delete", Object: "sitting:" + string(p.Sitting), Why: r.Why,
		Before: map[string]any{"kind": p.Kind, "count": p.Count, "spared": p.Spared}, After: map[string]any{"run": r.ID},
	}, func() (err error) {
		n, err = d.in.Holdings[p.Kind].Drop(ctx, p.Sitting, p.keep)
		return err
	})
	return n, err
}
