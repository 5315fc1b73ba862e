package roster

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"gongyuan/bank/exchange"
)

// CSV reads the cells of a text file with separated values, in any of the
// encodings and with any of the separators that spreadsheets write here.
func CSV(data []byte) ([][]Cell, error) {
	text, err := exchange.DecodeText(data)
	if err != nil {
		return nil, &TableError{"text-file"}
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = separator(text), true, -1
	var out [][]Cell
	last := 0
	for {
		line, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, &TableError{"text-file"}
		}
		// The reader passes over empty lines; lines are counted as they stand.
		at, _ := r.FieldPos(0)
		for ; last+1 < at; last++ {
			out = append(out, nil)
		}
		cells := make([]Cell, len(line))
		for i, s := range line {
			cells[i] = Cell{Text: s}
		}
		out, last = append(out, cells), max(at, last+1)
	}
}

// separator is the one that the first lines have most of.
func separator(text string) rune {
	const looked = 2000
	head := text[:min(len(text), looked)]
	best, most := ',', 0
	for _, r := range []rune{',', '\t', ';', '，'} {
		if n := strings.Count(head, string(r)); n > most {
			best, most = r, n
		}
	}
	return best
}
