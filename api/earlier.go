package api

import (
	"context"
	"strings"

	"gongyuan/api/contract"
	"gongyuan/engine/certificate"
	"gongyuan/engine/earlier"
)

// SearchEarlier lists certificates that were issued elsewhere, by number.
func (s *server) SearchEarlier(ctx context.Context, r contract.SearchEarlierRequestObject) (contract.SearchEarlierResponseObject, error) {
	skip, limit := paging(r.Body.Skip, r.Body.Limit)
	some, total, err := s.registers.Earlier.List(ctx, staff(ctx), strings.TrimSpace(textOr(r.Body.Text)), skip, limit)
	if err != nil {
		return nil, err
	}
	lang := callOf(ctx).lang
	out := contract.SearchEarlier200JSONResponse{Total: total, Certificates: []contract.EarlierCertificate{}, Head: earlier.Head()}
	for i := range some {
		c := &some[i]
		kind := c.Holder.Document.Title()
		if lang == "en" {
			kind = c.Holder.Document.TitleEN()
		}
		out.Certificates = append(out.Certificates, contract.EarlierCertificate{
			Number: string(c.Number), Shape: string(c.Shape), Name: c.Holder.Name, DocumentType: kind, DocumentMasked: c.Holder.Masked, OccupationCode: c.Occupation.Code,
			Occupation: c.Occupation.Name, Direction: c.Direction, Level: int(c.Level), LevelTitle: s.titleOf(c.Level, lang), Body: c.Body, Date: c.Date, Void: c.Void,
			VoidOn: c.VoidOn, VoidWhy: c.VoidWhy, Version: c.Version,
		})
	}
	return out, nil
}

// ImportEarlier judges or keeps rows of certificates that were issued elsewhere.
func (s *server) ImportEarlier(ctx context.Context, r contract.ImportEarlierRequestObject) (contract.ImportEarlierResponseObject, error) {
	offices := works[earlier.Row]{s.registers.Earlier.Judge, s.registers.Earlier.Import}
	out, err := takeIn(ctx, s, earlier.Table, entered[earlier.Row]{nil, &r.Body.Data, r.Body.Dry}, offices)
	return contract.ImportEarlier200JSONResponse(out), err
}

// RemoveEarlier marks one as imported by mistake.
func (s *server) RemoveEarlier(ctx context.Context, r contract.RemoveEarlierRequestObject) (contract.RemoveEarlierResponseObject, error) {
	if err := s.registers.Earlier.Remove(ctx, staff(ctx), certificate.Number(r.Body.Id), r.Body.Version, r.Body.Why); err != nil {
		return nil, err
	}
	return contract.RemoveEarlier204Response{}, nil
}
