package drill

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
)

// Size of a plot and of the frame inside it.
const (
	plotWidth, plotHeight         = 920.0, 320.0
	frameLeft, frameRight         = 64.0, 904.0
	frameTop, frameBottom         = 16.0, 256.0
	axisText, legendText          = 276.0, 308.0
	floorMs               float64 = 0.1 // the lowest latency shown
)

// strokes tell lines apart by colour and by dashes.
var strokes = []struct{ colour, dash string }{
	{"#1c4e78", ""}, {"#a86c00", "6 3"}, {"#1b6140", "2 3"}, {"#573a94", "10 3 2 3"}, {"#9c2328", "1 4"},
}

// line is one series of a plot; x from 0 to 1. It is broken where y is below 0,
// and a point without neighbours is a dot.
type line struct {
	name string
	x    []float64
	y    []float64
}

// tick is a mark on an axis, from 0 to 1.
type tick struct {
	at   float64
	text string
}

// chart is a plot with its axes.
type chart struct {
	title  string
	xs, ys []tick
	// share maps a value to 0 … 1 of the height.
	share func(y float64) float64
	lines []line
}

// logarithmic is an axis of milliseconds up to the largest value of the lines.
func logarithmic(lines []line) ([]tick, func(float64) float64) {
	decades := math.Ceil(math.Log10(max(largest(lines), floorMs*10) / floorMs))
	var ticks []tick
	for d := 0.0; d <= decades; d++ {
		ticks = append(ticks, tick{d / decades, fmt.Sprint(math.Round(floorMs*math.Pow(10, d)*10) / 10)})
	}
	return ticks, func(y float64) float64 { return math.Log10(max(y, floorMs)/floorMs) / decades }
}

// linear is an axis from 0 to a round number at or above the largest value of
// the lines, and least at least.
func linear(lines []line, least float64) ([]tick, func(float64) float64) {
	top := max(largest(lines), least)
	unit := math.Pow(10, math.Floor(math.Log10(top)))
	for _, m := range []float64{1, 2, 4, 8, 10} { // into four parts that are easy to read
		if unit*m >= top {
			top = unit * m
			break
		}
	}
	var ticks []tick
	for i := range 5 {
		ticks = append(ticks, tick{float64(i) / 4, fmt.Sprintf("%.4g", top*float64(i)/4)})
	}
	return ticks, func(y float64) float64 { return y / top }
}

func largest(lines []line) float64 {
	top := 0.0
	for _, l := range lines {
		for _, y := range l.y {
			top = max(top, y)
		}
	}
	return top
}

// svg draws the chart.
func (c *chart) svg() template.HTML {
	at := func(x, share float64) (float64, float64) {
		return frameLeft + x*(frameRight-frameLeft), frameBottom - share*(frameBottom-frameTop)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg role="img" viewBox="0 0 %g %g"><title>%s</title>`, plotWidth, plotHeight, html.EscapeString(c.title))
	for _, t := range c.ys {
		_, y := at(0, t.at)
		fmt.Fprintf(&b, `<path d="M%g %.1fH%g" stroke="#cfd7de"/><text x="%g" y="%.1f" text-anchor="end">%s</text>`, frameLeft, y, frameRight, frameLeft-8, y+4, html.EscapeString(t.text))
	}
	for i, t := range c.xs {
		x, _ := at(t.at, 0)
		anchor := "middle"
		if i == len(c.xs)-1 {
			anchor, x = "end", x+12 // else the last one is cut off
		}
		fmt.Fprintf(&b, `<path d="M%.1f %gv5" stroke="#6d7a87"/><text x="%.1f" y="%g" text-anchor="%s">%s</text>`, frameLeft+t.at*(frameRight-frameLeft), frameBottom, x, axisText, anchor, html.EscapeString(t.text))
	}
	left := frameLeft
	for i, l := range c.lines {
		s := strokes[i%len(strokes)]
		fmt.Fprintf(&b, `<path d="%s" fill="none" stroke="%s" stroke-width="2" stroke-dasharray="%s"/>`, l.path(at, c.share), s.colour, s.dash)
		for _, j := range l.lonely() {
			x, y := at(l.x[j], c.share(l.y[j]))
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`, x, y, s.colour)
		}
		fmt.Fprintf(&b, `<path d="M%g %gh28" stroke="%s" stroke-width="2" stroke-dasharray="%s"/><text x="%g" y="%g">%s</text>`, left, legendText-4, s.colour, s.dash, left+34, legendText, html.EscapeString(l.name))
		left += 56 + textWidth(l.name)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // #nosec G203 -- numbers, our own names, and text that is escaped above
}

// path is the line in the language of SVG.
func (l *line) path(at func(x, share float64) (float64, float64), share func(float64) float64) string {
	var b strings.Builder
	pen := "M"
	for j := range l.x {
		if l.y[j] < 0 {
			pen = "M"
			continue
		}
		x, y := at(l.x[j], share(l.y[j]))
		fmt.Fprintf(&b, "%s%.1f %.1f", pen, x, y)
		pen = "L"
	}
	return b.String()
}

