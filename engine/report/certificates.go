package report

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// RunID names a run of an export.
type RunID string

// Order of certificates: which ones, in which columns, with which pictures.
type CertificateOrder struct {
	Map       MapID
	Version   int // of the map, as it was looked at
	Kind      Kind
	From      string // first day of issue, 2006-01-02
	Until     string // last day of issue
	Level     int    // 0 for all
	Voided    bool   // revoked ones too
	Photos    bool   // the file is a zip, with the pictures beside the table
	PhotoName string // how a picture is named, such as "{number}"
	Why       string // needed where document numbers are shown in full
}

// Run is an export of certificates as it was made. It pins all that the file
// is made of, so that it can be made again byte for byte.
type Run struct {
	ID     RunID
	Map    Map // as it was then
	Order  CertificateOrder
	Items  []Item
	By     people.AccountID
	At     time.Time
	Digest string // SHA-256 of the file, hex
}

// Item is a certificate of a run.
type Item struct {
	Number   certificate.Number
	Acts     int    // how many of its acts the run knew
	Portrait string // file of its picture, "" for none
}

// Runs keeps runs. None is ever changed or deleted.
type Runs interface {
	InsertRun(ctx context.Context, r Run) error
	// Run returns ErrNotFound where there is none.
	Run(ctx context.Context, id RunID) (Run, error)
	// Runs lists the newest first, up to limit.
	Runs(ctx context.Context, limit int) ([]Run, error)
}

// Certificates knows what was issued.
type Certificates interface {
	// Issued returns the certificates with a date of issue in a span of days,
	// by number.
	Issued(ctx context.Context, from, until certificate.Date) ([]certificate.Certificate, error)
	ByNumber(ctx context.Context, n certificate.Number) (certificate.Certificate, error)
	// DocumentNumber opens the document number.
	DocumentNumber(c certificate.Certificate) (string, error)
	// Registration is the registration that a certificate came of.
	Registration(ctx context.Context, id sitting.RegistrationID) (sitting.Registration, error)
}

// Portraits knows the pictures of candidates.
type Portraits interface {
	// Portraits returns the file of each registration of a sitting that has one.
	Portraits(ctx context.Context, by people.AccountID, id sitting.ID) (map[sitting.RegistrationID]string, error)
	// Portrait returns a file's content and how its name ends, such as ".jpg".
	Portrait(ctx context.Context, by people.AccountID, file string) ([]byte, string, error)
}

// ErrFaulty is an export whose values are not what the map asks for.
var ErrFaulty = errors.New("report: values are not as the receiver asks")

// ErrGone is a run that cannot be made again, because something that it was
// made of is no longer there.
var ErrGone = errors.New("report: the run cannot be repeated")

// Fault is a value that is not what the map asks for.
type Fault struct {
	Number  certificate.Number
	Heading string // "" where it is about the picture
	Reason  string // a code that the API turns into a sentence
}

// CertificatePreview is what an export of certificates would be.
type CertificatePreview struct {
	Table  Table // its first rows only; document numbers masked
	Rows   int
	Full   bool
	Faults []Fault
}

// batch is certificates of an order with what their rows need.
type batch struct {
	rows   []Row
	items  []Item
	faults []Fault
}

// PreviewCertificates builds what an export of a map would be, and names what
// keeps it from going out. Nothing is stored or recorded.
func (e *Exporter) PreviewCertificates(ctx context.Context, by people.AccountID, m Map, o CertificateOrder) (CertificatePreview, error) {
	if err := e.mustLead(ctx, by, people.CertificateOfficer); err != nil {
		return CertificatePreview{}, err
	}
	m.About = OfCertificates
	if err := errors.Join(m.checkColumns(), o.check()); err != nil {
		return CertificatePreview{}, err
	}
	b, err := e.gather(ctx, by, &m, &o)
	if err != nil {
		return CertificatePreview{}, err
	}
	for i := range b.rows {
		b.rows[i].Document = b.rows[i].Certificate.DocumentMasked
	}
	t := Build(&m, b.rows)
	out := CertificatePreview{Table: t, Rows: len(t.Rows), Full: m.Full() || o.full(), Faults: b.faults}
	out.Table.Rows = t.Rows[:min(previewRows, len(t.Rows))]
	return out, nil
}

