package stats

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"gongyuan/bank"
)

// Limits on a table of responses.
const (
	maxRows    = 1_000_000
	maxColumns = 5_000
)

// ErrResponses is wrapped by every error about a table of responses.
var ErrResponses = errors.New("stats: table of responses refused")

// Table is a matrix read from a text with what was not said in it.
type Table struct {
	Matrix
	Names   []string // of the columns
	Assumed []string // names of the columns whose full marks are the highest seen
}

// ReadTable reads responses with a row for each person and a column for each
// item, separated by commas, semicolons or tabs. A first row that holds
// anything but responses names the columns. A first column that is named id,
// person, 考生, 姓名 or 准考证号, or holds anything but responses, names the rows;
// a column named count or 人数 says how many people a row stands for. A row
// named key or 答案, or key where it is not empty, holds the right options: then
// responses are letters such as A or ACD, and one is right or wrong. Without it
// they are marks of at most two decimals, such as 0 and 1, and a row named full,
// max or 满分 says of how many. An empty cell was left blank; NA, - or . was not
// on that person's paper.
func ReadTable(in io.Reader, key []string) (Table, error) {
	rows, err := readRows(in)
	if err != nil {
		return Table{}, err
	}
	g := grid{rows: rows, key: key, count: -1}
	if err := g.layout(); err != nil {
		return Table{}, err
	}
	return g.table()
}

func readRows(in io.Reader) ([][]string, error) {
	buffered := bufio.NewReaderSize(in, 1<<16)
	head, err := buffered.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	line, _, _ := strings.Cut(string(head), "\n")
	r := csv.NewReader(buffered)
	r.FieldsPerRecord = -1
	for _, c := range []rune{';', '\t'} {
		if strings.ContainsRune(line, c) && !strings.Contains(line, ",") {
			r.Comma = c
		}
	}
	var rows [][]string
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrResponses, err)
		}
		if len(rows) == 0 && len(row) > 0 {
			row[0] = strings.TrimPrefix(row[0], "\ufeff")
		}
		if len(row) > maxColumns || len(rows) > maxRows {
			return nil, fmt.Errorf("%w: more than %d rows or %d columns", ErrResponses, maxRows, maxColumns)
		}
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrResponses)
	}
	return rows, nil
}

// grid is a table with what its rows and columns are.
type grid struct {
	rows  [][]string
	key   []string
	full  []string
	first int // index of the first row of responses
	named bool
	count int // column, or -1
	cols  []int
	names []string
}

var (
	idNames    = []string{"id", "person", "candidate", "考生", "姓名", "准考证号", "序号"}
	countNames = []string{"count", "freq", "人数"}
	keyNames   = []string{"key", "答案", "正确答案"}
	fullNames  = []string{"full", "max", "满分"}
)

func among(s string, names []string) bool { return slices.Contains(names, strings.ToLower(s)) }

// layout finds the header, the names of the rows and the rows that are none of
// people.
func (g *grid) layout() error {
	header := slices.ContainsFunc(g.rows[0], func(c string) bool { return !response(c) })
	// The first cell alone may be the name of a row.
	if header && len(g.rows[0]) > 1 && !slices.ContainsFunc(g.rows[0][1:], func(c string) bool { return !response(c) }) && !among(g.rows[0][0], idNames) {
		header = false
	}
	head := g.rows[0]
	if header {
		g.first = 1
		g.named = head[0] == "" || among(head[0], idNames)
	}
	if !header || !among(head[0], countNames) {
		for _, row := range g.rows[g.first:] {
			g.named = g.named || len(row) > 0 && !response(row[0])
		}
	}
	for i, name := range head {
		switch {
		case i == 0 && g.named:
			continue
		case header && among(name, countNames):
			g.count = i
			continue
		case !header:
			name = strconv.Itoa(len(g.cols) + 1)
		}
		g.cols, g.names = append(g.cols, i), append(g.names, name)
	}
	if len(g.cols) == 0 {
		return fmt.Errorf("%w: it has no column of responses", ErrResponses)
	}
	people := g.rows[g.first:][:0:0]
	for i, row := range g.rows[g.first:] {
		if len(row) > len(head) {
			return fmt.Errorf("%w: row %d has %d cells, the first row %d", ErrResponses, g.first+i+1, len(row), len(head))
		}
		switch {
		case g.named && len(row) > 0 && among(row[0], keyNames):
			g.key = g.pick(row)
		case g.named && len(row) > 0 && among(row[0], fullNames):
			g.full = g.pick(row)
		default:
			people = append(people, row)
		}
	}
	g.rows = people
	if len(g.key) > 0 && len(g.key) != len(g.cols) {
		return fmt.Errorf("%w: the key names %d items, there are %d", ErrResponses, len(g.key), len(g.cols))
	}
	return nil
}

