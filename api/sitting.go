package api

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

func staff(ctx context.Context) people.AccountID { return people.AccountID(callOf(ctx).actor.Subject) }

// GetStandard shows the standard in use.
func (s *server) GetStandard(ctx context.Context, _ contract.GetStandardRequestObject) (contract.GetStandardResponseObject, error) {
	out := contract.GetStandard200JSONResponse{
		Version: s.standard.Version, Sample: s.standard.Sample,
		OccupationCode: s.standard.Occupation.Code, Occupation: s.standard.Occupation.Name,
	}
	for _, scheme := range s.standard.Schemes {
		level := contract.StandardLevel{Level: int(scheme.Level), Title: levelTitle(scheme, callOf(ctx).lang)}
		for _, c := range scheme.Components {
			level.Components = append(level.Components, contract.StandardComponent{
				Kind: contract.StandardComponentKind(c.Kind), Full: contract.Marks(c.Full), Pass: contract.Marks(c.Pass),
			})
		}
		out.Levels = append(out.Levels, level)
	}
	return out, nil
}

// ListSittings lists sittings, the newest first.
func (s *server) ListSittings(ctx context.Context, r contract.ListSittingsRequestObject) (contract.ListSittingsResponseObject, error) {
	skip, limit := paging(r.Params.Skip, r.Params.Limit)
	if r.Params.Limit == nil {
		limit = 50
	}
	all, total, err := s.sittings.Sittings(ctx, skip, limit)
	if err != nil {
		return nil, err
	}
	out := contract.ListSittings200JSONResponse{Total: total, Sittings: []contract.Sitting{}}
	for i := range all {
		out.Sittings = append(out.Sittings, s.wireSitting(ctx, &all[i]))
	}
	return out, nil
}

func (s *server) wireSitting(ctx context.Context, x *sitting.Sitting) contract.Sitting {
	scheme, _ := s.standard.Scheme(x.Level)
	out := contract.Sitting{
		Id: string(x.ID), Title: x.Title, Level: int(x.Level), LevelTitle: levelTitle(scheme, callOf(ctx).lang),
		BlueprintId: x.Blueprint.ID, BlueprintTitle: x.Blueprint.Title, Opens: x.Opens, Closes: x.Closes,
		DurationMinutes: int(x.Duration / time.Minute), LateEntryMinutes: int(x.LateEntry / time.Minute),
		Release: contract.SittingRelease(x.Release), Explain: x.Explain, PapersAhead: x.PapersAhead, State: contract.SittingState(x.State),
		Version: x.Version, Registrations: len(x.Roster), SecretDigest: x.SecretDigest,
	}
	if x.Site != "" {
		out.Site = &x.Site
		if name, err := s.registers.Filings.SiteName(ctx, x.Site); err == nil { // a name that cannot be had now hides no sitting
			out.SiteName = textOrNone(name)
		}
	}
	out.Programme = textOrNone(x.Programme)
	if x.Capacity > 0 {
		out.Capacity = &x.Capacity
	}
	if x.OneSealer {
		out.OneSealer = &x.OneSealer
	}
	if x.Stands() {
		p := x.Proposal
		out.SealProposal = &contract.SealProposal{By: s.staffName(ctx, people.AccountID(p.By)), At: p.At, Own: p.By == string(staff(ctx)), Basis: p.Basis}
	}
	if o := x.Opening; o != nil {
		out.Opening = &contract.SittingOpening{By: s.staffName(ctx, people.AccountID(o.By)), At: o.At, Reason: o.Reason, Gaps: make([]contract.SittingGap, len(o.Gaps))}
		for i, g := range o.Gaps {
			out.Opening.Gaps[i] = contract.SittingGap{Check: g.Check, Reason: g.Reason, Name: g.Name, Have: g.Have, Need: g.Need}
		}
	}
	if !x.Sealed.IsZero() {
		name := s.staffName(ctx, people.AccountID(x.SealedBy))
		out.SealedAt, out.SealedBy = &x.Sealed, &name
	}
	return out
}

// staffName is what people read instead of an account's id. An id that is no
// account's, such as the demo's, is shown as it is.
func (s *server) staffName(ctx context.Context, id people.AccountID) string {
	account, err := s.accounts.Account(ctx, id)
	if err != nil {
		return string(id)
	}
	return account.Name
}

