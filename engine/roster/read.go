package roster

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gongyuan/bank/exchange"
	"gongyuan/engine/sitting"
)

// columns are the columns with the headings under which they are known, in the
// order of the template.
var columns = []struct {
	field exchange.Field
	names []string
}{
	{ColumnName, []string{"姓名", "考生姓名", "name"}},
	{ColumnIdentity, []string{"身份证件号", "身份证件号码", "身份证号", "身份证号码", "证件号", "证件号码", "idnumber", "id"}},
	{ColumnEmployer, []string{"工作单位", "单位", "单位名称", "employer"}},
	{ColumnRoom, []string{"考场", "考场号", "room"}},
	{ColumnSeat, []string{"座位", "座位号", "座号", "seat"}},
	{ColumnAdmission, []string{"准考证号", "准考证", "admission", "admissionnumber"}},
	{ColumnExtra, []string{"延时分钟", "延时", "延时(分钟)", "extraminutes", "extra"}},
	{ColumnLarge, []string{"大字号", "大字", "largetext"}},
	{ColumnApart, []string{"单独考场", "separateroom"}},
	{ColumnAccessible, []string{"无障碍座位", "无障碍", "accessibleseat"}},
	{ColumnAnew, []string{"全部重考", "anew"}},
}

// Head is the headings of a list to fill in.
func Head() []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = string(c.field)
	}
	return out
}

func columnOf(heading string) exchange.Field {
	h, _ := repaired(heading)
	h = strings.TrimRight(strings.ToLower(h), "*：:")
	for _, c := range columns {
		for _, n := range c.names {
			if h == n {
				return c.field
			}
		}
	}
	return ""
}

// titleLines is how many lines may stand above the headings.
const titleLines = 10

// Read reads a list. Its headings may stand below a title. It returns a
// *TableError for a table without the columns that are needed, without rows, or
// with too many.
func Read(cells [][]Cell, now time.Time) (*Reading, error) {
	head, at := headOf(cells)
	if at < 0 {
		return nil, &TableError{"roster-head"}
	}
	r := reader{now: now, head: head, out: &Reading{}, seen: map[string]int{}}
	for i := at + 1; i < len(cells); i++ {
		if !blank(cells[i]) {
			r.row(i+1, cells[i])
		}
	}
	switch {
	case r.out.Counts.Rows == 0:
		return nil, &TableError{"table-empty"}
	case r.out.Counts.Rows > MostRows:
		return nil, &TableError{"table-long"}
	}
	return r.out, nil
}

func headOf(cells [][]Cell) (map[exchange.Field]int, int) {
	for at, line := range cells[:min(len(cells), titleLines)] {
		head := map[exchange.Field]int{}
		for i, c := range line {
			if f := columnOf(c.Text); f != "" {
				if _, twice := head[f]; !twice {
					head[f] = i
				}
			}
		}
		_, name := head[ColumnName]
		_, id := head[ColumnIdentity]
		if name && id {
			return head, at
		}
	}
	return nil, -1
}

func blank(line []Cell) bool {
	for _, c := range line {
		if s, _ := repaired(c.Text); s != "" {
			return false
		}
	}
	return true
}

type reader struct {
	now  time.Time
	head map[exchange.Field]int
	out  *Reading
	seen map[string]int // line by what may stand in one row only

	line    int
	cells   []Cell
	entry   sitting.Entry
	changes []exchange.Verdict
	drops   []exchange.Verdict
}

// letter names a column as spreadsheets do.
func letter(i int) string {
	out := ""
	for i++; i > 0; i = (i - 1) / 26 {
		out = string(rune('A'+(i-1)%26)) + out
	}
	return out
}

func (r *reader) cell(f exchange.Field) Cell {
	i, ok := r.head[f]
	if !ok || i >= len(r.cells) {
		return Cell{}
	}
	return r.cells[i]
}

func (r *reader) verdict(o exchange.Outcome, f exchange.Field, why exchange.Reason, old, new string) exchange.Verdict {
	column := ""
	if i, ok := r.head[f]; ok {
		column = letter(i)
	}
	name, _ := tidy(r.cell(ColumnName).Text)
	return exchange.Verdict{
		Outcome: o, Row: r.line, Column: column, Field: f, Item: cut(name), Old: cut(old), New: cut(new), Reason: why, Text: said[why][0], Todo: said[why][1],
	}
}

// cut keeps what is shown to a readable length.
func cut(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func (r *reader) drop(f exchange.Field, why exchange.Reason) {
	old := r.cell(f).Text
	if f == ColumnIdentity {
		old = masked(old)
	}
	r.drops = append(r.drops, r.verdict(exchange.Dropped, f, why, old, ""))
}

func (r *reader) change(f exchange.Field, now string, why ...exchange.Reason) {
	old := r.cell(f).Text
	if f == ColumnIdentity {
		old, now = masked(old), masked(now)
	}
	for _, w := range why {
		r.changes = append(r.changes, r.verdict(exchange.Changed, f, w, old, now))
	}
}

func (r *reader) row(line int, cells []Cell) {
	r.line, r.cells, r.entry, r.changes, r.drops = line, cells, sitting.Entry{}, nil, nil
	r.out.Counts.Rows++
	r.person()
	r.place()
	r.needs()
	r.once()
	c := &r.out.Counts
	switch {
	case len(r.drops) > 0:
		c.Dropped++
		r.out.Verdicts = append(r.out.Verdicts, r.drops...)
		return
	case len(r.changes) > 0:
		c.Changed++
		r.out.Verdicts = append(r.out.Verdicts, r.changes...)
	default:
		c.Kept++
		r.out.Verdicts = append(r.out.Verdicts, r.verdict(exchange.Kept, "", "", "", ""))
	}
	r.out.Rows = append(r.out.Rows, Row{r.line, len(r.changes) > 0, r.entry})
}

// tidy is a text without blanks around it and with single ones inside.
func tidy(raw string) (string, bool) {
	s := strings.Join(strings.FieldsFunc(raw, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u200b' || r == '\ufeff'
	}), " ")
	return s, s != raw
}

