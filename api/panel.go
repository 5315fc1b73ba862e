package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

func stationName(kind string, station int) contract.StationName {
	return contract.StationName(assess.StationName(standard.Kind(kind), station))
}

// ListPanels lists the panels of a sitting: all for administrators, for
// examiners the appointed ones that they belong to.
func (s *server) ListPanels(ctx context.Context, r contract.ListPanelsRequestObject) (contract.ListPanelsResponseObject, error) {
	who := callOf(ctx).actor
	out := contract.ListPanels200JSONResponse{}
	if who.Has(people.Administrator) || who.Has(people.Auditor) {
		panels, err := s.desk.Panels(ctx, staff(ctx), sitting.ID(r.Sitting))
		if err != nil {
			return nil, err
		}
		for _, p := range panels {
			wire, err := s.wirePanel(ctx, p)
			if err != nil {
				return nil, err
			}
			out = append(out, wire)
		}
		return out, nil
	}
	duties, err := s.desk.Duties(ctx, staff(ctx))
	if err != nil {
		return nil, err
	}
	for _, d := range duties {
		if string(d.Sitting) != r.Sitting {
			continue
		}
		sheet, err := s.sheetOf(ctx, func(x assess.Sheet) bool { return x.SheetRef == d.Sheet })
		if err != nil {
			return nil, err
		}
		out = append(out, contract.Panel{
			Name: stationName(string(d.Kind), d.Station), Kind: contract.AssessKind(d.Kind), Station: d.Station, Title: d.Name, State: contract.PanelStateAppointed,
			Breaches: []contract.Breach{}, Sheet: wireSheet(sheet), Examiners: []contract.Account{}, Rule: contract.Mean,
		})
	}
	slices.SortFunc(out, func(a, b contract.Panel) int { return strings.Compare(string(a.Name), string(b.Name)) })
	return out, nil
}

func (s *server) wirePanel(ctx context.Context, p assess.Panel) (contract.Panel, error) {
	sheet, err := s.sheetOf(ctx, func(x assess.Sheet) bool { return x.SheetRef == p.Sheet })
	if err != nil {
		return contract.Panel{}, err
	}
	candidates := len(p.Draw)
	out := contract.Panel{
		Name: stationName(string(p.Kind), p.Station), Kind: contract.AssessKind(p.Kind), Station: p.Station, Title: p.Title, Weight: p.Weight,
		State: contract.PanelState(p.State), Version: p.Version, Begun: !p.Begun.IsZero(), Candidates: &candidates,
		Sheet: wireSheet(sheet), Rule: wireRule(p.Rule), Threshold: contract.Marks(p.Spread),
	}
	if o := p.Override; o != nil {
		mine := o.By == staff(ctx)
		out.Override = &contract.PanelOverride{Reason: o.Why, By: s.staffName(ctx, o.By), Mine: &mine, At: o.At}
		if o.Second != "" {
			second := s.staffName(ctx, o.Second)
			out.Override.Second, out.Override.SecondReason, out.Override.SecondAt = &second, &o.SecondWhy, &o.SecondAt
		}
	}
	if out.Breaches, err = s.wireBreaches(ctx, p.Sitting, p.Breaches); err != nil {
		return out, err
	}
	for _, id := range p.Examiners {
		account, err := s.accounts.Account(ctx, id)
		if err != nil {
			return out, err
		}
		out.Examiners = append(out.Examiners, wireAccount(account))
	}
	chair, err := s.accounts.Account(ctx, p.Chair)
	out.Chair = wireAccount(chair)
	return out, err
}

// planOfPanel reads a panel as it is asked for.
func (s *server) planOfPanel(ctx context.Context, id string, b *contract.PanelPlan) (assess.NewPanel, error) {
	sheet, err := s.sheetOf(ctx, func(x assess.Sheet) bool { return string(x.ID) == b.Sheet })
	if errors.Is(err, assess.ErrNotFound) {
		err = &sitting.FieldError{Field: "/sheet", Reason: "unknown"}
	}
	if err != nil {
		return assess.NewPanel{}, err
	}
	n := assess.NewPanel{
		Sitting: sitting.ID(id), Kind: standard.Kind(b.Kind), Station: 1, Sheet: sheet.SheetRef, Rule: rules[b.Rule], Spread: assess.DefaultSpread,
	}
	for _, id := range b.Examiners {
		n.Examiners = append(n.Examiners, people.AccountID(id))
	}
	if n.Chair, err = s.chairOf(ctx, n.Examiners, b.Chair); err != nil {
		return assess.NewPanel{}, err
	}
	if b.Threshold != nil {
		n.Spread = bank.Marks(*b.Threshold)
	}
	if b.Station != nil {
		n.Station = *b.Station
	}
	if b.Title != nil {
		n.Title = *b.Title
	}
	if b.Weight != nil {
		n.Weight = *b.Weight
	}
	if b.Override != nil {
		n.Why = *b.Override
	}
	return n, nil
}

