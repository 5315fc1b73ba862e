package api

import (
	"context"

	"gongyuan/api/contract"
	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
)

// GetCertificateCredential hands a certificate out as a Verifiable Credential.
func (s *server) GetCertificateCredential(ctx context.Context, r contract.GetCertificateCredentialRequestObject) (contract.GetCertificateCredentialResponseObject, error) {
	number := certificate.NormalNumber(r.Number)
	var out certificate.Enveloped
	event := audit.Event{Actor: string(staff(ctx)), Act: "certificate.credential", Object: "certificate:" + string(number)}
	err := audit.Do(ctx, s.audit, event, func() (err error) {
		out, err = s.certificates.Credential(ctx, number, s.handouts.Address)
		return err
	})
	return contract.GetCertificateCredential200JSONResponse{Context: out.Context, Id: out.ID, Type: out.Type}, err
}
