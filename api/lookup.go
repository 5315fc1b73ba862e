package api

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/audit"
	"gongyuan/engine/challenge"
	"gongyuan/engine/diploma"
	"gongyuan/engine/report"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
	"gongyuan/engine/transcript"
)

// Handouts is what results leave the office with. All of it is required.
type Handouts struct {
	Body        string // who assesses, as filed
	Codes       *result.Codes
	Transcripts Transcripts
	Diplomas    Diplomas
	Forms       *diploma.Shelf
	Challenges  *challenge.Gate
	Address     string // where the public reaches the program, without a slash at the end
	Exports     *report.Exporter
	Recorder    audit.Recorder
}

// Transcripts sets results on paper.
type Transcripts interface {
	Write(s *transcript.Sheet) ([]byte, error)
}

// errNoResult is the one answer to whoever looks up what is not there, with a
// code that does not fit, or before the release.
var errNoResult = errors.New("api: no result is found")

// Wrong look-ups are limited per number and per address; those that succeed
// are not counted, so that a whole class may look at results behind one
// address.
const (
	numberGuesses  = 8
	addressGuesses = 60
	guessWindow    = 10 * time.Minute
)

// lookUp finds the registration of a number whose code is right. What is not
// there costs what a wrong code costs: one reading of the store, one hash.
func (s *server) lookUp(ctx context.Context, q *contract.LookupRequest) (sitting.Registration, error) {
	admission := strings.ToUpper(strings.Map(halfWidth, strings.TrimSpace(q.Admission)))
	number, address := "lookup:"+admission, "lookup-address:"+callOf(ctx).address
	for _, limit := range []struct {
		key  string
		most int
	}{{address, addressGuesses}, {number, numberGuesses}} {
		wait, err := s.limiter.Take(ctx, limit.key, limit.most, guessWindow)
		if err != nil {
			return sitting.Registration{}, err
		}
		if wait > 0 {
			return sitting.Registration{}, &waitError{wait}
		}
	}
	reg, err := s.registrations.RegistrationByAdmission(ctx, admission)
	if err != nil && !errors.Is(err, sitting.ErrNotFound) {
		return reg, err
	}
	if err != nil {
		reg = sitting.Registration{}
	}
	if !s.handouts.Codes.Fits(reg.ID, q.Code) {
		return reg, errNoResult
	}
	return reg, errors.Join(s.limiter.Clear(ctx, number), s.limiter.Return(ctx, address))
}

func halfWidth(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '\u3000' || r == ' ':
		return -1
	}
	return r
}

// released is a result as its candidate may see it, or errNoResult.
func (s *server) released(ctx context.Context, reg *sitting.Registration) (result.Public, error) {
	p, err := s.registrar.Public(ctx, reg)
	if errors.Is(err, result.ErrNotFound) || errors.Is(err, sitting.ErrNotFound) {
		return p, errNoResult
	}
	return p, err
}

// LookUpResult answers a candidate who knows number and code.
func (s *server) LookUpResult(ctx context.Context, r contract.LookUpResultRequestObject) (contract.LookUpResultResponseObject, error) {
	reg, err := s.lookUp(ctx, r.Body)
	if err != nil {
		return nil, err
	}
	p, err := s.released(ctx, &reg)
	if err != nil {
		return nil, err
	}
	person, err := s.candidate(ctx, reg.Candidate)
	if err != nil {
		return nil, err
	}
	rules := p.Scheme.Rules
	out := contract.LookUpResult200JSONResponse{
		Admission: reg.Admission, Name: person.Name, Occupation: p.Record.Occupation.Name, LevelTitle: p.Scheme.Title, Sitting: p.Sitting.Title,
		Sample: s.standard.Sample, Released: p.Record.At, Version: p.Record.Version, Cause: contract.LookupResultCause(p.Record.Cause),
		Verdict: contract.OutcomeVerdict(p.Record.Outcome.Result), Components: []contract.LookupPart{}, Passed: p.Record.Outcome.Passed,
	}
	for _, c := range p.Record.Outcome.Components {
		out.Components = append(out.Components, wirePart(&c, &p))
	}
	if rules.NoticeDays > 0 {
		out.NoticeEnds, out.NoticeDays = &p.NoticeEnds, &rules.NoticeDays
	}
	if rules.Appeal.ApplyDays > 0 {
		out.AppealUntil, out.AppealDays = &p.AppealUntil, &rules.Appeal.ApplyDays
	}
	return out, nil
}

