package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"gongyuan/bank/stats"
)

type bankStatisticsCommand struct {
	Responses string   `required:"" type:"existingfile" placeholder:"FILE.csv" help:"Table with a row for each person and a column for each item: 0/1 or marks, or letters with a key. Blank was left blank; NA, - or . was not on that person's paper. Rows named key and full, a first column of names and a column named count are understood."`
	Key       []string `placeholder:"A,C,BD" help:"Right options in the order of the columns, where the file has no row named key."`
	JSON      string   `name:"json" placeholder:"FILE" help:"Write all figures to this file; - writes them to the output in place of the table."`
	MinPeople int      `default:"30" help:"Say nothing about what is suspicious of an item that fewer people had. Figures are computed all the same."`
}

// Run reads the table and prints what follows from it.
func (c *bankStatisticsCommand) Run() error { return c.run(os.Stdout) }

func (c *bankStatisticsCommand) run(out io.Writer) (err error) {
	in, err := os.Open(c.Responses)
	if err != nil {
		return err
	}
	defer in.Close()
	table, err := stats.ReadTable(in, c.Key)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Responses, err)
	}
	report := c.report(&table)
	if c.JSON != "-" {
		if err := report.print(out); err != nil {
			return err
		}
	}
	if c.JSON == "" {
		return nil
	}
	if c.JSON != "-" {
		f, err := os.Create(c.JSON)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		return report.write(f)
	}
	return report.write(out)
}

// statisticsReport is what the command says, as JSON. What is undefined is null
// and named in Undefined.
type statisticsReport struct {
	Paper   statisticsPaper  `json:"paper"`
	Items   []statisticsItem `json:"items"`
	Assumed []string         `json:"fullMarksAssumed,omitempty"`
}

type statisticsPaper struct {
	People      int               `json:"people"`
	Items       int               `json:"items"`
	Full        string            `json:"fullMarks"`
	Mean        *float64          `json:"mean"`
	SD          *float64          `json:"sd"`
	Reliability *float64          `json:"reliability"`
	Method      stats.Method      `json:"method"`
	SEM         *float64          `json:"sem"`
	Histogram   [stats.Bins]int   `json:"histogram"`
	Undefined   map[string]string `json:"undefined,omitempty"`
}

type statisticsItem struct {
	Item      string              `json:"item"`
	People    int                 `json:"people"`
	Facility  *float64            `json:"p"`
	ItemTotal *float64            `json:"itemTotal"`
	ItemRest  *float64            `json:"itemRest"`
	D         *float64            `json:"d"`
	Omitted   *float64            `json:"omitted"`
	Thirds    stats.Thirds        `json:"thirds"`
	Options   []statisticsOption  `json:"options,omitempty"`
	Findings  []statisticsFinding `json:"findings,omitempty"`
	Undefined map[string]string   `json:"undefined,omitempty"`
}

type statisticsOption struct {
	Option string       `json:"option"`
	Key    bool         `json:"key"`
	Thirds stats.Thirds `json:"thirds"`
	Rest   *float64     `json:"optionRest"`
}

type statisticsFinding struct {
	Kind   stats.Kind `json:"kind"`
	Option string     `json:"option,omitempty"`
	Value  float64    `json:"value"`
	Limit  float64    `json:"limit"`
}

// number is a figure as JSON has it.
func number(f stats.Figure, name string, undefined *map[string]string) *float64 {
	if f.Known() {
		return &f.Value
	}
	if *undefined == nil {
		*undefined = map[string]string{}
	}
	(*undefined)[name] = string(f.Why)
	return nil
}

