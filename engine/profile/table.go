package profile

import (
	"slices"
	"strings"
)

// Column is a column of a table that staff fill in, by its headings.
type Column[R any] struct {
	Names []string // the first is what a table to fill in has
	Put   func(*R, string)
}

// Shape is a table that staff fill in.
type Shape[R comparable] struct {
	Columns []Column[R]
	Needed  int    // so many of the first columns must be there
	Missing string // reason of a table without them
}

// shape is the table of profiles.
var shape = Shape[Row]{Needed: 5, Missing: "table-head", Columns: []Column[Row]{
	{[]string{"身份证件号", "身份证号", "身份证号码", "证件号码", "id number"}, func(r *Row, s string) { r.IDNumber = s }},
	{[]string{"姓名", "name"}, func(r *Row, s string) { r.Name = s }},
	{[]string{"单位", "工作单位", "unit"}, func(r *Row, s string) { r.Unit = s }},
	{[]string{"城市", "city"}, func(r *Row, s string) { r.City = s }},
	{[]string{"行业", "industry"}, func(r *Row, s string) { r.Industry = s }},
	{[]string{"重点单位", "key unit"}, func(r *Row, s string) { r.KeyUnit = s }},
	{[]string{"岗位", "职务", "post"}, func(r *Row, s string) { r.Post = s }},
	{[]string{"激励", "激励措施", "incentive"}, func(r *Row, s string) { r.Incentive = s }},
}}

// Head is the headings of a table of profiles to fill in.
func Head() []string { return shape.Head() }

// Table reads the rows of a table of profiles, as Shape.Read does.
func Table(cells [][]string) ([]Row, []int, error) { return shape.Read(cells) }

// Head is the headings of a table to fill in.
func (s *Shape[R]) Head() []string {
	out := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		out[i] = c.Names[0]
	}
	return out
}

// MostRows bounds one import.
const MostRows = 2000

// Read reads the rows of a table whose first line names its columns. It
// returns the line of each row, from 1, with it. Empty lines are passed over.
// It returns a *TableError for a table without the columns that are needed.
func (s *Shape[R]) Read(cells [][]string) ([]R, []int, error) {
	if len(cells) == 0 {
		return nil, nil, &TableError{s.Missing}
	}
	puts, found := make([]func(*R, string), len(cells[0])), 0
	for i, h := range cells[0] {
		h = strings.ToLower(strings.TrimSpace(h))
		for n, c := range s.Columns {
			if puts[i] == nil && slices.Contains(c.Names, h) {
				puts[i] = c.Put
				found |= 1 << n
			}
		}
	}
	if needed := 1<<s.Needed - 1; found&needed != needed {
		return nil, nil, &TableError{s.Missing}
	}
	var rows []R
	var lines []int
	for n, line := range cells[1:] {
		var r, empty R
		for i, s := range line {
			if i < len(puts) && puts[i] != nil {
				puts[i](&r, strings.TrimSpace(s))
			}
		}
		if r != empty {
			rows, lines = append(rows, r), append(lines, n+2)
		}
	}
	switch {
	case len(rows) == 0:
		return nil, nil, &TableError{"table-empty"}
	case len(rows) > MostRows:
		return nil, nil, &TableError{"table-long"}
	}
	return rows, lines, nil
}

// TableError tells why a table cannot be read.
type TableError struct{ Reason string }

// Error implements error.
func (e *TableError) Error() string { return "profile: " + e.Reason }

// Unwrap makes every TableError an ErrInvalid.
func (e *TableError) Unwrap() error { return ErrInvalid }
