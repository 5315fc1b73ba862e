package api

import (
	"context"
	"errors"
	"time"

	openapi "github.com/oapi-codegen/runtime/types"

	"gongyuan/api/contract"
	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

func wireDate(d certificate.Date) openapi.Date {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return openapi.Date{}
	}
	return openapi.Date{Time: t}
}

// wireCertificate shows a certificate to staff. The document number stays
// masked.
func (s *server) wireCertificate(c certificate.Certificate) contract.Certificate {
	registration := string(c.Registration)
	out := contract.Certificate{
		Number: string(c.Number), Name: c.Name, DocumentMasked: c.DocumentMasked, Occupation: c.Occupation.Name, LevelTitle: c.LevelTitle,
		Body: c.Body, Issued: wireDate(c.Date), State: contract.CertificateState(c.State()), Registration: &registration,
	}
	if a, ok := c.Revocation(); ok {
		day := wireDate(certificate.DateOf(a.At))
		out.RevokedOn, out.Reason = &day, &a.Reason
	}
	return out
}

// ListCertificates lists the certificates of a sitting.
func (s *server) ListCertificates(ctx context.Context, r contract.ListCertificatesRequestObject) (contract.ListCertificatesResponseObject, error) {
	all, err := s.certificates.OfSitting(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	out := contract.ListCertificates200JSONResponse{}
	for _, c := range all {
		out = append(out, s.wireCertificate(c))
	}
	return out, nil
}

// GetCertificate shows everything that is printed, the document number in
// full; that it was opened goes to the log.
func (s *server) GetCertificate(ctx context.Context, r contract.GetCertificateRequestObject) (contract.GetCertificateResponseObject, error) {
	c, err := s.certificates.Certificate(ctx, certificate.NormalNumber(r.Number))
	if err != nil {
		return nil, err
	}
	number, err := s.certificates.DocumentNumber(c)
	if err != nil {
		return nil, err
	}
	s.log.Info("certificate shown in full", "number", c.Number, "by", staff(ctx), "request", callOf(ctx).requestID)
	out := contract.GetCertificate200JSONResponse{Certificate: s.wireCertificate(c), Statement: c.Statement}
	for _, f := range certificate.Fields(c, certificate.Print{DocumentNumber: number, CheckAddress: "/verify?number=" + string(c.Number)}) {
		label := f.LabelZH
		if callOf(ctx).lang == "en" {
			label = f.LabelEN
		}
		out.Fields = append(out.Fields, contract.PrintedField{Label: label, Value: f.Value})
	}
	return out, nil
}

// RevokeCertificate voids a certificate. The second person signs in here and
// now, as themselves.
func (s *server) RevokeCertificate(ctx context.Context, r contract.RevokeCertificateRequestObject) (contract.RevokeCertificateResponseObject, error) {
	second, err := s.checkPassword(ctx, r.Body.SecondLogin, r.Body.SecondPassword)
	if errors.Is(err, people.ErrPassword) {
		return nil, &fieldsError{[]sitting.FieldError{{Field: "/secondPassword", Reason: "second-login"}}}
	} else if err != nil {
		return nil, err
	}
	if !second.Has(people.Administrator, people.Examiner) {
		return nil, &fieldsError{[]sitting.FieldError{{Field: "/secondLogin", Reason: "second-role"}}}
	}
	var c certificate.Certificate
	err = audit.Do(ctx, s.audit, audit.Event{
		Actor: string(staff(ctx)), Act: "certificate.revoke", Object: "certificate:" + r.Number, Why: r.Body.Reason, After: map[string]string{"second": string(second.ID)},
	}, func() (err error) {
		c, err = s.certificates.Revoke(ctx, certificate.NormalNumber(r.Number), r.Body.Reason, staff(ctx), second.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.log.Info("certificate revoked", "number", c.Number, "by", staff(ctx), "second", second.ID, "request", callOf(ctx).requestID)
	return contract.RevokeCertificate200JSONResponse(s.wireCertificate(c)), nil
}

// Look-ups by the public are limited per address; a person checking a batch
// of papers stays well below.
const (
	lookupAttempts = 30
	lookupWindow   = 10 * time.Minute
)

// VerifyCertificate answers the public. What is not there and what does not
// match are answered alike, with an empty list.
func (s *server) VerifyCertificate(ctx context.Context, r contract.VerifyCertificateRequestObject) (contract.VerifyCertificateResponseObject, error) {
	wait, err := s.limiter.Take(ctx, "verify:"+callOf(ctx).address, lookupAttempts, lookupWindow)
	if err != nil {
		return nil, err
	}
	if wait > 0 {
		return nil, &waitError{wait}
	}
	if r.Body.Statement != nil {
		return s.verifyStatement(ctx, *r.Body.Statement)
	}
	q := certificate.Query{}
	if r.Body.Name != nil {
		q.Name = *r.Body.Name
	}
	if r.Body.Number != nil {
		q.Number = *r.Body.Number
	}
	if r.Body.DocumentNumber != nil {
		q.Document = *r.Body.DocumentNumber
	}
	found, err := s.certificates.Lookup(ctx, q)
	if err != nil && !errors.Is(err, certificate.ErrNotFound) {
		return nil, err
	}
	out := contract.VerifyCertificate200JSONResponse{Certificates: []contract.Certificate{}}
	for _, c := range found {
		out.Certificates = append(out.Certificates, wireShown(&c))
	}
	return out, nil
}

// GetKeys publishes the keys that statements are checked with.
func (s *server) GetKeys(context.Context, contract.GetKeysRequestObject) (contract.GetKeysResponseObject, error) {
	out := contract.GetKeys200JSONResponse{Keys: []contract.PublicKey{}}
	for _, k := range s.certificates.JWKS().Keys {
		out.Keys = append(out.Keys, contract.PublicKey{Kty: k.KTY, Crv: k.CRV, Kid: k.KID, X: k.X, Alg: k.Alg, Use: k.Use})
	}
	return out, nil
}

// wireShown is what the public sees of a certificate.
func wireShown(c *certificate.Shown) contract.Certificate {
	wire := contract.Certificate{
		Number: string(c.Number), Name: c.Name, DocumentMasked: c.Document, Occupation: c.Occupation, LevelTitle: c.LevelTitle,
		Body: c.Body, Issued: wireDate(c.Date), State: contract.CertificateState(c.State),
	}
	if c.State == certificate.Revoked {
		day := wireDate(c.RevokedOn)
		wire.RevokedOn = &day
	}
	return wire
}

// verifyStatement answers who has scanned a QR code.
func (s *server) verifyStatement(ctx context.Context, text string) (contract.VerifyCertificateResponseObject, error) {
	genuine, forged := contract.Genuine, contract.Forged
	out := contract.VerifyCertificate200JSONResponse{Certificates: []contract.Certificate{}, Signature: &genuine}
	found, err := s.certificates.LookupStatement(ctx, text)
	switch {
	case errors.Is(err, certificate.ErrStatement):
		out.Signature = &forged
	case errors.Is(err, certificate.ErrNotFound):
	case err != nil:
		return nil, err
	default:
		out.Certificates = append(out.Certificates, wireShown(&found))
	}
	return out, nil
}
