package api

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"gongyuan/api/contract"
	"gongyuan/engine/people"
	"gongyuan/engine/profile"
	"gongyuan/engine/report"
	"gongyuan/engine/standard"
	"gongyuan/engine/talent"
	"gongyuan/engine/training"
)

// words are what people agree to, in the caller's language.
func words(ctx context.Context) string {
	if callOf(ctx).lang == "en" {
		return talent.WordsEN
	}
	return talent.WordsZH
}

func wireTalent(p *talent.Person, lang string) contract.Talent {
	c, consent := &p.Certificate, p.Entry.Consent()
	out := contract.Talent{
		Candidate: string(p.Entry.Candidate), Version: p.Entry.Version, Name: p.Who.Name, Certificate: string(c.Number), Level: int(c.Level), LevelTitle: c.LevelTitle, Date: string(c.Date),
		Unit: p.Profile.Unit, City: p.Profile.City, Industry: industryName(p.Profile.Industry, lang), KeyUnit: p.Profile.KeyUnit, Post: p.Profile.Post, Awards: p.Entry.Awards,
		Purpose: consent.Purpose, On: consent.On, Evidence: consent.Evidence, Own: strings.HasPrefix(consent.By, "candidate:"), Functions: []contract.TalentFunction{}, Trainings: []contract.TalentTraining{},
	}
	for _, f := range p.Entry.Functions {
		out.Functions = append(out.Functions, contract.TalentFunction(f))
	}
	for _, r := range p.Trainings {
		out.Trainings = append(out.Trainings, contract.TalentTraining{Kind: contract.TrainingKind(r.Kind), Until: r.Until, Hours: r.Hours, Passed: r.Passed})
	}
	return out
}

// SearchTalents searches the talent pool.
func (s *server) SearchTalents(ctx context.Context, r contract.SearchTalentsRequestObject) (contract.SearchTalentsResponseObject, error) {
	b, lang := r.Body, callOf(ctx).lang
	skip, limit := paging(b.Skip, b.Limit)
	found, err := s.registers.Talents.Search(ctx, staff(ctx), talentQuery(b.Text, b.Level, b.City, b.Industry, b.KeyUnit, b.Function), skip, limit)
	if err != nil {
		return nil, err
	}
	out := contract.SearchTalents200JSONResponse{Total: found.Total, People: []contract.Talent{}, Cities: append([]string{}, found.Cities...), Words: words(ctx)}
	for i := range found.People {
		out.People = append(out.People, wireTalent(&found.People[i], lang))
	}
	for _, n := range profile.Industries() {
		out.Industries = append(out.Industries, struct {
			Code string `json:"code"`
			Name string `json:"name"`
		}{string(n.Industry), industryName(n.Industry, lang)})
	}
	return out, nil
}

func talentQuery(text *string, level *int, city, industry *string, key *bool, function *contract.TalentFunction) talent.Query {
	q := talent.Query{Text: textOr(text), City: textOr(city), Industry: profile.Industry(textOr(industry)), KeyUnit: key != nil && *key}
	if level != nil {
		q.Level = standard.Level(*level)
	}
	if function != nil {
		q.Function = talent.Function(*function)
	}
	return q
}

// RecordTalent records a consent that was given on paper.
func (s *server) RecordTalent(ctx context.Context, r contract.RecordTalentRequestObject) (contract.RecordTalentResponseObject, error) {
	b := r.Body
	err := s.registers.Talents.Record(ctx, staff(ctx), talent.Paper{
		IDNumber: b.IdNumber, Name: b.Name, Consent: talent.Consent{Purpose: b.Purpose, On: b.On, Evidence: b.Evidence},
	})
	if err != nil {
		return nil, err
	}
	return contract.RecordTalent204Response{}, nil
}

// DescribeTalent replaces special functions and awards.
func (s *server) DescribeTalent(ctx context.Context, r contract.DescribeTalentRequestObject) (contract.DescribeTalentResponseObject, error) {
	var some []talent.Function
	for _, f := range r.Body.Functions {
		some = append(some, talent.Function(f))
	}
	if err := s.registers.Talents.Describe(ctx, staff(ctx), people.CandidateID(r.Candidate), r.Body.Version, some, r.Body.Awards); err != nil {
		return nil, err
	}
	return contract.DescribeTalent204Response{}, nil
}

// WithdrawTalent records that somebody withdrew.
func (s *server) WithdrawTalent(ctx context.Context, r contract.WithdrawTalentRequestObject) (contract.WithdrawTalentResponseObject, error) {
	if err := s.registers.Talents.Withdraw(ctx, staff(ctx), people.CandidateID(r.Candidate), r.Body.Version, r.Body.Why); err != nil {
		return nil, err
	}
	return contract.WithdrawTalent204Response{}, nil
}

