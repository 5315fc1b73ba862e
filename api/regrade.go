package api

import (
	"context"
	"slices"
	"strings"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

func askOf(item string, part, revision *int, sittings *[]string) result.Ask {
	ask := result.Ask{Item: bank.ItemID(item)}
	if part != nil {
		ask.Part = *part
	}
	if revision != nil {
		ask.Revision = *revision
	}
	if sittings != nil {
		for _, id := range *sittings {
			ask.Sittings = append(ask.Sittings, sitting.ID(id))
		}
	}
	return ask
}

// PreviewRegrade says what each remedy would change.
func (s *server) PreviewRegrade(ctx context.Context, r contract.PreviewRegradeRequestObject) (contract.PreviewRegradeResponseObject, error) {
	p, err := s.reviews.Preview(ctx, staff(ctx), askOf(r.Body.Item, r.Body.Part, r.Body.Revision, r.Body.Sittings))
	if err != nil {
		return nil, err
	}
	out, err := s.wirePreview(ctx, &p)
	return contract.PreviewRegrade200JSONResponse(out), err
}

// ListRegrades lists regrades.
func (s *server) ListRegrades(ctx context.Context, r contract.ListRegradesRequestObject) (contract.ListRegradesResponseObject, error) {
	skip, limit := paging(r.Params.Skip, r.Params.Limit)
	all, total, err := s.reviews.List(ctx, staff(ctx), skip, limit)
	if err != nil {
		return nil, err
	}
	return contract.ListRegrades200JSONResponse{Total: total, Regrades: s.wireRegrades(ctx, all)}, nil
}

// mostSkipped bounds where in a list a page begins: stores make room for what
// they pass over before they look at what is there.
const mostSkipped = 1_000_000

// paging is the part of a list that is asked for.
func paging(skip, limit *int) (from, most int) {
	most = 20
	if skip != nil {
		from = min(max(*skip, 0), mostSkipped)
	}
	if limit != nil {
		most = min(max(*limit, 1), 100)
	}
	return from, most
}

// ProposeRegrade puts a regrade to a second person.
func (s *server) ProposeRegrade(ctx context.Context, r contract.ProposeRegradeRequestObject) (contract.ProposeRegradeResponseObject, error) {
	b := r.Body
	made, err := s.reviews.Propose(ctx, staff(ctx), result.Proposal{
		Ask: askOf(b.Item, b.Part, b.Revision, b.Sittings), Remedy: result.Remedy(b.Remedy), Digest: b.Digest, Why: b.Why,
	})
	if err != nil {
		return nil, err
	}
	out, err := s.regradeDetail(ctx, made.ID)
	return contract.ProposeRegrade201JSONResponse(out), err
}

// GetRegrade shows a regrade.
func (s *server) GetRegrade(ctx context.Context, r contract.GetRegradeRequestObject) (contract.GetRegradeResponseObject, error) {
	out, err := s.regradeDetail(ctx, result.RegradeID(r.Regrade))
	return contract.GetRegrade200JSONResponse(out), err
}

// ActOnRegrade is the second person's word about a regrade.
func (s *server) ActOnRegrade(ctx context.Context, r contract.ActOnRegradeRequestObject) (contract.ActOnRegradeResponseObject, error) {
	id, by := result.RegradeID(r.Regrade), staff(ctx)
	var digest, word string
	if r.Body.Digest != nil {
		digest = *r.Body.Digest
	}
	if r.Body.Word != nil {
		word = *r.Body.Word
	}
	var err error
	switch r.Body.Act {
	case contract.ReturnRegrade:
		_, err = s.reviews.Return(ctx, by, id, word)
	case contract.FinishRegrade:
		_, err = s.reviews.Finish(ctx, by, id)
	default:
		_, err = s.reviews.Approve(ctx, by, id, digest, word)
	}
	if err != nil {
		return nil, err
	}
	out, err := s.regradeDetail(ctx, id)
	return contract.ActOnRegrade200JSONResponse(out), err
}

func (s *server) regradeDetail(ctx context.Context, id result.RegradeID) (contract.RegradeDetail, error) {
	r, p, unchanged, err := s.reviews.Look(ctx, staff(ctx), id)
	if err != nil {
		return contract.RegradeDetail{}, err
	}
	out := contract.RegradeDetail{Regrade: s.wireRegrade(ctx, r), Unchanged: unchanged, Doubts: []contract.RegradeAffected{}}
	if r.State == result.RegradeProposed {
		preview, err := s.wirePreview(ctx, &p)
		if err != nil {
			return out, err
		}
		out.Preview = &preview
	}
	if r.State.Counts() {
		doubts, err := s.reviews.Regrader.Doubts(ctx, &r)
		if err != nil {
			return out, err
		}
		if out.Doubts, err = s.wireDoubts(ctx, doubts); err != nil {
			return out, err
		}
	}
	return out, nil
}

func (s *server) wireRegrades(ctx context.Context, all []result.Regrade) []contract.Regrade {
	out := make([]contract.Regrade, len(all))
	for i, r := range all {
		out[i] = s.wireRegrade(ctx, r)
	}
	return out
}

func (s *server) wireRegrade(ctx context.Context, r result.Regrade) contract.Regrade {
	out := contract.Regrade{
		Id: string(r.ID), Item: string(r.Item), Code: codeOf(r.Item), Part: r.Part, Round: r.Round, Remedy: contract.RegradeRemedy(r.Remedy),
		Pinned: r.Pinned, Sittings: []string{}, Why: r.Why, State: contract.RegradeState(r.State), Digest: r.Digest, Effect: wireEffect(r.Effect),
		By: s.staffName(ctx, r.By), At: r.At, Word: r.Word, Mine: r.By == staff(ctx), Done: r.Done,
	}
	for _, id := range r.Sittings {
		out.Sittings = append(out.Sittings, string(id))
	}
	if r.Revision > 0 {
		out.Revision = &r.Revision
	}
	if r.Second != "" {
		second, at := s.staffName(ctx, r.Second), r.SecondAt
		out.Second, out.SecondAt = &second, &at
	}
	if !r.Applied.IsZero() {
		out.Applied = &r.Applied
	}
	return out
}

func wireEffect(e result.Effect) contract.RegradeEffect {
	return contract.RegradeEffect{Papers: e.Papers, Up: e.Up, Down: e.Down, Same: e.Same, Lost: e.Lost, Won: e.Won}
}

// codeOf is an item's code without its bank.
func codeOf(id bank.ItemID) string {
	_, code, ok := strings.Cut(string(id), "/")
	if !ok {
		return string(id)
	}
	return code
}

func (s *server) wirePreview(ctx context.Context, p *result.Preview) (contract.RegradePreview, error) {
	out := contract.RegradePreview{
		Item: string(p.Ask.Item), Code: codeOf(p.Ask.Item), Part: p.Ask.Part, Type: contract.ItemType(p.Type), Stem: p.Stem, Pinned: p.Pinned,
		KeyBefore: keyTexts(p.Before, p.Blanks[0]), KeyAfter: keyTexts(p.After, p.Blanks[1]), Reworded: keyTexts(p.Reworded, nil),
		Sittings: []contract.RegradeSitting{}, Running: p.Running, Earlier: s.wireRegrades(ctx, p.Earlier), Remedies: []contract.RemedyPreview{}, At: p.At,
	}
	if p.Ask.Revision > 0 {
		out.Revision = &p.Ask.Revision
	}
	if p.Open != nil {
		open := s.wireRegrade(ctx, *p.Open)
		out.Open = &open
	}
	for _, x := range p.Sittings {
		out.Sittings = append(out.Sittings, contract.RegradeSitting{
			Id: string(x.ID), Title: x.Title, State: contract.SittingState(x.State), Opens: x.Opens, Papers: x.Papers,
			Points: contract.Marks(x.Points), Released: x.Released,
		})
	}
	persons, err := s.persons(ctx, p)
	if err != nil {
		return out, err
	}
	for i := range p.Remedies {
		out.Remedies = append(out.Remedies, wireRemedy(&p.Remedies[i], persons))
	}
	return out, nil
}

func keyTexts(options []bank.OptionID, blanks []string) []string {
	out := slices.Clone(blanks)
	for _, o := range options {
		out = append(out, string(o))
	}
	if out == nil {
		return []string{}
	}
	return out
}

// persons reads everybody whom a preview names.
func (s *server) persons(ctx context.Context, p *result.Preview) (map[people.CandidateID]people.Candidate, error) {
	seen := map[people.CandidateID]bool{}
	var ids []people.CandidateID
	add := func(id people.CandidateID) {
		if !seen[id] {
			seen[id], ids = true, append(ids, id)
		}
	}
	for _, r := range p.Remedies {
		for _, c := range r.Changed {
			add(c.Registration.Candidate)
		}
		for _, list := range [][]result.Affects{r.Endangered, r.Gained, r.Corrected, r.Appeals} {
			for _, a := range list {
				add(a.Candidate)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return s.candidates.CandidatesByID(ctx, ids)
}

func wireRemedy(r *result.RemedyPreview, persons map[people.CandidateID]people.Candidate) contract.RemedyPreview {
	affected := func(all []result.Affects) []contract.RegradeAffected {
		out := make([]contract.RegradeAffected, len(all))
		for i, a := range all {
			out[i] = contract.RegradeAffected{
				Registration: string(a.Registration), Sitting: string(a.Sitting), Admission: a.Admission, Name: persons[a.Candidate].Name,
			}
			if a.Number != "" {
				out[i].Number = &a.Number
			}
		}
		return out
	}
	out := contract.RemedyPreview{
		Remedy: contract.RegradeRemedy(r.Remedy), Effect: wireEffect(r.Effect), Digest: r.Digest, Changed: []contract.RegradeChange{},
		Endangered: affected(r.Endangered), Gained: affected(r.Gained), Corrected: affected(r.Corrected), Appeals: affected(r.Appeals),
	}
	if r.Impossible != "" {
		why := contract.RemedyPreviewImpossible(r.Impossible)
		out.Impossible = &why
	}
	for i := range r.Changed {
		c := &r.Changed[i]
		out.Changed = append(out.Changed, wireChange(c, persons[c.Registration.Candidate].Name))
	}
	return out
}

func wireChange(c *result.Change, name string) contract.RegradeChange {
	out := contract.RegradeChange{
		Registration: string(c.Registration.ID), Sitting: string(c.Sitting), Admission: c.Registration.Admission, Name: name,
		Before: brief(&c.Before), After: brief(&c.After), Released: c.Released,
	}
	if c.Certificate != "" {
		out.Certificate = &c.Certificate
	}
	if c.Slot == 0 {
		return out
	}
	response, chosen := wireResponse(c.Response), keyTexts(c.Chosen, nil)
	before, after := wireFigure(c.Theory[0]), wireFigure(c.Theory[1])
	out.Slot, out.Response, out.Chosen, out.TheoryBefore, out.TheoryAfter = &c.Slot, &response, &chosen, &before, &after
	return out
}

func wireFigure(f result.Figure) contract.RegradeFigure {
	return contract.RegradeFigure{
		Awarded: contract.Marks(f.Awarded), Full: contract.Marks(f.Full), Pass: contract.Marks(f.Pass), Complete: f.Complete, Passed: f.Passed,
	}
}

// wireDoubts names the certificates that are to be looked at.
func (s *server) wireDoubts(ctx context.Context, all []result.Doubt) ([]contract.RegradeAffected, error) {
	out := make([]contract.RegradeAffected, len(all))
	for i, d := range all {
		reg, err := s.registrations.Registration(ctx, d.Registration)
		if err != nil {
			return nil, err
		}
		person, err := s.candidate(ctx, reg.Candidate)
		if err != nil {
			return nil, err
		}
		out[i] = contract.RegradeAffected{
			Registration: string(d.Registration), Sitting: string(d.Sitting), Admission: reg.Admission, Name: person.Name, Number: &d.Certificate,
		}
	}
	return out, nil
}

// slotRefs names the item of each slot, for staff.
func (s *server) slotRefs(ctx context.Context, id attempt.AttemptID) (*[]contract.SlotRef, error) {
	paper, err := s.paper(ctx, id)
	if err != nil {
		return nil, err
	}
	out := make([]contract.SlotRef, len(paper.Slots))
	for i, slot := range paper.Slots {
		out[i] = contract.SlotRef{Slot: slot.Number, Item: string(slot.Ref.Item), Revision: slot.Ref.Revision, Part: slot.Ref.Part}
	}
	return &out, nil
}

// tellRegrades says of the slots that a regrade has marked in another way, and
// shows the key that counts.
func (s *server) tellRegrades(ctx context.Context, paper *bank.Paper, theory *result.Theory, slots []contract.ReviewSlot) error {
	by := map[int]result.Amended{}
	var refs []bank.Ref
	for _, a := range theory.Amended {
		by[a.Slot] = a
	}
	for _, p := range paper.Slots {
		if a, ok := by[p.Number]; ok && a.Revision > 0 {
			refs = append(refs, bank.Ref{Item: p.Ref.Item, Revision: a.Revision})
		}
	}
	revs := map[bank.Ref]bank.Revision{}
	if len(refs) > 0 {
		var err error
		if revs, err = s.bank.Revisions(ctx, refs); err != nil {
			return err
		}
	}
	for i, p := range paper.Slots {
		a, ok := by[p.Number]
		if !ok || i >= len(slots) {
			continue
		}
		slots[i].Regraded = &contract.SlotRegrade{Regrade: string(a.Regrade), Remedy: contract.RegradeRemedy(a.Remedy)}
		rev, found := revs[bank.Ref{Item: p.Ref.Item, Revision: a.Revision}]
		if q, ok := rev.Part(p.Ref.Part); found && ok && slots[i].Right != nil {
			right := bank.RightAsShown(q, p)
			if a.Remedy == result.EitherKey {
				right = union(*slots[i].Right, right)
			}
			slots[i].Right = &right
		}
	}
	return nil
}

func union(a, b []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(a), b...))))
}
