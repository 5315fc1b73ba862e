package drill

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
)

//go:embed report.html
var pageSource string

// named is a counted thing for the page.
type named struct {
	Name string
	N    int
}

// timed is a row of the latency table for the page.
type timed struct {
	Zh, En string
	Latency
}

// page is the report as one file of HTML.
func (r *Report) page() ([]byte, error) {
	t, err := template.New("report").Funcs(template.FuncMap{
		"ms": func(m Milliseconds) string { return fmt.Sprintf("%.1f", float64(m)) },
	}).Parse(pageSource)
	if err != nil {
		return nil, fmt.Errorf("drill: page: %w", err)
	}
	data := struct {
		*Report
		Counts                     []count
		Rows                       []timed
		FaultRows, ErrorRows, Left []named
		// What the plots show is named in the template.
		OverTime, OverRates, OverLoad, OverQuantiles template.HTML
		ProgramBusy, MachineBusy                     float64
	}{
		Report: r, Counts: r.counts(), FaultRows: namedOf(r.faultCounts()),
		ErrorRows: namedOf(r.Errors), Left: namedOf(r.Unfinished), OverTime: r.overTime(), OverRates: r.overRates(), OverLoad: r.overLoad(), OverQuantiles: r.overQuantiles(),
		ProgramBusy: r.Processor.busiest(func(l Load) float64 { return l.Program }), MachineBusy: r.Processor.busiest(func(l Load) float64 { return l.Machine }),
	}
	for _, q := range requests {
		if l, ok := r.Latency[q.key]; ok {
			data.Rows = append(data.Rows, timed{q.zh, q.en, l})
		}
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, fmt.Errorf("drill: page: %w", err)
	}
	return b.Bytes(), nil
}

func namedOf(counts map[string]int) []named {
	out := make([]named, 0, len(counts))
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, named{k, counts[k]})
	}
	return out
}
