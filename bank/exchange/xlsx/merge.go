package xlsx

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/archive"
	"gongyuan/bank/exchange/markup"

	"github.com/xuri/excelize/v2"
)

// merge is a range of cells of one column that are merged into one, rows
// counted from 1 and the column from 0.
type merge struct{ column, from, to int }

// maxMerges bounds how many merges of a sheet are looked at.
const maxMerges = 20_000

var mergeCell = regexp.MustCompile(`<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"`)

// mergesOf finds the merged cells of every sheet. It reads the sheets' XML by
// itself, because the library would build the whole sheet in memory for it.
// What it cannot read has no merges.
func mergesOf(raw []byte) map[string][]merge {
	zipped, err := archive.Open(raw)
	if err != nil {
		return nil
	}
	out := map[string][]merge{}
	for name, file := range sheetFiles(zipped) {
		text, err := zipped.Read(file, 64<<20)
		if err != nil {
			continue
		}
		for _, m := range mergeCell.FindAllSubmatch(text, maxMerges) {
			column, err1 := excelize.ColumnNameToNumber(string(m[1]))
			last, err2 := excelize.ColumnNameToNumber(string(m[3]))
			from, err3 := strconv.Atoi(string(m[2]))
			to, err4 := strconv.Atoi(string(m[4]))
			if err1 == nil && err2 == nil && err3 == nil && err4 == nil && column == last && from < to {
				out[name] = append(out[name], merge{column - 1, from, to})
			}
		}
		slices.SortFunc(out[name], func(a, b merge) int { return a.from - b.from })
	}
	return out
}

// sheetFiles maps the names of sheets to their files.
func sheetFiles(zipped *archive.Archive) map[string]string {
	parse := func(name string) *markup.Node {
		raw, err := zipped.Read(name, 4<<20)
		if err != nil {
			return nil
		}
		root, err := markup.Parse(raw)
		if err != nil {
			return nil
		}
		return root
	}
	targets := map[string]string{}
	for _, r := range parse("xl/_rels/workbook.xml.rels").Children("Relationship") {
		target := r.Attr("Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join("xl", target)
		}
		targets[r.Attr("Id")] = strings.TrimPrefix(target, "/")
	}
	out := map[string]string{}
	for _, s := range parse("xl/workbook.xml").Child("sheets").Children("sheet") {
		if file := targets[s.Attr("id")]; file != "" {
			out[s.Attr("name")] = file
		}
	}
	return out
}

// filler fills the cells of merged ranges from their first, row by row.
type filler struct {
	merges []merge // by their first row
	open   []merge
	next   int
	tops   map[merge]cell
}

// row returns the cells with what their merges hold, and the columns filled.
func (f *filler) row(n int, cells []cell) ([]cell, []int) {
	for f.next < len(f.merges) && f.merges[f.next].from <= n {
		if len(f.open) < maxColumns {
			f.open = append(f.open, f.merges[f.next])
		}
		f.next++
	}
	var filled []int
	f.open = slices.DeleteFunc(f.open, func(m merge) bool {
		if m.to < n {
			delete(f.tops, m)
			return true
		}
		if n == m.from && m.column < len(cells) {
			f.tops[m] = cells[m.column]
		}
		top, known := f.tops[m]
		if n == m.from || !known || top.text == "" || m.column >= maxColumns {
			return false
		}
		for len(cells) <= m.column {
			cells = append(cells, cell{})
		}
		if cells[m.column].text == "" {
			cells[m.column] = top
			filled = append(filled, m.column)
		}
		return false
	})
	return cells, filled
}

// fillable are the fields that several items share. Any other merged cell
// belongs to its first row alone.
var fillable = []exchange.Field{exchange.FieldBank, exchange.FieldPoint, exchange.FieldType, exchange.FieldDifficulty, exchange.FieldConsistency, exchange.FieldSource}

// sayFilled notes what was filled, and empties what must not be.
func (l *line) sayFilled() {
	for _, i := range l.filled {
		field := exchange.Field("")
		for f, column := range l.head.columns {
			if column == i {
				field = f
			}
		}
		switch {
		case !slices.Contains(fillable, field):
			l.cells[i] = cell{}
		case field != exchange.FieldBank:
			l.change(field, exchange.FilledDown, "", l.cells[i].text)
		}
	}
}