// planOf turns a request into a sitting, with the blueprint as it is now.
func (s *server) planOf(ctx context.Context, p contract.SittingPlan) (sitting.Sitting, error) {
	level := standard.Level(p.Level)
	if _, ok := s.standard.Scheme(level); !ok {
		return sitting.Sitting{}, &sitting.FieldError{Field: "/level", Reason: "no-such-level"}
	}
	bp, err := s.banks.Blueprint(ctx, p.Blueprint)
	if errors.Is(err, bank.ErrNotFound) {
		return sitting.Sitting{}, &sitting.FieldError{Field: "/blueprint", Reason: "no-such-blueprint"}
	} else if err != nil {
		return sitting.Sitting{}, err
	}
	out := sitting.Sitting{
		Title: p.Title, Occupation: s.standard.Occupation, Level: level, Blueprint: bp, Opens: p.Opens.UTC(), Closes: p.Closes.UTC(),
		Duration: time.Duration(p.DurationMinutes) * time.Minute, Release: sitting.ReleasePolicy(p.Release), Explain: p.Explain,
	}
	if p.LateEntryMinutes != nil {
		out.LateEntry = time.Duration(*p.LateEntryMinutes) * time.Minute
	}
	out.Site, out.Programme = textOr(p.Site), textOr(p.Programme)
	if p.Capacity != nil {
		out.Capacity = *p.Capacity
	}
	out.OneSealer = p.OneSealer != nil && *p.OneSealer
	if p.PapersAhead != nil {
		out.PapersAhead = *p.PapersAhead
	}
	return out, nil
}

// CreateSitting plans a sitting.
func (s *server) CreateSitting(ctx context.Context, r contract.CreateSittingRequestObject) (contract.CreateSittingResponseObject, error) {
	plan, err := s.planOf(ctx, *r.Body)
	if err != nil {
		return nil, err
	}
	made, err := s.office.Plan(ctx, plan, staff(ctx))
	if err != nil {
		return nil, err
	}
	return contract.CreateSitting201JSONResponse(s.wireSitting(ctx, &made)), nil
}

// GetSitting shows one sitting.
func (s *server) GetSitting(ctx context.Context, r contract.GetSittingRequestObject) (contract.GetSittingResponseObject, error) {
	x, err := s.sittings.Sitting(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	return contract.GetSitting200JSONResponse(s.wireSitting(ctx, &x)), nil
}

// ChangeSitting changes the plan of a draft.
func (s *server) ChangeSitting(ctx context.Context, r contract.ChangeSittingRequestObject) (contract.ChangeSittingResponseObject, error) {
	b := r.Body
	plan, err := s.planOf(ctx, contract.SittingPlan{
		Title: b.Title, Level: b.Level, Blueprint: b.Blueprint, Opens: b.Opens, Closes: b.Closes, DurationMinutes: b.DurationMinutes,
		LateEntryMinutes: b.LateEntryMinutes, Release: contract.SittingPlanRelease(b.Release), Explain: b.Explain,
		PapersAhead: b.PapersAhead, OneSealer: b.OneSealer, Site: b.Site, Programme: b.Programme, Capacity: b.Capacity,
	})
	if err != nil {
		return nil, err
	}
	x, err := s.office.Change(ctx, staff(ctx), sitting.ID(r.Sitting), b.Version, plan)
	if err != nil {
		return nil, err
	}
	return contract.ChangeSitting200JSONResponse(s.wireSitting(ctx, &x)), nil
}

// acts maps the contract's words to the domain's.
var acts = map[contract.SittingActAct]sitting.Act{
	"ask-seal": sitting.AskSeal, "drop-seal": sitting.DropSeal, "seal": sitting.Seal, "open": sitting.OpenIt, "close": sitting.Close,
}

// ActOnSitting moves a sitting on.
func (s *server) ActOnSitting(ctx context.Context, r contract.ActOnSittingRequestObject) (contract.ActOnSittingResponseObject, error) {
	// Results are released by two persons: see ActOnRelease.
	do := func() (sitting.Sitting, error) {
		return s.office.Do(ctx, sitting.ID(r.Sitting), r.Body.Version, acts[r.Body.Act], staff(ctx))
	}
	if acts[r.Body.Act] == sitting.OpenIt {
		do = func() (sitting.Sitting, error) {
			return s.office.Open(ctx, sitting.ID(r.Sitting), r.Body.Version, staff(ctx), textOr(r.Body.Reason))
		}
	}
	x, err := do()
	if err != nil {
		return nil, err
	}
	s.log.Info("sitting act", "sitting", r.Sitting, "act", r.Body.Act, "by", staff(ctx), "request", callOf(ctx).requestID)
	return contract.ActOnSitting200JSONResponse(s.wireSitting(ctx, &x)), nil
}

// ListRegistrations lists the roster.
func (s *server) ListRegistrations(ctx context.Context, r contract.ListRegistrationsRequestObject) (contract.ListRegistrationsResponseObject, error) {
	_, roster, err := s.roster(ctx, r.Sitting)
	if err != nil {
		return nil, err
	}
	return contract.ListRegistrations200JSONResponse(wireRoster(roster)), nil
}

// seat is a registration with its person.
type seat struct {
	sitting.Registration
	person people.Candidate
}

func (s *server) roster(ctx context.Context, id string) (sitting.Sitting, []seat, error) {
	x, err := s.sittings.Sitting(ctx, sitting.ID(id))
	if err != nil {
		return x, nil, err
	}
	regs, err := s.office.Roster(ctx, x)
	if err != nil {
		return x, nil, err
	}
	seats, err := s.seats(ctx, regs)
	return x, seats, err
}

func (s *server) seats(ctx context.Context, regs []sitting.Registration) ([]seat, error) {
	ids := make([]people.CandidateID, len(regs))
	for i, r := range regs {
		ids[i] = r.Candidate
	}
	persons, err := s.candidates.CandidatesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]seat, len(regs))
	for i, r := range regs {
		out[i] = seat{r, persons[r.Candidate]}
	}
	return out, nil
}

