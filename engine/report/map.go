package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gongyuan/engine/people"
)

// MapID names a column map.
type MapID string

// Column is one column that a receiver asks for.
type Column struct {
	Heading string
	Field   Field
	Format  Format
	Value   string // of FixedText
	// What a value must be for an export to go out.
	Required bool     // not empty
	Most     int      // its longest, in characters; 0 for any
	Allowed  []string // one of these; nil for any
}

// Subject is what the rows of a map are about.
type Subject string

// The subjects.
const (
	OfResults      Subject = ""
	OfCertificates Subject = "certificates"
)

// Map says which columns a receiver gets, in order.
type Map struct {
	ID       MapID
	About    Subject
	Name     string
	Receiver string // who gets it, such as a department
	Columns  []Column
	Version  int // raised by each change, guards concurrent ones
	Changed  time.Time
	By       people.AccountID
}

// Errors of this package.
var (
	ErrNotFound  = errors.New("report: not found")
	ErrConflict  = errors.New("report: changed by someone else meanwhile")
	ErrForbidden = errors.New("report: not yours to do")
	ErrInvalid   = errors.New("report: invalid")
	ErrDuplicate = errors.New("report: already there")
	ErrEmpty     = errors.New("report: nothing is released yet")
)

// FieldError names the field that is wrong.
type FieldError struct {
	Field  string // JSON pointer within what was given, such as "/columns/2/field"
	Reason string // a code that the API turns into a sentence
}

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf("report: %s: %s", e.Field, e.Reason) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// mostColumns is more than any form has.
const mostColumns = 80

// Check tells what is wrong with the map, as a *FieldError. It puts the usual
// format where none is given.
func (m *Map) Check() error {
	if m.About != OfResults && m.About != OfCertificates {
		return &FieldError{"/about", "unknown"}
	}
	m.Name, m.Receiver = strings.TrimSpace(m.Name), strings.TrimSpace(m.Receiver)
	switch {
	case !within(m.Name, 2, 80):
		return &FieldError{"/name", "length-2-80"}
	case !within(m.Receiver, 1, 60):
		return &FieldError{"/receiver", "length-1-60"}
	}
	return m.checkColumns()
}

func (m *Map) checkColumns() error {
	if len(m.Columns) == 0 || len(m.Columns) > mostColumns {
		return &FieldError{"/columns", "columns-1-80"}
	}
	for i := range m.Columns {
		c, at := &m.Columns[i], fmt.Sprintf("/columns/%d", i)
		c.Heading = strings.TrimSpace(c.Heading)
		d, known := m.describe(c.Field)
		if !known {
			return &FieldError{at + "/field", "unknown"}
		}
		if c.Format == "" {
			c.Format = formats[d.Type][0]
		}
		switch {
		case !within(c.Heading, 1, 60):
			return &FieldError{at + "/heading", "length-1-60"}
		case !slices.Contains(formats[d.Type], c.Format):
			return &FieldError{at + "/format", "not-of-this-field"}
		case d.Fixed && !within(c.Value, 1, 200):
			return &FieldError{at + "/value", "length-1-200"}
		case !d.Fixed && c.Value != "":
			return &FieldError{at + "/value", "only-of-fixed-text"}
		case c.Most < 0 || c.Most > 500:
			return &FieldError{at + "/most", "out-of-range"}
		case len(c.Allowed) > 200:
			return &FieldError{at + "/allowed", "maxItems"}
		}
		for j := range i {
			if m.Columns[j].Heading == c.Heading {
				return &FieldError{at + "/heading", "twice-in-map"}
			}
		}
	}
	return nil
}

func within(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && utf8.ValidString(s)
}

// Full tells whether the map shows document numbers unmasked.
func (m *Map) Full() bool {
	return slices.ContainsFunc(m.Columns, func(c Column) bool { d, ok := m.describe(c.Field); return ok && d.Full })
}

// Table is results in the columns of a map.
type Table struct {
	Sheet   string // name of the sheet in a workbook; "" for the usual one
	Head    []string
	Rows    [][]Cell
	Missing []Missing
}

// Missing is an empty cell, or a whole row where Heading is "".
type Missing struct {
	Admission string
	Heading   string
}

// Build puts rows into the columns of a map, ordered by admission number.
// Whoever has no released result is left out and named as missing.
func Build(m *Map, rows []Row) Table {
	sorted := slices.Clone(rows)
	slices.SortFunc(sorted, func(a, b Row) int {
		return strings.Compare(a.Certificate.Number+"\x00"+a.Registration.Admission+"\x00"+string(a.Registration.ID), b.Certificate.Number+"\x00"+b.Registration.Admission+"\x00"+string(b.Registration.ID))
	})
	t := Table{}
	for _, c := range m.Columns {
		t.Head = append(t.Head, harmless(c.Heading))
	}
	for i := range sorted {
		r := &sorted[i]
		if m.About == OfResults && r.Record.Version == 0 {
			t.Missing = append(t.Missing, Missing{Admission: r.Registration.Admission})
			continue
		}
		r.number = len(t.Rows) + 1
		cells := make([]Cell, len(m.Columns))
		for j := range m.Columns {
			d, _ := m.describe(m.Columns[j].Field)
			if cells[j] = m.Columns[j].cell(r, &d); cells[j].Text == "" && !cells[j].Never {
				t.Missing = append(t.Missing, Missing{r.Registration.Admission, m.Columns[j].Heading})
			}
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}
