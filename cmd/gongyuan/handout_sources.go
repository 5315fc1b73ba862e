package main

import (
	"context"
	"fmt"

	"gongyuan/engine/certificate"
	"gongyuan/engine/evidence"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// issued is the certificates as exports and reports want them.
type issued struct {
	*mongostore.Certificates
	e *engine
}

// DocumentNumber implements report.Certificates.
func (x issued) DocumentNumber(c certificate.Certificate) (string, error) {
	return x.e.registry.DocumentNumber(c)
}

// Registration implements report.Certificates.
func (x issued) Registration(ctx context.Context, id sitting.RegistrationID) (sitting.Registration, error) {
	return x.e.sittings.Registration(ctx, id)
}

// pictures is the portraits of candidates for exports.
type pictures struct{ files *evidence.Cabinet }

// Portraits implements report.Portraits.
func (p pictures) Portraits(ctx context.Context, by people.AccountID, id sitting.ID) (map[sitting.RegistrationID]string, error) {
	all, err := p.files.Dossiers(ctx, by, id)
	out := map[sitting.RegistrationID]string{}
	for _, d := range all {
		if d.Portrait != nil {
			out[d.Registration.ID] = string(d.Portrait.ID)
		}
	}
	return out, err
}

// Portrait implements report.Portraits.
func (p pictures) Portrait(ctx context.Context, by people.AccountID, file string) ([]byte, string, error) {
	f, data, err := p.files.Read(ctx, evidence.Actor{Account: by}, evidence.FileID(file))
	if err != nil {
		return nil, "", err
	}
	switch f.Type {
	case evidence.JPEG:
		return data, ".jpg", nil
	case evidence.PNG:
		return data, ".png", nil
	}
	return nil, "", fmt.Errorf("portrait of type %q", f.Type)
}
