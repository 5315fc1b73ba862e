package result

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Registrar (成绩登记) carries out what is decided about results: release,
// misconduct, withholding. Whatever makes or changes a released result takes
// two administrators. It is safe for concurrent use, also by several copies of
// the program.
type Registrar struct {
	Sources
	in Deps
}

// Deps is what a Registrar works with beside its sources.
type Deps struct {
	Releases  Releases
	Publisher Publisher
	Accounts  Accounts
	Audit     audit.Recorder
	Clock     Clock
}

// NewRegistrar returns a Registrar.
func NewRegistrar(s Sources, d Deps) *Registrar { return &Registrar{s, d} }

// now is the time as stores keep it.
func (g *Registrar) now() time.Time { return g.in.Clock.Now().UTC().Truncate(time.Millisecond) }

// administrator returns ErrForbidden unless the account is one in use.
func (g *Registrar) administrator(ctx context.Context, who people.AccountID, also ...people.Role) error {
	return people.MustBe(ctx, g.in.Accounts, who, ErrForbidden, append(also, people.Administrator)...)
}

// Desk is how the release of a sitting stands.
type Desk struct {
	All    All
	Digest string
	Tally  Tally
	Latest map[sitting.RegistrationID]Record
	Rounds []Release // the oldest first

	calendar standard.Calendar
}

// Open returns the round that waits for its second person.
func (d *Desk) Open() (Release, bool) {
	if n := len(d.Rounds); n > 0 && d.Rounds[n-1].State == Proposed {
		return d.Rounds[n-1], true
	}
	return Release{}, false
}

// Differs tells whether the candidate's outcome is not the released one.
func (d *Desk) Differs(c *Composed) bool { return c.differs(d.Latest) }

// Held returns why a candidate may not be certified at a moment, "" where they
// may: "not-released", "unqualified", "incomplete", "withheld", "changed" where
// the released result is no longer the one that is composed, "notice" while the
// release is on public notice.
func (d *Desk) Held(c *Composed, now time.Time) string {
	have, released := d.Latest[c.Registration.ID]
	switch {
	case !released || d.All.Sitting.State != sitting.Released:
		return "not-released"
	case have.Outcome.Result == Withheld || c.Outcome.Result == Withheld:
		return "withheld"
	case have.Outcome.Result == Unqualified:
		return "unqualified"
	case have.Outcome.Result != Qualified:
		return "incomplete"
	case d.Differs(c):
		return "changed"
	case now.Before(d.noticeEnds(have)):
		return "notice"
	}
	return ""
}

// noticeEnds is when the public notice of a version ends: that of the round that
// released it, or as many working days after the version came into force.
func (d *Desk) noticeEnds(r Record) time.Time {
	for _, round := range d.Rounds {
		if r.Cause == ByRelease && round.State == Approved && r.CauseID == fmt.Sprintf("%s:%d", round.Sitting, round.Round) {
			return round.NoticeEnds
		}
	}
	return d.notice(r.At)
}

// notice is when a public notice that begins at a moment ends.
func (d *Desk) notice(from time.Time) time.Time {
	if d.All.Scheme.Rules.NoticeDays == 0 {
		return from
	}
	return d.calendar.After(from, d.All.Scheme.Rules.NoticeDays)
}

// Stand composes the results of a sitting and says how their release stands.
func (g *Registrar) Stand(ctx context.Context, id sitting.ID) (Desk, error) {
	all, err := g.Compose(ctx, id)
	if err != nil {
		return Desk{}, err
	}
	d := Desk{All: all, calendar: g.Standard.Calendar}
	if d.Digest, err = all.Digest(); err != nil {
		return Desk{}, err
	}
	ids := make([]sitting.RegistrationID, len(all.Candidates))
	for i, c := range all.Candidates {
		ids[i] = c.Registration.ID
	}
	if d.Latest, err = g.Records.LatestOf(ctx, ids); err != nil {
		return Desk{}, fmt.Errorf("release: %w", err)
	}
	if d.Rounds, err = g.in.Releases.ReleasesOf(ctx, id); err != nil {
		return Desk{}, fmt.Errorf("release: %w", err)
	}
	d.Tally = all.tally(d.Latest)
	return d, nil
}

