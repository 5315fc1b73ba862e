package xlsx

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"

	"github.com/xuri/excelize/v2"
)

// Options steer Read. Bank names the bank that the items belong to; where it
// is empty, the workbook's own 题库编号 is taken. The others are as in
// exchange.Options.
type Options struct {
	Bank     bank.ID
	Point    bank.PointCode
	Held     []bank.Revision
	Progress func(items int)
	Fixes    []bank.Fix
}

// Read reads a workbook. Whatever it cannot take as it stands gets a verdict;
// an error means that nothing was read. It never panics and is safe for
// concurrent use.
func Read(r io.Reader, opts Options) (imported exchange.Import, err error) {
	// The library has panicked on crafted files before. A file that a stranger
	// uploads must not take the server down with it.
	defer func() {
		if p := recover(); p != nil {
			imported, err = exchange.Import{}, fmt.Errorf("%w: %v", ErrWorkbook, p)
		}
	}()
	raw, err := exchange.ReadAll(r, MaxFile)
	if errors.Is(err, exchange.ErrTooLarge) {
		return exchange.Import{}, ErrTooLarge
	} else if err != nil {
		return exchange.Import{}, err
	}
	f, err := open(raw)
	if err != nil {
		return exchange.Import{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := &workbook{file: f, budget: MaxRows, merges: mergesOf(raw), opts: opts, raw: raw}
	w.out.Bank = opts.Bank
	if err := w.read(); err != nil {
		return exchange.Import{}, err
	}
	return w.out, nil
}

// kind is what a sheet holds.
type kind int

const (
	itemSheet kind = iota
	outlineSheet
	sectionSheet
	weightSheet
	planSheet
)

// kindOf tells from its name what a sheet holds. Any other sheet may hold
// items, which its header decides.
func kindOf(name string) kind {
	switch n := bank.Normal(name); {
	case strings.Contains(n, "细目表"):
		return outlineSheet
	case strings.Contains(n, "题型分布"):
		return sectionSheet
	case strings.Contains(n, "知识点分布"), strings.Contains(n, "考点分布"), strings.Contains(n, "鉴定点分布"):
		return weightSheet
	case strings.Contains(n, "组卷"):
		return planSheet
	}
	return itemSheet
}

// workbook is a file being read.
type workbook struct {
	file   *excelize.File
	budget int // rows that may still be read
	merges map[string][]merge
	out    exchange.Import
	known  bool // some sheet was understood
	opts   Options
	raw    []byte
}

// read takes the settings and the outline first: items are checked against
// them, wherever the sheets stand.
func (w *workbook) read() error {
	sheets := map[kind][]string{}
	for _, name := range w.file.GetSheetList() {
		k := kindOf(name)
		sheets[k] = append(sheets[k], name)
	}
	plan := newPlan(w)
	for _, step := range []struct {
		kind kind
		take func(sheet string, rows []row)
	}{
		{planSheet, plan.settings},
		{outlineSheet, w.outline},
		{sectionSheet, plan.sections},
		{weightSheet, plan.weights},
	} {
		for _, name := range sheets[step.kind] {
			rows, err := w.rows(name)
			if err != nil {
				return err
			}
			if len(rows) > 0 {
				w.known = true
				step.take(name, rows)
			}
		}
	}
	if w.out.Bank == "" {
		return ErrBank
	}
	items, err := newItems(w)
	if err != nil {
		return err
	}
	for _, name := range sheets[itemSheet] {
		if err := items.sheet(name); err != nil {
			return err
		}
	}
	items.finish()
	if !w.known {
		return ErrNothing
	}
	if w.out.Title == "" {
		w.out.Title = string(w.out.Bank)
	}
	if w.out.Outline != nil {
		w.out.Outline.Bank, w.out.Outline.Title = w.out.Bank, w.out.Title
	}
	plan.finish()
	return nil
}

// row is a row of a small sheet.
type row struct {
	number int
	cells  []string
}

// at returns the tidied text of a column, empty beyond the end.
func (r row) at(i int) string {
	if i < 0 || i >= len(r.cells) {
		return ""
	}
	return r.cells[i]
}

func (w *workbook) rows(sheet string) ([]row, error) {
	var out []row
	err := eachRow(w.file, sheet, &w.budget, func(n int, cells []cell) {
		r := row{number: n, cells: make([]string, len(cells))}
		for i, c := range cells {
			r.cells[i], _ = tidy(c.text)
		}
		out = append(out, r)
	})
	return out, err
}

// say records a verdict about a cell of a small sheet.
func (w *workbook) say(sheet string, r row, column int, v exchange.Verdict) {
	v.Sheet, v.Row, v.Column = sheet, r.number, columnLetter(column)
	v.Old = r.at(column)
	w.out.Verdicts = append(w.out.Verdicts, v.Explain())
}

// columnsOf finds the header of a small sheet among its first rows and returns
// the column of each wanted name, -1 where it is missing, and the rows below.
// The first alias of each list is the field's name; the first list must be found.
func columnsOf(rows []row, wanted [][]string) ([]int, []row, bool) {
	for i, r := range rows[:min(len(rows), headerRows)] {
		columns := make([]int, len(wanted))
		for w, aliases := range wanted {
			columns[w] = -1
			for c, text := range r.cells {
				if columns[w] < 0 && containsNormal(aliases, text) {
					columns[w] = c
				}
			}
		}
		if columns[0] >= 0 {
			return columns, rows[i+1:], true
		}
	}
	return nil, nil, false
}

func containsNormal(aliases []string, text string) bool {
	n := bank.Normal(text)
	for _, a := range aliases {
		if a == n {
			return true
		}
	}
	return false
}
