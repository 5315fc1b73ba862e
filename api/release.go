package api

import (
	"context"

	"gongyuan/api/contract"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// GetRelease says how the release of a sitting stands.
func (s *server) GetRelease(ctx context.Context, r contract.GetReleaseRequestObject) (contract.GetReleaseResponseObject, error) {
	desk, err := s.registrar.Stand(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	out, err := s.wireDesk(ctx, &desk)
	return contract.GetRelease200JSONResponse(out), err
}

// ActOnRelease proposes, returns or approves a release.
func (s *server) ActOnRelease(ctx context.Context, r contract.ActOnReleaseRequestObject) (contract.ActOnReleaseResponseObject, error) {
	var digest, remark string
	if r.Body.Digest != nil {
		digest = *r.Body.Digest
	}
	if r.Body.Remark != nil {
		remark = *r.Body.Remark
	}
	id := sitting.ID(r.Sitting)
	var err error
	switch r.Body.Act {
	case contract.ReleaseActActPropose:
		_, err = s.registrar.Propose(ctx, staff(ctx), id, digest, remark)
	case contract.ReleaseActActReturn:
		_, err = s.registrar.Return(ctx, staff(ctx), id, remark)
	default:
		_, err = s.registrar.Approve(ctx, staff(ctx), id, digest, remark)
	}
	if err != nil {
		return nil, err
	}
	desk, err := s.registrar.Stand(ctx, id)
	if err != nil {
		return nil, err
	}
	out, err := s.wireDesk(ctx, &desk)
	return contract.ActOnRelease200JSONResponse(out), err
}

func (s *server) wireDesk(ctx context.Context, d *result.Desk) (contract.ReleaseDesk, error) {
	out := contract.ReleaseDesk{
		Digest: d.Digest, Tally: wireTally(d.Tally), NoticeDays: d.All.Scheme.Rules.NoticeDays,
		Rounds: []contract.ReleaseRound{}, State: contract.ReleaseDeskStateNotClosed,
	}
	waiting, waits := d.Open()
	x := d.All.Sitting.State
	switch {
	case waits:
		out.State, out.Unchanged = contract.ReleaseDeskStateProposed, waiting.Digest == d.Digest
		mine := waiting.By == staff(ctx)
		out.Mine = &mine
	case x == sitting.Released && d.Tally.Changed == 0:
		out.State = contract.ReleaseDeskStateReleased
	case x == sitting.Closed || x == sitting.Released:
		out.State = contract.ReleaseDeskStateReady
	}
	for _, r := range d.Rounds {
		round := contract.ReleaseRound{
			Round: r.Round, State: contract.ReleaseRoundState(r.State), Digest: r.Digest, Tally: wireTally(r.Tally), Remark: r.Remark,
			By: s.staffName(ctx, r.By), At: r.At, Word: r.Word,
		}
		if r.Second != "" {
			second, at := s.staffName(ctx, r.Second), r.SecondAt
			round.Second, round.SecondAt = &second, &at
		}
		if r.State == result.Approved {
			ends := r.NoticeEnds
			round.NoticeEnds, out.NoticeEnds = &ends, &ends
		}
		out.Rounds = append(out.Rounds, round)
	}
	return out, s.addChanges(ctx, d, &out)
}

func wireTally(t result.Tally) contract.ReleaseTally {
	return contract.ReleaseTally{
		Candidates: t.Candidates, Qualified: t.Qualified, Unqualified: t.Unqualified, Incomplete: t.Incomplete, Withheld: t.Withheld, Changed: t.Changed,
	}
}

// addChanges lists the released results that would change.
func (s *server) addChanges(ctx context.Context, d *result.Desk, out *contract.ReleaseDesk) error {
	var regs []sitting.Registration
	var after []result.Outcome
	for _, c := range d.All.Candidates {
		if _, ok := d.Latest[c.Registration.ID]; ok && d.Differs(&c) {
			regs, after = append(regs, c.Registration), append(after, c.Outcome)
		}
	}
	if len(regs) == 0 {
		return nil
	}
	seats, err := s.seats(ctx, regs)
	if err != nil {
		return err
	}
	changes := make([]contract.OutcomeChange, len(seats))
	for i, p := range seats {
		was := d.Latest[p.ID].Outcome
		changes[i] = contract.OutcomeChange{
			Registration: string(p.ID), Admission: p.Admission, Name: p.person.Name, Before: brief(&was), After: brief(&after[i]),
		}
	}
	out.Changes = &changes
	return nil
}

// brief is an outcome without who gave what.
func brief(o *result.Outcome) contract.OutcomeBrief {
	out := contract.OutcomeBrief{Verdict: contract.OutcomeVerdict(o.Result), Components: []contract.OutcomePart{}}
	for _, c := range o.Components {
		out.Components = append(out.Components, wireComponent(c))
	}
	return out
}

// ListRulings lists what was found about the candidates of a sitting.
func (s *server) ListRulings(ctx context.Context, r contract.ListRulingsRequestObject) (contract.ListRulingsResponseObject, error) {
	all, err := s.registrar.Rulings.RulingsOf(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	return contract.ListRulings200JSONResponse(s.wireRulings(ctx, all)), nil
}

func (s *server) wireRulings(ctx context.Context, all []result.Ruling) []contract.Ruling {
	out := make([]contract.Ruling, len(all))
	for i, r := range all {
		out[i] = s.wireRuling(ctx, r)
	}
	return out
}

func (s *server) wireRuling(ctx context.Context, r result.Ruling) contract.Ruling {
	out := contract.Ruling{
		Id: string(r.ID), Registration: string(r.Registration), Kind: contract.RulingKind(r.Kind), State: contract.RulingState(r.State),
		Why: r.Why, By: s.staffName(ctx, r.By), At: r.At, Word: r.Word, Mine: r.By == staff(ctx),
	}
	if r.Component != "" {
		component := contract.RulingComponent(r.Component)
		out.Component = &component
	}
	if r.Second != "" {
		second, at := s.staffName(ctx, r.Second), r.SecondAt
		out.Second, out.SecondAt = &second, &at
	}
	return out
}

// MakeRuling finds misconduct or withholds a result.
func (s *server) MakeRuling(ctx context.Context, r contract.MakeRulingRequestObject) (contract.MakeRulingResponseObject, error) {
	in := result.Ruling{
		Sitting: sitting.ID(r.Sitting), Registration: sitting.RegistrationID(r.Body.Registration),
		Kind: result.RulingKind(r.Body.Kind), Why: r.Body.Why,
	}
	if r.Body.Component != nil {
		in.Component = standard.Kind(*r.Body.Component)
	}
	made, err := s.registrar.Rule(ctx, staff(ctx), in)
	if err != nil {
		return nil, err
	}
	return contract.MakeRuling201JSONResponse(s.wireRuling(ctx, made)), nil
}

// SettleRuling is the second person's word about a ruling.
func (s *server) SettleRuling(ctx context.Context, r contract.SettleRulingRequestObject) (contract.SettleRulingResponseObject, error) {
	settled, err := s.registrar.Settle(ctx, staff(ctx), result.RulingID(r.Ruling), result.RulingAct(r.Body.Act), r.Body.Why)
	if err != nil {
		return nil, err
	}
	return contract.SettleRuling200JSONResponse(s.wireRuling(ctx, settled)), nil
}

// GetOutcome shows how one candidate's result came about.
func (s *server) GetOutcome(ctx context.Context, r contract.GetOutcomeRequestObject) (contract.GetOutcomeResponseObject, error) {
	desk, err := s.registrar.Stand(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	c, ok := desk.All.Find(sitting.RegistrationID(r.Registration))
	if !ok {
		return nil, result.ErrNotFound
	}
	rows, err := s.wireOutcomes(ctx, &desk, []result.Composed{c})
	if err != nil {
		return nil, err
	}
	versions, err := s.registrar.Records.VersionsOf(ctx, c.Registration.ID)
	if err != nil {
		return nil, err
	}
	out := contract.OutcomeDetail{Row: rows[0], Rulings: s.wireRulings(ctx, c.Rulings), Versions: []contract.OutcomeVersion{}}
	for _, v := range versions {
		out.Versions = append(out.Versions, contract.OutcomeVersion{
			Version: v.Version, Cause: contract.OutcomeVersionCause(v.Cause), Why: v.Why, By: s.staffName(ctx, v.By), Second: s.staffName(ctx, v.Second),
			At: v.At, Outcome: brief(&v.Outcome),
		})
	}
	return contract.GetOutcome200JSONResponse(out), nil
}