// Propose puts the results of a sitting, as they are now, to a second person.
// It returns ErrState for a sitting that is not closed, where a round waits
// already, and where nothing has changed since the last one; ErrConflict where
// digest is not that of the results as they are.
func (g *Registrar) Propose(ctx context.Context, by people.AccountID, id sitting.ID, digest, remark string) (Release, error) {
	if err := g.administrator(ctx, by); err != nil {
		return Release{}, fmt.Errorf("propose a release: %w", err)
	}
	d, err := g.Stand(ctx, id)
	if err != nil {
		return Release{}, err
	}
	_, waits := d.Open()
	x := d.All.Sitting
	switch {
	case x.State != sitting.Closed && x.State != sitting.Released:
		return Release{}, fmt.Errorf("release a sitting that is %s: %w", x.State, ErrState)
	case waits:
		return Release{}, fmt.Errorf("a release waits for its second person: %w", ErrState)
	case d.Tally.Changed == 0 && x.State == sitting.Released:
		return Release{}, fmt.Errorf("nothing to release: %w", ErrState)
	case digest != d.Digest:
		return Release{}, fmt.Errorf("propose a release: %w", ErrConflict)
	}
	r := Release{
		Sitting: id, Round: len(d.Rounds) + 1, State: Proposed, Digest: d.Digest, Tally: d.Tally,
		Remark: remark, By: by, At: g.now(), Version: 1,
	}
	err = audit.Do(ctx, g.in.Audit, g.event(by, "result.propose", id, remark, r), func() error { return g.in.Releases.InsertRelease(ctx, r) })
	if errors.Is(err, ErrDuplicate) {
		return Release{}, fmt.Errorf("a release waits for its second person: %w", ErrState)
	}
	return r, err
}

func (g *Registrar) event(by people.AccountID, act string, id sitting.ID, why string, after any) audit.Event {
	return audit.Event{Actor: string(by), Act: act, Object: "sitting:" + string(id), Why: why, After: after}
}

// waiting returns the round that waits, for somebody who did not propose it.
func (g *Registrar) waiting(ctx context.Context, by people.AccountID, id sitting.ID) (Desk, Release, error) {
	if err := g.administrator(ctx, by); err != nil {
		return Desk{}, Release{}, err
	}
	d, err := g.Stand(ctx, id)
	if err != nil {
		return Desk{}, Release{}, err
	}
	r, ok := d.Open()
	switch {
	case !ok:
		return d, r, fmt.Errorf("no release waits: %w", ErrState)
	case people.Same(ctx, by, r.By):
		return d, r, ErrSecondPerson
	}
	return d, r, nil
}

// Return gives a proposed release back to whoever proposed it. It returns
// ErrState once somebody began to approve it.
func (g *Registrar) Return(ctx context.Context, by people.AccountID, id sitting.ID, why string) (Release, error) {
	why, err := checkWhy("/remark", why)
	if err != nil {
		return Release{}, err
	}
	_, r, err := g.waiting(ctx, by, id)
	if err != nil {
		return Release{}, fmt.Errorf("return a release: %w", err)
	}
	if r.Second != "" {
		return Release{}, fmt.Errorf("return a release that is being approved: %w", ErrState)
	}
	return g.settle(ctx, r, Returned, by, why)
}

// settle moves a release on as its second person said.
func (g *Registrar) settle(ctx context.Context, r Release, to ReleaseState, by people.AccountID, word string) (Release, error) {
	if err := r.to(to); err != nil {
		return Release{}, err
	}
	r.Second, r.SecondAt, r.Word = by, g.now(), word
	var stored Release
	err := audit.Do(ctx, g.in.Audit, g.event(by, "result."+string(to), r.Sitting, word, r), func() (err error) {
		stored, err = g.in.Releases.ReplaceRelease(ctx, r)
		return err
	})
	return stored, err
}

// claim notes who approves a round before anything comes of it: from then on it
// is not returned. One that was cut off is gone on with.
func (g *Registrar) claim(ctx context.Context, r Release, by people.AccountID) (Release, error) {
	if r.Second != "" {
		return r, nil
	}
	r.Second, r.SecondAt = by, g.now()
	return g.in.Releases.ReplaceRelease(ctx, r)
}

