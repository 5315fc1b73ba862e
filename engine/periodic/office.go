package periodic

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/filing"
	"gongyuan/engine/people"
	"gongyuan/engine/profile"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/training"
)

// Version is a report as it was submitted.
type Version struct {
	Period  Period
	Number  int // from 1
	Figures Figures
	By      people.AccountID
	At      time.Time
}

// Store keeps submitted reports. None is ever changed or deleted.
type Store interface {
	// InsertVersion adds a version, or returns ErrConflict where the period has
	// one of that number.
	InsertVersion(ctx context.Context, v Version) error
	// Versions lists those of a period, in order.
	Versions(ctx context.Context, p Period) ([]Version, error)
}

// Sittings knows sittings and who is on their rosters.
type Sittings interface {
	Sittings(ctx context.Context, skip, limit int) ([]sitting.Sitting, int, error)
	Roster(ctx context.Context, s sitting.Sitting) ([]sitting.Registration, error)
}

// Sources knows what came of them.
type Sources interface {
	// LatestOf returns the newest released result of each registration.
	LatestOf(ctx context.Context, ids []sitting.RegistrationID) (map[sitting.RegistrationID]result.Record, error)
	// Issued returns the certificates with a date of issue in a span of days.
	Issued(ctx context.Context, from, until certificate.Date) ([]certificate.Certificate, error)
	Profiles(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]profile.Profile, error)
	// Ended returns the trainings that count and have their last day in a span.
	Ended(ctx context.Context, from, until string) ([]training.Record, error)
	Filings(ctx context.Context) ([]filing.Filing, error)
	Examiners(ctx context.Context) ([]people.ExaminerEntry, error)
}

// Accounts finds staff.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Deps is what an Office works with.
type Deps struct {
	Store    Store
	Sittings Sittings
	Sources  Sources
	Accounts Accounts
	Audit    audit.Recorder
	Clock    Clock
}

// Office makes reports. Administrators alone see and submit them. It is safe
// for concurrent use.
type Office struct{ in Deps }

// NewOffice returns an Office.
func NewOffice(d Deps) *Office { return &Office{d} }

// mustLead returns ErrForbidden to all but administrators in use. What is kept here
// is of all sittings, so an account with limits is outside.
func (o *Office) mustLead(ctx context.Context, by people.AccountID, also ...people.Role) error {
	return people.MustBeUnlimited(ctx, o.in.Accounts, by, ErrForbidden, append(also, people.Administrator)...)
}

// Report is a period as it stands.
type Report struct {
	Period   Period
	Span     Span
	Now      Figures
	Versions []Version
	// Changed is what is other than in the newest version.
	Changed []Difference
}

// Report computes a period's report as of now.
func (o *Office) Report(ctx context.Context, by people.AccountID, p Period) (Report, error) {
	if err := o.mustLead(ctx, by, people.Auditor); err != nil {
		return Report{}, err
	}
	span, err := p.Span()
	if err != nil {
		return Report{}, err
	}
	out := Report{Period: p, Span: span}
	facts, err := o.gather(ctx, span)
	if err != nil {
		return out, fmt.Errorf("report of %s: %w", p, err)
	}
	out.Now = Compute(&facts)
	if out.Versions, err = o.in.Store.Versions(ctx, p); err != nil {
		return out, fmt.Errorf("report of %s: %w", p, err)
	}
	if n := len(out.Versions); n > 0 {
		out.Changed = Differences(&out.Versions[n-1].Figures, &out.Now)
	}
	return out, nil
}

// Submit freezes the report as the version after those that the caller saw. It
// returns ErrConflict where somebody else did so first.
func (o *Office) Submit(ctx context.Context, by people.AccountID, p Period, seen int) (Report, error) {
	r, err := o.Report(ctx, by, p)
	if err != nil {
		return r, err
	}
	if len(r.Versions) != seen {
		return r, ErrConflict
	}
	now := o.in.Clock.Now()
	if Today(now) < r.Span.From {
		return r, &FieldError{"/period", "period-ahead"}
	}
	v := Version{p, seen + 1, r.Now, by, now.UTC().Truncate(time.Millisecond)}
	event := audit.Event{Actor: string(by), Act: "report.submit", Object: "report:" + string(p), After: v}
	if err := audit.Do(ctx, o.in.Audit, event, func() error { return o.in.Store.InsertVersion(ctx, v) }); err != nil {
		return r, err
	}
	r.Versions, r.Changed = append(r.Versions, v), nil
	return r, nil
}

// Due lists the reports that are to be submitted about now.
func (o *Office) Due(ctx context.Context, by people.AccountID) ([]Due, error) {
	if err := o.mustLead(ctx, by, people.Auditor); err != nil {
		return nil, err
	}
	now := o.in.Clock.Now()
	var out []Due
	for _, p := range Around(now) {
		d, is := dueAt(p, now)
		if !is {
			continue
		}
		done, err := o.in.Store.Versions(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("reports due: %w", err)
		}
		if len(done) == 0 {
			out = append(out, d)
		}
	}
	return out, nil
}

