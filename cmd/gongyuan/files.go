package main

import (
	"gongyuan/engine/evidence"
	"gongyuan/engine/filing"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
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
		Sittings: e.sittings, Accounts: e.people, Filings: filing.Sealed{Store: store.Filings(), Sealer: e.sealer}, Standard: e.standard, Vault: vault, Trail: e.trail, Clock: e.clock, Limits: evidence.DefaultLimits(),
	})
	return nil
}
