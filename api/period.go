package api

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/periodic"
	"gongyuan/engine/profile"
	"gongyuan/engine/report"
)

// industryName is an industry in the caller's language.
func industryName(i profile.Industry, lang string) string {
	for _, n := range profile.Industries() {
		if n.Industry == i {
			if lang == "en" {
				return n.EN
			}
			return n.ZH
		}
	}
	return string(i)
}

// ListProfiles lists what is known of candidates, by unit.
func (s *server) ListProfiles(ctx context.Context, r contract.ListProfilesRequestObject) (contract.ListProfilesResponseObject, error) {
	p, lang := r.Params, callOf(ctx).lang
	q := profile.Query{Unit: strings.TrimSpace(textOr(p.Unit)), City: strings.TrimSpace(textOr(p.City)), KeyUnit: p.KeyUnit != nil && *p.KeyUnit}
	q.Industry = profile.Industry(textOr(p.Industry))
	if known, ok := profile.IndustryOf(textOr(p.Industry)); ok {
		q.Industry = known
	}
	skip, limit := paging(p.Skip, p.Limit)
	some, total, err := s.registers.Profiles.List(ctx, staff(ctx), q, skip, limit)
	if err != nil {
		return nil, err
	}
	out := contract.ListProfiles200JSONResponse{Total: total, Profiles: []contract.Profile{}, Industries: []string{}, Head: profile.Head()}
	for _, n := range profile.Industries() {
		out.Industries = append(out.Industries, industryName(n.Industry, lang))
	}
	for _, k := range some {
		p := k.Profile
		out.Profiles = append(out.Profiles, contract.Profile{
			Name: k.Person.Name, IdMasked: k.Person.IDMasked, Unit: p.Unit, City: p.City, Industry: industryName(p.Industry, lang), KeyUnit: p.KeyUnit, Post: p.Post,
			Incentive: p.Incentive,
		})
	}
	return out, nil
}

// ImportProfiles judges or keeps rows of profiles.
func (s *server) ImportProfiles(ctx context.Context, r contract.ImportProfilesRequestObject) (contract.ImportProfilesResponseObject, error) {
	var given []profile.Row
	if r.Body.Rows != nil {
		for _, x := range *r.Body.Rows {
			given = append(given, profile.Row{
				IDNumber: x.IdNumber, Name: x.Name, Unit: x.Unit, City: x.City, Industry: x.Industry, KeyUnit: textOr(x.KeyUnit), Post: textOr(x.Post), Incentive: textOr(x.Incentive),
			})
		}
	}
	offices := works[profile.Row]{s.registers.Profiles.Judge, s.registers.Profiles.Import}
	out, err := takeIn(ctx, s, profile.Table, entered[profile.Row]{given, r.Body.Data, r.Body.Dry}, offices)
	return contract.ImportProfiles200JSONResponse(out), err
}

// periodLabel names a member of a group.
func (s *server) periodLabel(group periodic.Group, key, lang string) string {
	words := map[string][2]string{
		"total": {"合计", "Total"}, periodic.Unknown: {"未登记", "Not known"}, "yes": {"重点单位", "Key units"}, "no": {"非重点单位", "Other units"},
	}
	if group == periodic.Total {
		key = "total"
	}
	if w, ok := words[key]; ok {
		if lang == "en" {
			return w[1]
		}
		return w[0]
	}
	switch group {
	case periodic.ByLevel:
		for _, scheme := range s.standard.Schemes {
			if fmt.Sprint(int(scheme.Level)) == key {
				return levelTitle(scheme, lang)
			}
		}
	case periodic.ByIndustry:
		return industryName(profile.Industry(key), lang)
	}
	return key
}

func columnLabels(lang string) []string {
	var out []string
	for _, c := range periodic.Columns() {
		if lang == "en" {
			out = append(out, c.EN)
		} else {
			out = append(out, c.ZH)
		}
	}
	return out
}

// fullCounts says of columns that a version did not count that it did not.
func fullCounts(counts []int) []int {
	for out := slices.Clone(counts); ; out = append(out, -1) {
		if len(out) >= len(periodic.Columns()) {
			return out
		}
	}
}

func (s *server) wireLines(lines []periodic.Line, lang string) []contract.PeriodLine {
	out := make([]contract.PeriodLine, len(lines))
	for i := range lines {
		l := &lines[i]
		out[i] = contract.PeriodLine{Group: contract.PeriodGroup(l.Group), Label: s.periodLabel(l.Group, l.Key, lang), Counts: fullCounts(l.Counts), Rates: []int{
			periodic.Rate(l.Count(periodic.TheoryPassed), l.Count(periodic.TheoryTook)), periodic.Rate(l.Count(periodic.SkillPassed), l.Count(periodic.SkillTook)),
			periodic.Rate(l.Count(periodic.ReviewPassed), l.Count(periodic.ReviewTook)), periodic.Rate(l.Count(periodic.Qualified), l.Count(periodic.Sat)),
		}}
	}
	return out
}

func wireStaff(x periodic.Staff) contract.PeriodStaff {
	return contract.PeriodStaff{
		Bodies: x.Bodies, Sites: x.Sites, Examiners: x.Examiners, Assessed: x.Assessed, NotPassed: x.NotPassed, Unassessed: x.Unassessed,
	}
}

