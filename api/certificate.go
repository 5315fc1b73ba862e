package api

import (
	"context"
	"errors"
	"time"

	openapi "github.com/oapi-codegen/runtime/types"

	"gongyuan/api/contract"
	"gongyuan/engine/certificate"
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
		Body: c.Body, Issued: wireDate(c.Date), State: contract.CertificateState(c.Standing(certificate.DateOf(s.clock.Now()))), Registration: &registration,
	}
	if c.Expires != "" {
		day := wireDate(c.Expires)
		out.Expires = &day
	}
	if a, ok := c.Revocation(); ok {
		day := wireDate(certificate.DateOf(a.At))
		out.RevokedOn, out.Reason = &day, &a.Reason
	}
	if n := c.Reissues(); n > 0 {
		out.Reissues = &n
		for _, a := range c.Acts {
			if a.Kind == certificate.Reissue {
				day := wireDate(certificate.DateOf(a.At))
				out.ReissuedOn = &day
			}
		}
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

// GetCertificate shows everything that is printed, the document number masked:
// in full it is on paper only, and printing is recorded.
func (s *server) GetCertificate(ctx context.Context, r contract.GetCertificateRequestObject) (contract.GetCertificateResponseObject, error) {
	out, err := s.printOf(ctx, certificate.NormalNumber(r.Number))
	return contract.GetCertificate200JSONResponse(out), err
}

func (s *server) printOf(ctx context.Context, n certificate.Number) (contract.CertificatePrint, error) {
	var out contract.CertificatePrint
	c, err := s.certificates.Certificate(ctx, n)
	if err != nil {
		return out, err
	}
	motions, err := s.certificates.Motions(ctx, c.Number)
	if err != nil {
		return out, err
	}
	out = contract.CertificatePrint{Certificate: s.wireCertificate(c), Statement: c.Statement}
	if out.Motions, err = s.wireMotions(ctx, motions); err != nil {
		return out, err
	}
	for _, f := range certificate.Fields(c, certificate.Print{CheckAddress: "/verify?number=" + string(c.Number)}) {
		label := f.LabelZH
		if callOf(ctx).lang == "en" {
			label = f.LabelEN
		}
		out.Fields = append(out.Fields, contract.PrintedField{Label: label, Value: f.Value})
	}
	return out, nil
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
	if r.Body.Statement == nil {
		if err := s.paid(ctx, r.Body.Solution); err != nil {
			return nil, err
		}
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
	if c.Reissues > 0 {
		day := wireDate(c.ReissuedOn)
		wire.Reissues, wire.ReissuedOn = &c.Reissues, &day
	}
	if c.Expires != "" {
		day := wireDate(c.Expires)
		wire.Expires = &day
	}
	if c.State == certificate.Revoked {
		day := wireDate(c.RevokedOn)
		wire.RevokedOn, wire.Reason = &day, textOrNone(c.Reason)
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
