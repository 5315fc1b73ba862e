package main

import (
	"context"

	"gongyuan/api"
	"gongyuan/engine/bulletin"
	"gongyuan/engine/certificate"
	"gongyuan/engine/correction"
	"gongyuan/engine/earlier"
	"gongyuan/engine/filing"
	"gongyuan/engine/intake"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/periodic"
	"gongyuan/engine/profile"
	"gongyuan/engine/report/xlsx"
	"gongyuan/engine/sitting"
	"gongyuan/engine/talent"
	"gongyuan/engine/training"
)

// reported is what reports are made of.
type reported struct {
	*mongostore.Records
	certificates *mongostore.Certificates
	profiles     *mongostore.Profiles
	trainings    *training.Office
	filings      filing.Store
	examiners    *mongostore.Examiners
}

var (
	_ periodic.Sources = reported{}
	_ talent.Sources   = reported{}
)

// Issued implements periodic.Sources.
func (r reported) Issued(ctx context.Context, from, until certificate.Date) ([]certificate.Certificate, error) {
	return r.certificates.Issued(ctx, from, until)
}

// Profiles implements periodic.Sources.
func (r reported) Profiles(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]profile.Profile, error) {
	return r.profiles.Profiles(ctx, ids)
}

// Ended implements periodic.Sources.
func (r reported) Ended(ctx context.Context, from, until string) ([]training.Record, error) {
	return r.trainings.Ended(ctx, from, until)
}

// Trainings implements talent.Sources.
func (r reported) Trainings(ctx context.Context, ids []people.CandidateID) ([]training.Record, error) {
	return r.trainings.Trainings(ctx, ids)
}

// CertificatesOf implements talent.Sources.
func (r reported) CertificatesOf(ctx context.Context, ids []people.CandidateID) ([]certificate.Certificate, error) {
	return r.certificates.CertificatesOf(ctx, ids)
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
	store *sitting.Guard
	*sitting.Office
}

// Sittings implements periodic.Sittings.
func (p planned) Sittings(ctx context.Context, skip, limit int) ([]sitting.Sitting, int, error) {
	return p.store.Sittings(ctx, skip, limit)
}

// keepRegisters sets up what is kept beside exams.
func (e *engine) keepRegisters(store *mongostore.Store) {
	desk := intake.Desk{Candidates: e.people, Accounts: e.people, Sealer: e.sealer, Audit: e.trail, Clock: e.clock}
	e.earlier = earlier.NewOffice(store.Earlier(), store.Certificates(), desk)
	profiles, trainings := store.Profiles(), training.NewOffice(store.Trainings(), desk)
	sources := reported{store.Records(), store.Certificates(), profiles, trainings, filing.Sealed{Store: store.Filings(), Sealer: e.sealer}, store.Examiners()}
	e.registers = api.Registers{
		Filings: e.filings, Workbook: xlsx.Writer{}, ReadTable: xlsx.Read, Bulletins: &bulletin.Printer{Source: font},
		Profiles: profile.NewOffice(profiles, desk), Trainings: trainings,
		Earlier: e.earlier,
		Talents: talent.NewOffice(talent.Deps{
			Store: store.Talents(), Sources: sources, Candidates: e.people, Registrations: e.sittings, Accounts: e.people, Sealer: e.sealer, Audit: e.trail, Clock: e.clock,
		}),
		Corrections: correction.NewOffice(correction.Deps{
			Store: correction.Sealed{Shelf: store.Corrections(), Sealer: e.sealer}, Candidates: e.people, Accounts: e.people, Audit: e.trail, Clock: e.clock,
		}),
		Held: sources,
		Periods: periodic.NewOffice(periodic.Deps{
			Store: store.Periodics(), Sittings: planned{e.sittings, e.office}, Accounts: e.people, Audit: e.trail, Clock: e.clock, Sources: sources,
		}),
	}
}