// CheckPanel tells which rules a panel would break.
func (s *server) CheckPanel(ctx context.Context, r contract.CheckPanelRequestObject) (contract.CheckPanelResponseObject, error) {
	n, err := s.planOfPanel(ctx, r.Sitting, r.Body)
	if err != nil {
		return nil, err
	}
	breaches, err := s.desk.CheckPanel(ctx, staff(ctx), n)
	if err != nil {
		return nil, err
	}
	out, err := s.wireBreaches(ctx, n.Sitting, breaches)
	return contract.CheckPanel200JSONResponse(out), err
}

// AppointPanel appoints the panel of a station, or proposes it.
func (s *server) AppointPanel(ctx context.Context, r contract.AppointPanelRequestObject) (contract.AppointPanelResponseObject, error) {
	n, err := s.planOfPanel(ctx, r.Sitting, r.Body)
	if err != nil {
		return nil, err
	}
	p, err := s.desk.Appoint(ctx, staff(ctx), n)
	if err != nil {
		return nil, s.unfit(ctx, n.Sitting, err)
	}
	out, err := s.wirePanel(ctx, p)
	return contract.AppointPanel201JSONResponse(out), err
}

// ChangePanel puts another panel in the place of one.
func (s *server) ChangePanel(ctx context.Context, r contract.ChangePanelRequestObject) (contract.ChangePanelResponseObject, error) {
	kind, station, err := assess.ParseStation(string(r.Kind))
	if err != nil {
		return nil, err
	}
	n, err := s.planOfPanel(ctx, r.Sitting, &r.Body.Plan)
	if err != nil {
		return nil, err
	}
	n.Kind, n.Station = kind, station
	p, err := s.desk.Change(ctx, staff(ctx), r.Body.Version, n)
	if err != nil {
		return nil, s.unfit(ctx, n.Sitting, err)
	}
	out, err := s.wirePanel(ctx, p)
	return contract.ChangePanel200JSONResponse(out), err
}

// DecidePanel approves or returns a proposed panel.
func (s *server) DecidePanel(ctx context.Context, r contract.DecidePanelRequestObject) (contract.DecidePanelResponseObject, error) {
	id, err := panelOf(r.Sitting, r.Kind)
	if err != nil {
		return nil, err
	}
	why := ""
	if r.Body.Reason != nil {
		why = *r.Body.Reason
	}
	decide := s.desk.Approve
	if r.Body.Act == contract.PanelDecisionActReturn {
		decide = s.desk.Return
	}
	p, err := decide(ctx, staff(ctx), id, r.Body.Version, why)
	if err != nil {
		return nil, err
	}
	out, err := s.wirePanel(ctx, p)
	return contract.DecidePanel200JSONResponse(out), err
}

// WithdrawPanel removes a panel that has not begun.
func (s *server) WithdrawPanel(ctx context.Context, r contract.WithdrawPanelRequestObject) (contract.WithdrawPanelResponseObject, error) {
	id, err := panelOf(r.Sitting, r.Kind)
	if err == nil {
		err = s.desk.Withdraw(ctx, staff(ctx), id, r.Body.Version, r.Body.Reason)
	}
	return contract.WithdrawPanel204Response{}, err
}

// unfitError is an *assess.UnfitError in words.
type unfitError struct {
	breaches []contract.Breach
	cause    error
}

func (e *unfitError) Error() string { return e.cause.Error() }

func (e *unfitError) Unwrap() error { return e.cause }

// unfit puts the rules that a panel breaks into words; other errors stay.
func (s *server) unfit(ctx context.Context, id sitting.ID, err error) error {
	var broken *assess.UnfitError
	if !errors.As(err, &broken) {
		return err
	}
	breaches, failed := s.wireBreaches(ctx, id, broken.Breaches)
	if failed != nil {
		return failed
	}
	return &unfitError{breaches, err}
}

func (s *server) wireBreaches(ctx context.Context, id sitting.ID, all []assess.Breach) ([]contract.Breach, error) {
	out := make([]contract.Breach, 0, len(all))
	if len(all) == 0 {
		return out, nil
	}
	_, seats, err := s.roster(ctx, string(id))
	if err != nil {
		return nil, err
	}
	names := make(map[sitting.RegistrationID]string, len(seats))
	for _, x := range seats {
		names[x.ID] = x.person.Name
	}
	for _, b := range all {
		wire := contract.Breach{Rule: contract.BreachRule(b.Rule), Candidates: []string{}, Overridable: b.Rule.Overridable()}
		who := ""
		if b.Examiner != "" {
			account, err := s.accounts.Account(ctx, b.Examiner)
			if err != nil {
				return nil, err
			}
			a := wireAccount(account)
			wire.Examiner, who = &a, account.Name
		}
		for _, r := range b.Registrations {
			wire.Candidates = append(wire.Candidates, names[r])
		}
		wire.Text, wire.Help = breachWords(&b, who, wire.Candidates, callOf(ctx).lang)
		out = append(out, wire)
	}
	return out, nil
}

