package drill

import (
	"fmt"
	"slices"
	"strings"
)

// Reason is a sentence of the verdict in both languages.
type Reason struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// Readiness says whether the installation may hold an exam of this size.
type Readiness struct {
	Ready bool `json:"ready"`
	// Reasons are why it is not, Remarks what to look at although it is.
	Reasons []Reason `json:"reasons"`
	Remarks []Reason `json:"remarks"`
}

// limit is how long candidates may wait at the 99th percentile: beyond slow
// there is a remark, beyond bad the exam should not be held.
type limit struct {
	key, zh, en string
	slow, bad   Milliseconds
}

// limits are ours. A candidate who waits three seconds for the paper thinks
// that it is broken; a save that takes two is one that the page no longer
// calls saved.
var limits = []limit{
	{"enter", "入场", "to start", 1000, 3000}, {"save", "保存", "to save", 500, 2000}, {"submit", "交卷", "to submit", 1000, 3000},
}

const (
	// badShare is the share of requests that may fail for the server's fault.
	badShare = .01
	// busyShare is the share of the machine's processors beyond which there is
	// no room left.
	busyShare = .9
)

// readiness judges the report.
func (r *Report) readiness() Readiness {
	out := Readiness{Reasons: []Reason{}, Remarks: []Reason{}}
	no := func(zh, en string, values ...any) {
		out.Reasons = append(out.Reasons, Reason{fmt.Sprintf(zh, values...), fmt.Sprintf(en, values...)})
	}
	look := func(zh, en string, values ...any) {
		out.Remarks = append(out.Remarks, Reason{fmt.Sprintf(zh, values...), fmt.Sprintf(en, values...)})
	}
	if r.Lost > 0 {
		no("丢失了 %d 处已确认的作答", "%d acknowledged answers were lost", r.Lost)
	}
	if r.Doubled > 0 {
		no("%d 份答卷的交卷不是唯一的一次", "%d submissions were not one", r.Doubled)
	}
	if r.Trespasses > 0 {
		no("接受了 %d 次不该接受的写入", "%d writes were accepted that had to be refused", r.Trespasses)
	}
	if missing := r.Candidates - r.Checked; missing > 0 {
		no("%d 名考生没有走完或没有核对到", "%d candidates did not finish or could not be checked", missing)
	}
	for _, l := range limits {
		got := r.Latency[l.key]
		switch {
		case got.Count == 0:
		case got.P99 > l.bad:
			no(l.zh+"太慢：百分之一的请求用了 %.1f 秒以上（不应超过 %.0f 秒）", "too slow "+l.en+": one request in a hundred took %.1f s or more (no more than %.0f s)", got.P99/1000, l.bad/1000)
		case got.P99 > l.slow:
			look(l.zh+"偏慢：百分之一的请求用了 %.1f 秒以上", "rather slow "+l.en+": one request in a hundred took %.1f s or more", got.P99/1000)
		}
	}
	r.judgeFailures(no, look)
	r.judgeLoad(look)
	out.Ready = len(out.Reasons) == 0
	return out
}

// judgeFailures looks at what the server failed to answer.
func (r *Report) judgeFailures(no, look func(zh, en string, values ...any)) {
	failed, all := 0, 0
	for name, n := range r.Errors {
		all += n
		if serverFault(name) {
			failed += n
		}
	}
	for name, l := range r.Latency {
		if name != string(actDurable) {
			all += l.Count
		}
	}
	if failed == 0 {
		return
	}
	if share := float64(failed) / float64(max(all, 1)); share > badShare {
		no("%d 次请求中有 %d 次服务器没有办成（%.1f%%）", "of %d requests the server failed %d (%.1f%%)", all, failed, share*100)
		return
	}
	look("%d 次请求中有 %d 次服务器没有办成，重试后都办成了", "of %d requests the server failed %d, which succeeded when repeated", all, failed)
}

// serverFault tells whether an error is the server's, or that of the way to
// it, rather than the answer to what a fault provoked.
func serverFault(name string) bool {
	_, kind, _ := strings.Cut(name, " ")
	return strings.HasPrefix(kind, "http-5") || slices.Contains([]string{"network", "timeout", "unavailable", "busy", "internal", "unreadable-reply", "durable-beyond-sent"}, kind)
}

// judgeLoad looks at the processors.
func (r *Report) judgeLoad(look func(zh, en string, values ...any)) {
	p := &r.Processor
	if !p.Seen || len(p.Samples) == 0 {
		return
	}
	busy := p.busiest(func(l Load) float64 { return l.Machine })
	if busy > busyShare*float64(p.Cores) {
		look("这台机器的处理器在最忙时用了 %.1f 个，共 %d 个，没有余量", "at its busiest this machine used %.1f of %d processors: no room is left", busy, p.Cores)
	}
}

// topTenth is the mean of the largest tenth, at least one, 0 for none.
func topTenth(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	top := values[len(values)-max(len(values)/10, 1):]
	sum := 0.0
	for _, v := range top {
		sum += v
	}
	return sum / float64(len(top))
}
