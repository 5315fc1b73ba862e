package intake

import (
	"slices"
	"strings"
)

// Column is a column of a table that staff fill in, by its headings.
type Column[R any] struct {
	Names []string // the first is what a table to fill in has
	Of    func(*R) *string
}

// IDNumber is the column of identity numbers.
func IDNumber[R any](of func(*R) *string) Column[R] {
	return Column[R]{[]string{"身份证件号", "身份证号", "身份证号码", "证件号码", "id number"}, of}
}

// Name is the column of people's names.
func Name[R any](of func(*R) *string) Column[R] { return Column[R]{[]string{"姓名", "name"}, of} }

// Shape is a table that staff fill in.
type Shape[R comparable] struct {
	Columns []Column[R]
	Needed  int    // so many of the first columns must be there
	Missing string // reason of a table without them
}

// Head is the headings of a table to fill in.
func (s *Shape[R]) Head() []string {
	out := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		out[i] = c.Names[0]
	}
	return out
}

// Trim takes the blanks around its texts off a row.
func (s *Shape[R]) Trim(r *R) {
	for _, c := range s.Columns {
		*c.Of(r) = strings.TrimSpace(*c.Of(r))
	}
}

// MostRows bounds one import.
const MostRows = 2000

// Read reads the rows of a table whose first line names its columns; of two of
// the same name the first counts. It returns the line of each row, from 1, with
// it. Empty lines are passed over.
// It returns a *TableError for a table without the columns that are needed.
func (s *Shape[R]) Read(cells [][]string) ([]R, []int, error) {
	if len(cells) == 0 {
		return nil, nil, &TableError{s.Missing}
	}
	of, found := make([]func(*R) *string, len(cells[0])), 0
	for i, h := range cells[0] {
		h = strings.ToLower(strings.TrimSpace(h))
		for n, c := range s.Columns {
			if found&(1<<n) == 0 && slices.Contains(c.Names, h) {
				of[i] = c.Of
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
			if i < len(of) && of[i] != nil {
				*of[i](&r) = strings.TrimSpace(s)
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
func (e *TableError) Error() string { return "intake: " + e.Reason }

// Unwrap makes every TableError an ErrInvalid.
func (e *TableError) Unwrap() error { return ErrInvalid }
