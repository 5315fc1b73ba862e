package main

import (
	"gongyuan/api"
	"gongyuan/engine/daysheet"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/report/xlsx"
	"gongyuan/engine/roster"
	arrange "gongyuan/engine/seating"
	"gongyuan/engine/venue"
)

// prepareDays sets up what is done before the day of a sitting.
func (e *engine) prepareDays(store *mongostore.Store, settings *storeSettings, secrets []people.Secret) error {
	rules, err := venue.ReadRules(nil)
	if err != nil {
		return err
	}
	venues := venue.NewOffice(venue.Deps{Store: store.Venues(), Sittings: rosters{e.sittings, e.office}, Accounts: e.people, Audit: e.trail, Rules: rules})
	ready, err := e.newReadiness(store, venues)
	if err != nil {
		return err
	}
	enrols, err := e.newEnrols(store, secrets)
	if err != nil {
		return err
	}
	e.days = api.Days{
		Ready: ready, Reasoned: settings.Opening == reasoned, Enrols: enrols, Programmes: e.programmes,
		Rosters: roster.NewDesk(roster.Deps{
			Store: store.Rosters(), Sittings: e.sittings, Office: e.office, Accounts: e.people, Sealer: e.sealer, Audit: e.trail, Clock: e.clock,
		}),
		Venues: venues,
		Seatings: arrange.NewDesk(arrange.Deps{
			Store: store.Seatings(), Sittings: e.sittings, Registrations: e.sittings, Venues: venues, Accounts: e.people, Audit: e.trail, Clock: e.clock,
		}),
		Papers:    &daysheet.Printer{Source: font, Address: settings.Body.Address},
		ReadCells: readCells, Template: xlsx.Template,
	}
	return nil
}

// readCells turns a workbook's cells into those of a list.
func readCells(data []byte) ([][]roster.Cell, error) {
	rows, err := xlsx.ReadCells(data)
	if err != nil {
		return nil, err
	}
	out := make([][]roster.Cell, len(rows))
	for y, row := range rows {
		out[y] = make([]roster.Cell, len(row))
		for x, c := range row {
			out[y][x] = roster.Cell(c)
		}
	}
	return out, nil
}