// talentHead are the columns of an exported pool, in English or not.
var talentHead = map[bool][]string{
	false: {"姓名", "等级", "证书编号", "发证日期", "单位", "城市", "行业", "重点单位", "岗位", "专长", "培训", "奖励", "同意日期"},
	true:  {"Name", "Level", "Certificate", "Issued", "Unit", "City", "Industry", "Key unit", "Post", "Special functions", "Trainings", "Awards", "Agreed on"},
}

// talentText puts several things into one cell.
func talentText(p *talent.Person, english bool) (functions, trainings string) {
	var able, done []string
	for _, n := range talent.Functions() {
		if slices.Contains(p.Entry.Functions, n.Function) {
			able = append(able, map[bool]string{false: n.ZH, true: n.EN}[english])
		}
	}
	kinds := map[training.Kind]map[bool]string{training.Initial: {false: "初任培训", true: "initial"}, training.Rotation: {false: "轮训", true: "rotation"}}
	for _, r := range p.Trainings {
		if r.Passed {
			done = append(done, kinds[r.Kind][english]+" "+r.Until)
		}
	}
	between := map[bool]string{false: "；", true: "; "}[english]
	return strings.Join(able, between), strings.Join(done, between)
}

// ExportTalents writes the people that a search finds as a workbook.
func (s *server) ExportTalents(ctx context.Context, r contract.ExportTalentsRequestObject) (contract.ExportTalentsResponseObject, error) {
	b, lang := r.Body, callOf(ctx).lang
	all, err := s.registers.Talents.Export(ctx, staff(ctx), talentQuery(b.Text, b.Level, b.City, b.Industry, b.KeyUnit, b.Function), b.Why)
	if err != nil {
		return nil, err
	}
	english := lang == "en"
	t := report.Table{Sheet: map[bool]string{false: "人才库", true: "Talent pool"}[english], Head: talentHead[english]}
	for i := range all {
		p := &all[i]
		key := map[bool][2]string{false: {"否", "是"}, true: {"no", "yes"}}[english][map[bool]int{true: 1}[p.Profile.KeyUnit]]
		functions, trainings := talentText(p, english)
		var cells []report.Cell
		for _, text := range []string{
			p.Who.Name, p.Certificate.LevelTitle, string(p.Certificate.Number), string(p.Certificate.Date), p.Profile.Unit, p.Profile.City, industryName(p.Profile.Industry, lang), key,
			p.Profile.Post, functions, trainings, p.Entry.Awards, p.Entry.Consent().On,
		} {
			cells = append(cells, report.Cell{Text: text})
		}
		t.Rows = append(t.Rows, cells)
	}
	data, err := s.registers.Workbook.Write(&t, t.Sheet, s.clock.Now())
	if err != nil {
		return nil, err
	}
	return contract.ExportTalents200ApplicationvndOpenxmlformatsOfficedocumentSpreadsheetmlSheetResponse{Body: bytes.NewReader(data), ContentLength: int64(len(data))}, nil
}

func wireOwnTalent(ctx context.Context, own talent.Own) contract.OwnTalent {
	out := contract.OwnTalent{Certified: own.Certified, Words: words(ctx)}
	if own.Consent != nil {
		out.Agreed, out.On = &own.Consent.Purpose, &own.Consent.On
	}
	return out
}

// GetOwnTalent tells candidates whether they are in the pool.
func (s *server) GetOwnTalent(ctx context.Context, _ contract.GetOwnTalentRequestObject) (contract.GetOwnTalentResponseObject, error) {
	own, err := s.registers.Talents.Own(ctx, mine(ctx))
	if err != nil {
		return nil, err
	}
	return contract.GetOwnTalent200JSONResponse(wireOwnTalent(ctx, own)), nil
}

// AgreeToTalent records a candidate's own consent.
func (s *server) AgreeToTalent(ctx context.Context, r contract.AgreeToTalentRequestObject) (contract.AgreeToTalentResponseObject, error) {
	own, err := s.registers.Talents.Agree(ctx, mine(ctx), r.Body.Words)
	if err != nil {
		return nil, err
	}
	return contract.AgreeToTalent200JSONResponse(wireOwnTalent(ctx, own)), nil
}

// LeaveTalent ends a candidate's consent.
func (s *server) LeaveTalent(ctx context.Context, _ contract.LeaveTalentRequestObject) (contract.LeaveTalentResponseObject, error) {
	own, err := s.registers.Talents.Leave(ctx, mine(ctx))
	if err != nil {
		return nil, err
	}
	return contract.LeaveTalent200JSONResponse(wireOwnTalent(ctx, own)), nil
}