// Approve releases what was proposed, if it is still what digest says: each
// result that is new or has changed becomes a version, and the first round
// shows the results to the candidates. Where a result changed meanwhile, the
// first signature is void and the error is ErrConflict. After an error the
// same person may approve again: what was done is not done twice.
func (g *Registrar) Approve(ctx context.Context, by people.AccountID, id sitting.ID, digest, word string) (Release, error) {
	d, r, err := g.waiting(ctx, by, id)
	if err != nil {
		return Release{}, fmt.Errorf("approve a release: %w", err)
	}
	if digest != r.Digest {
		return Release{}, fmt.Errorf("approve a release: another one waits: %w", ErrConflict)
	}
	if d.Digest != r.Digest {
		_, err := g.settle(ctx, r, Void, by, "")
		return Release{}, errors.Join(fmt.Errorf("results changed after the first signature: %w", ErrConflict), err)
	}
	if r, err = g.claim(ctx, r, by); err != nil {
		return Release{}, fmt.Errorf("approve a release: %w", err)
	}
	now := g.now()
	var records []Record
	for _, c := range d.All.Candidates {
		if c.differs(d.Latest) {
			records = append(records, c.record(&d.All, d.Latest, Record{
				Cause: ByRelease, CauseID: fmt.Sprintf("%s:%d", id, r.Round), Why: r.Remark, By: r.By, Second: by, At: now,
			}))
		}
	}
	if err := g.Records.InsertRecords(ctx, records); err != nil {
		return Release{}, fmt.Errorf("approve a release: %w", err)
	}
	r.NoticeEnds = d.notice(now)
	if d.All.Sitting.State == sitting.Closed {
		if _, err := g.in.Publisher.Do(ctx, id, d.All.Sitting.Version, sitting.Publish, by); err != nil {
			return Release{}, fmt.Errorf("approve a release: %w", err)
		}
	}
	return g.settle(ctx, r, Approved, by, word)
}

// Rule takes a ruling down. Misconduct waits for a second person, withholding
// counts at once. It returns a *FieldError, or ErrNotFound for a registration
// that the sitting does not have.
func (g *Registrar) Rule(ctx context.Context, by people.AccountID, r Ruling) (Ruling, error) {
	if err := g.administrator(ctx, by); err != nil {
		return Ruling{}, fmt.Errorf("ruling: %w", err)
	}
	all, err := g.Compose(ctx, r.Sitting)
	if err != nil {
		return Ruling{}, err
	}
	if err := r.check(all.Scheme); err != nil {
		return Ruling{}, err
	}
	if r.Why, err = checkWhy("/why", r.Why); err != nil {
		return Ruling{}, err
	}
	c, ok := all.Find(r.Registration)
	if !ok {
		return Ruling{}, fmt.Errorf("ruling: %w", ErrNotFound)
	}
	if slices.ContainsFunc(c.Rulings, func(o Ruling) bool {
		return o.Kind == r.Kind && o.Component == r.Component && (o.State == Accused || o.State == InForce)
	}) {
		return Ruling{}, fmt.Errorf("ruling: there is one already: %w", ErrState)
	}
	r.ID, r.State, r.By, r.At, r.Version = RulingID(uuid.NewString()), r.Kind.first(), by, g.now(), 1
	r.Word, r.Second, r.SecondAt = "", "", time.Time{}
	err = audit.Do(ctx, g.in.Audit, g.ruled(by, "ruling.make", r.Why, nil, r), func() error { return g.Rulings.InsertRuling(ctx, r) })
	if err != nil {
		return Ruling{}, err
	}
	return r, g.follow(ctx, by, r)
}

func (g *Registrar) ruled(by people.AccountID, act, why string, before any, after Ruling) audit.Event {
	return audit.Event{Actor: string(by), Act: act, Object: "registration:" + string(after.Registration), Why: why, Before: before, After: after}
}

