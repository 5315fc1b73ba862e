package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
)

// CSV writes the table as text (RFC 4180) in UTF-8 with a byte order mark,
// without which Excel takes it for another encoding.
func (t *Table) CSV() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\uFEFF")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	lines := [][]string{t.Head}
	for _, row := range t.Rows {
		line := make([]string, len(row))
		for i, c := range row {
			line[i] = c.Text
		}
		lines = append(lines, line)
	}
	if err := w.WriteAll(lines); err != nil {
		return nil, fmt.Errorf("report: csv: %w", err)
	}
	return b.Bytes(), nil
}
