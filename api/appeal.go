package api

import (
	"context"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// mine is the caller's own registration.
func mine(ctx context.Context) sitting.RegistrationID {
	return sitting.RegistrationID(callOf(ctx).actor.Registration)
}

// ListOwnAppeals shows candidates their appeals and what they may appeal
// against.
func (s *server) ListOwnAppeals(ctx context.Context, _ contract.ListOwnAppealsRequestObject) (contract.ListOwnAppealsResponseObject, error) {
	appeals, rights, err := s.reviews.Mine(ctx, mine(ctx))
	if err != nil {
		return nil, err
	}
	out := contract.ListOwnAppeals200JSONResponse{Rights: wireRights(rights), Appeals: []contract.OwnAppeal{}}
	for _, a := range appeals {
		out.Appeals = append(out.Appeals, wireOwnAppeal(a))
	}
	return out, nil
}

// FileOwnAppeal files a candidate's appeal.
func (s *server) FileOwnAppeal(ctx context.Context, r contract.FileOwnAppealRequestObject) (contract.FileOwnAppealResponseObject, error) {
	a, err := s.reviews.File(ctx, result.NewAppeal{
		Registration: mine(ctx), Component: standard.Kind(r.Body.Component), Kind: result.AppealKind(r.Body.Kind), Text: r.Body.Text,
	})
	if err != nil {
		return nil, err
	}
	return contract.FileOwnAppeal201JSONResponse(wireOwnAppeal(a)), nil
}

// WithdrawOwnAppeal takes a candidate's appeal back.
func (s *server) WithdrawOwnAppeal(ctx context.Context, r contract.WithdrawOwnAppealRequestObject) (contract.WithdrawOwnAppealResponseObject, error) {
	a, err := s.reviews.WithdrawOwn(ctx, result.AppealID(r.Appeal), mine(ctx))
	if err != nil {
		return nil, err
	}
	return contract.WithdrawOwnAppeal200JSONResponse(wireOwnAppeal(a)), nil
}

func wireRights(all []result.Right) []contract.AppealRight {
	out := make([]contract.AppealRight, len(all))
	for i, r := range all {
		out[i] = contract.AppealRight{Component: contract.AppealComponent(r.Component), Against: r.Against, Until: r.Until, Kinds: []contract.AppealKind{}}
		for _, k := range r.Kinds {
			out[i].Kinds = append(out[i].Kinds, contract.AppealKind(k))
		}
	}
	return out
}

// wireOwnAppeal shows an appeal to its candidate, without anybody's name. What
// a reviewer reports is known once it is decided.
func wireOwnAppeal(a result.Appeal) contract.OwnAppeal {
	_, err := a.State.Next(result.WithdrawAppeal)
	out := contract.OwnAppeal{
		Id: string(a.ID), Number: a.Number(), Component: contract.AppealComponent(a.Component), Kind: contract.AppealKind(a.Kind), Text: a.Text,
		State: contract.AppealState(a.State), Filed: a.Filed, Due: a.Due, Withdrawable: err == nil,
	}
	if !a.Answered.IsZero() {
		out.Answer, out.Answered = &a.Answer, &a.Answered
		if r := a.Report; r != nil {
			was := contract.Marks(r.Was)
			out.Finding, out.Was = &r.Finding, &was
			if r.Changed {
				marks := contract.Marks(r.Marks)
				out.Marks = &marks
			}
		}
	}
	return out
}

// ListAppealsAgainst lists the appeals of one candidate.
func (s *server) ListAppealsAgainst(ctx context.Context, r contract.ListAppealsAgainstRequestObject) (contract.ListAppealsAgainstResponseObject, error) {
	reg, err := s.registrations.Registration(ctx, sitting.RegistrationID(r.Registration))
	if err != nil {
		return nil, err
	}
	if string(reg.Sitting) != r.Sitting {
		return nil, sitting.ErrNotFound
	}
	appeals, rights, err := s.reviews.Mine(ctx, reg.ID)
	if err != nil {
		return nil, err
	}
	list, err := s.wireAppeals(ctx, appeals)
	return contract.ListAppealsAgainst200JSONResponse{Rights: wireRights(rights), Appeals: list}, err
}

// ListAppeals lists the queue of appeals.
func (s *server) ListAppeals(ctx context.Context, r contract.ListAppealsRequestObject) (contract.ListAppealsResponseObject, error) {
	skip, limit := paging(r.Params.Skip, r.Params.Limit)
	closed := r.Params.Closed != nil && *r.Params.Closed
	all, total, err := s.reviews.Queue(ctx, staff(ctx), !closed, skip, limit)
	if err != nil {
		return nil, err
	}
	list, err := s.wireAppeals(ctx, all)
	return contract.ListAppeals200JSONResponse{Total: total, Appeals: list}, err
}

// FileAppeal files an appeal on a candidate's behalf.
func (s *server) FileAppeal(ctx context.Context, r contract.FileAppealRequestObject) (contract.FileAppealResponseObject, error) {
	a, err := s.reviews.FileFor(ctx, staff(ctx), result.NewAppeal{
		Registration: sitting.RegistrationID(r.Body.Registration), Component: standard.Kind(r.Body.Component),
		Kind: result.AppealKind(r.Body.Kind), Text: r.Body.Text,
	})
	if err != nil {
		return nil, err
	}
	out, err := s.wireAppeals(ctx, []result.Appeal{a})
	if err != nil {
		return nil, err
	}
	return contract.FileAppeal201JSONResponse(out[0]), nil
}

// GetAppeal shows an appeal with what there is to know.
func (s *server) GetAppeal(ctx context.Context, r contract.GetAppealRequestObject) (contract.GetAppealResponseObject, error) {
	out, err := s.appealCase(ctx, result.AppealID(r.Appeal))
	return contract.GetAppeal200JSONResponse(out), err
}

// HandleAppeal carries out an act about an appeal.
func (s *server) HandleAppeal(ctx context.Context, r contract.HandleAppealRequestObject) (contract.HandleAppealResponseObject, error) {
	b := r.Body
	in := result.Handling{Act: result.AppealAct(b.Act), Version: b.Version}
	if b.Why != nil {
		in.Why = *b.Why
	}
	if b.Reviewer != nil {
		in.Reviewer = people.AccountID(*b.Reviewer)
	}
	if f := b.Report; f != nil {
		in.Report = result.Report{Changed: f.Changed, Finding: f.Finding}
		if f.Marks != nil {
			in.Report.Marks = bank.Marks(*f.Marks)
		} else if f.Changed {
			return nil, &fieldsError{[]sitting.FieldError{{Field: "/report/marks", Reason: "required"}}}
		}
		if f.Attachment != nil {
			in.Report.Attachment = *f.Attachment
		}
	}
	if _, err := s.reviews.Handle(ctx, staff(ctx), result.AppealID(r.Appeal), in); err != nil {
		return nil, err
	}
	out, err := s.appealCase(ctx, result.AppealID(r.Appeal))
	return contract.HandleAppeal200JSONResponse(out), err
}

// wireAppeals shows appeals to staff; whose they are, to administrators only.
func (s *server) wireAppeals(ctx context.Context, all []result.Appeal) ([]contract.Appeal, error) {
	admin := callOf(ctx).actor.Has(people.Administrator)
	titles := map[sitting.ID]string{}
	out := make([]contract.Appeal, len(all))
	for i, a := range all {
		if _, ok := titles[a.Sitting]; !ok {
			x, err := s.sittings.Sitting(ctx, a.Sitting)
			if err != nil {
				return nil, err
			}
			titles[a.Sitting] = x.Title
		}
		out[i] = s.wireAppeal(ctx, a, admin)
		out[i].SittingTitle = titles[a.Sitting]
		if !admin {
			continue
		}
		reg, err := s.registrations.Registration(ctx, a.Registration)
		if err != nil {
			return nil, err
		}
		person, err := s.candidate(ctx, a.Candidate)
		if err != nil {
			return nil, err
		}
		id := string(a.Registration)
		out[i].Registration, out[i].Admission, out[i].Name = &id, &reg.Admission, &person.Name
	}
	return out, nil
}

func (s *server) wireAppeal(ctx context.Context, a result.Appeal, admin bool) contract.Appeal {
	name := func(id people.AccountID) *string {
		if id == "" {
			return nil
		}
		n := s.staffName(ctx, id)
		return &n
	}
	out := contract.Appeal{
		Id: string(a.ID), Number: a.Number(), Sitting: string(a.Sitting), Component: contract.AppealComponent(a.Component), Against: a.Against,
		Kind: contract.AppealKind(a.Kind), Text: a.Text, State: contract.AppealState(a.State), Filed: a.Filed, FiledBy: name(a.FiledBy), Due: a.Due,
		Left: s.reviews.Left(&a), Handler: name(a.Handler), Reviewer: name(a.Reviewer), Decider: name(a.Decider), Steps: []contract.AppealStep{},
		Version: a.Version,
	}
	if a.Reviewer != "" && admin {
		id := string(a.Reviewer)
		out.ReviewerId = &id
	}
	if !a.Answered.IsZero() {
		out.Answer, out.Answered = &a.Answer, &a.Answered
	}
	if r := a.Report; r != nil {
		report := contract.AppealReport{Changed: r.Changed, Was: contract.Marks(r.Was), Finding: r.Finding, Attachment: r.Attachment, At: r.At}
		if r.Changed {
			marks := contract.Marks(r.Marks)
			report.Marks = &marks
		}
		out.Report = &report
	}
	for _, x := range a.Steps {
		out.Steps = append(out.Steps, contract.AppealStep{Act: contract.AppealStepAct(x.Act), By: name(x.By), Who: name(x.Who), Why: x.Why, At: x.At})
	}
	return out
}

func (s *server) appealCase(ctx context.Context, id result.AppealID) (contract.AppealCase, error) {
	c, err := s.reviews.Case(ctx, staff(ctx), id)
	if err != nil {
		return contract.AppealCase{}, err
	}
	admin := callOf(ctx).actor.Has(people.Administrator)
	appeals, err := s.wireAppeals(ctx, []result.Appeal{c.Appeal})
	if err != nil {
		return contract.AppealCase{}, err
	}
	scheme, _ := s.standard.Scheme(c.Sitting.Level)
	out := contract.AppealCase{
		Appeal: appeals[0], Occupation: c.Sitting.Occupation.Name, LevelTitle: levelTitle(scheme, callOf(ctx).lang),
		Outcome: brief(&c.Result.Outcome), OutcomeVersion: c.Result.Version, May: []contract.AppealCaseMay{},
		Reviewers: []contract.AppealReviewer{}, Doubts: []contract.RegradeAffected{},
	}
	if c.Against.Version > 0 && c.Against.Version != c.Result.Version {
		was := brief(&c.Against.Outcome)
		out.Appealed = &was
	}
	for _, act := range c.May(staff(ctx), admin) {
		out.May = append(out.May, contract.AppealCaseMay(act))
	}
	if m := c.Machine; m != nil {
		out.Machine = &contract.AppealMachine{Stored: wireTheory(m.Stored), Again: wireTheory(m.Again), Agrees: m.Agrees, Differences: []int{}}
		out.Machine.Differences = append(out.Machine.Differences, m.Differences...)
	}
	if o, ok := c.Assessed.Assessed[c.Appeal.Component]; ok {
		composed := result.Compose(scheme, map[standard.Kind]result.Part{c.Appeal.Component: result.PartOfAssessment(&o)})
		for _, component := range composed.Components {
			if component.Kind == c.Appeal.Component {
				part := wireComponent(component)
				if err := s.addAssessment(ctx, &part, o); err != nil {
					return out, err
				}
				if !admin {
					nameless(&part)
				}
				out.Assessed = &part
			}
		}
	}
	if !admin {
		return out, nil
	}
	if c.Machine != nil {
		out.Attempt = &c.Machine.Stored.Attempt
	}
	if out.Doubts, err = s.wireDoubts(ctx, c.Doubts); err != nil {
		return out, err
	}
	return out, s.addReviewers(ctx, &c, &out)
}

// nameless takes the examiners' names off what they gave: a reviewer scores
// again without knowing who scored before.
func nameless(p *contract.OutcomePart) {
	lists := []*[]contract.ExaminerTotal{p.Examiners}
	if p.Stations != nil {
		for _, st := range *p.Stations {
			lists = append(lists, st.Examiners)
		}
	}
	for _, list := range lists {
		if list == nil {
			continue
		}
		for i := range *list {
			(*list)[i].Examiner = bank.Letter(i)
		}
	}
}

// addReviewers lists who can review, and who may not because they scored.
func (s *server) addReviewers(ctx context.Context, c *result.Case, out *contract.AppealCase) error {
	accounts, err := s.accounts.Accounts(ctx)
	if err != nil {
		return err
	}
	scored := map[people.AccountID]bool{}
	for _, id := range c.Scorers {
		scored[id] = true
	}
	for _, a := range accounts {
		if !a.Disabled && a.Has(people.Administrator, people.Examiner) {
			out.Reviewers = append(out.Reviewers, contract.AppealReviewer{Id: string(a.ID), Name: a.Name, Scored: scored[a.ID]})
		}
	}
	return nil
}
