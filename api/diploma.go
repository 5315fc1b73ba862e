package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"gongyuan/api/contract"
	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/diploma"
	"gongyuan/engine/evidence"
	"gongyuan/engine/sitting"
)

// Diplomas sets certificates on paper.
type Diplomas interface {
	Check(s *diploma.Sheet) error
	SVG(s *diploma.Sheet) ([]byte, error)
	Write(sheets []diploma.Sheet) ([]byte, error)
	Bind(w io.Writer, count int, at func(i int) (diploma.Sheet, error)) error
	Archive(w io.Writer, count int, at func(i int) (diploma.Sheet, error)) error
}

// errNothingIssued is a sitting without a valid certificate.
var errNothingIssued = errors.New("api: no valid certificates")

// GetCertificateDocument prints one certificate.
func (s *server) GetCertificateDocument(ctx context.Context, r contract.GetCertificateDocumentRequestObject) (contract.GetCertificateDocumentResponseObject, error) {
	c, err := s.certificates.Certificate(ctx, certificate.NormalNumber(r.Number))
	if err != nil {
		return nil, err
	}
	if c.State() != certificate.Valid {
		return nil, certificate.ErrState
	}
	doc, err := s.diplomas(ctx, "sitting:"+string(c.Sitting), []certificate.Certificate{c})
	if err != nil {
		return nil, err
	}
	return contract.GetCertificateDocument200ApplicationpdfResponse{Body: bytes.NewReader(doc), ContentLength: int64(len(doc))}, nil
}

// GetCertificatePicture draws a certificate by the template of its issue, the
// document number masked and without the photograph.
func (s *server) GetCertificatePicture(ctx context.Context, r contract.GetCertificatePictureRequestObject) (contract.GetCertificatePictureResponseObject, error) {
	c, err := s.certificates.Certificate(ctx, certificate.NormalNumber(r.Number))
	if err != nil {
		return nil, err
	}
	sheet := s.diploma(c)
	sheet.DocumentNumber = c.DocumentMasked
	if sheet.Form, err = s.handouts.Forms.Form(ctx, c.Template); err != nil {
		return nil, err
	}
	picture, err := s.handouts.Diplomas.SVG(&sheet)
	if err != nil {
		return nil, err
	}
	return contract.GetCertificatePicture200ImagesvgXmlResponse{Body: bytes.NewReader(picture), ContentLength: int64(len(picture))}, nil
}

// GetCertificateBatch prints the valid certificates of a sitting, by number.
func (s *server) GetCertificateBatch(ctx context.Context, r contract.GetCertificateBatchRequestObject) (contract.GetCertificateBatchResponseObject, error) {
	all, err := s.certificates.OfSitting(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(c certificate.Certificate) bool { return c.State() != certificate.Valid })
	doc, err := s.diplomas(ctx, "sitting:"+r.Sitting, all)
	if err != nil {
		return nil, err
	}
	return contract.GetCertificateBatch200ApplicationpdfResponse{Body: bytes.NewReader(doc), ContentLength: int64(len(doc))}, nil
}

// diplomas prints certificates as one document.
func (s *server) diplomas(ctx context.Context, object string, all []certificate.Certificate) ([]byte, error) {
	at, err := s.sheets(ctx, object, all)
	if err != nil {
		return nil, err
	}
	sheets := make([]diploma.Sheet, len(all))
	for i := range all {
		if sheets[i], err = at(i); err != nil {
			return nil, err
		}
	}
	return s.handouts.Diplomas.Write(sheets)
}

// sheets returns what makes the pages of certificates, one by one. The pages
// name people with their document numbers in full, so that it is recorded
// first.
func (s *server) sheets(ctx context.Context, object string, all []certificate.Certificate) (func(i int) (diploma.Sheet, error), error) {
	if len(all) == 0 {
		return nil, errNothingIssued
	}
	numbers := make([]string, len(all))
	portraits := map[sitting.ID]map[sitting.RegistrationID]evidence.FileID{}
	for i, c := range all {
		numbers[i], portraits[c.Sitting] = string(c.Number), nil
	}
	err := s.audit.Record(ctx, audit.Event{Actor: string(staff(ctx)), Act: "certificate.print", Object: object, After: numbers})
	if err != nil {
		return nil, err
	}
	for id := range portraits {
		if portraits[id], err = s.portraits(ctx, id); err != nil {
			return nil, err
		}
	}
	return func(i int) (diploma.Sheet, error) {
		c := all[i]
		out := s.diploma(c)
		var err error
		if out.Form, err = s.handouts.Forms.Form(ctx, c.Template); err != nil {
			return out, err
		}
		if out.DocumentNumber, err = s.certificates.DocumentNumber(c); err != nil {
			return out, err
		}
		if file := portraits[c.Sitting][c.Registration]; file != "" {
			_, out.Portrait, err = s.files.Read(ctx, filer(ctx), file)
		}
		return out, err
	}, nil
}

func (s *server) diploma(c certificate.Certificate) diploma.Sheet {
	return diploma.Sheet{Certificate: c, Page: s.handouts.Address + "/verify", Sample: s.standard.Sample}
}

func (s *server) portraits(ctx context.Context, id sitting.ID) (map[sitting.RegistrationID]evidence.FileID, error) {
	all, err := s.files.Dossiers(ctx, staff(ctx), id)
	if err != nil {
		return nil, err
	}
	out := map[sitting.RegistrationID]evidence.FileID{}
	for _, d := range all {
		if d.Portrait != nil {
			out[d.Registration.ID] = d.Portrait.ID
		}
	}
	return out, nil
}
