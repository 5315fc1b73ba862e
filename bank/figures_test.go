package bank_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gongyuan/bank"
)

// TestFindByFigures filters and sorts by what statistics say; what has no
// figure is in no span and comes last.
func TestFindByFigures(t *testing.T) {
	t.Parallel()
	c := bank.NewCatalogue()
	put := func(code string, p, r float64, kinds ...string) {
		row := bank.ItemRow{Item: bank.Item{ID: bank.NewItemID("b", code), Bank: "b", Code: code}, Author: "ding" + code}
		if p >= 0 {
			row.Figures = bank.ItemFigures{People: 40, Facility: &p, Discrimination: &r, Findings: kinds}
			row.LastUsed = time.Date(2026, 11, 21, 0, int(100*p), 0, 0, time.UTC)
		}
		c.Put(row, "")
	}
	put("1", .9, .3)
	put("2", .2, -.1, "negative")
	put("3", -1, 0)
	put("4", .5, .05, "low")
	at := func(v float64) *float64 { return &v }
	for name, x := range map[string]struct {
		q    bank.ItemQuery
		want []string
	}{
		"easy":             {bank.ItemQuery{Facility: bank.Span{From: at(.5)}}, []string{"1", "4"}},
		"between":          {bank.ItemQuery{Facility: bank.Span{From: at(.2), To: at(.9)}}, []string{"2", "4"}},
		"low":              {bank.ItemQuery{Discrimination: bank.Span{To: at(.1)}}, []string{"2", "4"}},
		"suspicious":       {bank.ItemQuery{Suspicious: bank.Only, Sort: bank.ByDiscrimination}, []string{"2", "4"}},
		"not suspicious":   {bank.ItemQuery{Suspicious: bank.Without}, []string{"1", "3"}},
		"by facility":      {bank.ItemQuery{Sort: bank.ByFacility}, []string{"2", "4", "1", "3"}},
		"by it, backwards": {bank.ItemQuery{Sort: bank.ByFacility, Descending: true}, []string{"1", "4", "2", "3"}},
		"by use":           {bank.ItemQuery{Sort: bank.ByUse}, []string{"3", "2", "4", "1"}},
		"by author":        {bank.ItemQuery{Sort: bank.ByAuthor, Descending: true, Limit: 2}, []string{"4", "3"}},
		"of an author":     {bank.ItemQuery{Author: "ding3"}, []string{"3"}},
		"doubted":          {bank.ItemQuery{Doubted: bank.Only}, nil},
	} {
		var got []string
		for _, r := range c.Find(x.q).Rows {
			got = append(got, r.Code)
		}
		if !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", name, got, x.want)
		}
	}
}

// BenchmarkFind is a page far into 100,000 items, filtered and sorted by
// statistics.
func BenchmarkFind(b *testing.B) {
	c := bank.NewCatalogue()
	for i := range 100_000 {
		p, r := float64(i%97)/97, float64(i%89)/89-.1
		code := fmt.Sprintf("B-A-A-A-%03d-%03d", i/1000, i%1000)
		c.Put(bank.ItemRow{Item: bank.Item{ID: bank.NewItemID("b", code), Bank: "b", Code: code}, Figures: bank.ItemFigures{People: 40, Facility: &p, Discrimination: &r}}, "")
	}
	from := .2
	q := bank.ItemQuery{Facility: bank.Span{From: &from}, Sort: bank.ByDiscrimination, Skip: 70_000, Limit: 20}
	c.Find(q) // orders are kept until something changes
	b.ResetTimer()
	for b.Loop() {
		if len(c.Find(q).Rows) != 20 {
			b.Fatal("no page")
		}
	}
}
