package api

import (
	"bytes"
	"context"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/compose"
)

// ListBlueprintDrafts lists what is being written.
func (s *server) ListBlueprintDrafts(ctx context.Context, _ contract.ListBlueprintDraftsRequestObject) (contract.ListBlueprintDraftsResponseObject, error) {
	all, err := s.compose.Drafts(ctx, callOf(ctx).actor.Subject)
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	out := make(contract.ListBlueprintDrafts200JSONResponse, len(all))
	for i := range all {
		out[i] = wireDraft(&all[i], names)
	}
	return out, nil
}

// OpenBlueprint opens a blueprint.
func (s *server) OpenBlueprint(ctx context.Context, r contract.OpenBlueprintRequestObject) (contract.OpenBlueprintResponseObject, error) {
	o, err := s.compose.Open(ctx, callOf(ctx).actor.Subject, r.Blueprint)
	if err != nil {
		return nil, err
	}
	out, err := s.wireOpen(ctx, o)
	return contract.OpenBlueprint200JSONResponse(out), err
}

// SaveBlueprint saves the draft of a blueprint.
func (s *server) SaveBlueprint(ctx context.Context, r contract.SaveBlueprintRequestObject) (contract.SaveBlueprintResponseObject, error) {
	content := blueprintOf(&r.Body.Content)
	content.ID = r.Blueprint
	o, err := s.compose.Save(ctx, callOf(ctx).actor.Subject, r.Body.Version, content)
	if err != nil {
		return nil, err
	}
	out, err := s.wireOpen(ctx, o)
	return contract.SaveBlueprint200JSONResponse(out), err
}

// StepBlueprint takes a step with the draft of a blueprint.
func (s *server) StepBlueprint(ctx context.Context, r contract.StepBlueprintRequestObject) (contract.StepBlueprintResponseObject, error) {
	o, err := s.compose.Take(ctx, callOf(ctx).actor.Subject, compose.StepRequest{
		ID: r.Blueprint, Step: bank.Step(r.Body.Step), Version: r.Body.Version, Note: or(r.Body.Note),
	})
	if err != nil {
		return nil, err
	}
	if o.Draft.Content.ID == "" {
		return contract.StepBlueprint204Response{}, nil
	}
	out, err := s.wireOpen(ctx, o)
	return contract.StepBlueprint200JSONResponse(out), err
}

// CheckContent holds a blueprint against its bank.
func (s *server) CheckContent(ctx context.Context, r contract.CheckContentRequestObject) (contract.CheckContentResponseObject, error) {
	report, err := s.compose.Check(ctx, callOf(ctx).actor.Subject, blueprintOf(&r.Body.Content), or(r.Body.Repairs))
	if err != nil {
		return nil, err
	}
	return contract.CheckContent200JSONResponse(wireReport(&report, callOf(ctx).lang)), nil
}

func specimensOf(r *contract.SpecimenRequest) compose.SpecimenRequest {
	return compose.SpecimenRequest{Blueprint: blueprintOf(&r.Content), Seed: r.Seed, Count: r.Count}
}

