package api

import (
	"context"
	"errors"
	"fmt"

	"gongyuan/api/contract"
	"gongyuan/engine/enrol"
	"gongyuan/engine/programme"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

func wireDays(all []programme.Days) []contract.ProgrammeDays {
	out := make([]contract.ProgrammeDays, len(all))
	for i, d := range all {
		out[i] = contract.ProgrammeDays{Kind: contract.ProgrammeDaysKind(d.Kind), From: d.From, Until: d.Until}
	}
	return out
}

func (s *server) wireProgramme(ctx context.Context, p *programme.Programme) contract.Programme {
	out := contract.Programme{
		Id: string(p.ID), Title: p.Title, Site: textOrNone(p.Site), Note: p.Note, State: contract.ProgrammeState(p.State), Reason: p.Reason,
		Version: p.Version, ChangedAt: p.Changed, ChangedBy: s.staffName(ctx, p.By), SiteName: s.siteName(ctx, p.Site),
		Levels: make([]contract.ProgrammeLevel, len(p.Levels)),
	}
	for i, l := range p.Levels {
		out.Levels[i] = contract.ProgrammeLevel{Level: int(l.Level), Capacity: l.Capacity, Days: wireDays(l.Days)}
	}
	return out
}

// siteName is nil for none; a name that cannot be had now hides nothing else.
func (s *server) siteName(ctx context.Context, site string) *string {
	if site == "" {
		return nil
	}
	name, err := s.registers.Filings.SiteName(ctx, site)
	if err != nil {
		return nil
	}
	return textOrNone(name)
}

// ListProgrammes lists programmes.
func (s *server) ListProgrammes(ctx context.Context, _ contract.ListProgrammesRequestObject) (contract.ListProgrammesResponseObject, error) {
	all, err := s.days.Programmes.List(ctx, staff(ctx))
	if err != nil {
		return nil, err
	}
	out := make(contract.ListProgrammes200JSONResponse, len(all))
	for i := range all {
		out[i] = s.wireProgramme(ctx, &all[i])
	}
	return out, nil
}

// PutProgramme writes a programme, or changes one.
func (s *server) PutProgramme(ctx context.Context, r contract.PutProgrammeRequestObject) (contract.PutProgrammeResponseObject, error) {
	b := r.Body
	p := programme.Programme{ID: programme.ID(textOr(b.Id)), Title: b.Title, Site: textOr(b.Site), Note: b.Note, Reason: textOr(b.Reason), Version: b.Version}
	for _, l := range b.Levels {
		x := programme.Level{Level: standard.Level(l.Level), Capacity: l.Capacity}
		for _, d := range l.Days {
			x.Days = append(x.Days, programme.Days{Kind: standard.Kind(d.Kind), From: d.From, Until: d.Until})
		}
		p.Levels = append(p.Levels, x)
	}
	p, err := s.days.Programmes.Put(ctx, staff(ctx), p)
	if err != nil {
		return nil, err
	}
	return contract.PutProgramme200JSONResponse(s.wireProgramme(ctx, &p)), nil
}

// GetProgramme shows a programme with its sittings.
func (s *server) GetProgramme(ctx context.Context, r contract.GetProgrammeRequestObject) (contract.GetProgrammeResponseObject, error) {
	id := programme.ID(r.Programme)
	p, err := s.days.Programmes.One(ctx, staff(ctx), id)
	if err != nil {
		return nil, err
	}
	uses, err := s.days.Programmes.Uses(ctx, id)
	if err != nil {
		return nil, err
	}
	held, err := s.days.Programmes.Sittings(ctx, id)
	if err != nil {
		return nil, err
	}
	out := contract.GetProgramme200JSONResponse{Programme: s.wireProgramme(ctx, &p), Uses: []contract.ProgrammeUse{}, Sittings: make([]contract.Sitting, len(held))}
	for _, l := range p.Levels {
		u := uses[l.Level]
		out.Uses = append(out.Uses, contract.ProgrammeUse{Level: int(l.Level), Given: u.Given, Registered: u.Registered})
	}
	for i := range held {
		out.Sittings[i] = s.wireSitting(ctx, &held[i])
	}
	return out, nil
}

// ActOnProgramme announces a programme or withdraws it.
func (s *server) ActOnProgramme(ctx context.Context, r contract.ActOnProgrammeRequestObject) (contract.ActOnProgrammeResponseObject, error) {
	id, b := programme.ID(r.Programme), r.Body
	var p programme.Programme
	var err error
	if b.Act == contract.Withdraw {
		p, err = s.days.Programmes.Withdraw(ctx, staff(ctx), id, b.Version, textOr(b.Reason))
	} else {
		p, err = s.days.Programmes.Announce(ctx, staff(ctx), id, b.Version)
	}
	if err != nil {
		return nil, err
	}
	return contract.ActOnProgramme200JSONResponse(s.wireProgramme(ctx, &p)), nil
}

// ListAnnouncements shows everybody what is announced.
func (s *server) ListAnnouncements(ctx context.Context, _ contract.ListAnnouncementsRequestObject) (contract.ListAnnouncementsResponseObject, error) {
	all, err := s.days.Programmes.Public(ctx)
	if err != nil {
		return nil, err
	}
	out := make(contract.ListAnnouncements200JSONResponse, len(all))
	for i := range all {
		p := &all[i]
		a := contract.Announcement{Title: p.Title, SiteName: s.siteName(ctx, p.Site), Note: p.Note, Levels: []contract.AnnouncedLevel{}}
		for _, l := range p.Levels {
			a.Levels = append(a.Levels, contract.AnnouncedLevel{Level: int(l.Level), LevelTitle: s.levelName(ctx, l.Level), Capacity: l.Capacity, Days: wireDays(l.Days)})
		}
		if a.Sittings, err = s.announced(ctx, p.ID); err != nil {
			return nil, err
		}
		out[i] = a
	}
	return out, nil
}

// announced lists the sittings of a programme that take applications, now or
// later.
func (s *server) announced(ctx context.Context, id programme.ID) ([]contract.AnnouncedSitting, error) {
	held, err := s.days.Programmes.Sittings(ctx, id)
	if err != nil {
		return nil, err
	}
	out, now := []contract.AnnouncedSitting{}, s.clock.Now()
	for i := range held {
		if held[i].State != sitting.Draft {
			continue
		}
		x, w, err := s.days.Enrols.Public(ctx, held[i].ID)
		if errors.Is(err, enrol.ErrNotFound) || err == nil && !now.Before(w.Closes) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, contract.AnnouncedSitting{
			Id: string(x.ID), Title: x.Title, LevelTitle: s.levelName(ctx, x.Level), ExamOpens: x.Opens, Opens: w.Opens, Closes: w.Closes, Open: w.Open(now),
		})
	}
	return out, nil
}

func (s *server) levelName(ctx context.Context, l standard.Level) string {
	scheme, _ := s.standard.Scheme(l)
	return levelTitle(scheme, callOf(ctx).lang)
}

// laterDays are those of the components beside the theory exam that somebody
// takes.
func laterDays(all []programme.Days, reg *sitting.Registration) []programme.Days {
	var out []programme.Days
	for _, d := range all {
		if d.Kind != standard.Theory && reg.Takes(d.Kind) {
			out = append(out, d)
		}
	}
	return out
}

// fullText says how many places a sitting has left.
func fullText(e *sitting.FullError, lang string) string {
	left := max(e.Capacity-e.Registered, 0)
	if lang == "en" {
		return fmt.Sprintf("The sitting has %d places, %d are taken: %d more can be registered. Register fewer, or have an administrator add places in the plan.", e.Capacity, e.Registered, left)
	}
	return fmt.Sprintf("本场次名额 %d 人，已登记 %d 人，还可登记 %d 人。请减少人数，或请管理员在计划里增加名额。", e.Capacity, e.Registered, left)
}
