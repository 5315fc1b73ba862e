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
	frameTop, frameBottom         = 16.0, 272.0
	floorMs               float64 = 0.1 // the lowest latency shown
)

// strokes tell lines apart by colour and by dashes.
var strokes = []struct{ colour, dash string }{
	{"#1c4e78", ""}, {"#a86c00", "6 3"}, {"#1b6140", "2 3"}, {"#573a94", "10 3 2 3"}, {"#9c2328", "1 4"},
}

// line is one series of a plot; x from 0 to 1, y in milliseconds. It is broken
// where y is below 0.
type line struct {
	name string
	x    []float64
	y    []Milliseconds
}

// tick is a mark on the x axis.
type tick struct {
	x    float64
	text string
}

// plot draws latencies over x, on a logarithmic scale.
func plot(title string, ticks []tick, lines []line) template.HTML {
	top := floorMs * 10
	for _, l := range lines {
		for _, y := range l.y {
			top = max(top, float64(y))
		}
	}
	decades := math.Ceil(math.Log10(top / floorMs))
	at := func(x float64, y Milliseconds) (float64, float64) {
		share := math.Log10(max(float64(y), floorMs)/floorMs) / decades
		return frameLeft + x*(frameRight-frameLeft), frameBottom - share*(frameBottom-frameTop)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg role="img" viewBox="0 0 %g %g"><title>%s</title>`, plotWidth, plotHeight, html.EscapeString(title))
	for d := 0.0; d <= decades; d++ {
		ms := floorMs * math.Pow(10, d)
		_, y := at(0, Milliseconds(ms))
		fmt.Fprintf(&b, `<path d="M%g %.1fH%g" stroke="#cfd7de"/><text x="%g" y="%.1f" text-anchor="end">%g</text>`, frameLeft, y, frameRight, frameLeft-8, y+4, math.Round(ms*10)/10)
	}
	for _, t := range ticks {
		x, _ := at(t.x, 0)
		fmt.Fprintf(&b, `<path d="M%.1f %gv5" stroke="#6d7a87"/><text x="%.1f" y="%g" text-anchor="middle">%s</text>`, x, frameBottom, x, frameBottom+20, html.EscapeString(t.text))
	}
	for i, l := range lines {
		s := strokes[i%len(strokes)]
		var path strings.Builder
		pen := "M"
		for j := range l.x {
			if l.y[j] < 0 {
				pen = "M"
				continue
			}
			x, y := at(l.x[j], l.y[j])
			fmt.Fprintf(&path, "%s%.1f %.1f", pen, x, y)
			pen = "L"
		}
		fmt.Fprintf(&b, `<path d="%s" fill="none" stroke="%s" stroke-width="2" stroke-dasharray="%s"/>`, path.String(), s.colour, s.dash)
		left := frameLeft + float64(i)*168
		fmt.Fprintf(&b, `<path d="M%g 308h28" stroke="%s" stroke-width="2" stroke-dasharray="%s"/><text x="%g" y="312">%s</text>`, left, s.colour, s.dash, left+34, html.EscapeString(l.name))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // numbers, our own names, and text that is escaped above
}

// overTime plots the latency of saves while the drill ran. The lines are
// broken where no save succeeded.
func (r *Report) overTime() template.HTML {
	if len(r.Timeline) == 0 {
		return ""
	}
	first, last := r.Timeline[0].Second, r.Timeline[len(r.Timeline)-1].Second
	span := max(last-first, .1)
	lines := []line{{name: "p50"}, {name: "p99"}, {name: "最长 max"}}
	for _, m := range r.Timeline {
		values := []Milliseconds{m.P50, m.P99, m.Max}
		if m.Saves == 0 {
			values = []Milliseconds{-1, -1, -1}
		}
		for i, y := range values {
			lines[i].x = append(lines[i].x, (m.Second-first)/span)
			lines[i].y = append(lines[i].y, y)
		}
	}
	var ticks []tick
	for i := range 6 {
		x := float64(i) / 5
		ticks = append(ticks, tick{x, fmt.Sprintf("%.1f s", first+x*span)})
	}
	return plot("保存用时随时间的变化 latency of saves over time, ms", ticks, lines)
}

// overQuantiles plots the quantiles of what candidates wait for.
func (r *Report) overQuantiles() template.HTML {
	var lines []line
	for _, q := range requests {
		l, ok := r.Latency[q.key]
		if !ok || q.key != "login" && q.key != "enter" && q.key != "save" && q.key != "submit" && q.key != "durable" {
			continue
		}
		one := line{name: q.zh, y: l.Curve}
		for i := range l.Curve {
			one.x = append(one.x, float64(i)/float64(len(curveAt)-1))
		}
		lines = append(lines, one)
	}
	names := []string{"min", "p25", "p50", "p75", "p90", "p95", "p99", "p99.9", "max"}
	ticks := make([]tick, len(curveAt))
	for i := range curveAt {
		ticks[i] = tick{float64(i) / float64(len(curveAt)-1), names[i]}
	}
	return plot("用时的分位数 quantiles of latency, ms", ticks, lines)
}
