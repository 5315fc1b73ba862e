package api

import (
	"context"
	"slices"
	"strings"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/bank/stats"
	"gongyuan/engine/itemstat"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// GetSittingItemStatistics tells what the items of a sitting did, the most
// suspicious first.
func (s *server) GetSittingItemStatistics(ctx context.Context, r contract.GetSittingItemStatisticsRequestObject) (contract.GetSittingItemStatisticsResponseObject, error) {
	report, limits, err := s.figures.Report(ctx, people.AccountID(callOf(ctx).actor.Subject), sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	p := &report.Paper
	out := contract.GetSittingItemStatistics200JSONResponse{
		Sitting: string(report.Sitting), Title: report.Title, Bank: string(report.Bank), At: report.At, People: p.People, Passed: report.Passed,
		Pass: int64(report.Pass), Full: int64(p.Full), Incomplete: report.Incomplete, Misconduct: report.Misconduct, Items: p.Items, Length: p.Length,
		Method: contract.SittingItemStatisticsMethod(p.Method), Histogram: p.Histogram[:], Undefined: map[string]string{}, Limits: wireLimits(&limits),
	}
	out.Mean, out.Sd = defined(p.Mean, "mean", out.Undefined), defined(p.SD, "sd", out.Undefined)
	out.Reliability, out.Sem = defined(p.Reliability, "reliability", out.Undefined), defined(p.SEM, "sem", out.Undefined)
	if out.Rows, err = s.statisticsRows(ctx, &report, &limits); err != nil {
		return nil, err
	}
	return out, nil
}

type statisticsRow = struct {
	Code     string                       `json:"code"`
	Doubt    *contract.ItemDoubt          `json:"doubt,omitempty"`
	Figures  contract.StatisticsFigures   `json:"figures"`
	Findings []contract.StatisticsFinding `json:"findings"`
	Part     int                          `json:"part"`
	Revised  bool                         `json:"revised"`
	Revision int                          `json:"revision"`
	Status   contract.ItemStatus          `json:"status"`
	Stem     string                       `json:"stem"`
	Type     contract.BankItemType        `json:"type"`
}

// statisticsRows is a line for each item, with where the item stands now.
func (s *server) statisticsRows(ctx context.Context, report *itemstat.Report, limits *stats.Limits) ([]statisticsRow, error) {
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	wanted := map[bank.ItemID]bool{}
	var refs []bank.Ref
	for _, r := range report.Items {
		if !wanted[r.Item.Ref.Item] {
			wanted[r.Item.Ref.Item] = true
		}
		refs = append(refs, bank.Ref{Item: r.Item.Ref.Item, Revision: r.Item.Ref.Revision})
	}
	revisions, err := s.bank.Revisions(ctx, refs)
	if err != nil {
		return nil, err
	}
	rows, err := s.bank.Rows(ctx, report.Bank, func(r *bank.ItemRow) bool { return wanted[r.ID] })
	if err != nil {
		return nil, err
	}
	now := make(map[bank.ItemID]bank.ItemRow, len(rows))
	for _, r := range rows {
		now[r.ID] = r
	}
	type judged struct {
		record   *itemstat.Record
		figures  stats.Figures
		findings []stats.Finding
	}
	all := make([]judged, len(report.Items))
	for i := range report.Items {
		r := &report.Items[i]
		all[i] = judged{record: r, figures: r.Sums.Figures()}
		all[i].findings = stats.Judge(&r.Item, &r.Sums, &all[i].figures, r.Usual, limits)
	}
	slices.SortStableFunc(all, func(a, b judged) int { return stats.Worse(a.findings, b.findings, &a.figures, &b.figures) })
	out := make([]statisticsRow, len(all))
	for i, j := range all {
		ref := j.record.Item.Ref
		row := now[ref.Item]
		rev := revisions[bank.Ref{Item: ref.Item, Revision: ref.Revision}]
		stem := ""
		if q, ok := rev.Part(ref.Part); ok {
			stem = bank.Plain(q.Stem)
		}
		out[i] = statisticsRow{
			Code: strings.TrimPrefix(string(ref.Item), string(report.Bank)+"/"), Revision: ref.Revision, Part: ref.Part, Type: contract.BankItemType(j.record.Item.Type),
			Stem: stem, Figures: wireItemFigures(&j.figures), Findings: wireFindings(j.findings), Status: contract.ItemStatus(row.Status),
			Revised: row.Revision > ref.Revision || row.Work.Stage != bank.StageIdle, Doubt: names.doubt(&row.Work),
		}
	}
	return out, nil
}

// GetItemStatistics tells what one item did at sittings, and over all of them.
func (s *server) GetItemStatistics(ctx context.Context, r contract.GetItemStatisticsRequestObject) (contract.GetItemStatisticsResponseObject, error) {
	id := bank.ID(r.Bank)
	all, limits, err := s.figures.Of(ctx, people.AccountID(callOf(ctx).actor.Subject), id, bank.NewItemID(id, r.Code))
	if err != nil {
		return nil, err
	}
	var out contract.ItemStatistics
	out.Limits = wireLimits(&limits)
	out.Revisions = slices.Grow(out.Revisions, len(all))[:len(all)]
	for i := range all {
		t := &all[i]
		to := &out.Revisions[i]
		to.Revision, to.Part = t.Item.Ref.Revision, t.Item.Ref.Part
		to.Total = wireDetail(&t.Item, &t.Sums, &t.Figures, t.Usual, t.Findings)
		to.Sittings = slices.Grow(to.Sittings, len(t.Records))[:len(t.Records)]
		for k := range t.Records {
			x := &t.Records[k]
			f := x.Sums.Figures()
			one := &to.Sittings[k]
			one.Sitting, one.Title, one.On = string(x.Sitting), x.Title, x.On
			one.Detail = wireDetail(&x.Item, &x.Sums, &f, x.Usual, stats.Judge(&x.Item, &x.Sums, &f, x.Usual, &limits))
		}
	}
	if out.Revisions == nil {
		out.Revisions = slices.Grow(out.Revisions, 1)[:0]
	}
	return contract.GetItemStatistics200JSONResponse(out), nil
}

// GetStatisticsLimits shows from where on a figure is suspicious.
func (s *server) GetStatisticsLimits(ctx context.Context, r contract.GetStatisticsLimitsRequestObject) (contract.GetStatisticsLimitsResponseObject, error) {
	l, err := s.figures.Limits(ctx, people.AccountID(callOf(ctx).actor.Subject), bank.ID(r.Bank))
	return contract.GetStatisticsLimits200JSONResponse(wireLimits(&l)), err
}

// SaveStatisticsLimits changes it.
func (s *server) SaveStatisticsLimits(ctx context.Context, r contract.SaveStatisticsLimitsRequestObject) (contract.SaveStatisticsLimitsResponseObject, error) {
	b := r.Body
	err := s.figures.SaveLimits(ctx, people.AccountID(callOf(ctx).actor.Subject), bank.ID(r.Bank), stats.Limits{
		MinPeople: b.MinPeople, TooHard: b.TooHard, TooEasy: b.TooEasy, Low: b.Low, RareOption: b.RareOption, Omitted: b.Omitted,
		OtherOption: b.OtherOption, Slow: b.Slow, Fast: b.Fast,
	})
	return contract.SaveStatisticsLimits204Response{}, err
}

func wireLimits(l *stats.Limits) contract.StatisticsLimits {
	return contract.StatisticsLimits{
		MinPeople: l.MinPeople, TooHard: l.TooHard, TooEasy: l.TooEasy, Low: l.Low, RareOption: l.RareOption, Omitted: l.Omitted,
		OtherOption: l.OtherOption, Slow: l.Slow, Fast: l.Fast,
	}
}

// defined is a figure, or nothing and the reason under its name.
func defined(f stats.Figure, name string, undefined map[string]string) *float64 {
	if f.Known() {
		return &f.Value
	}
	undefined[name] = string(f.Why)
	return nil
}

func wireItemFigures(f *stats.Figures) contract.StatisticsFigures {
	out := contract.StatisticsFigures{People: f.People, Undefined: map[string]string{}}
	out.Facility, out.ItemTotal = defined(f.Facility, "facility", out.Undefined), defined(f.ItemTotal, "itemTotal", out.Undefined)
	out.ItemRest, out.D = defined(f.ItemRest, "itemRest", out.Undefined), defined(f.D, "d", out.Undefined)
	out.Omitted, out.Median = defined(f.Omitted, "omitted", out.Undefined), defined(f.Median, "median", out.Undefined)
	return out
}

func wireFindings(all []stats.Finding) []contract.StatisticsFinding {
	out := make([]contract.StatisticsFinding, len(all))
	for i, f := range all {
		out[i] = contract.StatisticsFinding{Kind: contract.StatisticsKind(f.Kind), Value: f.Value, Limit: f.Limit}
		if f.Option != "" {
			option := string(f.Option)
			out[i].Option = &option
		}
	}
	return out
}

func wireDetail(item *stats.Item, s *stats.Sums, f *stats.Figures, usual float64, findings []stats.Finding) contract.StatisticsDetail {
	found := wireFindings(findings)
	out := contract.StatisticsDetail{
		Figures: wireItemFigures(f), Options: []contract.StatisticsOption{}, Thirds: s.Thirds[:], Right: s.Right[:], Blank: s.Blank[:], Findings: &found, Usual: &usual,
	}
	for i := range f.Options {
		o := &f.Options[i]
		wire := contract.StatisticsOption{Option: string(o.Option), Key: slices.Contains(item.Key, o.Option), Thirds: o.Thirds[:]}
		if o.Rest.Known() {
			wire.Rest = &o.Rest.Value
		}
		out.Options = append(out.Options, wire)
	}
	return out
}

// doubt shows that somebody sent an item to the editors.
func (n staffNames) doubt(w *bank.Work) *contract.ItemDoubt {
	if w.Doubted.IsZero() {
		return nil
	}
	return &contract.ItemDoubt{By: n.person(w.Doubter), At: w.Doubted, Note: w.Doubt}
}