func (c *bankStatisticsCommand) report(t *stats.Table) statisticsReport {
	limits := stats.DefaultLimits()
	limits.MinPeople = c.MinPeople
	a := stats.Analyse(&t.Matrix)
	p := &a.Paper
	out := statisticsReport{Assumed: t.Assumed, Items: []statisticsItem{}}
	out.Paper = statisticsPaper{People: p.People, Items: p.Items, Full: p.Full.String(), Method: p.Method, Histogram: p.Histogram}
	hundredth := func(f stats.Figure) stats.Figure { f.Value /= 100; return f }
	undefined := &out.Paper.Undefined
	out.Paper.Mean, out.Paper.SD = number(hundredth(p.Mean), "mean", undefined), number(hundredth(p.SD), "sd", undefined)
	out.Paper.Reliability, out.Paper.SEM = number(p.Reliability, "reliability", undefined), number(hundredth(p.SEM), "sem", undefined)
	for i := range a.Items {
		item, sums := &t.Items[i], &a.Items[i]
		f := sums.Figures()
		x := statisticsItem{Item: t.Names[i], People: f.People, Thirds: sums.Thirds}
		x.Facility, x.ItemTotal = number(f.Facility, "p", &x.Undefined), number(f.ItemTotal, "itemTotal", &x.Undefined)
		x.ItemRest, x.D = number(f.ItemRest, "itemRest", &x.Undefined), number(f.D, "d", &x.Undefined)
		x.Omitted = number(f.Omitted, "omitted", &x.Undefined)
		for _, o := range f.Options {
			option := statisticsOption{Option: string(o.Option), Thirds: o.Thirds, Rest: number(o.Rest, "optionRest "+string(o.Option), &x.Undefined)}
			for _, k := range item.Key {
				option.Key = option.Key || k == o.Option
			}
			x.Options = append(x.Options, option)
		}
		for _, s := range stats.Judge(item, sums, &f, 0, &limits) {
			x.Findings = append(x.Findings, statisticsFinding{s.Kind, string(s.Option), s.Value, s.Limit})
		}
		out.Items = append(out.Items, x)
	}
	return out
}

func (r *statisticsReport) write(out io.Writer) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// print writes the table.
func (r *statisticsReport) print(out io.Writer) error {
	p := &r.Paper
	show := func(v *float64, digits int, why map[string]string, name string) string {
		if v == nil {
			return why[name]
		}
		return fmt.Sprintf("%.*f", digits, *v)
	}
	fmt.Fprintf(out, "人数 people %d · 题数 items %d · 满分 full %s · 平均 mean %s · 标准差 SD %s · 信度 %s %s · SEM %s\n\n", p.People, p.Items, p.Full,
		show(p.Mean, 4, p.Undefined, "mean"), show(p.SD, 4, p.Undefined, "sd"), p.Method, show(p.Reliability, 6, p.Undefined, "reliability"), show(p.SEM, 4, p.Undefined, "sem"))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "item\tn\tp\titem-total\titem-rest\tD\tomitted\toptions low/mid/high\tfindings")
	for i := range r.Items {
		x := &r.Items[i]
		var options, findings []string
		for _, o := range x.Options {
			mark := ""
			if o.Key {
				mark = "*"
			}
			options = append(options, fmt.Sprintf("%s%s %d/%d/%d", o.Option, mark, o.Thirds[0], o.Thirds[1], o.Thirds[2]))
		}
		for _, f := range x.Findings {
			findings = append(findings, strings.TrimSpace(string(f.Kind)+" "+f.Option))
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", x.Item, x.People, show(x.Facility, 3, x.Undefined, "p"),
			show(x.ItemTotal, 4, x.Undefined, "itemTotal"), show(x.ItemRest, 4, x.Undefined, "itemRest"), show(x.D, 4, x.Undefined, "d"),
			show(x.Omitted, 3, x.Undefined, "omitted"), strings.Join(options, "  "), strings.Join(findings, ", "))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(r.Assumed) > 0 {
		fmt.Fprintf(out, "\n未注明满分，按见到的最高分计 full marks taken to be the highest seen: %s\n", strings.Join(r.Assumed, ", "))
	}
	return nil
}