func (g *grid) pick(row []string) []string {
	out := make([]string, len(g.cols))
	for i, at := range g.cols {
		out[i] = cellAt(row, at)
	}
	return out
}

func cellAt(row []string, i int) string {
	if i < len(row) {
		return row[i]
	}
	return ""
}

// response tells whether a cell may be one.
func response(c string) bool {
	if c == "" || absent(c) || letters(c) != nil {
		return true
	}
	_, err := bank.ParseMarks(c)
	return err == nil
}

func absent(c string) bool { return c == "-" || c == "." || strings.EqualFold(c, "NA") }

// letters are the options that a cell names, sorted, or nil.
func letters(c string) []bank.OptionID {
	var out []bank.OptionID
	for _, l := range strings.ToUpper(strings.NewReplacer(",", "", " ", "", "，", "", "、", "").Replace(c)) {
		if l < 'A' || l > 'H' {
			return nil
		}
		out = append(out, bank.OptionID(l))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// table makes the matrix.
func (g *grid) table() (Table, error) {
	t := Table{Names: g.names, Matrix: Matrix{Items: make([]Item, len(g.cols))}}
	full, err := g.worth(&t)
	if err != nil {
		return t, err
	}
	for n, row := range g.rows {
		times := 1
		if g.count >= 0 {
			if times, err = strconv.Atoi(cellAt(row, g.count)); err != nil || times < 0 || len(t.People)+times > maxRows {
				return t, fmt.Errorf("%w: row %d, column %s: %q is no number of people", ErrResponses, n+1, "count", cellAt(row, g.count))
			}
		}
		var p Person
		for i, at := range g.cols {
			c := Cell{Item: i, Full: full[i]}
			text := cellAt(row, at)
			if absent(text) {
				continue
			}
			if err := g.fill(&c, &t.Items[i], text); err != nil {
				return t, fmt.Errorf("%w: person %d, column %s: %w", ErrResponses, n+1, g.names[i], err)
			}
			p = append(p, c)
		}
		for range times {
			t.People = append(t.People, p)
		}
	}
	for i := range t.Items {
		slices.Sort(t.Items[i].Options)
	}
	return t, nil
}

func (g *grid) fill(c *Cell, item *Item, text string) error {
	if text == "" {
		c.Omitted = true
		return nil
	}
	if len(g.key) == 0 {
		s, err := bank.ParseMarks(text)
		switch {
		case err != nil:
			return fmt.Errorf("%q is no mark; a key is needed for letters", text)
		case s < 0 || s > c.Full:
			return fmt.Errorf("%s is not between 0 and %s", s, c.Full)
		}
		c.Score = s
		return nil
	}
	c.Chosen = letters(text)
	if c.Chosen == nil {
		return fmt.Errorf("%q names no option from A to H", text)
	}
	for _, o := range c.Chosen {
		if !slices.Contains(item.Options, o) {
			item.Options = append(item.Options, o)
		}
	}
	if slices.Equal(c.Chosen, item.Key) {
		c.Score = c.Full
	}
	return nil
}

// worth finds the full marks of each column.
func (g *grid) worth(t *Table) ([]bank.Marks, error) {
	full := make([]bank.Marks, len(g.cols))
	for i := range full {
		full[i] = 100
		if len(g.key) > 0 {
			if t.Items[i].Key = letters(g.key[i]); t.Items[i].Key == nil {
				return nil, fmt.Errorf("%w: key of column %s: %q names no option from A to H", ErrResponses, g.names[i], g.key[i])
			}
			t.Items[i].Type, t.Items[i].Options = bank.Single, slices.Clone(t.Items[i].Key)
			if len(t.Items[i].Key) > 1 {
				t.Items[i].Type = bank.Multiple
			}
			continue
		}
		if g.full != nil && g.full[i] != "" {
			m, err := bank.ParseMarks(g.full[i])
			if err != nil || m <= 0 {
				return nil, fmt.Errorf("%w: full marks of column %s: %q", ErrResponses, g.names[i], g.full[i])
			}
			full[i] = m
			continue
		}
		most := bank.Marks(0)
		for _, row := range g.rows {
			if m, err := bank.ParseMarks(cellAt(row, g.cols[i])); err == nil {
				most = max(most, m)
			}
		}
		if most > 100 {
			full[i], t.Assumed = most, append(t.Assumed, g.names[i])
		}
	}
	return full, nil
}