// wirePart shows a component. One that is passed says until when it counts,
// where another one has to be taken again.
func wirePart(c *result.Component, p *result.Public) contract.LookupPart {
	out := contract.LookupPart{
		Kind: contract.LookupPartKind(c.Kind), State: contract.LookupPartState(c.State), Full: contract.Marks(c.Full), Pass: contract.Marks(c.Pass),
	}
	if c.Verdict != result.Open {
		awarded, distance, passed := contract.Marks(c.Awarded), contract.Marks(c.Distance), c.Verdict == result.Passed
		out.Awarded, out.Distance, out.Passed = &awarded, &distance, &passed
	}
	if c.State == result.Carried {
		on, until := c.On, c.Until
		out.CarriedOn, out.Until = &on, &until
	} else if c.State == result.Scored && c.Verdict == result.Passed && p.Record.Outcome.Result != result.Qualified && p.Scheme.Rules.Carry.Months > 0 {
		until := p.Scheme.Rules.Carry.Until(p.Record.Sat)
		out.Until = &until
	}
	return out
}

// LookUpTranscript gives a candidate who knows number and code the page to keep.
func (s *server) LookUpTranscript(ctx context.Context, r contract.LookUpTranscriptRequestObject) (contract.LookUpTranscriptResponseObject, error) {
	reg, err := s.lookUp(ctx, r.Body)
	if err != nil {
		return nil, err
	}
	doc, err := s.transcript(ctx, &reg)
	if err != nil {
		return nil, err
	}
	return contract.LookUpTranscript200ApplicationpdfResponse{Body: bytes.NewReader(doc), ContentLength: int64(len(doc))}, nil
}

// GetTranscript gives staff the same page.
func (s *server) GetTranscript(ctx context.Context, r contract.GetTranscriptRequestObject) (contract.GetTranscriptResponseObject, error) {
	reg, err := s.registrations.Registration(ctx, sitting.RegistrationID(r.Registration))
	if err != nil {
		return nil, err
	}
	if string(reg.Sitting) != r.Sitting {
		return nil, sitting.ErrNotFound
	}
	doc, err := s.transcript(ctx, &reg)
	if errors.Is(err, errNoResult) {
		return nil, errNotReleased
	} else if err != nil {
		return nil, err
	}
	return contract.GetTranscript200ApplicationpdfResponse{Body: bytes.NewReader(doc), ContentLength: int64(len(doc))}, nil
}

func (s *server) transcript(ctx context.Context, reg *sitting.Registration) ([]byte, error) {
	p, err := s.released(ctx, reg)
	if err != nil {
		return nil, err
	}
	person, err := s.candidate(ctx, reg.Candidate)
	if err != nil {
		return nil, err
	}
	return s.handouts.Transcripts.Write(&transcript.Sheet{
		Record: p.Record, LevelTitle: p.Scheme.Title, LevelTitleEN: p.Scheme.TitleEN, Sitting: p.Sitting.Title, Name: person.Name,
		Document: person.IDMasked, Admission: reg.Admission, Body: s.handouts.Body, Sample: s.standard.Sample, Printed: s.clock.Now().In(standard.Zone),
	})
}

// ListCodes gives administrators the codes of a roster, to print and hand out.
// Whoever has them can see every result of the sitting as its candidates do, so
// it is recorded.
func (s *server) ListCodes(ctx context.Context, r contract.ListCodesRequestObject) (contract.ListCodesResponseObject, error) {
	x, err := s.sittings.Sitting(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	regs, err := s.office.Roster(ctx, x)
	if err != nil {
		return nil, err
	}
	err = s.handouts.Recorder.Record(ctx, audit.Event{
		Actor: string(staff(ctx)), Act: "result-codes.read", Object: "sitting:" + string(x.ID), After: map[string]int{"codes": len(regs)},
	})
	if err != nil {
		return nil, err
	}
	out := contract.ListCodes200JSONResponse{}
	for _, reg := range regs {
		out = append(out, contract.LookupCode{Registration: string(reg.ID), Code: s.handouts.Codes.Code(reg.ID)})
	}
	return out, nil
}