// ExportCertificates makes a run and keeps it; the file is taken by Repeat. It
// returns ErrFaulty where a value is not what the map asks for, ErrEmpty where
// there are no certificates.
func (e *Exporter) ExportCertificates(ctx context.Context, by people.AccountID, o CertificateOrder) (Run, error) {
	if err := e.mustLead(ctx, by, people.CertificateOfficer); err != nil {
		return Run{}, err
	}
	m, err := e.in.Maps.Map(ctx, o.Map)
	switch {
	case err != nil:
		return Run{}, err
	case m.Version != o.Version || m.About != OfCertificates:
		return Run{}, ErrConflict
	case o.Kind != Excel && o.Kind != CSV:
		return Run{}, &FieldError{"/kind", "unknown"}
	case (m.Full() || o.full()) && !within(o.Why, 2, 500):
		return Run{}, &FieldError{"/why", "length-2-500"}
	}
	if err := o.check(); err != nil {
		return Run{}, err
	}
	b, err := e.gather(ctx, by, &m, &o)
	switch {
	case err != nil:
		return Run{}, err
	case len(b.items) == 0:
		return Run{}, ErrEmpty
	case len(b.faults) > 0:
		return Run{}, ErrFaulty
	}
	run := Run{ID: RunID(uuid.NewString()), Map: m, Order: o, Items: b.items, By: by, At: e.in.Clock.Now().UTC().Truncate(time.Millisecond)}
	data, err := e.pack(ctx, by, &run, b.rows)
	if err != nil {
		return Run{}, err
	}
	run.Digest = digest(data)
	event := audit.Event{Actor: string(by), Act: "certificate.export", Object: "export-run:" + string(run.ID), Why: o.Why, After: run.facts()}
	return run, audit.Do(ctx, e.in.Recorder, event, func() error { return e.in.Runs.InsertRun(ctx, run) })
}

// Runs lists what was exported, the newest first.
func (e *Exporter) Runs(ctx context.Context, by people.AccountID) ([]Run, error) {
	if err := e.mustLead(ctx, by, people.CertificateOfficer, people.Auditor); err != nil {
		return nil, err
	}
	const most = 200
	return e.in.Runs.Runs(ctx, most)
}

// Repeat makes the file of a run, the same bytes each time, and records who
// took it. It returns ErrGone where they would be other bytes.
func (e *Exporter) Repeat(ctx context.Context, by people.AccountID, id RunID) (Run, []byte, error) {
	if err := e.mustLead(ctx, by, people.CertificateOfficer); err != nil {
		return Run{}, nil, err
	}
	run, err := e.in.Runs.Run(ctx, id)
	if err != nil {
		return run, nil, err
	}
	rows := make([]Row, len(run.Items))
	for i, item := range run.Items {
		c, err := e.in.Certificates.ByNumber(ctx, item.Number)
		if err == nil && len(c.Acts) < item.Acts {
			err = ErrGone
		}
		if err != nil {
			return run, nil, fmt.Errorf("repeat %s: %w", item.Number, err)
		}
		c.Acts = c.Acts[:item.Acts]
		if rows[i], err = e.row(ctx, c); err != nil {
			return run, nil, err
		}
	}
	data, err := e.pack(ctx, by, &run, rows)
	if err == nil && digest(data) != run.Digest {
		err = ErrGone
	}
	if err != nil {
		return run, nil, err
	}
	return run, data, e.in.Recorder.Record(ctx, audit.Event{
		Actor: string(by), Act: "certificate.export.take", Object: "export-run:" + string(run.ID), After: run.facts(),
	})
}

