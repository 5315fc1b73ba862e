package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/google/uuid"

	"gongyuan/engine/enrol"
	"gongyuan/engine/evidence"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// newEnrols takes applications of candidates, sealed as other evidence is.
func (e *engine) newEnrols(store *mongostore.Store, secrets []people.Secret) (*enrol.Desk, error) {
	vault, err := evidence.NewVault(secrets)
	if err != nil {
		return nil, err
	}
	rules, err := enrol.ReadRules(nil)
	if err != nil {
		return nil, err
	}
	return enrol.NewDesk(enrol.Deps{
		Store: store.Enrolments(), Sittings: e.sittings, Roster: e.office, Portrait: applicants{e.files}, Accounts: e.people, Sealer: e.sealer, Vault: vault, Audit: e.trail, Clock: e.clock, Rules: rules,
	}), nil
}

// applicants puts photographs of applications into the cabinet, as if whoever
// admits them had uploaded them for the registration.
type applicants struct{ files *evidence.Cabinet }

// Portray implements enrol.Portraits. The id follows from the file and from who
// admits: again by the same person it is the same upload, and by another one,
// who cannot go on with it, a portrait that takes its place.
func (p applicants) Portray(ctx context.Context, by people.AccountID, r sitting.Registration, file string, photo []byte) error {
	sum := sha256.Sum256(photo)
	u := evidence.Upload{ID: evidence.FileID(uuid.NewSHA1(uuid.NameSpaceOID, []byte("portrait:"+file+":"+string(by))).String()), Name: "photo.jpg", Length: int64(len(photo)), Digest: hex.EncodeToString(sum[:])}
	if _, err := p.files.Provide(ctx, by, r.Sitting, r.ID, evidence.Portrait, u); err != nil {
		return err
	}
	who := evidence.Actor{Account: by}
	for n := 0; n*evidence.PartSize < len(photo); n++ {
		if err := p.files.Put(ctx, who, u.ID, n, photo[n*evidence.PartSize:min(len(photo), (n+1)*evidence.PartSize)]); err != nil {
			return err
		}
	}
	_, err := p.files.Complete(ctx, who, u.ID)
	return err
}