func wireRoster(seats []seat) []contract.Registration {
	out := make([]contract.Registration, len(seats))
	for i, x := range seats {
		out[i] = contract.Registration{
			Id: string(x.ID), Admission: x.Admission, Name: x.person.Name, IdMasked: x.person.IDMasked,
			Room: x.Room, Seat: x.Seat, ExtraMinutes: int(x.Extra / time.Minute), Attempt: x.Attempt,
		}
		if x.Employer != "" {
			out[i].Employer = &x.Employer
		}
		if n := x.Needs; n != (sitting.Needs{}) {
			out[i].Needs = &contract.SeatNeeds{LargeText: n.LargeText, Apart: n.Apart, Accessible: n.Accessible}
		}
		if x.Components != nil {
			takes := make([]contract.RegistrationTakes, len(x.Components))
			for k, kind := range x.Components {
				takes[k] = contract.RegistrationTakes(kind)
			}
			out[i].Takes = &takes
		}
	}
	return out
}

// RegisterCandidates admits a batch, all or none.
func (s *server) RegisterCandidates(ctx context.Context, r contract.RegisterCandidatesRequestObject) (contract.RegisterCandidatesResponseObject, error) {
	entries := make([]sitting.Entry, len(r.Body.Candidates))
	for i, c := range r.Body.Candidates {
		entries[i] = sitting.Entry{Name: c.Name, IDNumber: c.IdNumber, Room: c.Room, Seat: c.Seat}
		if c.Admission != nil {
			entries[i].Admission = *c.Admission
		}
		if c.ExtraMinutes != nil {
			entries[i].Extra = time.Duration(*c.ExtraMinutes) * time.Minute
		}
		if c.Anew != nil {
			entries[i].Anew = *c.Anew
		}
		if c.Employer != nil {
			entries[i].Employer = *c.Employer
		}
	}
	var regs []sitting.Registration
	event := audit.Event{Actor: string(staff(ctx)), Act: "sitting.register", Object: "sitting:" + r.Sitting, After: map[string]int{"count": len(entries)}}
	err := audit.Do(ctx, s.audit, event, func() (err error) {
		regs, err = s.office.Register(ctx, sitting.ID(r.Sitting), entries)
		return err
	})
	if err != nil {
		return nil, err
	}
	seats, err := s.seats(ctx, regs)
	if err != nil {
		return nil, err
	}
	return contract.RegisterCandidates201JSONResponse(wireRoster(seats)), nil
}

// RemoveRegistration takes somebody off a draft's roster.
func (s *server) RemoveRegistration(ctx context.Context, r contract.RemoveRegistrationRequestObject) (contract.RemoveRegistrationResponseObject, error) {
	if err := s.office.Withdraw(ctx, staff(ctx), sitting.ID(r.Sitting), sitting.RegistrationID(r.Registration)); err != nil {
		return nil, err
	}
	return contract.RemoveRegistration204Response{}, nil
}