func (s *server) wirePeriod(ctx context.Context, r *periodic.Report) contract.PeriodReport {
	lang := callOf(ctx).lang
	out := contract.PeriodReport{
		Period: string(r.Period), From: r.Span.From, Until: r.Span.Until, Due: r.Span.Due, Columns: columnLabels(lang), Lines: s.wireLines(r.Now.Lines, lang),
		Staff: wireStaff(r.Now.Staff), Versions: []contract.PeriodVersion{}, Changed: []contract.PeriodDifference{},
	}
	for _, v := range r.Versions {
		out.Versions = append(out.Versions, contract.PeriodVersion{
			Number: v.Number, By: s.staffName(ctx, v.By), At: v.At, Lines: s.wireLines(v.Figures.Lines, lang), Staff: wireStaff(v.Figures.Staff),
		})
	}
	labels := map[periodic.Column]string{}
	for i, c := range periodic.Columns() {
		labels[c.Column] = out.Columns[i]
	}
	for _, d := range r.Changed {
		label := s.periodLabel(d.Group, d.Key, lang)
		if d.Key == periodic.Unknown { // each group has one
			label = paperWords[lang == "en"][string(d.Group)] + " · " + label
		}
		out.Changed = append(out.Changed, contract.PeriodDifference{Label: label, Column: labels[d.Column], Was: d.Was, Now: d.Now})
	}
	return out
}

// GetPeriod shows a report.
func (s *server) GetPeriod(ctx context.Context, r contract.GetPeriodRequestObject) (contract.GetPeriodResponseObject, error) {
	rep, err := s.registers.Periods.Report(ctx, staff(ctx), periodic.Period(r.Period))
	if err != nil {
		return nil, err
	}
	return contract.GetPeriod200JSONResponse(s.wirePeriod(ctx, &rep)), nil
}

// SubmitPeriod freezes a report.
func (s *server) SubmitPeriod(ctx context.Context, r contract.SubmitPeriodRequestObject) (contract.SubmitPeriodResponseObject, error) {
	rep, err := s.registers.Periods.Submit(ctx, staff(ctx), periodic.Period(r.Period), r.Body.Seen)
	if err != nil {
		return nil, err
	}
	return contract.SubmitPeriod200JSONResponse(s.wirePeriod(ctx, &rep)), nil
}

// frozen reads a report with the figures of a submitted version, or those of
// now, and their time.
func (s *server) frozen(ctx context.Context, of string, version *int) (rep periodic.Report, figures periodic.Figures, at time.Time, err error) {
	if rep, err = s.registers.Periods.Report(ctx, staff(ctx), periodic.Period(of)); err != nil {
		return rep, figures, at, err
	}
	if version == nil {
		return rep, rep.Now, s.clock.Now(), nil
	}
	if *version < 1 || *version > len(rep.Versions) {
		return rep, figures, at, report.ErrNotFound
	}
	v := &rep.Versions[*version-1]
	return rep, v.Figures, v.At, nil
}

// GetPeriodWorkbook writes a report as a workbook, as of now or as submitted.
func (s *server) GetPeriodWorkbook(ctx context.Context, r contract.GetPeriodWorkbookRequestObject) (contract.GetPeriodWorkbookResponseObject, error) {
	_, figures, at, err := s.frozen(ctx, r.Period, r.Params.Version)
	if err != nil {
		return nil, err
	}
	lang := callOf(ctx).lang
	t := report.Table{Sheet: r.Period, Head: append([]string{map[string]string{"en": "Of"}[lang]}, columnLabels(lang)...)}
	if lang != "en" {
		t.Head[0] = "范围"
	}
	row := func(label string, counts []int) {
		cells := []report.Cell{{Text: label}}
		for _, n := range counts {
			cells = append(cells, report.Cell{Text: fmt.Sprint(n), Number: true, Value: bank.Marks(100 * n)})
		}
		t.Rows = append(t.Rows, cells)
	}
	for _, l := range figures.Lines {
		row(s.periodLabel(l.Group, l.Key, lang), l.Counts)
	}
	x := figures.Staff
	for i, n := range []int{x.Bodies, x.Sites, x.Examiners, x.Assessed, x.NotPassed, x.Unassessed} {
		row(staffLabels[lang == "en"][i], []int{n})
	}
	data, err := s.registers.Workbook.Write(&t, r.Period, at)
	if err != nil {
		return nil, err
	}
	return contract.GetPeriodWorkbook200ApplicationvndOpenxmlformatsOfficedocumentSpreadsheetmlSheetResponse{Body: bytes.NewReader(data), ContentLength: int64(len(data))}, nil
}

// staffLabels are what is said of bodies and examiners, in English or not.
var staffLabels = map[bool][]string{
	false: {"有效备案的评价机构", "有效备案的站点", "考评员", "年度考核合格", "年度考核不合格", "本年未考核"},
	true:  {"Bodies filed", "Sites filed", "Examiners", "Passed the yearly assessment", "Failed it", "Not assessed this year"},
}
