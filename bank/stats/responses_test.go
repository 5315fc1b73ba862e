package stats

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestReadTable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text            string
		key             []string
		people, columns int
		p               []float64
	}{
		"bare":             {"1,0\n1,1\n0,0\n", nil, 3, 2, []float64{2. / 3, 1. / 3}},
		"header":           {"\ufeffid;Q1;Q2\na;1;0\nb;1;\n", nil, 2, 2, []float64{1, 0}},
		"names without":    {"zhang,1,0\nli,0,0\n", nil, 2, 2, []float64{.5, 0}},
		"key row":          {"考生,甲题,乙题\n答案,A,BD\n1,A,BD\n2,b,\"D,B\"\n3,,B\n", nil, 3, 2, []float64{1. / 3, 2. / 3}},
		"key apart":        {"A,B\nA,C\n", []string{"A", "B"}, 2, 2, []float64{1, .5}},
		"marks":            {"id\tQ1\tQ2\nfull\t4\t2\nx\t2\t1.5\ny\t4\t.\n", nil, 2, 2, []float64{.75, .75}},
		"counts":           {"count,Q1,Q2\n3,1,0\n0,0,0\n1,0,1\n", nil, 4, 2, []float64{.75, .25}},
		"not on the paper": {"Q1,Q2\n1,NA\n0,1\n", nil, 2, 2, []float64{.5, 1}},
	} {
		got, err := ReadTable(strings.NewReader(c.text), c.key)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var p []float64
		a := Analyse(&got.Matrix)
		for i := range a.Items {
			p = append(p, a.Items[i].Figures().Facility.Value)
		}
		if len(got.People) != c.people || len(got.Names) != c.columns || !slices.Equal(p, c.p) {
			t.Errorf("%s: %d people, columns %v, p = %v, want %v", name, len(got.People), got.Names, p, c.p)
		}
	}
	for name, text := range map[string]string{
		"nothing": "", "letters without a key": "A,B\nC,A\n", "too much": "id,Q1\nfull,2\nx,3\n", "less than nothing": "1,-1\n", "a longer row": "1,0\n1,0,1\n",
		"an open quote": "\"a,1\n", "half a person": "count,Q1\n.5,1\n", "a bad key": "id,Q1\nkey,Z9\nx,A\n", "only names": "id\nx\n",
	} {
		if _, err := ReadTable(strings.NewReader(text), nil); !errors.Is(err, ErrResponses) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzReadTable: whatever is in a file, reading and analysing it ends without a
// panic.
func FuzzReadTable(f *testing.F) {
	for _, s := range []string{"1,0\n1,1\n", "id;Q1\nkey;A\nx;B\n", "count,Q1\n2,1\n", "\ufeff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "00") {
			return // thousands of people from one row are slow, not wrong
		}
		table, err := ReadTable(strings.NewReader(s), nil)
		if err == nil {
			_ = fmt.Sprint(Analyse(&table.Matrix))
		}
	})
}
