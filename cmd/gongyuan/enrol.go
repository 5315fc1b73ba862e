package main

import (
	"gongyuan/engine/enrol"
	"gongyuan/engine/evidence"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
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
		Store: store.Enrolments(), Sittings: e.sittings, Roster: e.office, Accounts: e.people, Sealer: e.sealer, Vault: vault, Audit: e.trail, Clock: e.clock, Rules: rules,
	}), nil
}
