package api

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/bulletin"
	"gongyuan/engine/periodic"
	"gongyuan/engine/standard"
)

// paperWords are the words of a printed report, in English or not.
var paperWords = map[bool]map[string]string{
	false: {
		"year": "%s 年年报", "quarter": "%s 年第 %s 季度季报", "about": "%s 至 %s，%s 前上报。%s", "now": "截至 %s 的数字，尚未冻结。", "version": "第 %d 版，%s 于 %s 上报。",
		"foot": "打印时间 %s", "of": "范围", "rates": "合格率", "staff": "机构和考评员", "theory": "理论合格率", "skill": "技能合格率", "review": "综合评审合格率", "all": "总评合格率", "none": "无人参加",
		"level": "合计和按等级", "keyUnit": "按是否重点单位", "industry": "按行业", "city": "按城市", "site": "按站点", "mark": "示例",
		"rules": "登记、准考、参加、合格按场次开始的日期归期，取最新公布的成绩，沿用的项目不重复计；发证按发证日期，作废按作废日期；培训按结束日期，一人一类只计一次，写明等级的也计入该等级。没有档案的考生归入“未登记”。“—”表示该版上报时没有统计。",
	},
	true: {
		"year": "Report of the year %s", "quarter": "Report of %s, quarter %s", "about": "%s to %s, due %s. %s", "now": "Figures as of %s, not frozen.", "version": "Version %d, submitted by %s at %s.",
		"foot": "Printed %s", "of": "Of", "rates": "Pass rates", "staff": "Bodies and examiners", "theory": "Theory", "skill": "Skill", "review": "Review", "all": "All components", "none": "nobody sat",
		"level": "In all and by level", "keyUnit": "By key unit or not", "industry": "By industry", "city": "By city", "site": "By site", "mark": "SAMPLE",
		"rules": "Registrations and passes count in the period in which their sitting begins, by the newest released result; components carried over do not count again. Certificates count on the day of issue or revocation, trainings on their last day, once for each person and kind, and at the level that they were of. Candidates without a profile are “not known”. A dash is what was not counted when that version was submitted.",
	},
}

// GetPeriodDocument sets a report on paper, as of now or as submitted.
func (s *server) GetPeriodDocument(ctx context.Context, r contract.GetPeriodDocumentRequestObject) (contract.GetPeriodDocumentResponseObject, error) {
	rep, figures, at, err := s.frozen(ctx, r.Period, r.Params.Version)
	if err != nil {
		return nil, err
	}
	lang := callOf(ctx).lang
	w := paperWords[lang == "en"]
	stamp := func(t time.Time) string { return t.In(standard.Zone).Format("2006-01-02 15:04") }
	state := fmt.Sprintf(w["now"], stamp(at))
	if n := r.Params.Version; n != nil {
		state = fmt.Sprintf(w["version"], *n, s.staffName(ctx, rep.Versions[*n-1].By), stamp(at))
	}
	sheet := s.bulletinOf(&figures, w, lang)
	sheet.Title = fmt.Sprintf(w["year"], r.Period)
	if len(r.Period) == len("2026-Q4") {
		sheet.Title = fmt.Sprintf(w["quarter"], r.Period[:4], r.Period[6:])
	}
	sheet.About = fmt.Sprintf(w["about"], rep.Span.From, rep.Span.Until, rep.Span.Due, state)
	sheet.Foot, sheet.Created = fmt.Sprintf(w["foot"], stamp(s.clock.Now())), at
	data, err := s.registers.Bulletins.Write(sheet)
	if err != nil {
		return nil, err
	}
	return contract.GetPeriodDocument200ApplicationpdfResponse{Body: bytes.NewReader(data), ContentLength: int64(len(data))}, nil
}

func (s *server) bulletinOf(f *periodic.Figures, w map[string]string, lang string) *bulletin.Sheet {
	english := lang == "en"
	out := &bulletin.Sheet{
		Body: s.handouts.Body, Language: map[bool]string{false: "zh-CN", true: "en"}[english], Of: w["of"], Columns: columnLabels(lang), RateHead: w["rates"], Staff: w["staff"], Rules: w["rules"],
	}
	if s.standard.Sample {
		out.Mark = w["mark"]
	}
	rates := s.wireLines(f.Lines[:1], lang)[0].Rates
	for i, key := range []string{"theory", "skill", "review", "all"} {
		r := bulletin.Rate{Label: w[key], Text: w["none"], Tenths: rates[i]}
		if rates[i] >= 0 {
			r.Text = fmt.Sprintf("%d.%d%%", rates[i]/10, rates[i]%10)
		}
		out.Rates = append(out.Rates, r)
	}
	for _, groups := range [][]periodic.Group{{periodic.Total, periodic.ByLevel}, {periodic.ByKeyUnit}, {periodic.ByIndustry}, {periodic.ByCity}, {periodic.BySite}} {
		t := bulletin.Table{Title: w[string(groups[len(groups)-1])]}
		for _, g := range groups {
			for _, l := range f.Lines {
				if l.Group == g {
					t.Rows = append(t.Rows, paperRow(s.periodLabel(l.Group, l.Key, lang), fullCounts(l.Counts)))
				}
			}
		}
		out.Tables = append(out.Tables, t)
	}
	x := f.Staff
	for i, n := range []int{x.Bodies, x.Sites, x.Examiners, x.Assessed, x.NotPassed, x.Unassessed} {
		out.People = append(out.People, [2]string{staffLabels[english][i], fmt.Sprint(n)})
	}
	return out
}

func paperRow(label string, counts []int) []string {
	row := []string{label}
	for _, n := range counts {
		if n < 0 {
			row = append(row, "—")
			continue
		}
		row = append(row, fmt.Sprint(n))
	}
	return row
}