// GetProgress shows how the exam goes.
func (s *server) GetProgress(ctx context.Context, r contract.GetProgressRequestObject) (contract.GetProgressResponseObject, error) {
	x, seats, err := s.roster(ctx, r.Sitting)
	if err != nil {
		return nil, err
	}
	out := contract.GetProgress200JSONResponse{ServerNow: s.clock.Now(), Rows: []contract.ProgressRow{}}
	if x.State == sitting.Draft {
		return out, nil
	}
	ids := make([]attempt.AttemptID, len(seats))
	for i, p := range seats {
		ids[i] = attempt.AttemptID(p.Attempt)
	}
	progress, err := s.attempts.Progress(ctx, ids)
	if err != nil {
		return nil, err
	}
	by := make(map[string]attempt.Progress, len(progress))
	for _, p := range progress {
		by[string(p.Attempt)] = p
	}
	recs, err := s.attempts.OfSitting(ctx, x.ID)
	if err != nil {
		return nil, err
	}
	slots := make(map[string]int, len(recs))
	for _, rec := range recs {
		slots[string(rec.ID)] = rec.Slots
	}
	for _, p := range seats {
		row := progressRow(p, by[p.Attempt], slots[p.Attempt])
		switch row.State {
		case contract.AttemptStateReady:
			out.Ready++
		case contract.AttemptStateRunning:
			out.Running++
		case contract.AttemptStatePaused:
			out.Paused++
		default:
			out.Closed++
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

func progressRow(p seat, at attempt.Progress, total int) contract.ProgressRow {
	row := contract.ProgressRow{
		Registration: string(p.ID), Attempt: p.Attempt, Admission: p.Admission, Name: p.person.Name, Room: p.Room, Seat: p.Seat,
		State: wireState(at.State), Answered: at.Answered, Total: total,
	}
	if at.State == "" {
		row.State = contract.AttemptStateReady
	}
	if !at.LastSeen.IsZero() {
		row.LastSeen = &at.LastSeen
	}
	if !at.Deadline.IsZero() {
		row.Deadline = &at.Deadline
	}
	return row
}

// CollectAttempt takes one paper in.
func (s *server) CollectAttempt(ctx context.Context, r contract.CollectAttemptRequestObject) (contract.CollectAttemptResponseObject, error) {
	rec, err := s.ofSitting(ctx, r.Sitting, r.Attempt)
	if err != nil {
		return nil, err
	}
	sub, err := s.attempts.Collect(ctx, attempt.CollectCommand{Attempt: rec.ID, By: staff(ctx), Reason: r.Body.Reason})
	if err != nil {
		return nil, err
	}
	s.log.Info("paper collected", "sitting", r.Sitting, "attempt", r.Attempt, "by", staff(ctx), "request", callOf(ctx).requestID)
	out, err := s.receipt(ctx, sub)
	return contract.CollectAttempt200JSONResponse(out), err
}

// ofSitting finds an attempt and makes sure that it belongs to the sitting.
func (s *server) ofSitting(ctx context.Context, sittingID, attemptID string) (attempt.Record, error) {
	rec, err := s.attempts.Record(ctx, attempt.AttemptID(attemptID))
	if err != nil {
		return attempt.Record{}, err
	}
	if string(rec.Sitting) != sittingID {
		return attempt.Record{}, attempt.ErrNotFound
	}
	return rec, nil
}

// GetDrawProof shows what proves how the papers were drawn: before the release
// only the digest of the secret, afterwards the secret and every seed.
func (s *server) GetDrawProof(ctx context.Context, r contract.GetDrawProofRequestObject) (contract.GetDrawProofResponseObject, error) {
	x, err := s.sittings.Sitting(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	if x.State == sitting.Draft {
		return nil, errNotSealed
	}
	out := contract.GetDrawProof200JSONResponse{SecretDigest: x.SecretDigest, Papers: []contract.DrawnPaper{}}
	if x.State != sitting.Released {
		return out, nil
	}
	secret := hex.EncodeToString(x.Secret)
	out.Secret = &secret
	recs, err := s.attempts.OfSitting(ctx, x.ID)
	if err != nil {
		return nil, err
	}
	regs, err := s.office.Roster(ctx, x)
	if err != nil {
		return nil, err
	}
	counted := map[string]bool{}
	for _, reg := range regs {
		counted[reg.Attempt] = true
	}
	for _, rec := range recs {
		if !counted[string(rec.ID)] {
			continue
		}
		paper, err := s.paper(ctx, rec.ID)
		if err != nil {
			return nil, err
		}
		candidate := string(rec.Candidate)
		out.Papers = append(out.Papers, contract.DrawnPaper{Attempt: string(rec.ID), Candidate: &candidate, Number: rec.Number, Seed: paper.Seed})
	}
	return out, nil
}
