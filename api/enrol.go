package api

import (
	"context"
	"errors"
	"strings"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/enrol"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// errNoEnrolment is the one answer to whoever looks up what is not there, or
// with a document that does not fit.
var errNoEnrolment = errors.New("api: no enrolment is found")

// Applications and look-ups are limited per address; an employer may send many
// people from one.
const (
	enrolments      = 60
	enrolLooks      = 600 // those of a company or a school that look before the exam
	enrolmentWindow = 10 * time.Minute
)

// GetEnrolForm says what an application needs.
func (s *server) GetEnrolForm(ctx context.Context, r contract.GetEnrolFormRequestObject) (contract.GetEnrolFormResponseObject, error) {
	x, w, err := s.days.Enrols.Public(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	rules := s.days.Enrols.Rules()
	scheme, _ := s.standard.Scheme(x.Level)
	out := contract.GetEnrolForm200JSONResponse{
		Title: x.Title, LevelTitle: levelTitle(scheme, callOf(ctx).lang), Opens: w.Opens, Closes: w.Closes, ExamOpens: x.Opens,
		Open: w.Open(s.clock.Now()) && x.State == sitting.Draft, Sample: rules.Sample, Conditions: []contract.EnrolCondition{},
		Photo: contract.EnrolPhoto{
			LeastWidth: rules.Photo.LeastWidth, LeastHeight: rules.Photo.LeastHeight, RatioWidth: rules.Photo.RatioWidth,
			RatioHeight: rules.Photo.RatioHeight, MostBytes: rules.Photo.MostBytes,
		}, MostFiles: rules.MostFiles, MostBytes: rules.MostBytes,
	}
	if x.Capacity > 0 {
		registered := len(x.Roster)
		out.Capacity, out.Registered = &x.Capacity, &registered
	}
	level, err := s.days.Programmes.Level(ctx, &x)
	if err != nil {
		return nil, err
	}
	if level.Days != nil {
		days := wireDays(level.Days)
		out.Days = &days
	}
	for _, c := range rules.Of(x.Level) {
		out.Conditions = append(out.Conditions, contract.EnrolCondition{Code: c.Code, Text: c.Text})
	}
	return out, nil
}

// SendEnrolment takes an application.
func (s *server) SendEnrolment(ctx context.Context, r contract.SendEnrolmentRequestObject) (contract.SendEnrolmentResponseObject, error) {
	b := r.Body
	if err := s.paid(ctx, b.Solution); err != nil {
		return nil, err
	}
	if err := s.spared(ctx, "enrol-address:"+callOf(ctx).address, enrolments, enrolmentWindow); err != nil {
		return nil, err
	}
	f := enrol.Form{
		Number: textOr(b.Number), Name: b.Name, IDNumber: b.IdNumber, Phone: b.Phone, Employer: b.Employer, Condition: b.Condition, Photo: b.Photo,
	}
	for _, x := range b.Evidence {
		f.Evidence = append(f.Evidence, enrol.Given{Name: x.Name, Data: x.Data})
	}
	a, err := s.days.Enrols.Send(ctx, sitting.ID(r.Sitting), f)
	if errors.Is(err, enrol.ErrNotFound) && f.Number != "" {
		err = errNoEnrolment
	}
	if err != nil {
		return nil, err
	}
	out, err := s.enrolStatus(ctx, &a)
	return contract.SendEnrolment201JSONResponse(out), err
}

// spared lets through what keeps to a limit.
func (s *server) spared(ctx context.Context, key string, most int, window time.Duration) error {
	wait, err := s.limiter.Take(ctx, key, most, window)
	if err == nil && wait > 0 {
		err = &waitError{wait}
	}
	return err
}

// GetEnrolStatus finds an application, or a ticket, by its number and the
// document.
func (s *server) GetEnrolStatus(ctx context.Context, r contract.GetEnrolStatusRequestObject) (contract.GetEnrolStatusResponseObject, error) {
	if err := s.paid(ctx, r.Body.Solution); err != nil {
		return nil, err
	}
	number := strings.ToUpper(strings.Map(halfWidth, strings.TrimSpace(r.Body.Number)))
	for key, most := range map[string]int{"enrol-look:" + number: numberGuesses, "enrol-look-address:" + callOf(ctx).address: enrolLooks} {
		if err := s.spared(ctx, key, most, guessWindow); err != nil {
			return nil, err
		}
	}
	a, err := s.days.Enrols.Look(ctx, number, r.Body.IdNumber)
	if err == nil {
		out, err := s.enrolStatus(ctx, &a)
		return contract.GetEnrolStatus200JSONResponse(out), err
	}
	if !errors.Is(err, enrol.ErrNotFound) {
		return nil, err
	}
	out, err := s.ticketOf(ctx, number, r.Body.IdNumber)
	return contract.GetEnrolStatus200JSONResponse(out), err
}

// ticketOf is the ticket of whoever has the admission number and the document.
func (s *server) ticketOf(ctx context.Context, admission, identity string) (contract.EnrolStatus, error) {
	var out contract.EnrolStatus
	reg, err := s.registrations.RegistrationByAdmission(ctx, admission)
	if errors.Is(err, sitting.ErrNotFound) {
		return out, errNoEnrolment
	} else if err != nil {
		return out, err
	}
	person, err := s.candidate(ctx, reg.Candidate)
	if err != nil {
		return out, err
	}
	number, wrong := people.NormalIdentity(identity, s.clock.Now())
	if wrong != nil || s.sealer.Hash(number) != person.IDHash {
		return out, errNoEnrolment
	}
	x, err := s.sittings.Sitting(ctx, reg.Sitting)
	if err != nil {
		return out, err
	}
	if !x.Admits(reg.ID) {
		return out, errNoEnrolment
	}
	out.Sitting, out.Title = string(x.ID), x.Title
	out.Ticket, err = s.ticket(ctx, &x, &reg, person)
	return out, err
}

// ticket is what a candidate has to know to come; nothing of it opens anything.
func (s *server) ticket(ctx context.Context, x *sitting.Sitting, reg *sitting.Registration, person people.Candidate) (*contract.EnrolTicket, error) {
	scheme, _ := s.standard.Scheme(x.Level)
	out := &contract.EnrolTicket{
		Admission: reg.Admission, Name: person.Name, IdMasked: person.IDMasked, LevelTitle: levelTitle(scheme, callOf(ctx).lang), Opens: x.Opens, Closes: x.Closes,
		LateEntryMinutes: int(x.LateEntry / time.Minute), Room: reg.Room, Seat: reg.Seat,
	}
	if reg.Takes(standard.Theory) {
		out.Minutes = int((x.Duration + reg.Extra) / time.Minute)
	}
	level, err := s.days.Programmes.Level(ctx, x)
	if err != nil {
		return nil, err
	}
	if later := laterDays(level.Days, reg); later != nil {
		days := wireDays(later)
		out.Later = &days
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
		if room := plan.Rooms[use.Room]; room.Name == reg.Room && reg.Room != "" {
			out.Place = strings.TrimSpace(sites[room.Site].Name + " " + sites[room.Site].Address)
		}
	}
	return out, nil
}

// enrolStatus is an application as its person sees it.
func (s *server) enrolStatus(ctx context.Context, a *enrol.Application) (contract.EnrolStatus, error) {
	x, err := s.sittings.Sitting(ctx, a.Sitting)
	if err != nil {
		return contract.EnrolStatus{}, err
	}
	state := contract.EnrolState(a.State)
	out := contract.EnrolStatus{Sitting: string(a.Sitting), Title: x.Title, Number: &a.Number, State: &state, Reason: textOrNone(a.Reason), Sent: &a.Sent}
	if a.Admission == "" {
		return out, nil
	}
	reg, err := s.registrations.RegistrationByAdmission(ctx, a.Admission)
	if errors.Is(err, sitting.ErrNotFound) || err == nil && !x.Admits(reg.ID) {
		return out, nil // taken off the roster since
	} else if err != nil {
		return out, err
	}
	person, err := s.candidate(ctx, reg.Candidate)
	if err != nil {
		return out, err
	}
	out.Ticket, err = s.ticket(ctx, &x, &reg, person)
	return out, err
}

func wireEnrolWindow(w *enrol.Window) contract.EnrolWindow {
	out := contract.EnrolWindow{On: w.On, Version: w.Version}
	if w.Version > 0 {
		out.Opens, out.Closes = &w.Opens, &w.Closes
	}
	return out
}

// ListEnrolments lists the applications of a sitting.
func (s *server) ListEnrolments(ctx context.Context, r contract.ListEnrolmentsRequestObject) (contract.ListEnrolmentsResponseObject, error) {
	w, all, err := s.days.Enrols.List(ctx, staff(ctx), sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	out := contract.ListEnrolments200JSONResponse{Window: wireEnrolWindow(&w), Applications: make([]contract.Enrolment, len(all))}
	for i := range all {
		out.Applications[i] = s.wireEnrolment(ctx, &all[i])
	}
	return out, nil
}

func (s *server) wireEnrolment(ctx context.Context, a *enrol.Application) contract.Enrolment {
	out := contract.Enrolment{
		Id: a.ID, Number: a.Number, Name: a.Name, IdMasked: a.IDMasked, Employer: a.Employer, Condition: a.Condition, State: contract.EnrolState(a.State),
		Reason: a.Reason, Sent: a.Sent, Files: make([]contract.EnrolFile, len(a.Files)), Version: a.Version,
	}
	for _, c := range s.days.Enrols.Rules().Conditions {
		if c.Code == a.Condition {
			out.Condition = c.Code + " " + c.Text
		}
	}
	for i, f := range a.Files {
		out.Files[i] = contract.EnrolFile{Id: f.ID, Photo: f.Photo, Name: f.Name, Type: string(f.Type), Size: f.Size}
	}
	if a.By != "" {
		name := s.staffName(ctx, a.By)
		out.DecidedBy, out.DecidedAt = &name, &a.Decided
	}
	return out
}

// SetEnrolWindow says when a sitting takes applications.
func (s *server) SetEnrolWindow(ctx context.Context, r contract.SetEnrolWindowRequestObject) (contract.SetEnrolWindowResponseObject, error) {
	w := enrol.Window{Sitting: sitting.ID(r.Sitting), On: r.Body.On, Version: r.Body.Version}
	if r.Body.Opens != nil {
		w.Opens = r.Body.Opens.UTC()
	}
	if r.Body.Closes != nil {
		w.Closes = r.Body.Closes.UTC()
	}
	w, err := s.days.Enrols.SetWindow(ctx, staff(ctx), w)
	return contract.SetEnrolWindow200JSONResponse(wireEnrolWindow(&w)), err
}

// DecideEnrolment returns, admits or refuses.
func (s *server) DecideEnrolment(ctx context.Context, r contract.DecideEnrolmentRequestObject) (contract.DecideEnrolmentResponseObject, error) {
	a, err := s.days.Enrols.Decide(ctx, staff(ctx), sitting.ID(r.Sitting), r.Application, r.Body.Version, enrol.Decision(r.Body.Decision), textOr(r.Body.Reason))
	if err != nil {
		return nil, err
	}
	return contract.DecideEnrolment200JSONResponse(s.wireEnrolment(ctx, &a)), nil
}

// OpenEnrolFile shows a photograph or evidence.
func (s *server) OpenEnrolFile(ctx context.Context, r contract.OpenEnrolFileRequestObject) (contract.OpenEnrolFileResponseObject, error) {
	f, data, err := s.days.Enrols.Open(ctx, staff(ctx), sitting.ID(r.Sitting), r.Application, r.File)
	if err != nil {
		return nil, err
	}
	return contract.OpenEnrolFile200JSONResponse{Type: string(f.Type), Data: data}, nil
}