// facts is what the record keeps of a run.
func (r *Run) facts() any {
	return exported{r.Map.ID, r.Map.Version, r.Map.Receiver, r.Order.Kind, len(r.Items), r.Map.Full() || r.Order.full(), r.Digest}
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// gather finds the certificates of an order, and what is wrong with their
// values.
func (e *Exporter) gather(ctx context.Context, by people.AccountID, m *Map, o *CertificateOrder) (batch, error) {
	var out batch
	all, err := e.in.Certificates.Issued(ctx, certificate.Date(o.From), certificate.Date(o.Until))
	if err != nil {
		return out, err
	}
	pictures := map[sitting.ID]map[sitting.RegistrationID]string{}
	names := map[string]bool{}
	for _, c := range all {
		if o.Level != 0 && int(c.Level) != o.Level || !o.Voided && c.State() != certificate.Valid {
			continue
		}
		row, err := e.row(ctx, c)
		if err != nil {
			return out, err
		}
		item := Item{Number: c.Number, Acts: len(c.Acts)}
		out.faults = append(out.faults, m.faults(&row, e.in.Clock.Now())...)
		if o.Photos {
			if pictures[c.Sitting] == nil {
				if pictures[c.Sitting], err = e.in.Portraits.Portraits(ctx, by, c.Sitting); err != nil {
					return out, err
				}
			}
			item.Portrait = pictures[c.Sitting][c.Registration]
			name := o.pictureName(&row)
			switch {
			case item.Portrait == "":
				out.faults = append(out.faults, Fault{c.Number, "", "no-picture"})
			case names[strings.ToLower(name)]:
				out.faults = append(out.faults, Fault{c.Number, "", "picture-name-twice"})
			}
			names[strings.ToLower(name)] = true
		}
		out.rows, out.items = append(out.rows, row), append(out.items, item)
	}
	return out, nil
}

func (e *Exporter) row(ctx context.Context, c certificate.Certificate) (Row, error) {
	reg, err := e.in.Certificates.Registration(ctx, c.Registration)
	if err != nil && !errors.Is(err, sitting.ErrNotFound) {
		return Row{}, err
	}
	document, err := e.in.Certificates.DocumentNumber(c)
	if err != nil {
		return Row{}, err
	}
	return Row{Registration: reg, Document: document, Certificate: factsOf(&c)}, nil
}

// pack makes the file: the table, or a zip of it and the pictures. It carries
// the time of the newest certificate, so that it does not depend on when it was
// made.
func (e *Exporter) pack(ctx context.Context, by people.AccountID, run *Run, rows []Row) ([]byte, error) {
	t := Build(&run.Map, rows)
	t.Sheet = "证书"
	data, err := t.CSV()
	if run.Order.Kind == Excel {
		var at time.Time
		for i := range rows {
			if rows[i].Certificate.Issued.After(at) {
				at = rows[i].Certificate.Issued
			}
		}
		data, err = e.in.Workbook.Write(&t, run.Map.Name, at)
	}
	if err != nil || !run.Order.Photos {
		return data, err
	}
	files := []packed{{"certificates." + string(run.Order.Kind), data}}
	for i, item := range run.Items {
		picture, ending, err := e.in.Portraits.Portrait(ctx, by, item.Portrait)
		if err != nil {
			return nil, fmt.Errorf("picture of %s: %w", item.Number, errors.Join(ErrGone, err))
		}
		files = append(files, packed{"photos/" + run.Order.pictureName(&rows[i]) + ending, picture})
	}
	return zipped(files)
}

type packed struct {
	name string
	data []byte
}

// zipped packs files by name and without a time.
func zipped(files []packed) ([]byte, error) {
	slices.SortFunc(files, func(a, b packed) int { return strings.Compare(a.name, b.name) })
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		to, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate})
		if err == nil {
			_, err = to.Write(f.data)
		}
		if err != nil {
			return nil, fmt.Errorf("report: zip: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("report: zip: %w", err)
	}
	return out.Bytes(), nil
}
