package profile

import "strings"

// columns are the headings under which a table's columns are known.
var columns = []struct {
	names []string
	put   func(*Row, string)
}{
	{[]string{"身份证件号", "身份证号", "身份证号码", "证件号码", "id number"}, func(r *Row, s string) { r.IDNumber = s }},
	{[]string{"姓名", "name"}, func(r *Row, s string) { r.Name = s }},
	{[]string{"单位", "工作单位", "unit"}, func(r *Row, s string) { r.Unit = s }},
	{[]string{"城市", "city"}, func(r *Row, s string) { r.City = s }},
	{[]string{"行业", "industry"}, func(r *Row, s string) { r.Industry = s }},
	{[]string{"重点单位", "key unit"}, func(r *Row, s string) { r.KeyUnit = s }},
	{[]string{"岗位", "职务", "post"}, func(r *Row, s string) { r.Post = s }},
	{[]string{"激励", "激励措施", "incentive"}, func(r *Row, s string) { r.Incentive = s }},
}

// Head is the headings of a table to fill in.
func Head() []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.names[0]
	}
	return out
}

// MostRows bounds one import.
const MostRows = 2000

// Table reads the rows of a table whose first line names its columns. It
// returns the line of each row, from 1, with it. Empty lines are passed over.
// It returns a *TableError for a table without the columns that are needed.
func Table(cells [][]string) ([]Row, []int, error) {
	if len(cells) == 0 {
		return nil, nil, &TableError{"table-head"}
	}
	puts, found := make([]func(*Row, string), len(cells[0])), 0
	for i, h := range cells[0] {
		h = strings.ToLower(strings.TrimSpace(h))
		for n, c := range columns {
			for _, name := range c.names {
				if h == name && puts[i] == nil {
					puts[i] = c.put
					found |= 1 << n
				}
			}
		}
	}
	const needed = 1<<5 - 1 // the first five; the others may be left out
	if found&needed != needed {
		return nil, nil, &TableError{"table-head"}
	}
	var rows []Row
	var lines []int
	for n, line := range cells[1:] {
		var r Row
		for i, s := range line {
			if i < len(puts) && puts[i] != nil {
				puts[i](&r, strings.TrimSpace(s))
			}
		}
		if r != (Row{}) {
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
