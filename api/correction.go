package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/correction"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// GetOwnData shows candidates what is kept about them.
func (s *server) GetOwnData(ctx context.Context, _ contract.GetOwnDataRequestObject) (contract.GetOwnDataResponseObject, error) {
	out, err := s.ownData(ctx)
	return contract.GetOwnData200JSONResponse(out), err
}

// AskCorrection sends a request of a candidate.
func (s *server) AskCorrection(ctx context.Context, r contract.AskCorrectionRequestObject) (contract.AskCorrectionResponseObject, error) {
	if _, err := s.registers.Corrections.Ask(ctx, people.CandidateID(callOf(ctx).actor.Subject), correction.About(r.Body.About), r.Body.Wish); err != nil {
		return nil, err
	}
	out, err := s.ownData(ctx)
	return contract.AskCorrection201JSONResponse(out), err
}

// lines collects what is kept, with its name in the language of the caller.
type lines struct {
	lang string
	out  contract.OwnData
}

func (l *lines) add(zh, en, value string) {
	if value == "" {
		return
	}
	label := zh
	if l.lang == "en" {
		label = en
	}
	l.out.Lines = append(l.out.Lines, struct {
		Label string `json:"label"`
		Value string `json:"value"`
	}{label, value})
}

// say is one of two wordings.
func (l *lines) say(zh, en string) string {
	if l.lang == "en" {
		return en
	}
	return zh
}

func day(t time.Time) string { return t.In(standard.Zone).Format(time.DateOnly) }

func (s *server) ownData(ctx context.Context) (contract.OwnData, error) {
	l := &lines{lang: callOf(ctx).lang}
	l.out.Lines = l.out.Lines[:0:0]
	reg, sit, err := s.registration(ctx)
	if err != nil {
		return l.out, err
	}
	person, err := s.candidate(ctx, reg.Candidate)
	if err != nil {
		return l.out, err
	}
	l.add("姓名", "Name", person.Name)
	l.add("证件号码（加密保存）", "Document number (kept sealed)", person.IDMasked)
	l.add("登记日期", "Entered on", day(person.Created))
	l.add("场次", "Sitting", sit.Title)
	l.add("准考证号", "Admission number", reg.Admission)
	l.add("考场与座位", "Room and seat", strings.TrimSpace(reg.Room+" "+reg.Seat))
	l.add("报名时所填单位", "Employer as registered", reg.Employer)
	var needs []string
	for _, n := range []struct {
		on     bool
		zh, en string
	}{{reg.Needs.LargeText, "大字", "large text"}, {reg.Needs.Apart, "单独考场", "separate room"}, {reg.Needs.Accessible, "无障碍座位", "accessible seat"}} {
		if n.on {
			needs = append(needs, l.say(n.zh, n.en))
		}
	}
	if reg.Extra > 0 {
		needs = append(needs, fmt.Sprintf(l.say("加时 %d 分钟", "%d minutes more"), int(reg.Extra/time.Minute)))
	}
	l.add("合理便利", "Accommodations", strings.Join(needs, "、"))
	materials, portrait, err := s.files.Held(ctx, reg.ID)
	if err != nil {
		return l.out, err
	}
	if portrait {
		l.add("照片", "Photograph", l.say("有（加密保存）", "kept, sealed"))
	}
	if materials > 0 {
		l.add("评审材料", "Materials", fmt.Sprintf(l.say("%d 件（加密保存）", "%d, sealed"), materials))
	}
	if err := s.registered(ctx, l, reg.Candidate); err != nil {
		return l.out, err
	}
	own, err := s.registers.Corrections.Own(ctx, reg.Candidate)
	if err != nil {
		return l.out, err
	}
	l.out.Corrections = make([]contract.OwnCorrection, len(own))
	for i := range own {
		r := &own[i]
		l.out.Corrections[i] = contract.OwnCorrection{
			About: contract.CorrectionAbout(r.About), Wish: r.Wish, At: r.At, State: contract.CorrectionState(r.State),
			Answer: textOrNone(r.Answer), Decided: timeOrNone(r.Decided),
		}
	}
	return l.out, nil
}

// registered adds what is kept beside exams.
func (s *server) registered(ctx context.Context, l *lines, id people.CandidateID) error {
	ids := []people.CandidateID{id}
	profiles, err := s.registers.Held.Profiles(ctx, ids)
	if err != nil {
		return err
	}
	p := profiles[id]
	l.add("单位", "Employer", p.Unit)
	l.add("城市", "City", p.City)
	l.add("岗位", "Post", p.Post)
	l.add("激励情况", "Incentives", p.Incentive)
	trainings, err := s.registers.Held.Trainings(ctx, ids)
	if err != nil {
		return err
	}
	for _, t := range trainings {
		if t.Removal == nil {
			l.add("培训记录", "Training", strings.TrimSpace(fmt.Sprintf("%s %s %s", t.From, t.Organiser, t.Topic)))
		}
	}
	certificates, err := s.registers.Held.CertificatesOf(ctx, ids)
	if err != nil {
		return err
	}
	for i := range certificates {
		c := &certificates[i]
		l.add("证书", "Certificate", fmt.Sprintf("%s %s %s", c.Number, c.LevelTitle, c.Date))
	}
	return nil
}

// ListCorrections shows what waits for a decision, or what was decided.
func (s *server) ListCorrections(ctx context.Context, r contract.ListCorrectionsRequestObject) (contract.ListCorrectionsResponseObject, error) {
	skip, limit := paging(r.Params.Skip, r.Params.Limit)
	all, total, err := s.registers.Corrections.Queue(ctx, staff(ctx), or(r.Params.Decided), skip, limit)
	if err != nil {
		return nil, err
	}
	ids := make([]people.CandidateID, len(all))
	for i := range all {
		ids[i] = all[i].Candidate
	}
	persons, err := s.candidates.CandidatesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := contract.ListCorrections200JSONResponse{Total: total, Corrections: make([]contract.Correction, len(all))}
	for i := range all {
		out.Corrections[i] = s.wireCorrection(ctx, &all[i], persons[all[i].Candidate])
	}
	return out, nil
}

func (s *server) wireCorrection(ctx context.Context, r *correction.Request, p people.Candidate) contract.Correction {
	out := contract.Correction{
		Id: string(r.ID), Version: r.Version, Name: p.Name, IdMasked: p.IDMasked, About: contract.CorrectionAbout(r.About), Wish: r.Wish, At: r.At,
		State: contract.CorrectionState(r.State), Answer: textOrNone(r.Answer), Decided: timeOrNone(r.Decided),
	}
	if r.By != "" {
		by := s.staffName(ctx, r.By)
		out.By = &by
	}
	return out
}

// DecideCorrection decides a request.
func (s *server) DecideCorrection(ctx context.Context, r contract.DecideCorrectionRequestObject) (contract.DecideCorrectionResponseObject, error) {
	done, err := s.registers.Corrections.Decide(ctx, staff(ctx), correction.Decision{
		Request: correction.ID(r.Correction), Version: r.Body.Version, State: correction.State(r.Body.Decision), Answer: r.Body.Answer,
	})
	if err != nil {
		return nil, err
	}
	p, err := s.candidate(ctx, done.Candidate)
	if err != nil {
		return nil, err
	}
	return contract.DecideCorrection200JSONResponse(s.wireCorrection(ctx, &done, p)), nil
}
