package exchange

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// verdictHeader names the columns of a table of verdicts.
var verdictHeader = []string{"结果", "文件或工作表", "行", "列", "字段", "试题", "原文", "改为", "代码", "说明", "处理建议", "outcome", "reason", "what to do"}

// Table writes verdicts as rows of text, the header first, for people to sort
// and filter.
func Table(verdicts []Verdict) [][]string {
	names := map[Outcome]string{Kept: "保留", Changed: "已改", Dropped: "未导入"}
	rows := [][]string{verdictHeader}
	for _, v := range verdicts {
		row := ""
		if v.Row > 0 {
			row = strconv.Itoa(v.Row)
		}
		rows = append(rows, []string{
			names[v.Outcome], v.Sheet, row, v.Column, string(v.Field), v.Item, v.Old, v.New, string(v.Reason), v.Text.ZH, v.Todo.ZH,
			string(v.Outcome), v.Text.EN, v.Todo.EN,
		})
	}
	return rows
}

var formula = regexp.MustCompile(`^'*[=+\-@\t\r]`)

// Guard keeps spreadsheet programs from reading a text as a formula.
func Guard(s string) string {
	if formula.MatchString(s) {
		return "'" + s
	}
	return s
}

// WriteCSV writes verdicts as a table in CSV, with the byte order mark that
// Excel needs to see that it is UTF-8.
func WriteCSV(w io.Writer, verdicts []Verdict) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return fmt.Errorf("exchange: write verdicts: %w", err)
	}
	out := csv.NewWriter(w)
	for _, row := range Table(verdicts) {
		for i, cell := range row {
			row[i] = Guard(cell)
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("exchange: write verdicts: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

// verdictJSON is a verdict as programs read it.
type verdictJSON struct {
	Outcome Outcome `json:"outcome"`
	Sheet   string  `json:"sheet,omitempty"`
	Row     int     `json:"row,omitempty"`
	Column  string  `json:"column,omitempty"`
	Field   Field   `json:"field,omitempty"`
	Item    string  `json:"item,omitempty"`
	Old     string  `json:"old,omitempty"`
	New     string  `json:"new,omitempty"`
	Reason  Reason  `json:"reason,omitempty"`
	Text    string  `json:"text,omitempty"`
	Todo    string  `json:"todo,omitempty"`
}

// WriteJSON writes verdicts as a JSON array.
func WriteJSON(w io.Writer, verdicts []Verdict) error {
	out := make([]verdictJSON, len(verdicts))
	for i, v := range verdicts {
		out[i] = verdictJSON{v.Outcome, v.Sheet, v.Row, v.Column, v.Field, v.Item, v.Old, v.New, v.Reason, v.Text.ZH, v.Todo.ZH}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
