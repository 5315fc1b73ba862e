package api

import (
	"bytes"
	"context"
	"errors"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/editorial"
	"gongyuan/engine/people"
)

// ListItems lists a page of a bank's items.
func (s *server) ListItems(ctx context.Context, r contract.ListItemsRequestObject) (contract.ListItemsResponseObject, error) {
	p := r.Params
	q := bank.ItemQuery{
		Bank: bank.ID(r.Bank), Type: bank.Type(or(p.Type)), Range: bank.RangeCode(or(p.Range)), Difficulty: or(p.Difficulty), Text: or(p.Text),
		Status: bank.Status(or(p.Status)), Stage: bank.Stage(or(p.Stage)), Author: or(p.Author), Tag: or(p.Tag), Used: bank.Choice(or(p.Used)),
		Facility: bank.Span{From: thousandths(p.FacilityFrom), To: thousandths(p.FacilityTo)}, Discrimination: bank.Span{To: thousandths(p.DiscriminationBelow)},
		Suspicious: bank.Choice(or(p.Suspicious)), Doubted: bank.Choice(or(p.Doubted)),
		Sort: bank.ItemSort(or(p.Sort)), Descending: or(p.Descending), Skip: max(or(p.Skip), 0), Limit: 20,
	}
	if p.Limit != nil {
		q.Limit = min(max(*p.Limit, 1), 100)
	}
	page, err := s.banks.Items(ctx, q)
	if err != nil {
		return nil, err
	}
	rows, err := s.wireRows(ctx, page.Rows)
	return contract.ListItems200JSONResponse{Total: page.Total, Items: rows}, err
}

// thousandths is a part of 1 as addresses carry it.
func thousandths(n *int) *float64 {
	if n == nil {
		return nil
	}
	v := float64(*n) / 1000
	return &v
}

func or[T any](v *T) T {
	if v == nil {
		var none T
		return none
	}
	return *v
}

// CreateItem begins an item.
func (s *server) CreateItem(ctx context.Context, r contract.CreateItemRequestObject) (contract.CreateItemResponseObject, error) {
	d, err := s.editorial.Create(ctx, callOf(ctx).actor.Subject, bank.ID(r.Bank), or(r.Body.Code), contentOf(&r.Body.Content))
	if err != nil {
		return nil, err
	}
	out, err := s.wireItem(ctx, d)
	return contract.CreateItem201JSONResponse(out), err
}

// GetItem shows an item.
func (s *server) GetItem(ctx context.Context, r contract.GetItemRequestObject) (contract.GetItemResponseObject, error) {
	d, err := s.editorial.Open(ctx, callOf(ctx).actor.Subject, bank.NewItemID(bank.ID(r.Bank), r.Code))
	if err != nil {
		return nil, err
	}
	out, err := s.wireItem(ctx, d)
	return contract.GetItem200JSONResponse(out), err
}

// SaveDraft saves a draft.
func (s *server) SaveDraft(ctx context.Context, r contract.SaveDraftRequestObject) (contract.SaveDraftResponseObject, error) {
	d, err := s.editorial.Save(ctx, callOf(ctx).actor.Subject, editorial.SaveRequest{
		Item: bank.NewItemID(bank.ID(r.Bank), r.Code), Version: r.Body.Version, Base: r.Body.Base, Content: contentOf(&r.Body.Content),
	})
	if err != nil {
		return nil, err
	}
	out, err := s.wireItem(ctx, d)
	return contract.SaveDraft200JSONResponse(out), err
}

// reviewing is what somebody may do who reviews and does not write.
var reviewing = map[bank.Step]bool{bank.StepApprove: true, bank.StepReturn: true, bank.StepComment: true}

// TakeStep takes a step with an item. A draft that was thrown away may have
// been all there was: then no item is answered.
func (s *server) TakeStep(ctx context.Context, r contract.TakeStepRequestObject) (contract.TakeStepResponseObject, error) {
	b := r.Body
	if who := callOf(ctx).actor; !who.Has(people.Editor) && !who.Has(people.Administrator) && !reviewing[bank.Step(b.Step)] {
		return nil, errForbidden
	}
	d, err := s.editorial.Take(ctx, callOf(ctx).actor.Subject, editorial.StepRequest{
		Item: bank.NewItemID(bank.ID(r.Bank), r.Code), Step: bank.Step(b.Step), Version: b.Version, Draft: or(b.Draft), Note: or(b.Note),
		KeyMeant: or(b.KeyMeant), Assignee: or(b.Assignee), Publish: or(b.Publish),
	})
	if err != nil {
		return nil, err
	}
	if d.Row.ID == "" {
		return contract.TakeStep200JSONResponse{}, nil
	}
	out, err := s.wireItem(ctx, d)
	return contract.TakeStep200JSONResponse{Item: &out}, err
}

