package main

import (
	"time"

	"gongyuan/api"
	"gongyuan/engine/archive"
	"gongyuan/engine/certificate"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
)

// archiveAccess is for how long an approved request lets its asker read.
const archiveAccess = 7 * 24 * time.Hour

// keepCustody sets up what becomes of exams that are over.
func (e *engine) keepCustody(store *mongostore.Store, body *bodySettings, secrets []people.Secret) error {
	keys, err := certificate.NewKeys(secrets)
	if err != nil {
		return err
	}
	archives := store.Archives()
	e.custody = api.Custody{
		Archives: archive.NewDesk(archive.Deps{
			Store: archives, Files: archives, Accounts: e.people, Secrets: secrets, Keys: keys, Audit: e.trail, Clock: e.clock,
			Body: body.BodyName, Access: archiveAccess,
			Sources: archive.Sources{
				Sittings: e.sittings, People: e.people, Attempts: e.records, Journal: store.Journal(), Theories: e.results, Bank: e.bank,
				Proctors: store.Proctors(), Markings: store.Markings(), Assessments: store.Assessments(), Records: store.Records(),
				Appeals: store.Appeals(), Regrades: store.Regrades(), Trail: store.Audit(), Opener: e.sealer,
			},
		}),
	}
	return nil
}
