package mongobank

import (
	"slices"
	"unicode"

	"gongyuan/bank"
)

// maxSearchGrams bounds what one search asks for.
const maxSearchGrams = 60

// grams returns the single characters and the pairs of neighbours of texts,
// sorted, each once. Texts are compared in normal form, and only letters and
// digits count, so punctuation neither hides nor makes a match.
func grams(texts ...string) []string {
	var out []string
	for _, text := range texts {
		out = append(out, pairs(text, true)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// searchGrams returns what a document must hold to match a query: its pairs,
// or its one character. A search may find a text that holds all the pairs in
// another order; it never misses one.
func searchGrams(query string) []string {
	out := pairs(query, false)
	if len(out) == 0 {
		out = pairs(query, true)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), maxSearchGrams)]
}

func pairs(text string, singles bool) []string {
	var out []string
	var before rune
	for _, r := range bank.Normal(text) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		if singles {
			out = append(out, string(r))
		}
		if before != 0 {
			out = append(out, string([]rune{before, r}))
		}
		before = r
	}
	return out
}

// gramsOf returns the grams of what a reader of lists would look for: the
// code, the stem, the options and the parts. Keys are not searched.
func gramsOf(code string, r *bank.Revision) []string {
	texts := []string{code}
	add := func(q *bank.Question) {
		texts = append(texts, q.Stem)
		if q.Type == bank.Judgement {
			return
		}
		for _, o := range q.Options {
			texts = append(texts, o.Text)
		}
	}
	add(&r.Question)
	for i := range r.Parts {
		add(&r.Parts[i])
	}
	return grams(texts...)
}