// CompareRevisions tells what differs between two states of an item.
func (s *server) CompareRevisions(ctx context.Context, r contract.CompareRevisionsRequestObject) (contract.CompareRevisionsResponseObject, error) {
	before, after := -1, -1
	if r.Params.Before != nil {
		before = *r.Params.Before
	}
	if r.Params.After != nil {
		after = *r.Params.After
	}
	c, err := s.editorial.Compare(ctx, bank.NewItemID(bank.ID(r.Bank), r.Code), before, after)
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.wireRows(ctx, []bank.ItemRow{c.Row})
	if err != nil {
		return nil, err
	}
	out := contract.CompareRevisions200JSONResponse{Row: rows[0], AltersKey: c.AltersKey, Fields: []contract.FieldDiff{}, After: wireContent(&c.After)}
	if len(c.Fields) > 0 {
		content := wireContent(&c.Before)
		out.Before, out.BeforeRevision = &content, &c.Before.Number
		if c.Before.Number > 0 {
			who := names.person(c.Before.Author)
			out.BeforeAt, out.BeforeBy = &c.Before.Created, &who
		}
	}
	if c.After.Number > 0 {
		who := names.person(c.After.Author)
		out.AfterAt, out.AfterBy = &c.After.Created, &who
	}
	for _, f := range c.Fields {
		w := contract.FieldDiff{Field: f.Field, Changed: f.Changed, Before: f.Old, After: f.New, Pieces: []contract.DiffPiece{}}
		for _, p := range f.Pieces {
			w.Pieces = append(w.Pieces, contract.DiffPiece{Kind: contract.DiffPieceKind(p.Kind), Text: p.Text})
		}
		out.Fields = append(out.Fields, w)
	}
	return out, nil
}

// WarnOfItem tells what is odd about a content that is not saved.
func (s *server) WarnOfItem(ctx context.Context, r contract.WarnOfItemRequestObject) (contract.WarnOfItemResponseObject, error) {
	found, err := s.editorial.Warn(ctx, bank.ID(r.Bank), or(r.Body.Code), contentOf(&r.Body.Content))
	return contract.WarnOfItem200JSONResponse(wireWarnings(found, callOf(ctx).lang)), err
}

// ListReviews lists what waits for the caller.
func (s *server) ListReviews(ctx context.Context, _ contract.ListReviewsRequestObject) (contract.ListReviewsResponseObject, error) {
	q, err := s.editorial.Queue(ctx, callOf(ctx).actor.Subject)
	if err != nil {
		return nil, err
	}
	out := contract.ListReviews200JSONResponse{ServerNow: s.clock.Now()}
	for _, part := range []struct {
		rows []bank.ItemRow
		to   *[]contract.ItemRow
	}{{q.Review, &out.Review}, {q.Returned, &out.Returned}, {q.Publish, &out.Publish}, {q.Doubted, &out.Doubted}} {
		if *part.to, err = s.wireRows(ctx, part.rows[:min(len(part.rows), 200)]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// AddPicture keeps an image.
func (s *server) AddPicture(ctx context.Context, r contract.AddPictureRequestObject) (contract.AddPictureResponseObject, error) {
	p, err := s.editorial.AddPicture(ctx, r.Body.Data)
	if err != nil {
		return nil, err
	}
	return contract.AddPicture201JSONResponse{Id: string(p.ID), Type: p.Type, Width: p.Width, Height: p.Height}, nil
}

// forever tells browsers that what they got never changes.
var forever = "public, max-age=31536000, immutable"

// GetPicture sends an image. It is named by its content and never changes.
func (s *server) GetPicture(ctx context.Context, r contract.GetPictureRequestObject) (contract.GetPictureResponseObject, error) {
	p, ok := s.images.get(r.Picture)
	if !ok {
		var err error
		if p, err = s.editorial.Picture(ctx, bank.PictureID(r.Picture)); err != nil {
			return nil, err
		}
		s.images.put(p)
	}
	body, size := bytes.NewReader(p.Data), int64(len(p.Data))
	headers := contract.GetPicture200ResponseHeaders{CacheControl: &forever}
	switch p.Type {
	case "image/png":
		return contract.GetPicture200ImagepngResponse{Body: body, ContentLength: size, Headers: headers}, nil
	case "image/jpeg":
		return contract.GetPicture200ImagejpegResponse{Body: body, ContentLength: size, Headers: headers}, nil
	}
	return nil, errors.New("api: a picture of type " + p.Type)
}