// gather finds the facts of a span of days.
func (o *Office) gather(ctx context.Context, span Span) (Facts, error) {
	var out Facts
	sites, err := o.gatherSeats(ctx, span, &out)
	if err != nil {
		return out, err
	}
	if err := o.gatherHolders(ctx, span, sites, &out); err != nil {
		return out, err
	}
	if err := o.gatherTrained(ctx, span, &out); err != nil {
		return out, err
	}
	filings, err := o.in.Sources.Filings(ctx)
	if err != nil {
		return out, err
	}
	for i := range filings {
		if filings[i].Valid(o.in.Clock.Now()) != nil {
			continue
		}
		if filings[i].Kind == filing.Body {
			out.Staff.Bodies++
		} else {
			out.Staff.Sites++
		}
	}
	examiners, err := o.in.Sources.Examiners(ctx)
	if err != nil {
		return out, err
	}
	year := 0
	_, _ = fmt.Sscanf(span.From, "%d", &year)
	for _, e := range examiners {
		out.Staff.Examiners++
		switch a, ok := e.Assessment(year); {
		case !ok || a.Year != year:
			out.Staff.Unassessed++
		case a.Result == people.AssessedPassed:
			out.Staff.Assessed++
		default:
			out.Staff.NotPassed++
		}
	}
	return out, nil
}

// siteNames are the names of filed sites, by id.
func (o *Office) siteNames(ctx context.Context) (map[string]string, error) {
	all, err := o.in.Sources.Filings(ctx)
	out := map[string]string{}
	for _, f := range all {
		if f.Kind == filing.Site {
			out[string(f.ID)] = f.Subject.Name
		}
	}
	return out, err
}

// gatherSeats also returns the names of the sites of all sittings.
func (o *Office) gatherSeats(ctx context.Context, span Span, out *Facts) (map[sitting.ID]string, error) {
	const many = 100
	names, err := o.siteNames(ctx)
	if err != nil {
		return nil, err
	}
	sites := map[sitting.ID]string{}
	for skip := 0; ; skip += many {
		some, total, err := o.in.Sittings.Sittings(ctx, skip, many)
		if err != nil {
			return nil, err
		}
		for _, s := range some {
			sites[s.ID] = cmp.Or(names[s.Site], Unknown)
			if day := Today(s.Opens); day < span.From || day > span.Until {
				continue
			}
			if err := o.gatherSitting(ctx, s, sites[s.ID], out); err != nil {
				return nil, err
			}
		}
		if skip+len(some) >= total || len(some) == 0 {
			return sites, nil
		}
	}
}

func (o *Office) gatherSitting(ctx context.Context, s sitting.Sitting, site string, out *Facts) error {
	regs, err := o.in.Sittings.Roster(ctx, s)
	if err != nil {
		return err
	}
	ids, who := make([]sitting.RegistrationID, len(regs)), make([]people.CandidateID, len(regs))
	for i, r := range regs {
		ids[i], who[i] = r.ID, r.Candidate
	}
	profiles, err := o.in.Sources.Profiles(ctx, who)
	if err != nil {
		return err
	}
	records := map[sitting.RegistrationID]result.Record{}
	if s.State == sitting.Released {
		if records, err = o.in.Sources.LatestOf(ctx, ids); err != nil {
			return err
		}
	}
	for _, r := range regs {
		seat := Seat{Place: placeOf(s.Level, site, profiles, r.Candidate), Admitted: s.State != sitting.Draft}
		rec := records[r.ID]
		for _, c := range rec.Outcome.Components {
			if c.State != result.Scored && c.State != result.Vetoed && c.State != result.Cheated {
				continue
			}
			seat.Took = append(seat.Took, c.Kind)
			if c.Verdict == result.Passed {
				seat.Passed = append(seat.Passed, c.Kind)
			}
		}
		seat.Qualified = rec.Outcome.Result == result.Qualified
		out.Seats = append(out.Seats, seat)
	}
	return nil
}

func (o *Office) gatherHolders(ctx context.Context, span Span, sites map[sitting.ID]string, out *Facts) error {
	// One issued before may be voided in the period.
	all, err := o.in.Sources.Issued(ctx, "2000-01-01", certificate.Date(span.Until))
	if err != nil {
		return err
	}
	var in []certificate.Certificate
	who := []people.CandidateID{}
	for _, c := range all {
		if revoked, ok := c.Revocation(); string(c.Date) >= span.From || ok && within(span, Today(revoked.At)) {
			in, who = append(in, c), append(who, c.Candidate)
		}
	}
	profiles, err := o.in.Sources.Profiles(ctx, who)
	if err != nil {
		return err
	}
	for _, c := range in {
		h := Holder{Place: placeOf(c.Level, cmp.Or(sites[c.Sitting], Unknown), profiles, c.Candidate), Issued: within(span, string(c.Date)), Incentive: profiles[c.Candidate].Incentive != ""}
		if a, ok := c.Revocation(); ok {
			h.Voided = within(span, Today(a.At))
		}
		out.Holders = append(out.Holders, h)
	}
	return nil
}
