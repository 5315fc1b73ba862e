package main

import (
	"cmp"
	"strings"

	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/personnel"
	"gongyuan/engine/personnel/passkey"
	"gongyuan/engine/personnel/redischallenge"
	"gongyuan/engine/symbol"
)

// demanded is the setting by which roles that can change results, keys or
// certificates need a second factor.
const demanded = "demanded"

// keepPersonnel sets up who may sign in.
func (e *engine) keepPersonnel(store *mongostore.Store, settings *storeSettings) {
	deps := personnel.FactorDeps{
		Store: store.Factors(), Passkeys: store.Passkeys(), Challenges: redischallenge.New(e.stores.redis, settings.Prefix),
		Sealer: e.sealer, Audit: e.trail, Clock: e.clock, Demanded: settings.SecondFactor == demanded,
	}
	address := cmp.Or(settings.StaffAddress, settings.Body.Address)
	if ceremony, err := passkey.New(address, settings.Body.BodyName); err == nil {
		deps.Ceremony = ceremony
	} else {
		e.log.Warn("staff cannot use passkeys: browsers want https and a host name", "address", address)
	}
	e.factors = personnel.NewFactors(deps)
	e.gate = personnel.NewGate(e.people, e.people, e.factors, e.clock)
	levels := make([]int, len(e.standard.Schemes))
	for i, s := range e.standard.Schemes {
		levels[i] = int(s.Level)
	}
	e.personnel = personnel.NewOffice(personnel.Deps{
		Accounts: e.people, Sessions: e.people, Factors: e.factors, Gate: e.gate, Audit: e.trail, Clock: e.clock, Levels: levels, Sites: e.filings, Cost: people.DefaultCost(), Apart: settings.Apart,
	})
}

// rows is a text as a QR code: a line per row, 1 where it is dark.
func rows(text string) (string, error) {
	var coder symbol.Coder
	code, err := coder.Encode(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, row := range code {
		for _, dark := range row {
			if dark {
				b.WriteByte('1')
			} else {
				b.WriteByte('0')
			}
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}
