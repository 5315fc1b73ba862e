package assess

import (
	"errors"
	"math"
	"slices"

	"gongyuan/bank"
	"gongyuan/engine/people"
)

// Errors of statistics.
var (
	// ErrTooFew is returned where there is too little to compare: fewer than two
	// examiners, or fewer than two candidates whom all of them scored.
	ErrTooFew = errors.New("assess: too few scores to compare")
	// ErrRagged is returned where not every examiner gave every candidate a score.
	ErrRagged = errors.New("assess: not everybody scored everybody")
)

// Rating is what one examiner gave one candidate.
type Rating struct {
	Marks  bank.Marks
	Passed bool // at or over the pass mark, and no veto
}

// Figure is a statistic that may not exist: where nobody differs from anybody,
// there is nothing to explain.
type Figure struct {
	Value float64
	Known bool
}

func figure(v float64) Figure {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Figure{}
	}
	return Figure{v, true}
}

// Agreement is how far the examiners of a panel agree. Marks are hundredths.
type Agreement struct {
	Candidates int
	Examiners  int
	// Single and Average are the intraclass correlations ICC(2,1) and ICC(2,k):
	// two-way random effects, absolute agreement, of one examiner's score and of
	// the mean of all (Shrout and Fleiss, Psychological Bulletin 86, 1979).
	Single  Figure
	Average Figure
	// Severity is by examiner, in the order of the ratings.
	Severity []Severity
	// Apart is the mean absolute difference between two examiners' scores of the
	// same candidate, over all pairs.
	Apart float64
	// Kappa is the agreement on passed and failed beyond chance: Cohen's for two
	// examiners, Fleiss's for more.
	Kappa Figure
	// Unanimous is how many candidates all examiners passed, or all failed.
	Unanimous int
}

// Severity is how one examiner scores next to the others.
type Severity struct {
	Mean   float64
	Others float64 // mean of what the others gave the same candidates
	// Difference is Mean less Others: negative is more severe (宽严差).
	Difference float64
}

// Agree compares ratings: a row for each candidate, a column for each
// examiner. It returns ErrTooFew or ErrRagged where nothing can be said.
func Agree(ratings [][]Rating) (Agreement, error) {
	n := len(ratings)
	if n < 2 || len(ratings[0]) < 2 {
		return Agreement{}, ErrTooFew
	}
	k := len(ratings[0])
	for _, row := range ratings {
		if len(row) != k {
			return Agreement{}, ErrRagged
		}
	}
	out := Agreement{Candidates: n, Examiners: k, Severity: severities(ratings), Apart: apart(ratings)}
	out.Single, out.Average = correlations(ratings)
	out.Kappa, out.Unanimous = kappaOf(ratings)
	return out, nil
}

// correlations takes the variance of the scores apart: between candidates,
// between examiners, and what is left.
func correlations(ratings [][]Rating) (single, average Figure) {
	n, k := float64(len(ratings)), float64(len(ratings[0]))
	columns := make([]float64, len(ratings[0]))
	rows := make([]float64, len(ratings))
	total := 0.0
	for i, row := range ratings {
		for j, r := range row {
			v := float64(r.Marks)
			rows[i] += v
			columns[j] += v
			total += v
		}
	}
	grand := total / (n * k)
	var between, examiners, all float64
	for i, row := range ratings {
		between += k * square(rows[i]/k-grand)
		for _, r := range row {
			all += square(float64(r.Marks) - grand)
		}
	}
	for _, c := range columns {
		examiners += n * square(c/n-grand)
	}
	bms, jms := between/(n-1), examiners/(k-1)
	ems := math.Max(0, all-between-examiners) / ((n - 1) * (k - 1))
	single = figure((bms - ems) / (bms + (k-1)*ems + k*(jms-ems)/n))
	average = figure((bms - ems) / (bms + (jms-ems)/n))
	return single, average
}

func square(v float64) float64 { return v * v }

func severities(ratings [][]Rating) []Severity {
	n, k := float64(len(ratings)), len(ratings[0])
	out := make([]Severity, k)
	for _, row := range ratings {
		sum := 0.0
		for _, r := range row {
			sum += float64(r.Marks)
		}
		for j, r := range row {
			out[j].Mean += float64(r.Marks) / n
			out[j].Others += (sum - float64(r.Marks)) / float64(k-1) / n
		}
	}
	for j := range out {
		out[j].Difference = out[j].Mean - out[j].Others
	}
	return out
}

