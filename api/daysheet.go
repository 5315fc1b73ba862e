package api

import (
	"bytes"
	"context"
	"slices"

	"gongyuan/api/contract"
	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/daysheet"
	"gongyuan/engine/sitting"
)

// GetDayPaper prints papers of the day.
func (s *server) GetDayPaper(ctx context.Context, r contract.GetDayPaperRequestObject) (contract.GetDayPaperResponseObject, error) {
	kind := daysheet.Kind(r.Paper)
	if !kind.Known() {
		return nil, &sitting.FieldError{Field: "/paper", Reason: "unknown"}
	}
	x, seats, err := s.roster(ctx, r.Sitting)
	if err != nil {
		return nil, err
	}
	day, err := s.dayOf(ctx, &x, seats)
	if err != nil {
		return nil, err
	}
	if kind == daysheet.Attendance || kind == daysheet.Protocol {
		if err := s.happened(ctx, &x, seats, day); err != nil {
			return nil, err
		}
	}
	if room := textOr(r.Params.Room); room != "" {
		day.People = slices.DeleteFunc(day.People, func(p daysheet.Person) bool { return p.Room != room })
		day.Events = slices.DeleteFunc(day.Events, func(e daysheet.Event) bool { return e.Room != "" && e.Room != room })
	}
	if err := s.audit.Record(ctx, audit.Event{Actor: string(staff(ctx)), Act: "day.print", Object: "sitting:" + r.Sitting, After: string(kind)}); err != nil {
		return nil, err
	}
	pdf, err := s.days.Papers.Write(kind, day)
	if err != nil {
		return nil, err
	}
	return contract.GetDayPaper200ApplicationpdfResponse{Body: bytes.NewReader(pdf), ContentLength: int64(len(pdf))}, nil
}

// dayOf is a sitting as its papers show it.
func (s *server) dayOf(ctx context.Context, x *sitting.Sitting, seats []seat) (*daysheet.Day, error) {
	scheme, _ := s.standard.Scheme(x.Level)
	d := &daysheet.Day{
		Title: x.Title, Occupation: x.Occupation.Name, Level: scheme.Title, Body: s.handouts.Body, Opens: x.Opens, Closes: x.Closes, Duration: x.Duration,
		LateEntry: x.LateEntry, Printed: s.clock.Now(), By: s.staffName(ctx, staff(ctx)), Sample: s.standard.Sample,
	}
	plan, err := s.days.Venues.Of(ctx, x.ID)
	if err != nil {
		return nil, err
	}
	sites, err := s.days.Venues.Sites(ctx)
	if err != nil {
		return nil, err
	}
	for _, use := range plan.Staffing.Rooms {
		room := plan.Rooms[use.Room]
		out := daysheet.Room{Name: room.Name, Site: sites[room.Site].Name, Address: sites[room.Site].Address}
		for _, who := range use.Invigilators {
			out.Invigilators = append(out.Invigilators, s.staffName(ctx, who))
		}
		d.Rooms = append(d.Rooms, out)
	}
	level, err := s.days.Programmes.Level(ctx, x)
	if err != nil {
		return nil, err
	}
	for _, p := range seats {
		person := daysheet.Person{
			Admission: p.Admission, Name: p.person.Name, Document: p.person.IDMasked, Employer: p.Employer, Room: p.Room, Seat: p.Seat, Extra: p.Extra,
		}
		for _, n := range []struct {
			granted bool
			word    string
		}{{p.Needs.LargeText, "大字号"}, {p.Needs.Apart, "单独考场"}, {p.Needs.Accessible, "无障碍座位"}} {
			if n.granted {
				person.Notes = append(person.Notes, n.word)
			}
		}
		for _, h := range laterDays(level.Days, &p.Registration) {
			person.Later = append(person.Later, daysheet.Held{Name: h.Kind.Names()[0], From: h.From, Until: h.Until})
		}
		d.People = append(d.People, person)
	}
	return d, nil
}

// happened adds what is known once the day has begun. seats and the day's
// people are in the same order.
func (s *server) happened(ctx context.Context, x *sitting.Sitting, seats []seat, d *daysheet.Day) error {
	if x.State == sitting.Draft {
		return nil
	}
	places, err := s.proctors.Rosters.Seats(ctx, x.ID)
	if err != nil {
		return err
	}
	marks, err := s.proctors.MarksOf(ctx, x.ID, places)
	if err != nil {
		return err
	}
	ids := make([]attempt.AttemptID, 0, len(seats))
	for _, p := range seats {
		if p.Attempt != "" {
			ids = append(ids, attempt.AttemptID(p.Attempt))
		}
	}
	progress, err := s.attempts.Progress(ctx, ids)
	if err != nil {
		return err
	}
	by := make(map[string]attempt.Progress, len(progress))
	for _, p := range progress {
		by[string(p.Attempt)] = p
	}
	totals := map[sitting.RegistrationID]int{}
	for _, p := range places {
		totals[p.Registration] = p.Total
	}
	for i, p := range seats {
		m, at := marks[p.ID], by[p.Attempt]
		d.People[i].Presence = daysheet.Presence{
			SignedIn: m.SignedIn, Absent: m.Absent, Began: at.State != "" && at.State != attempt.Ready, Over: at.State.Over(), Answered: at.Answered,
			Total: totals[p.ID], Warned: m.Warned, Expelled: m.Expelled,
		}
	}
	d.Events, err = s.events(ctx, x, seats)
	return err
}
