package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gongyuan/bank"
	"gongyuan/bank/sample"
	"gongyuan/engine/attempt"
	"gongyuan/engine/marking"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// writtenCandidates are those whose answers in words the demo's markers find.
const writtenCandidates = 6

// demoWritten makes sure that there is a closed sitting of level 2 whose
// made-up candidates wrote short answers, essays and cases, and that the
// demo's examiners are to mark them. One that was cut off is carried on.
func (e *engine) demoWritten(ctx context.Context, staff []demoAccount) error {
	bp := sample.Written()
	if err := e.bank.SaveBlueprint(ctx, bp); err != nil {
		return err
	}
	s, err := e.findDemoSitting(ctx, writtenAdmission(0))
	if errors.Is(err, sitting.ErrNotFound) {
		s, err = e.planWritten(ctx, bp)
	}
	if err != nil {
		return err
	}
	for _, act := range []sitting.Act{sitting.Seal, sitting.OpenIt, sitting.Close} {
		if _, err := s.State.Next(act); err != nil {
			continue // done before, or long past
		}
		if act == sitting.Close {
			if err := e.writeAll(ctx, s); err != nil {
				return err
			}
		}
		if s, err = e.demoAct(ctx, s, act); err != nil {
			return err
		}
	}
	return e.planMarking(ctx, s.ID, staff)
}

func writtenAdmission(i int) string { return fmt.Sprintf("DEMO9%02d", i+1) }

func (e *engine) planWritten(ctx context.Context, bp bank.Blueprint) (sitting.Sitting, error) {
	now := e.clock.Now().Truncate(time.Minute)
	scheme, _ := e.standard.Scheme(2)
	s, err := e.office.Plan(ctx, sitting.Sitting{
		Title: e.standard.Occupation.Name + " " + scheme.Title + " 理论知识考试（含主观题，示例）", Occupation: e.standard.Occupation, Level: scheme.Level,
		Blueprint: bp, Opens: now, Closes: now.Add(2 * time.Hour), Duration: bp.Duration, Release: sitting.AfterRelease, Explain: true,
	}, "demo")
	if err != nil {
		return s, err
	}
	entries := make([]sitting.Entry, writtenCandidates)
	for i := range entries {
		entries[i] = sitting.Entry{
			Name: "示例" + string([]rune("甲乙丙丁戊己")[i]), IDNumber: withCheck(fmt.Sprintf("000000198209%02d%03d", i+11, 900+i)),
			Admission: writtenAdmission(i), Room: "09", Seat: fmt.Sprintf("%02d", i+1),
		}
	}
	if _, err := e.office.Register(ctx, s.ID, entries); err != nil {
		return s, err
	}
	return e.sittings.Sitting(ctx, s.ID)
}

// writeAll takes the exam for every candidate who has not handed in.
func (e *engine) writeAll(ctx context.Context, s sitting.Sitting) error {
	recs, err := e.records.OfSitting(ctx, s.ID)
	if err != nil {
		return err
	}
	for i, rec := range recs {
		if rec.State.Over() {
			continue
		}
		if err := e.writeOne(ctx, rec, i); err != nil {
			return err
		}
	}
	return nil
}

func (e *engine) writeOne(ctx context.Context, rec attempt.Record, nth int) error {
	in, err := e.attempts.Enter(ctx, attempt.EnterCommand{Attempt: rec.ID, Candidate: rec.Candidate, DeviceID: "demo", DeviceLabel: "demo"})
	if err != nil {
		return err
	}
	lookup, err := e.recent.lookup(ctx, in.Paper)
	if err != nil {
		return err
	}
	var ops []attempt.Operation
	for _, slot := range in.Paper.Slots {
		rev, ok := lookup(bank.Ref{Item: slot.Ref.Item, Revision: slot.Ref.Revision})
		if !ok {
			return fmt.Errorf("slot %d: %w", slot.Number, bank.ErrNotFound)
		}
		q, ok := rev.Part(slot.Ref.Part)
		if !ok {
			return fmt.Errorf("slot %d: %w", slot.Number, bank.ErrPaper)
		}
		ops = append(ops, attempt.Operation{Seq: len(ops) + 1, Slot: slot.Number, Response: demoResponse(q, slot, nth).Encode()})
	}
	for at := 0; at < len(ops); at += attempt.MaxBatch {
		batch := ops[at:min(at+attempt.MaxBatch, len(ops))]
		if _, err := e.attempts.Save(ctx, attempt.SaveCommand{Attempt: rec.ID, Candidate: rec.Candidate, Epoch: in.Epoch, Operations: batch}); err != nil {
			return err
		}
	}
	_, err = e.attempts.Submit(ctx, attempt.SubmitCommand{Attempt: rec.ID, Candidate: rec.Candidate, Epoch: in.Epoch, LastSeq: len(ops)})
	return err
}

// demoResponse is what a made-up candidate answers: most choices right, and of
// what people mark some points and not others.
func demoResponse(q *bank.Question, slot bank.Slot, nth int) bank.Response {
	switch {
	case q.Type.Choice():
		var r bank.Response
		for i, id := range slot.Order {
			right := len(q.Key.Options) > 0 && id == q.Key.Options[0]
			if right != ((slot.Number+nth)%4 == 0) {
				r.Choice = append(r.Choice, bank.Letter(i))
			}
			if q.Type != bank.Multiple && len(r.Choice) > 0 {
				break
			}
		}
		return r
	case q.Type == bank.Blank:
		texts := make([]string, len(q.Key.Blanks))
		for i, accepted := range q.Key.Blanks {
			texts[i] = accepted[0]
		}
		return bank.Response{Text: texts}
	}
	lines := []string{"答："}
	for i, c := range q.Key.Rubric {
		if (i+nth+slot.Number)%3 == 0 {
			continue
		}
		words := []rune(c.Text)
		if (i+nth)%4 == 1 { // it comes to mind in part only
			words = words[:len(words)/2]
		}
		lines = append(lines, string(words))
	}
	return bank.Response{Text: []string{strings.Join(lines, "\n    ")}}
}

// planMarking lets the demo's examiners mark the sitting, unless there is a
// plan.
func (e *engine) planMarking(ctx context.Context, id sitting.ID, staff []demoAccount) error {
	var admin people.AccountID
	var markers []marking.Marker
	for _, s := range staff {
		a, err := e.people.AccountByLogin(ctx, s.Login)
		if err != nil {
			return err
		}
		switch s.Role {
		case people.Administrator:
			admin = a.ID
		case people.Examiner:
			markers = append(markers, marking.Marker{Account: a.ID})
		}
	}
	p, err := e.marking.Plan(ctx, admin, id)
	if err != nil || p.Version > 0 {
		return err
	}
	p.Markers = markers
	_, err = e.marking.PutPlan(ctx, admin, p)
	return err
}