// Settle confirms, refuses or lifts a ruling. Whoever made it may not:
// ErrSecondPerson. Where the result is released, it gets a new version.
func (g *Registrar) Settle(ctx context.Context, by people.AccountID, id RulingID, act RulingAct, why string) (Ruling, error) {
	if err := g.administrator(ctx, by); err != nil {
		return Ruling{}, fmt.Errorf("ruling: %w", err)
	}
	r, err := g.Rulings.Ruling(ctx, id)
	if err == nil {
		err = sitting.Within(ctx, g.Sittings, r.Sitting)
	}
	if err != nil {
		return Ruling{}, fmt.Errorf("ruling: %w", err)
	}
	was := r
	if r.State, err = r.State.Next(act); err != nil {
		return Ruling{}, err
	}
	if people.Same(ctx, by, r.By) {
		return Ruling{}, ErrSecondPerson
	}
	if r.Word, err = checkWhy("/why", why); err != nil {
		return Ruling{}, err
	}
	r.Second, r.SecondAt = by, g.now()
	err = audit.Do(ctx, g.in.Audit, g.ruled(by, "ruling."+string(act), r.Word, was, r), func() (err error) {
		r, err = g.Rulings.ReplaceRuling(ctx, r)
		return err
	})
	if err != nil {
		return Ruling{}, err
	}
	return r, g.follow(ctx, by, r)
}

// follow gives a released result that the ruling touches its next version. The
// two persons are those of the ruling; a withholding has one until it is
// lifted, which is all that it takes to keep something back.
func (g *Registrar) follow(ctx context.Context, by people.AccountID, r Ruling) error {
	latest, err := g.Records.LatestOf(ctx, []sitting.RegistrationID{r.Registration})
	if err != nil || len(latest) == 0 {
		return err
	}
	all, err := g.Compose(ctx, r.Sitting)
	if err != nil {
		return err
	}
	c, ok := all.Find(r.Registration)
	if !ok || !c.differs(latest) {
		return nil
	}
	next := c.record(&all, latest, Record{Cause: ByRuling, CauseID: string(r.ID), Why: r.Why, By: r.By, Second: r.Second, At: g.now()})
	return audit.Do(ctx, g.in.Audit, audit.Event{
		Actor: string(by), Act: "result.version", Object: "registration:" + string(r.Registration), Why: r.Why, Before: latest[r.Registration].Outcome, After: next.Outcome,
	}, func() error { return g.Records.InsertRecords(ctx, []Record{next}) })
}

// Withheld tells whether the result of a registration is kept back.
func (g *Registrar) Withheld(ctx context.Context, id sitting.ID, r sitting.RegistrationID) (bool, error) {
	all, err := g.Rulings.RulingsOf(ctx, id)
	return slices.ContainsFunc(all, func(o Ruling) bool {
		return o.Registration == r && o.Kind == Withholding && o.State == InForce
	}), err
}

// Latest returns the newest version of a released result, or ErrNotFound.
func (g *Registrar) Latest(ctx context.Context, id sitting.RegistrationID) (Record, error) {
	found, err := g.Records.LatestOf(ctx, []sitting.RegistrationID{id})
	if err != nil {
		return Record{}, err
	}
	r, ok := found[id]
	if !ok {
		return Record{}, ErrNotFound
	}
	return r, nil
}

// Retakes says, for each candidate who has something behind them at the level,
// which components they take at a sitting at the moment at, and which they may
// not take again without the others. It is what sitting.Office asks before it
// registers somebody.
func (g *Registrar) Retakes(ctx context.Context, occupation standard.Occupation, level standard.Level, at time.Time, ids []people.CandidateID) (map[people.CandidateID]sitting.Retake, error) {
	scheme, ok := g.Standard.Scheme(level)
	if !ok {
		return nil, nil
	}
	records, err := g.Records.LatestOfCandidates(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("what candidates passed: %w", err)
	}
	by := map[people.CandidateID][]Record{}
	for _, r := range records {
		if r.Level == level && r.Occupation.Code == occupation.Code {
			by[r.Candidate] = append(by[r.Candidate], r)
		}
	}
	out := map[people.CandidateID]sitting.Retake{}
	for id, records := range by {
		h := HistoryOf(scheme, records, at)
		if len(h.Carried) == 0 {
			continue
		}
		takes, exhausted := h.Retake(scheme)
		out[id] = sitting.Retake{Takes: takes, Exhausted: exhausted}
	}
	return out, nil
}
