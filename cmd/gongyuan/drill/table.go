package drill

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// row is one line of the report: what a request or count is called, in both
// languages.
type row struct{ key, zh, en string }

// requests are the rows of the latency table, in the order of an exam.
var requests = []row{
	{"login", "登录", "sign in"}, {"exam", "候考页", "waiting page"}, {"enter", "入场", "enter"}, {"save", "保存", "save"},
	{"durable", "从作答到存储", "from the answer to its storage"},
	{"beat", "心跳", "heartbeat"}, {"submit", "交卷", "submit"}, {"receipt", "回执", "receipt"}, {"refresh", "续期", "refresh"},
	{"office", "考务", "office"}, {"check", "核对", "check"},
}

// faultNames are the faults in both languages.
var faultNames = []row{
	{"cut", "请求发出后断线", "connection cut after sending"}, {"duplicate", "请求重复", "request sent twice"},
	{"reorder", "请求乱序", "requests out of order"}, {"reload", "刷新页面", "page reloaded"},
	{"take-over", "第二个页面接管（换机、双开）", "taken over by a second page"}, {"parallel-submit", "同时多次交卷", "submitted in parallel"},
}

// count is one figure of the report.
type count struct {
	row
	N    int64
	Zero bool // must be 0
}

// Zh, En and Bad are for the page's template.
func (c count) Zh() string { return c.zh }
func (c count) En() string { return c.en }

// Bad tells whether the figure must be 0 and is not.
func (c count) Bad() bool { return c.Zero && c.N != 0 }

func (r *Report) counts() []count {
	n := func(zh, en string, v int64) count { return count{row{"", zh, en}, v, false} }
	zero := func(zh, en string, v int) count { return count{row{"", zh, en}, int64(v), true} }
	return []count{
		zero("丢失的作答", "answers lost", r.Lost), zero("重复的交卷", "submissions doubled", r.Doubled),
		zero("不该接受而接受的写入", "writes accepted that had to be refused", r.Trespasses),
		zero("没有核对到的考生", "candidates not checked", r.Candidates-r.Checked),
		n("考生", "candidates", int64(r.Candidates)), n("登录", "signed in", int64(r.SignedIn)), n("入场", "entered", int64(r.Entered)),
		n("交卷", "submitted", int64(r.Submitted)), n("核对", "checked", int64(r.Checked)),
		n("作答操作", "operations written", r.Written), n("发送（含重发）", "operations sent, repetitions included", r.Sent),
		n("已确认存储", "operations acknowledged", r.Acknowledged),
		n("换机时尚未保存", "operations left behind unsaved by a take-over", r.Left),
		n("结束后的写入被拒绝", "writes after the end refused", r.Late), n("被接管页面的写入被拒绝", "writes of taken-over pages refused", r.Stale),
	}
}

// Table prints the report for people. Figures come first in each line, since
// Chinese characters are of no certain width.
func (r *Report) Table(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s\n%s · seed %d · %s\n\n", r.Title, r.URL, r.Seed, r.Ended.Sub(r.Began).Truncate(100_000_000))
	r.sentence(&b)
	for _, c := range r.counts() {
		mark := " "
		if c.Bad() {
			mark = "!"
		}
		fmt.Fprintf(&b, "%s %10d  %s  %s\n", mark, c.N, c.zh, c.en)
	}
	fmt.Fprintf(&b, "  %10.1f  每秒保存（平均）  saves per second, mean\n  %10d  每秒保存（最高）  saves per second, peak\n\n", r.SavesPerSecond, r.Peak)
	fmt.Fprintf(&b, "  %9s %9s %9s %9s %9s  毫秒 ms\n", "n", "p50", "p90", "p99", "max")
	for _, q := range requests {
		if l, ok := r.Latency[q.key]; ok {
			fmt.Fprintf(&b, "  %9d %9.1f %9.1f %9.1f %9.1f  %s %s\n", l.Count, l.P50, l.P90, l.P99, l.Max, q.zh, q.en)
		}
	}
	if p := &r.Processor; p.Seen {
		fmt.Fprintf(&b, "\n  处理器 processors, busiest tenth of the time: 程序 program %.2f · 整机 machine %.2f / %d\n",
			p.busiest(func(l Load) float64 { return l.Program }), p.busiest(func(l Load) float64 { return l.Machine }), p.Cores)
	} else {
		fmt.Fprintf(&b, "\n  看不到服务器的处理器 the server's processors cannot be seen: %s\n", p.Why)
	}
	r.lists(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// sentence prints the verdict.
func (r *Report) sentence(b *strings.Builder) {
	if r.Ready {
		fmt.Fprintf(b, "✓ 可以开考 · ready to hold the exam · n=%d\n", r.Candidates)
	} else {
		fmt.Fprintf(b, "✕ 不可以开考 · not ready to hold the exam · n=%d\n", r.Candidates)
	}
	for _, x := range r.Reasons {
		fmt.Fprintf(b, "  ✕ %s · %s\n", x.Zh, x.En)
	}
	for _, x := range r.Remarks {
		fmt.Fprintf(b, "  ! %s · %s\n", x.Zh, x.En)
	}
	b.WriteByte('\n')
}

// lists prints what has no fixed rows.
func (r *Report) lists(b *strings.Builder) {
	fmt.Fprintf(b, "\n故障 faults injected: %s\n", listed(r.faultCounts()))
	fmt.Fprintf(b, "错误 errors by kind: %s\n", listed(r.Errors))
	if len(r.Unfinished) > 0 {
		fmt.Fprintf(b, "没有完成 unfinished: %s\n", listed(r.Unfinished))
	}
	for _, f := range r.Findings {
		fmt.Fprintf(b, "! %s %s slot %d: want %q, got %q (%s)\n", f.Kind, f.Candidate, f.Slot, f.Want, f.Got, f.Attempt)
	}
}

// faultCounts names the faults for people.
func (r *Report) faultCounts() map[string]int {
	out := map[string]int{}
	for _, f := range faultNames {
		if n := r.Faults[f.key]; n > 0 {
			out[f.zh+" "+f.en] = n
		}
	}
	return out
}

func listed(counts map[string]int) string {
	if len(counts) == 0 {
		return "—"
	}
	parts := make([]string, 0, len(counts))
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s ×%d", k, counts[k]))
	}
	return strings.Join(parts, " · ")
}
