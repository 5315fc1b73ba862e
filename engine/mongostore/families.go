package mongostore

import "context"

// family is a group of collections that one part of the engine owns.
type family struct {
	name   string
	ensure func(context.Context) error
}

// families lists them. Each has its line here and ensure…Indexes in its files.
func (s *Store) families() []family {
	return []family{
		{"attempts", s.ensureAttemptIndexes},
		{"journal", s.ensureJournalIndexes},
		{"people", s.ensurePeopleIndexes},
		{"passkeys", s.ensurePasskeyIndexes},
		{"sittings", s.ensureSittingIndexes},
		{"results", s.ensureResultIndexes},
		{"records", s.ensureRecordIndexes},
		{"marking", s.ensureMarkingIndexes},
		{"regrades", s.ensureRegradeIndexes},
		{"appeals", s.ensureAppealIndexes},
		{"assessments", s.ensureAssessIndexes},
		{"certificates", s.ensureCertificateIndexes},
		{"certificate batches", s.ensureBatchIndexes},
		{"audit", s.ensureAuditIndexes},
		{"reports", s.ensureReportIndexes},
		{"filings", s.ensureFilingIndexes},
		{"rosters", s.ensureRosterIndexes},
		{"venues", s.ensureVenueIndexes},
		{"programmes", s.ensureProgrammeIndexes},
		{"seatings", s.ensureSeatingIndexes},
		{"readiness", s.ensureReadinessIndexes},
		{"enrolments", s.ensureEnrolIndexes},
		{"periodic reports", s.ensurePeriodicIndexes},
		{"profiles", s.ensureProfileIndexes},
		{"trainings", s.ensureTrainingIndexes},
		{"earlier certificates", s.ensureEarlierIndexes},
		{"talent pool", s.ensureTalentIndexes},
		{"corrections", s.ensureCorrectionIndexes},
		{"evidence", s.ensureEvidenceIndexes},
		{"item statistics", s.ensureItemStatisticsIndexes},
		{"proctor", s.ensureProctorIndexes},
		{"archives", s.ensureArchiveIndexes},
		{"paper sheets", s.ensurePaperSheetIndexes},
	}
}