func (r *reader) text(f exchange.Field, most int) string {
	s, changed := tidy(r.cell(f).Text)
	switch {
	case utf8.RuneCountInString(s) > most:
		r.drop(f, LongText)
	case changed:
		r.change(f, s, Blanks)
	}
	return s
}

// chinese tells whether a name is written in Chinese, where blanks between
// characters are for looks.
func chinese(s string) bool {
	for _, c := range s {
		if c != ' ' && c != '·' && !unicode.Is(unicode.Han, c) {
			return false
		}
	}
	return s != ""
}

func (r *reader) person() {
	raw := r.cell(ColumnName).Text
	name, _ := tidy(raw)
	if chinese(name) {
		name = strings.ReplaceAll(name, " ", "")
	}
	switch {
	case name == "":
		r.drop(ColumnName, NoName)
	case strings.ContainsFunc(name, unicode.IsDigit):
		r.drop(ColumnName, BadName)
	case utf8.RuneCountInString(name) > 60:
		r.drop(ColumnName, LongText)
	case name != raw:
		r.change(ColumnName, name, Blanks)
	}
	r.entry.Name = name
	number, changed, refused := identity(r.cell(ColumnIdentity), r.now)
	if refused != "" {
		r.drop(ColumnIdentity, refused)
	} else {
		r.change(ColumnIdentity, number, changed...)
	}
	r.entry.IDNumber = number
	r.entry.Employer = r.text(ColumnEmployer, 80)
}

func (r *reader) place() {
	r.entry.Room, r.entry.Seat = r.text(ColumnRoom, 20), r.text(ColumnSeat, 20)
	if (r.entry.Room == "") != (r.entry.Seat == "") {
		r.drop(map[bool]exchange.Field{true: ColumnRoom, false: ColumnSeat}[r.entry.Room == ""], HalfPlace)
	}
	raw := r.cell(ColumnAdmission)
	s, why := repaired(raw.Text)
	s = strings.ToUpper(s)
	switch {
	case strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" || len(s) > 32 || raw.Number && len(s) > digitsKept:
		r.drop(ColumnAdmission, BadAdmission)
	default:
		r.change(ColumnAdmission, s, why...)
	}
	r.entry.Admission = s
}

func (r *reader) needs() {
	raw := r.cell(ColumnExtra).Text
	s, why := repaired(raw)
	for _, unit := range []string{"分钟", "分", "min"} {
		if bare, ok := strings.CutSuffix(s, unit); ok {
			s, why = bare, append(why, Unit)
			break
		}
	}
	minutes := 0
	var err error
	if s != "" {
		minutes, err = strconv.Atoi(s)
	}
	if err != nil || minutes < 0 || minutes > 240 {
		r.drop(ColumnExtra, BadMinutes)
	} else {
		r.change(ColumnExtra, s, why...)
		r.entry.Extra = time.Duration(minutes) * time.Minute
	}
	r.entry.Needs = sitting.Needs{LargeText: r.yes(ColumnLarge), Apart: r.yes(ColumnApart), Accessible: r.yes(ColumnAccessible)}
	r.entry.Anew = r.yes(ColumnAnew)
}

func (r *reader) yes(f exchange.Field) bool {
	s, _ := repaired(r.cell(f).Text)
	switch strings.ToLower(s) {
	case "是", "有", "yes", "y", "true", "1", "√", "✓":
		return true
	case "", "否", "无", "no", "n", "false", "0", "-", "×":
		return false
	}
	r.drop(f, BadYes)
	return false
}

// once leaves out what an earlier row has already, whatever became of that.
func (r *reader) once() {
	for _, k := range []struct {
		field exchange.Field
		key   string
	}{
		{ColumnIdentity, r.entry.IDNumber}, {ColumnAdmission, r.entry.Admission}, {ColumnSeat, r.entry.Room + "\x00" + r.entry.Seat},
	} {
		if k.key == "" || k.key == "\x00" {
			continue
		}
		key := string(k.field) + k.key
		if first, ok := r.seen[key]; ok {
			r.drop(k.field, TwiceInFile)
			last := &r.drops[len(r.drops)-1]
			last.Text.ZH, last.Text.EN = fmt.Sprintf("与第 %d 行重复", first), fmt.Sprintf("stands in line %d too", first)
			continue
		}
		r.seen[key] = r.line
	}
}

// fields maps the contract's names of fields to columns.
var fields = map[string]exchange.Field{
	"name": ColumnName, "idNumber": ColumnIdentity, "room": ColumnRoom, "seat": ColumnSeat, "admission": ColumnAdmission,
	"extraMinutes": ColumnExtra, "employer": ColumnEmployer, "anew": ColumnAnew,
}