// lonely are the points without a neighbour to draw a line to.
func (l *line) lonely() []int {
	shown := func(j int) bool { return j >= 0 && j < len(l.y) && l.y[j] >= 0 }
	var out []int
	for j := range l.y {
		if shown(j) && !shown(j-1) && !shown(j+1) {
			out = append(out, j)
		}
	}
	return out
}

// textWidth is about how wide a text of 13 px is: Chinese characters are twice
// as wide as others.
func textWidth(text string) float64 {
	width := 0.0
	for _, r := range text {
		if r > 0x2e7f {
			width += 13
		} else {
			width += 7.2
		}
	}
	return width
}

// span is the time of the sitting, in seconds since the drill began, from the
// first entry to the last submission.
func (r *Report) span() (first, last float64) {
	first, last = math.Inf(1), math.Inf(-1)
	for _, moments := range r.Timelines {
		for _, m := range moments {
			first, last = min(first, m.Second), max(last, m.Second)
		}
	}
	if first >= last {
		return 0, max(r.Ended.Sub(r.Began).Seconds(), .1)
	}
	return first, last
}

func secondTicks(first, last float64) []tick {
	var ticks []tick
	for i := range 6 {
		x := float64(i) / 5
		ticks = append(ticks, tick{x, fmt.Sprintf("%.0f s", first+x*(last-first))})
	}
	return ticks
}

// overTime plots the latency of what candidates wait for while the drill ran.
// The lines are broken where nothing succeeded.
func (r *Report) overTime() template.HTML {
	if len(r.Timelines) == 0 {
		return ""
	}
	first, last := r.span()
	var lines []line
	for _, one := range []struct {
		key, name string
		value     func(Moment) Milliseconds
	}{
		{"enter", "入场 start p99", func(m Moment) Milliseconds { return m.P99 }},
		{"save", "保存 save p50", func(m Moment) Milliseconds { return m.P50 }},
		{"save", "保存 save p99", func(m Moment) Milliseconds { return m.P99 }},
		{"submit", "交卷 submit p99", func(m Moment) Milliseconds { return m.P99 }},
	} {
		l := line{name: one.name}
		for _, m := range r.Timelines[one.key] {
			y := float64(one.value(m))
			if m.Count == 0 {
				y = -1
			}
			l.x, l.y = append(l.x, (m.Second-first)/(last-first)), append(l.y, y)
		}
		lines = append(lines, l)
	}
	ys, share := logarithmic(lines)
	c := chart{"用时随时间的变化 latency over time, ms", secondTicks(first, last), ys, share, lines}
	return c.svg()
}

// overRates plots how much was saved, and what failed, per second.
func (r *Report) overRates() template.HTML {
	if len(r.Timelines) == 0 {
		return ""
	}
	first, last := r.span()
	saves, errors := line{name: "每秒保存 saves per second"}, line{name: "每秒错误和拒绝 errors and refusals per second"}
	for _, m := range r.Timelines["save"] {
		saves.x, saves.y = append(saves.x, (m.Second-first)/(last-first)), append(saves.y, m.Rate)
	}
	for _, m := range r.ErrorsOverTime {
		if x := (m.Second - first) / (last - first); x >= 0 && x <= 1 {
			errors.x, errors.y = append(errors.x, x), append(errors.y, m.Rate)
		}
	}
	lines := []line{saves, errors}
	ys, share := linear(lines, 1)
	c := chart{"每秒次数 per second", secondTicks(first, last), ys, share, lines}
	return c.svg()
}

// overLoad plots the processors of the server's machine.
func (r *Report) overLoad() template.HTML {
	if !r.Processor.Seen || len(r.Processor.Samples) == 0 {
		return ""
	}
	last := max(r.Processor.Samples[len(r.Processor.Samples)-1].Second, .1)
	program, machine := line{name: "程序 the program"}, line{name: "整台机器，含本演练 the whole machine, this drill included"}
	for _, l := range r.Processor.Samples {
		program.x, program.y = append(program.x, l.Second/last), append(program.y, l.Program)
		machine.x, machine.y = append(machine.x, l.Second/last), append(machine.y, min(l.Machine, float64(r.Processor.Cores))) // ticks are coarse
	}
	lines := []line{program, machine}
	ys, share := linear(lines, float64(r.Processor.Cores))
	c := chart{"占用的处理器 processors used", secondTicks(0, last), ys, share, lines}
	return c.svg()
}

// overQuantiles plots the quantiles of what candidates wait for.
func (r *Report) overQuantiles() template.HTML {
	var lines []line
	for _, q := range requests {
		l, ok := r.Latency[q.key]
		if !ok || q.key != "enter" && q.key != "save" && q.key != "submit" && q.key != "durable" {
			continue
		}
		one := line{name: q.zh + " " + q.en}
		for i, y := range l.Curve {
			one.x, one.y = append(one.x, float64(i)/float64(len(curveAt)-1)), append(one.y, float64(y))
		}
		lines = append(lines, one)
	}
	names := []string{"min", "p25", "p50", "p75", "p90", "p95", "p99", "p99.9", "max"}
	ticks := make([]tick, len(curveAt))
	for i := range curveAt {
		ticks[i] = tick{float64(i) / float64(len(curveAt)-1), names[i]}
	}
	ys, share := logarithmic(lines)
	c := chart{"用时的分位数 quantiles of latency, ms", ticks, ys, share, lines}
	return c.svg()
}
