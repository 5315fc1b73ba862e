package main

import (
	"context"

	"gongyuan/api"
	"gongyuan/engine/certificate"
	"gongyuan/engine/filing"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/periodic"
	"gongyuan/engine/profile"
	"gongyuan/engine/report/xlsx"
	"gongyuan/engine/sitting"
)

// reported is what reports are made of.
type reported struct {
	*mongostore.Records
	certificates *mongostore.Certificates
	profiles     *mongostore.Profiles
	filings      *mongostore.Filings
	examiners    *mongostore.Examiners
}

var _ periodic.Sources = reported{}

// Issued implements periodic.Sources.
func (r reported) Issued(ctx context.Context, from, until certificate.Date) ([]certificate.Certificate, error) {
	return r.certificates.Issued(ctx, from, until)
}

// Profiles implements periodic.Sources.
func (r reported) Profiles(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]profile.Profile, error) {
	return r.profiles.Profiles(ctx, ids)
}

// Filings implements periodic.Sources.
func (r reported) Filings(ctx context.Context) ([]filing.Filing, error) {
	return r.filings.Filings(ctx)
}

// Examiners implements periodic.Sources.
func (r reported) Examiners(ctx context.Context) ([]people.ExaminerEntry, error) {
	return r.examiners.Examiners(ctx)
}

// planned is sittings and who counts at them.
type planned struct {
	store *mongostore.Sittings
	*sitting.Office
}

// Sittings implements periodic.Sittings.
func (p planned) Sittings(ctx context.Context, skip, limit int) ([]sitting.Sitting, int, error) {
	return p.store.Sittings(ctx, skip, limit)
}

// keepRegisters sets up what is kept beside exams.
func (e *engine) keepRegisters(store *mongostore.Store) {
	profiles := store.Profiles()
	e.registers = api.Registers{
		Filings: e.filings, Workbook: xlsx.Writer{}, ReadTable: xlsx.Read,
		Profiles: profile.NewOffice(profile.Deps{
			Store: profiles, Candidates: e.people, Accounts: e.people, Sealer: e.sealer, Audit: e.trail, Clock: e.clock,
		}),
		Periods: periodic.NewOffice(periodic.Deps{
			Store: store.Periodics(), Sittings: planned{e.sittings, e.office}, Accounts: e.people, Audit: e.trail, Clock: e.clock,
			Sources: reported{store.Records(), store.Certificates(), profiles, store.Filings(), store.Examiners()},
		}),
	}
}