// DrawSpecimens draws specimen papers.
func (s *server) DrawSpecimens(ctx context.Context, r contract.DrawSpecimensRequestObject) (contract.DrawSpecimensResponseObject, error) {
	drawn, err := s.compose.Specimens(ctx, callOf(ctx).actor.Subject, specimensOf(r.Body))
	if err != nil {
		return nil, err
	}
	out := make(contract.DrawSpecimens200JSONResponse, len(drawn.Papers))
	for i := range drawn.Papers {
		if out[i], err = wireSpecimen(&drawn.Papers[i], drawn.Lookup); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// PrintSpecimen sets a specimen paper or its key.
func (s *server) PrintSpecimen(ctx context.Context, r contract.PrintSpecimenRequestObject) (contract.PrintSpecimenResponseObject, error) {
	b := r.Body
	req := specimensOf(&contract.SpecimenRequest{Content: b.Content, Seed: b.Seed, Count: b.Count})
	pdf, err := s.compose.Print(ctx, callOf(ctx).actor.Subject, req, b.Number, compose.Sheet(b.Sheet))
	if err != nil {
		return nil, err
	}
	return contract.PrintSpecimen200ApplicationpdfResponse{Body: bytes.NewReader(pdf), ContentLength: int64(len(pdf))}, nil
}

func blueprintOf(c *contract.BlueprintContent) bank.Blueprint {
	bp := bank.Blueprint{
		ID: c.Id, Bank: bank.ID(c.Bank), Title: c.Title, Duration: time.Duration(c.DurationMinutes) * time.Minute,
		Difficulty: sharesOf(c.Difficulty), Facility: sharesOf(c.Facility), MaxPerPoint: c.MaxPerPoint, Exposure: c.Exposure, AvoidMet: c.AvoidMet,
	}
	for _, p := range c.Sections {
		bp.Sections = append(bp.Sections, bank.Section{Type: bank.Type(p.Type), Count: p.Count, Points: bank.Marks(p.Points), Rule: bank.MultipleRule(or(p.Rule))})
	}
	for _, w := range c.Weights {
		bp.Weights = append(bp.Weights, bank.RangeWeight{Range: bank.RangeCode(w.Range), Weight: w.Weight})
	}
	return bp
}

func sharesOf(list []int) map[int]int {
	if len(list) == 0 {
		return nil
	}
	out := map[int]int{}
	for i, n := range list {
		out[i+1] = n
	}
	return out
}

func wireShares(m map[int]int) []int {
	if len(m) == 0 {
		return []int{}
	}
	return []int{m[1], m[2], m[3], m[4], m[5]}
}

func wireBlueprint(b *bank.Blueprint) contract.BlueprintContent {
	out := contract.BlueprintContent{
		Id: b.ID, Bank: string(b.Bank), Title: b.Title, DurationMinutes: int(b.Duration / time.Minute), Sections: []contract.BlueprintPart{},
		Weights: []contract.BlueprintWeight{}, Difficulty: wireShares(b.Difficulty), Facility: wireShares(b.Facility),
		MaxPerPoint: b.MaxPerPoint, Exposure: b.Exposure, AvoidMet: b.AvoidMet,
	}
	for _, p := range b.Sections {
		part := contract.BlueprintPart{Type: contract.ItemType(p.Type), Count: p.Count, Points: contract.Marks(p.Points)}
		if p.Rule != "" {
			rule := contract.BlueprintRule(p.Rule)
			part.Rule = &rule
		}
		out.Sections = append(out.Sections, part)
	}
	for _, w := range b.Weights {
		out.Weights = append(out.Weights, contract.BlueprintWeight{Range: string(w.Range), Weight: w.Weight})
	}
	return out
}

func wireDraft(d *bank.BlueprintDraft, names staffNames) contract.BlueprintDraft {
	out := contract.BlueprintDraft{
		Content: wireBlueprint(&d.Content), Version: d.Version, Proposed: d.Proposed, Note: d.Note, By: d.By,
		Total: contract.Marks(d.Content.Total()), Edition: d.Content.Edition, Updated: some(d.Updated),
	}
	if d.By != "" {
		out.ByName = names.person(d.By).Name
	}
	return out
}

func (s *server) wireOpen(ctx context.Context, o compose.Opened) (contract.OpenBlueprint, error) {
	names, err := s.names(ctx)
	if err != nil {
		return contract.OpenBlueprint{}, err
	}
	out := contract.OpenBlueprint{Draft: wireDraft(&o.Draft, names), InUse: o.Current != nil, May: []contract.BlueprintAct{}, Editions: []contract.BlueprintEdition{}}
	for _, step := range o.May {
		if step != bank.StepSave {
			out.May = append(out.May, contract.BlueprintAct(step))
		}
	}
	for _, e := range o.Editions {
		out.Editions = append(out.Editions, contract.BlueprintEdition{
			Edition: e.Content.Edition, Title: e.Content.Title, Author: e.Author, AuthorName: names.person(e.Author).Name,
			Approver: e.Approver, ApproverName: names.person(e.Approver).Name, At: e.At, Note: e.Note,
		})
	}
	return out, nil
}

func wireReport(r *compose.Report, lang string) contract.BlueprintReport {
	out := contract.BlueprintReport{
		Feasible: r.Short == nil, Undecided: r.Short != nil && r.Short.Undecided, Total: contract.Marks(r.Total),
		Cells: []contract.BlueprintCell{}, Repairs: []contract.BlueprintRepair{},
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		out.Items += c.Count
		cell := contract.BlueprintCell{
			Type: contract.ItemType(c.Type), Range: string(c.Range), Need: c.Count, Usable: c.Usable, Points: c.Points,
			Waiting: []contract.WaitingItems{}, Lacks: []contract.CellLack{},
		}
		for _, status := range []bank.Status{bank.Draft, bank.InReview, bank.Approved, bank.Retired} {
			if n := c.Waiting[status]; n > 0 {
				cell.Waiting = append(cell.Waiting, contract.WaitingItems{Status: contract.ItemStatus(status), Items: n})
			}
		}
		for j := range c.Short {
			lack := &c.Short[j]
			cell.Lacks = append(cell.Lacks, contract.CellLack{
				Missing: lack.Missing, Reason: contract.ShortReason(lack.Reason), Difficulty: lack.Difficulty, Text: lack.Text(lang),
			})
		}
		out.Cells = append(out.Cells, cell)
	}
	for i := range r.Repairs {
		p := &r.Repairs[i]
		repair := contract.BlueprintRepair{Kind: contract.RepairKind(p.Change), Size: p.Size, Content: wireBlueprint(&p.Blueprint), Edits: []contract.RepairEdit{}}
		for _, e := range p.Edits {
			repair.Edits = append(repair.Edits, contract.RepairEdit{Of: e.Of, From: e.From, To: e.To})
		}
		out.Repairs = append(out.Repairs, repair)
	}
	if r.Short == nil {
		out.Outlook = wireOutlook(r)
	}
	return out
}

func wireOutlook(r *compose.Report) *contract.BlueprintOutlook {
	o := &r.Outlook
	out := &contract.BlueprintOutlook{
		Log10: float32(o.Log10), Papers: o.Papers, Expected: float32(o.Expected), Between: float32(o.Between), Within: float32(o.Within),
		Measured: o.Measured, Usable: o.Usable, Overlap: float32(o.Overlap), Drawn: o.Drawn, Most: []contract.ExposedItem{},
		Mix: wireShares(r.Mix), Deviation: r.Deviation,
	}
	for _, e := range o.Most {
		out.Most = append(out.Most, contract.ExposedItem{Item: string(e.Item), Share: float32(e.Share)})
	}
	return out
}

func wireSpecimen(p *compose.Specimen, lookup bank.Lookup) (contract.SpecimenPaper, error) {
	view, err := bank.NewView(p.Paper, lookup)
	if err != nil {
		return contract.SpecimenPaper{}, err
	}
	out := contract.SpecimenPaper{
		Number: p.Number, Total: contract.Marks(p.Paper.Total()), Expected: contract.Marks(p.Expected), Sections: []contract.SpecimenSection{},
		Cases: []string{}, Slots: make([]contract.SpecimenSlot, len(view.Slots)),
	}
	for _, s := range view.Sections {
		out.Sections = append(out.Sections, contract.SpecimenSection{Type: contract.ItemType(s.Type), Count: s.Count, Points: contract.Marks(s.Points)})
	}
	for _, c := range view.Cases {
		out.Cases = append(out.Cases, c.Situation)
	}
	for i := range view.Slots {
		v, slot := &view.Slots[i], p.Paper.Slots[i]
		rev, _ := lookup(bank.Ref{Item: slot.Ref.Item, Revision: slot.Ref.Revision})
		q, _ := rev.Part(slot.Ref.Part) // the view has found it
		out.Slots[i] = contract.SpecimenSlot{
			Number: v.Number, Section: v.Section, Type: contract.ItemType(v.Type), Points: contract.Marks(v.Points), Stem: v.Stem, Case: v.Case,
			Options: []contract.SpecimenOption{}, Code: codeOf(slot.Ref.Item), Revision: rev.Number, Point: string(rev.Point),
			Difficulty: rev.Difficulty, Answer: compose.Answer(q, slot), Explanation: q.Explanation,
		}
		for _, o := range v.Options {
			out.Slots[i].Options = append(out.Slots[i].Options, contract.SpecimenOption{Letter: o.Letter, Text: o.Text})
		}
	}
	return out, nil
}
