package report

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Maps keeps column maps.
type Maps interface {
	// InsertMap adds a map, or returns ErrDuplicate.
	InsertMap(ctx context.Context, m Map) error
	// ReplaceMap stores m with Version+1 if the stored version is still
	// m.Version, else it returns ErrConflict. It returns what it stored.
	ReplaceMap(ctx context.Context, m Map) (Map, error)
	// Map returns ErrNotFound where there is none.
	Map(ctx context.Context, id MapID) (Map, error)
	// Maps lists all by receiver and name.
	Maps(ctx context.Context) ([]Map, error)
}

// Results finds released results.
type Results interface {
	// LatestOf returns the newest version of each registration that has one.
	LatestOf(ctx context.Context, ids []sitting.RegistrationID) (map[sitting.RegistrationID]result.Record, error)
}

// Sittings knows sittings and who is on their rosters.
type Sittings interface {
	Sitting(ctx context.Context, id sitting.ID) (sitting.Sitting, error)
	Roster(ctx context.Context, s sitting.Sitting) ([]sitting.Registration, error)
}

// Candidates finds people.
type Candidates interface {
	CandidatesByID(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]people.Candidate, error)
}

// Accounts finds staff.
type Accounts interface {
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Sealer opens document numbers.
type Sealer interface {
	Open(sealed []byte, context string) (string, error)
}

// Workbook writes a table as a workbook.
type Workbook interface {
	Write(t *Table, title string, at time.Time) ([]byte, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Deps is what an Exporter works with.
type Deps struct {
	Maps         Maps
	Results      Results
	Sittings     Sittings
	Candidates   Candidates
	Accounts     Accounts
	Sealer       Sealer
	Workbook     Workbook
	Runs         Runs
	Certificates Certificates
	Portraits    Portraits
	Recorder     audit.Recorder
	Standard     standard.Standard
	Body         string
	Clock        Clock
}

// Exporter hands results on. It is safe for concurrent use.
type Exporter struct{ in Deps }

// NewExporter returns an Exporter.
func NewExporter(d Deps) *Exporter { return &Exporter{d} }

// mustLead refuses whoever is neither administrator nor of one of the roles
// given.
func (e *Exporter) mustLead(ctx context.Context, by people.AccountID, also ...people.Role) error {
	return people.MustBe(ctx, e.in.Accounts, by, ErrForbidden, append(also, people.Administrator)...)
}

// officerFor is who deals with exports about a subject besides administrators:
// certificates are the certificate officer's too.
func officerFor(about Subject) []people.Role {
	if about == OfCertificates {
		return []people.Role{people.CertificateOfficer}
	}
	return nil
}

// List returns all maps about a subject.
func (e *Exporter) List(ctx context.Context, by people.AccountID, about Subject) ([]Map, error) {
	if err := e.mustLead(ctx, by, people.CertificateOfficer, people.Auditor); err != nil {
		return nil, err
	}
	all, err := e.in.Maps.Maps(ctx)
	return slices.DeleteFunc(all, func(m Map) bool { return m.About != about }), err
}

// Save adds a map, where its ID is "", or changes one. It returns a *FieldError
// for one that cannot be, ErrConflict where it was changed meanwhile.
func (e *Exporter) Save(ctx context.Context, by people.AccountID, m Map) (Map, error) {
	// A map is everybody's who exports.
	if err := people.MustBeUnlimited(ctx, e.in.Accounts, by, ErrForbidden, append(officerFor(m.About), people.Administrator)...); err != nil {
		return Map{}, err
	}
	if err := m.Check(); err != nil {
		return Map{}, err
	}
	m.Changed, m.By = e.in.Clock.Now().UTC().Truncate(time.Millisecond), by
	if m.ID == "" {
		m.ID, m.Version = MapID(uuid.NewString()), 1
		event := audit.Event{Actor: string(by), Act: "report-map.add", Object: "report-map:" + string(m.ID), After: m}
		return m, audit.Do(ctx, e.in.Recorder, event, func() error { return e.in.Maps.InsertMap(ctx, m) })
	}
	before, err := e.in.Maps.Map(ctx, m.ID)
	if err != nil {
		return Map{}, err
	}
	if before.Version != m.Version || before.About != m.About {
		return Map{}, ErrConflict
	}
	event := audit.Event{Actor: string(by), Act: "report-map.change", Object: "report-map:" + string(m.ID), Before: before, After: m}
	err = audit.Do(ctx, e.in.Recorder, event, func() error {
		m, err = e.in.Maps.ReplaceMap(ctx, m)
		return err
	})
	return m, err
}

// Preview is what an export would be.
type Preview struct {
	Table Table // its first rows only; document numbers masked
	Rows  int
	Full  bool // the export takes a reason
}

// previewRows are enough to see whether the columns are right.
const previewRows = 5

// Preview builds what an export of a map would be. Nothing is stored or
// recorded, and no document number is opened.
func (e *Exporter) Preview(ctx context.Context, by people.AccountID, id sitting.ID, m Map) (Preview, error) {
	if err := e.mustLead(ctx, by); err != nil {
		return Preview{}, err
	}
	if err := m.checkColumns(); err != nil {
		return Preview{}, err
	}
	rows, err := e.rows(ctx, id)
	if err != nil {
		return Preview{}, err
	}
	for i := range rows {
		rows[i].Document = rows[i].Person.IDMasked
	}
	t := Build(&m, rows)
	out := Preview{Table: t, Rows: len(t.Rows), Full: m.Full()}
	out.Table.Rows = t.Rows[:min(previewRows, len(t.Rows))]
	return out, nil
}

// Kind is the kind of file.
type Kind string

// The kinds.
const (
	Excel Kind = "xlsx"
	CSV   Kind = "csv"
)

// Order asks for an export.
type Order struct {
	Sitting sitting.ID
	Map     MapID
	Version int // of the map, as it was looked at
	Kind    Kind
	Why     string // needed where document numbers are shown in full
}

// File is an export.
type File struct {
	Name string
	Data []byte
	Rows int
}

// exported is what the record keeps of an export: enough to tell whether a
// file is the one, and nothing of its contents.
type exported struct {
	Map      MapID  `json:"map"`
	Version  int    `json:"version"`
	Receiver string `json:"receiver"`
	Kind     Kind   `json:"kind"`
	Rows     int    `json:"rows"`
	Full     bool   `json:"fullDocuments"`
	Digest   string `json:"sha256"`
}

// Export builds the file and records who took it, before it is handed out.
func (e *Exporter) Export(ctx context.Context, by people.AccountID, o Order) (File, error) {
	if err := e.mustLead(ctx, by); err != nil {
		return File{}, err
	}
	m, err := e.in.Maps.Map(ctx, o.Map)
	switch {
	case err != nil:
		return File{}, err
	case m.Version != o.Version || m.About != OfResults:
		return File{}, ErrConflict
	case o.Kind != Excel && o.Kind != CSV:
		return File{}, &FieldError{"/kind", "unknown"}
	case m.Full() && !within(o.Why, 2, 500):
		return File{}, &FieldError{"/why", "length-2-500"}
	}
	rows, err := e.rows(ctx, o.Sitting)
	if err != nil {
		return File{}, err
	}
	if m.Full() {
		if err := e.open(rows); err != nil {
			return File{}, err
		}
	}
	t := Build(&m, rows)
	if len(t.Rows) == 0 {
		return File{}, ErrEmpty
	}
	out := File{Name: fmt.Sprintf("%s-%s.%s", m.Name, rows[0].Sitting, o.Kind), Rows: len(t.Rows)}
	if out.Data, err = e.write(&t, &m, rows, o.Kind); err != nil {
		return File{}, err
	}
	sum := sha256.Sum256(out.Data)
	return out, e.in.Recorder.Record(ctx, audit.Event{
		Actor: string(by), Act: "result.export", Object: "sitting:" + string(o.Sitting), Why: o.Why,
		After: exported{m.ID, m.Version, m.Receiver, o.Kind, len(t.Rows), m.Full(), hex.EncodeToString(sum[:])},
	})
}

func (e *Exporter) write(t *Table, m *Map, rows []Row, kind Kind) ([]byte, error) {
	if kind == CSV {
		return t.CSV()
	}
	// The workbook carries the date of the newest result, so that it does not
	// depend on when it was made.
	var at time.Time
	for i := range rows {
		if rows[i].Record.At.After(at) {
			at = rows[i].Record.At
		}
	}
	return e.in.Workbook.Write(t, m.Name, at)
}

// open puts the document numbers into rows.
func (e *Exporter) open(rows []Row) error {
	for i := range rows {
		if rows[i].Record.Version == 0 {
			continue
		}
		n, err := e.in.Sealer.Open(rows[i].Person.IDSealed, string(rows[i].Person.ID))
		if err != nil {
			return fmt.Errorf("report: document of %s: %w", rows[i].Registration.Admission, err)
		}
		rows[i].Document = n
	}
	return nil
}

// rows gathers everybody on a sitting's roster.
func (e *Exporter) rows(ctx context.Context, id sitting.ID) ([]Row, error) {
	x, err := e.in.Sittings.Sitting(ctx, id)
	if err != nil {
		return nil, err
	}
	regs, err := e.in.Sittings.Roster(ctx, x)
	if err != nil {
		return nil, err
	}
	ids, all := make([]people.CandidateID, len(regs)), make([]sitting.RegistrationID, len(regs))
	for i, r := range regs {
		ids[i], all[i] = r.Candidate, r.ID
	}
	persons, err := e.in.Candidates.CandidatesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	records := map[sitting.RegistrationID]result.Record{}
	if x.State == sitting.Released { // a release that was cut off half-way is none yet
		if records, err = e.in.Results.LatestOf(ctx, all); err != nil {
			return nil, err
		}
	}
	scheme, _ := e.in.Standard.Scheme(x.Level)
	out := make([]Row, len(regs))
	for i, r := range regs {
		out[i] = Row{
			Registration: r, Person: persons[r.Candidate], Sitting: x.Title, LevelTitle: scheme.Title, Body: e.in.Body, Record: records[r.ID],
		}
	}
	return out, nil
}
