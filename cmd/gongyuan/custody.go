package main

import (
	"fmt"
	"os"
	"time"

	"gongyuan/api"
	"gongyuan/engine/archive"
	"gongyuan/engine/byhand"
	"gongyuan/engine/certificate"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/retention"
)

// archiveAccess is for how long an approved request lets its asker read.
const archiveAccess = 7 * 24 * time.Hour

// keepCustody sets up what becomes of exams that are over.
func (e *engine) keepCustody(store *mongostore.Store, settings *storeSettings, secrets []people.Secret) error {
	keys, err := certificate.NewKeys(secrets)
	if err != nil {
		return err
	}
	archives := store.Archives()
	e.custody = api.Custody{
		Archives: archive.NewDesk(archive.Deps{
			Store: archives, Files: archives, Accounts: e.people, Secrets: secrets, Keys: keys, Audit: e.trail, Clock: e.clock,
			Body: settings.Body.BodyName, Access: archiveAccess,
			Sources: archive.Sources{
				Sittings: e.sittings, People: e.people, Attempts: e.records, Journal: store.Journal(), Theories: e.results, Bank: e.bank,
				Proctors: store.Proctors(), Markings: store.Markings(), Assessments: store.Assessments(), Records: store.Records(),
				Appeals: store.Appeals(), Regrades: store.Regrades(), Trail: store.Audit(), Opener: e.sealer,
			},
		}),
	}
	rules, err := settings.retention()
	if err != nil {
		return err
	}
	desk := e.custody.Archives
	e.custody.Retention = retention.NewDesk(retention.Deps{
		Store: store.Retention(), Keepings: store.Retention(), Rules: rules, Holdings: store.Holdings(), Sittings: e.sittings, Appeals: store.Appeals(), Regrades: store.Regrades(), Certificates: e.registry,
		Archives: archives, Whole: desk.Whole, Accounts: e.people, Audit: e.trail, Clock: e.clock,
	})
	e.custody.Sheets = byhand.NewDesk(byhand.Deps{Store: store.PaperSheets(), Attempts: e.attempts, Sittings: e.sittings, Audit: e.trail, Clock: e.clock})
	return nil
}

// retention reads for how long things are kept.
func (s *storeSettings) retention() ([]retention.Rule, error) {
	var raw []byte
	if s.Retention != "" {
		var err error
		if raw, err = os.ReadFile(s.Retention); err != nil {
			return nil, fmt.Errorf("GONGYUAN_RETENTION: %w", err)
		}
	}
	rules, err := retention.ReadRules(raw)
	if err != nil {
		return nil, fmt.Errorf("GONGYUAN_RETENTION: %w", err)
	}
	return rules, nil
}
