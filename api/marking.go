package api

import (
	"context"
	"errors"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/marking"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// ListMarkingDuties lists the sittings whose papers the caller marks.
func (s *server) ListMarkingDuties(ctx context.Context, _ contract.ListMarkingDutiesRequestObject) (contract.ListMarkingDutiesResponseObject, error) {
	ids, err := s.marking.Duties(ctx, staff(ctx))
	if err != nil {
		return nil, err
	}
	out := contract.ListMarkingDuties200JSONResponse{}
	for _, id := range ids {
		x, err := s.sittings.Sitting(ctx, id)
		if errors.Is(err, sitting.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		scheme, _ := s.standard.Scheme(x.Level)
		out = append(out, contract.MarkingDuty{
			Sitting: string(x.ID), Title: x.Title, LevelTitle: levelTitle(scheme, callOf(ctx).lang), State: contract.SittingState(x.State),
		})
	}
	return out, nil
}

// GetMarkingPlan shows who marks a sitting, and how.
func (s *server) GetMarkingPlan(ctx context.Context, r contract.GetMarkingPlanRequestObject) (contract.GetMarkingPlanResponseObject, error) {
	p, err := s.marking.Plan(ctx, staff(ctx), sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	return contract.GetMarkingPlan200JSONResponse(wirePlan(p)), nil
}

// PutMarkingPlan keeps it.
func (s *server) PutMarkingPlan(ctx context.Context, r contract.PutMarkingPlanRequestObject) (contract.PutMarkingPlanResponseObject, error) {
	b := r.Body
	p := marking.Plan{
		Sitting: sitting.ID(r.Sitting), Tolerance: b.Tolerance, Every: b.Every, Grace: time.Duration(b.CorrectionSeconds) * time.Second, Version: b.Version,
	}
	for _, m := range b.Markers {
		x := marking.Marker{Account: people.AccountID(m.Account)}
		if m.Types != nil {
			for _, t := range *m.Types {
				x.Types = append(x.Types, bank.Type(t))
			}
		}
		p.Markers = append(p.Markers, x)
	}
	kept, err := s.marking.PutPlan(ctx, staff(ctx), p)
	if err != nil {
		return nil, err
	}
	return contract.PutMarkingPlan200JSONResponse(wirePlan(kept)), nil
}

func wirePlan(p marking.Plan) contract.MarkingPlan {
	out := contract.MarkingPlan{
		Markers: []contract.PlannedMarker{}, Tolerance: p.Tolerance, Every: p.Every, CorrectionSeconds: int(p.Grace / time.Second), Version: p.Version,
	}
	for _, m := range p.Markers {
		x := contract.PlannedMarker{Account: string(m.Account)}
		if len(m.Types) > 0 {
			types := make([]contract.ItemType, len(m.Types))
			for i, t := range m.Types {
				types[i] = contract.ItemType(t)
			}
			x.Types = &types
		}
		out.Markers = append(out.Markers, x)
	}
	return out
}

// GetMarkingProgress says how far the marking of a sitting is.
func (s *server) GetMarkingProgress(ctx context.Context, r contract.GetMarkingProgressRequestObject) (contract.GetMarkingProgressResponseObject, error) {
	id := sitting.ID(r.Sitting)
	p, err := s.marking.Progress(ctx, staff(ctx), id)
	if err != nil {
		return nil, err
	}
	plan, err := s.marking.Plan(ctx, staff(ctx), id)
	if err != nil {
		return nil, err
	}
	out := contract.MarkingProgress{
		Questions: []contract.MarkingQuestion{}, Markers: []contract.MarkerProgress{}, Pieces: p.Pieces, Settled: p.Settled, ThirdWait: p.ThirdWait,
	}
	refs := make([]bank.Ref, len(p.Questions))
	for i, q := range p.Questions {
		refs[i] = q.Ref
	}
	stems, err := s.stems(ctx, refs)
	if err != nil {
		return nil, err
	}
	for _, q := range p.Questions {
		out.Questions = append(out.Questions, contract.MarkingQuestion{
			Item: string(q.Ref.Item), Part: partOf(q.Ref), Type: contract.ItemType(q.Type), Stem: stems[q.Ref], Points: contract.Marks(q.Points),
			Pieces: q.Pieces, First: q.First, Second: q.Second, Third: q.Third, Thirds: q.Thirds, Settled: q.Settled,
		})
	}
	for _, m := range p.Markers {
		x, err := s.wireMarker(ctx, m, &plan)
		if err != nil {
			return nil, err
		}
		out.Markers = append(out.Markers, x)
	}
	return contract.GetMarkingProgress200JSONResponse(out), nil
}

func (s *server) wireMarker(ctx context.Context, m marking.MarkerProgress, plan *marking.Plan) (contract.MarkerProgress, error) {
	account, err := s.accounts.Account(ctx, m.Marker)
	if err != nil {
		return contract.MarkerProgress{}, err
	}
	_, planned := plan.Marker(m.Marker)
	out := contract.MarkerProgress{
		Account: wireAccount(account), Planned: planned, Marked: m.Marked, Drift: wireFigures(m.Drift), Severity: wireFigures(m.Severity),
	}
	if m.Pace > 0 {
		seconds := int(m.Pace.Round(time.Second) / time.Second)
		out.PaceSeconds = &seconds
	}
	if m.Holds != nil {
		out.HoldsSince, out.HoldsUntil = &m.Holds.Taken, &m.Holds.Until
	}
	return out, nil
}

func wireFigures(f marking.Figures) contract.MarkingFigure {
	return contract.MarkingFigure{Pairs: f.Pairs, Signed: contract.Marks(f.Signed), Absolute: contract.Marks(f.Absolute)}
}

func partOf(r bank.Ref) *int {
	if r.Part == 0 {
		return nil
	}
	return &r.Part
}

// stems finds what questions ask.
func (s *server) stems(ctx context.Context, refs []bank.Ref) (map[bank.Ref]string, error) {
	var p bank.Paper
	for _, ref := range refs {
		p.Slots = append(p.Slots, bank.Slot{Ref: ref})
	}
	lookup, err := s.lookup(ctx, p)
	if err != nil {
		return nil, err
	}
	out := make(map[bank.Ref]string, len(refs))
	for _, slot := range p.Slots {
		q, err := question(lookup, slot)
		if err != nil {
			return nil, err
		}
		out[slot.Ref] = q.Stem
	}
	return out, nil
}

// ListMarkingThirds lists the pieces on third marking.
func (s *server) ListMarkingThirds(ctx context.Context, r contract.ListMarkingThirdsRequestObject) (contract.ListMarkingThirdsResponseObject, error) {
	thirds, err := s.marking.Thirds(ctx, staff(ctx), sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	refs := make([]bank.Ref, len(thirds))
	for i, t := range thirds {
		refs[i] = t.Piece.Ref
	}
	stems, err := s.stems(ctx, refs)
	if err != nil {
		return nil, err
	}
	out := contract.ListMarkingThirds200JSONResponse{}
	for _, t := range thirds {
		wire := contract.MarkingThird{
			Item: string(t.Piece.Ref.Item), Part: partOf(t.Piece.Ref), Type: contract.ItemType(t.Piece.Type), Stem: stems[t.Piece.Ref],
			Points: contract.Marks(t.Piece.Points), Within: contract.Marks(t.Within), Marks: []contract.GivenBy{},
		}
		for _, m := range t.Marks {
			given, err := s.givenBy(ctx, result.OneMark{Place: int(m.Place), Marker: m.Marker, Marks: m.Marks, At: m.At})
			if err != nil {
				return nil, err
			}
			wire.Marks = append(wire.Marks, given)
		}
		if t.Settled != nil {
			awarded, rule := contract.Marks(t.Settled.Result.Awarded), contract.PeopleRule(t.Settled.Result.Rule)
			wire.Awarded, wire.Rule = &awarded, &rule
		}
		out = append(out, wire)
	}
	return out, nil
}

// givenBy is a mark by its place, and for administrators by its marker.
func (s *server) givenBy(ctx context.Context, m result.OneMark) (contract.GivenBy, error) {
	out := contract.GivenBy{Place: m.Place, Marks: contract.Marks(m.Marks), At: m.At}
	if !callOf(ctx).actor.Has(people.Administrator) {
		return out, nil
	}
	account, err := s.accounts.Account(ctx, m.Marker)
	if err != nil {
		return out, err
	}
	out.Marker = &account.Name
	return out, nil
}

// tellPeople adds to the slots of a result how people came to their marks.
func (s *server) tellPeople(ctx context.Context, slots []contract.ReviewSlot, theory *result.Theory) error {
	by := result.PeopleOf(theory)
	for i := range slots {
		given, ok := by[slots[i].Slot.Number]
		if !ok {
			continue
		}
		out := contract.PeopleMark{Rule: contract.PeopleRule(given.Rule), Marks: []contract.GivenBy{}}
		for _, m := range given.Marks {
			one, err := s.givenBy(ctx, m)
			if err != nil {
				return err
			}
			out.Marks = append(out.Marks, one)
		}
		slots[i].People = &out
	}
	return nil
}

// FreeMarkingPiece takes the piece in a marker's hand away.
func (s *server) FreeMarkingPiece(ctx context.Context, r contract.FreeMarkingPieceRequestObject) (contract.FreeMarkingPieceResponseObject, error) {
	if err := s.marking.Free(ctx, staff(ctx), sitting.ID(r.Sitting), people.AccountID(r.Account)); err != nil {
		return nil, err
	}
	return contract.FreeMarkingPiece204Response{}, nil
}

// NextMarkingTask hands out the next piece.
func (s *server) NextMarkingTask(ctx context.Context, r contract.NextMarkingTaskRequestObject) (contract.NextMarkingTaskResponseObject, error) {
	h, err := s.marking.Next(ctx, staff(ctx), sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	var out contract.NextMarkingTask200JSONResponse
	if h.Task == nil {
		left := contract.MarkingHandoutLeft(h.Left)
		out.Left = &left
		return out, nil
	}
	task := wireTask(h.Task)
	out.Task = &task
	return out, nil
}

func wireTask(t *marking.Task) contract.MarkingTask {
	out := contract.MarkingTask{
		Ticket: t.Ticket, Until: t.Until, Type: contract.ItemType(t.Slot.Type), Points: contract.Marks(t.Slot.Points), Stem: t.Slot.Stem,
		Answer: t.Answer, Reference: t.Reference, Criteria: []contract.MarkingCriterion{}, Open: t.Open, Done: t.Tally.Done, Of: t.Tally.Of,
	}
	if t.Situation != "" {
		out.Situation = &t.Situation
	}
	for i, c := range t.Criteria {
		out.Criteria = append(out.Criteria, contract.MarkingCriterion{Text: c.Text, Marks: contract.Marks(t.Shares[i])})
	}
	if t.Mine != nil {
		mine := wireMark(*t.Mine)
		out.Mine = &mine
	}
	return out
}

func wireMark(m marking.Mark) contract.MarkingMark {
	out := contract.MarkingMark{Version: m.Version, Marks: contract.Marks(m.Marks), Criteria: m.Criteria, Note: m.Note, At: m.At}
	if out.Criteria == nil {
		out.Criteria = []int{}
	}
	return out
}

// GetMarkingTask shows a piece again that the caller has or had.
func (s *server) GetMarkingTask(ctx context.Context, r contract.GetMarkingTaskRequestObject) (contract.GetMarkingTaskResponseObject, error) {
	t, err := s.marking.Task(ctx, staff(ctx), sitting.ID(r.Sitting), r.Ticket)
	if err != nil {
		return nil, err
	}
	return contract.GetMarkingTask200JSONResponse(wireTask(&t)), nil
}

// GiveMark keeps what a marker gives.
func (s *server) GiveMark(ctx context.Context, r contract.GiveMarkRequestObject) (contract.GiveMarkResponseObject, error) {
	b := r.Body
	given := marking.Given{Marks: bank.Marks(b.Marks), Criteria: b.Criteria, Note: b.Note}
	m, err := s.marking.Give(ctx, staff(ctx), sitting.ID(r.Sitting), r.Ticket, b.Version, given)
	if err != nil {
		return nil, err
	}
	return contract.GiveMark200JSONResponse(wireMark(m)), nil
}

// ListMyMarks lists the latest marks of the caller.
func (s *server) ListMyMarks(ctx context.Context, r contract.ListMyMarksRequestObject) (contract.ListMyMarksResponseObject, error) {
	all, err := s.marking.Recent(ctx, staff(ctx), sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	out := contract.ListMyMarks200JSONResponse{}
	for _, x := range all {
		out = append(out, contract.MarkingRecent{Ticket: x.Ticket, Stem: x.Stem, Points: contract.Marks(x.Points), Mark: wireMark(x.Mark), Open: x.Open})
	}
	return out, nil
}