// breachTexts is what a broken rule means and what to do, in both languages.
// {who} is the examiner, {n} and {limit} are numbers, {detail} is what the rule
// adds, {names} are the candidates, {left} and {last} are what is missing and the year before.
var breachTexts = map[assess.FitRule][4]string{
	assess.TooFew:           {"考评员 {n} 人，至少要 {limit} 人。", "再选 {left} 人。", "{n} examiners; at least {limit} are needed.", "Choose {left} more."},
	assess.EvenNumber:       {"考评员 {n} 人，是双数。", "要单数：再选 1 人，或去掉 1 人。", "{n} examiners: an even number.", "Make it odd: one more, or one less."},
	assess.NotRegistered:    {"{who}没有登记在考评员名册。", "先在“考评员”登记资格，或换人。", "{who} is not in the register of examiners.", "Register them first, or choose somebody else."},
	assess.GradeTooLow:      {"{who}的资格是考评员，本等级要高级考评员。", "换一名高级考评员。", "{who} is an examiner; this level needs a senior examiner.", "Choose a senior examiner."},
	assess.NoCard:           {"{who}没有考评员证。", "补登证号和有效期，或换人。", "{who} has no examiner's card.", "Enter its number and last day, or choose somebody else."},
	assess.CardExpired:      {"{who}的考评员证 {detail} 到期，场次当天已失效。", "换证后更新有效期，或换人。", "The card of {who} ends on {detail}, before the sitting's day.", "Renew it and enter the new day, or choose somebody else."},
	assess.NotAssessed:      {"{who}没有 {last} 或 {limit} 年的年度考核。", "补记年度考核，或换人。", "{who} has no yearly assessment of {last} or {limit}.", "Enter it, or choose somebody else."},
	assess.SameEmployer:     {"{who}与 {n} 名考生同一单位（{detail}）：{names}。", "应当回避，请换人。", "{who} has the employer of {n} candidates ({detail}): {names}.", "They must stand back; choose somebody else."},
	assess.DeclaredRelation: {"{who}与 {n} 名考生有已申报的关系（{detail}）：{names}。", "应当回避，请换人。", "{who} has a declared relation ({detail}) to {n} candidates: {names}.", "They must stand back; choose somebody else."},
	assess.TooMuchLoad:      {"{who}当天共要评 {n} 人，上限 {limit} 人（参数）。", "换人，或把考生分到另一天。", "{who} would score {n} candidates that day; the limit is {limit} (a parameter).", "Choose somebody else, or another day."},
}

var relationTexts = map[string][2]string{
	string(people.Relative): {"亲属", "relative"}, string(people.Teacher): {"师徒", "teacher and pupil"}, string(people.OtherRelation): {"其他", "other"},
}

func breachWords(b *assess.Breach, who string, candidates []string, lang string) (text, help string) {
	words := breachTexts[b.Rule]
	if b.Rule == assess.NotAssessed && b.Detail != "" {
		words[0], words[2] = "{who}最近一次年度考核不合格。", "{who} did not pass the latest yearly assessment."
	}
	text, help = words[0], words[1]
	pick, names := 0, strings.Join(candidates, "、")
	if lang == "en" {
		text, help, pick, names = words[2], words[3], 1, strings.Join(candidates, ", ")
	}
	detail := b.Detail
	if kind, ok := relationTexts[detail]; ok && b.Rule == assess.DeclaredRelation {
		detail = kind[pick]
	}
	n := b.Count
	if len(b.Registrations) > 0 {
		n = len(b.Registrations)
	}
	fill := strings.NewReplacer(
		"{who}", who, "{names}", names, "{n}", fmt.Sprint(n), "{limit}", fmt.Sprint(b.Limit), "{detail}", detail, "{left}", fmt.Sprint(b.Limit-b.Count), "{last}", fmt.Sprint(b.Limit-1),
	)
	return fill.Replace(text), fill.Replace(help)
}

// chairOf is who is named, else the first examiner who may lead a panel; where
// none may, the first, who is then refused.
func (s *server) chairOf(ctx context.Context, examiners []people.AccountID, named *string) (people.AccountID, error) {
	if named != nil {
		return people.AccountID(*named), nil
	}
	for _, who := range examiners {
		a, err := s.accounts.Account(ctx, who)
		if err == nil && a.Has(people.Chair) {
			return who, nil
		}
		if err != nil && !errors.Is(err, people.ErrNotFound) {
			return "", err
		}
	}
	return examiners[0], nil
}
