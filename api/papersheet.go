package api

import (
	"bytes"
	"context"
	"fmt"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/byhand"
	"gongyuan/engine/compose"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// GivePaperSheet lets a candidate go on with paper.
func (s *server) GivePaperSheet(ctx context.Context, r contract.GivePaperSheetRequestObject) (contract.GivePaperSheetResponseObject, error) {
	rec, err := s.ofSitting(ctx, r.Sitting, r.Attempt)
	if err != nil {
		return nil, err
	}
	sheet, err := s.custody.Sheets.Give(ctx, staff(ctx), rec.ID, r.Body.Reason)
	if err != nil {
		return nil, err
	}
	out, err := s.wirePaperSheet(ctx, &sheet)
	return contract.GivePaperSheet201JSONResponse(out), err
}

// ListPaperSheets lists the papers of a sitting that candidates write on.
func (s *server) ListPaperSheets(ctx context.Context, r contract.ListPaperSheetsRequestObject) (contract.ListPaperSheetsResponseObject, error) {
	all, err := s.custody.Sheets.Sheets(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	out := contract.ListPaperSheets200JSONResponse{}
	for i := range all {
		wire, err := s.wirePaperSheet(ctx, &all[i])
		if err != nil {
			return nil, err
		}
		out = append(out, wire)
	}
	return out, nil
}

func (s *server) wirePaperSheet(ctx context.Context, x *byhand.Sheet) (contract.PaperSheet, error) {
	p, err := s.seatOf(ctx, attempt.Record{Registration: x.Registration})
	if err != nil {
		return contract.PaperSheet{}, err
	}
	who := callOf(ctx).actor
	me, acts := staff(ctx), who.Has(people.Administrator) || who.Has(people.Invigilator)
	out := contract.PaperSheet{
		Code: string(x.Code), Registration: string(x.Registration), Attempt: string(x.Attempt), Name: p.person.Name, Admission: p.Admission, Room: p.Room, Seat: p.Seat,
		Reason: x.Why, By: s.staffName(ctx, x.By), At: x.At, State: contract.PaperSheetState(x.State), Typed: []string{},
		MayType:   acts && (x.State == byhand.Printed || x.State == byhand.Once) && !x.Has(me),
		MaySettle: acts && x.State == byhand.Differs && !x.Has(me), Saved: x.Handed.Saved, SetAside: x.Handed.SetAside,
	}
	for _, t := range x.Typed {
		out.Typed = append(out.Typed, s.staffName(ctx, t.By))
	}
	return out, nil
}

// writtenSheet finds a sheet with its paper.
func (s *server) writtenSheet(ctx context.Context, sittingID, code string) (byhand.Sheet, bank.Paper, bank.Lookup, error) {
	sheet, err := s.custody.Sheets.Sheet(ctx, sitting.ID(sittingID), byhand.Code(code))
	if err != nil {
		return sheet, bank.Paper{}, nil, err
	}
	paper, err := s.paper(ctx, sheet.Attempt)
	if err != nil {
		return sheet, paper, nil, err
	}
	lookup, err := s.lookup(ctx, paper)
	return sheet, paper, lookup, err
}

// GetPaperSheet shows what there is to type in, and what two people read once
// both have.
func (s *server) GetPaperSheet(ctx context.Context, r contract.GetPaperSheetRequestObject) (contract.GetPaperSheetResponseObject, error) {
	sheet, paper, lookup, err := s.writtenSheet(ctx, r.Sitting, r.Code)
	if err != nil {
		return nil, err
	}
	view, err := bank.NewView(paper, lookup)
	if err != nil {
		return nil, err
	}
	out := contract.GetPaperSheet200JSONResponse{Slots: make([]contract.PaperSheetSlot, len(view.Slots))}
	if out.Sheet, err = s.wirePaperSheet(ctx, &sheet); err != nil {
		return nil, err
	}
	for i, v := range view.Slots {
		slot := contract.PaperSheetSlot{Slot: v.Number, Type: contract.ItemType(v.Type), Letters: []string{}, Blanks: v.Blanks}
		for _, o := range v.Options {
			slot.Letters = append(slot.Letters, o.Letter)
		}
		if len(slot.Letters) == 0 && slot.Blanks == 0 {
			slot.Blanks = 1
		}
		if err := readings(&slot, &sheet, lookup, paper.Slots[i]); err != nil {
			return nil, err
		}
		out.Slots[i] = slot
	}
	return out, nil
}

// readings adds what was typed for a slot, once nobody can be led by it.
func readings(into *contract.PaperSheetSlot, sheet *byhand.Sheet, lookup bank.Lookup, slot bank.Slot) error {
	if len(sheet.Typed) < 2 {
		return nil
	}
	var all []contract.Response
	for _, t := range sheet.Typed {
		r, err := decode(lookup, slot, t.Answers[slot.Number])
		if err != nil {
			return err
		}
		all = append(all, wireResponse(r))
	}
	into.Readings = &all
	if sheet.Settled != nil {
		r, err := decode(lookup, slot, sheet.Settled.Answers[slot.Number])
		if err != nil {
			return err
		}
		wire := wireResponse(r)
		into.Settled = &wire
	}
	return nil
}

// PrintPaperSheet prints a sheet.
func (s *server) PrintPaperSheet(ctx context.Context, r contract.PrintPaperSheetRequestObject) (contract.PrintPaperSheetResponseObject, error) {
	sheet, paper, lookup, err := s.writtenSheet(ctx, r.Sitting, r.Code)
	if err != nil {
		return nil, err
	}
	x, err := s.sittings.Sitting(ctx, sheet.Sitting)
	if err != nil {
		return nil, err
	}
	rec, err := s.attempts.Record(ctx, sheet.Attempt)
	if err != nil {
		return nil, err
	}
	p, err := s.seatOf(ctx, rec)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	var doc []byte
	err = s.custody.Sheets.Print(ctx, staff(ctx), &sheet, func() (err error) {
		doc, err = s.compose.PrintExam(ctx, &compose.ExamPaper{
			Title: x.Title, Code: string(sheet.Code), Name: p.person.Name, Admission: p.Admission, Place: p.Room + " 考场 " + p.Seat + " 座",
			Until: rec.DeadlineAt(now), Printed: now, Paper: paper, Lookup: lookup,
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return contract.PrintPaperSheet200ApplicationpdfResponse{Body: bytes.NewReader(doc), ContentLength: int64(len(doc))}, nil
}

// typedAnswers checks typed answers against their questions. Empty ones are
// kept only where they say that a slot is blank.
func typedAnswers(in []contract.PaperAnswer, paper bank.Paper, lookup bank.Lookup, blank bool) (map[int]string, error) {
	out := map[int]string{}
	for i, a := range in {
		wrong := func(field, reason string) error {
			return &sitting.FieldError{Field: fmt.Sprintf("/answers/%d/%s", i, field), Reason: reason}
		}
		if _, twice := out[a.Slot]; a.Slot < 1 || a.Slot > len(paper.Slots) || twice {
			return nil, wrong("slot", "unknown")
		}
		slot := paper.Slots[a.Slot-1]
		q, err := question(lookup, slot)
		if err != nil {
			return nil, err
		}
		response := responseOf(a.Response)
		if response.Empty() {
			if blank {
				out[a.Slot] = ""
			}
			continue
		}
		clean, err := bank.ValidateResponse(q, slot, response)
		if err != nil {
			return nil, wrong("response", "response")
		}
		out[a.Slot] = clean.Encode()
	}
	return out, nil
}

// TypePaperSheet keeps what one person read on the paper.
func (s *server) TypePaperSheet(ctx context.Context, r contract.TypePaperSheetRequestObject) (contract.TypePaperSheetResponseObject, error) {
	_, paper, lookup, err := s.writtenSheet(ctx, r.Sitting, r.Code)
	if err != nil {
		return nil, err
	}
	answers, err := typedAnswers(r.Body.Answers, paper, lookup, false)
	if err != nil {
		return nil, err
	}
	sheet, err := s.custody.Sheets.Type(ctx, staff(ctx), sitting.ID(r.Sitting), byhand.Code(r.Code), answers)
	if err != nil {
		return nil, err
	}
	out, err := s.wirePaperSheet(ctx, &sheet)
	return contract.TypePaperSheet200JSONResponse(out), err
}

// SettlePaperSheet says what stands where two people differ.
func (s *server) SettlePaperSheet(ctx context.Context, r contract.SettlePaperSheetRequestObject) (contract.SettlePaperSheetResponseObject, error) {
	_, paper, lookup, err := s.writtenSheet(ctx, r.Sitting, r.Code)
	if err != nil {
		return nil, err
	}
	answers, err := typedAnswers(r.Body.Answers, paper, lookup, true)
	if err != nil {
		return nil, err
	}
	sheet, err := s.custody.Sheets.Settle(ctx, staff(ctx), sitting.ID(r.Sitting), byhand.Code(r.Code), answers)
	if err != nil {
		return nil, err
	}
	out, err := s.wirePaperSheet(ctx, &sheet)
	return contract.SettlePaperSheet200JSONResponse(out), err
}