func apart(ratings [][]Rating) float64 {
	sum, pairs := 0.0, 0
	for _, row := range ratings {
		for i := range row {
			for j := i + 1; j < len(row); j++ {
				sum += math.Abs(float64(row[i].Marks - row[j].Marks))
				pairs++
			}
		}
	}
	return sum / float64(pairs)
}

// kappaOf is the kappa on passed and failed, and how many candidates all
// examiners judged alike.
func kappaOf(ratings [][]Rating) (kappa Figure, unanimous int) {
	k := len(ratings[0])
	counts := make([][]int, len(ratings))
	var pair [2][2]int
	at := map[bool]int{true: 1}
	for i, row := range ratings {
		passed := 0
		for _, r := range row {
			passed += at[r.Passed]
		}
		counts[i] = []int{passed, k - passed}
		if passed == 0 || passed == k {
			unanimous++
		}
		pair[at[row[0].Passed]][at[row[1].Passed]]++
	}
	if k == 2 {
		return Cohen([][]int{pair[0][:], pair[1][:]}), unanimous
	}
	return Fleiss(counts), unanimous
}

// Fleiss is Fleiss's kappa (Psychological Bulletin 76, 1971) of how often each
// candidate, a row, was put into each category. Each row must have the same
// sum, two or more.
func Fleiss(counts [][]int) Figure {
	if len(counts) == 0 {
		return Figure{}
	}
	n, raters := float64(len(counts)), 0
	for _, c := range counts[0] {
		raters += c
	}
	m := float64(raters)
	share := make([]float64, len(counts[0]))
	observed := 0.0
	for _, row := range counts {
		pairs := 0.0
		for j, c := range row {
			share[j] += float64(c) / (n * m)
			pairs += float64(c) * float64(c-1)
		}
		observed += pairs / (m * (m - 1)) / n
	}
	expected := 0.0
	for _, p := range share {
		expected += p * p
	}
	return beyondChance(observed, expected)
}

// Cohen is Cohen's kappa (Educational and Psychological Measurement 20, 1960)
// of a square table: how often the first examiner chose the row's category and
// the second the column's.
func Cohen(table [][]int) Figure {
	total, same := 0.0, 0.0
	rows, columns := make([]float64, len(table)), make([]float64, len(table))
	for i, row := range table {
		for j, c := range row {
			total += float64(c)
			rows[i] += float64(c)
			columns[j] += float64(c)
			if i == j {
				same += float64(c)
			}
		}
	}
	expected := 0.0
	for i := range table {
		expected += rows[i] * columns[i] / (total * total)
	}
	return beyondChance(same/total, expected)
}

// beyondChance does not exist where chance alone explains everything: all
// examiners gave all candidates the same.
func beyondChance(observed, expected float64) Figure {
	const nothing = 1e-12
	if 1-expected < nothing {
		return Figure{}
	}
	return figure((observed - expected) / (1 - expected))
}

// AgreeOf compares what the examiners of one panel signed. Candidates whom not
// all of them have signed are left out. The names are in the order of the
// result's severities.
func AgreeOf(all []Outcome, pass bank.Marks) (Agreement, []people.AccountID, error) {
	var ratings [][]Rating
	var examiners []people.AccountID
	for _, o := range all {
		if len(o.Sheets) == 0 || o.Absent {
			continue
		}
		row := make([]Rating, len(o.Sheets))
		names := make([]people.AccountID, len(o.Sheets))
		for i, s := range o.Sheets {
			row[i] = Rating{s.Total.Sum, s.Total.Sum >= pass && !s.Total.Vetoed}
			names[i] = s.Examiner
		}
		if examiners == nil {
			examiners = names
		}
		if !slices.Equal(examiners, names) {
			return Agreement{}, nil, ErrRagged
		}
		ratings = append(ratings, row)
	}
	if len(ratings) == 0 {
		return Agreement{}, examiners, ErrTooFew
	}
	a, err := Agree(ratings)
	a.Candidates = len(ratings)
	return a, examiners, err
}
