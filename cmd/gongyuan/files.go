package main

import (
	"context"
	"errors"

	"gongyuan/engine/certificate"
	"gongyuan/engine/evidence"
	"gongyuan/engine/filing"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// keepFiles sets up the cabinet of attachments, materials, portraits and
// documents of filings.
func (e *engine) keepFiles(store *mongostore.Store, secrets []people.Secret) error {
	vault, err := evidence.NewVault(secrets)
	if err != nil {
		return err
	}
	papers, assessments := store.Evidence(), store.Assessments()
	e.files = evidence.NewCabinet(evidence.Deps{
		Files: papers, Drafts: papers, Contents: papers, Terms: papers, Panels: assessments, Sheets: assessments, Scores: assessments,
		Sittings: e.sittings, Accounts: e.people, Filings: filing.Sealed{Store: store.Filings(), Sealer: e.sealer}, Certificates: motions{e}, Standard: e.standard, Vault: vault, Trail: e.trail, Clock: e.clock, Limits: evidence.DefaultLimits(),
		Posts: posts{store.Venues()},
	})
	return nil
}

// posts tells who was sent to the rooms of a sitting.
type posts struct{ venues *mongostore.Venues }

// Posted implements evidence.Posts.
func (p posts) Posted(ctx context.Context, id sitting.ID) ([]people.AccountID, error) {
	s, err := p.venues.Staffing(ctx, id)
	var out []people.AccountID
	for _, use := range s.Rooms {
		out = append(out, use.Invigilators...)
	}
	return out, err
}

// motions lets the cabinet know what is proposed about certificates, and the
// registry what the cabinet holds for it.
type motions struct{ e *engine }

// NextMotion implements evidence.Certificates.
func (m motions) NextMotion(ctx context.Context, number string) (int, error) {
	n, err := m.e.registry.NextMotion(ctx, certificate.Number(number))
	if errors.Is(err, certificate.ErrNotFound) {
		err = evidence.ErrNotFound
	}
	return n, err
}

// Holds implements certificate.Evidence.
func (m motions) Holds(ctx context.Context, by people.AccountID, n certificate.Number, seq int, files []string) (bool, error) {
	ids := make([]evidence.FileID, len(files))
	for i, id := range files {
		ids[i] = evidence.FileID(id)
	}
	return m.e.files.Holds(ctx, by, string(n), seq, ids)
}
