package live

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/engine/attempt"
)

func TestConn(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if string(body) == "busy" {
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(http.StatusTooManyRequests)
		}
		_, _ = w.Write(body)
	}))
	defer s.Close()
	c := newConn(strings.TrimPrefix(s.URL, "http://"))
	defer c.close()
	const head = "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: "
	for range 2 { // on one connection
		a, err := c.send(head, []byte(`{"durableSeq":7}`))
		if err != nil || a.status != 200 || number(a.body, "durableSeq") != 7 {
			t.Fatalf("got %+v, %v", a, err)
		}
		if a, err = c.send(head, []byte("busy")); err != nil || a.status != 429 || a.retryAfter != 3*time.Second {
			t.Fatalf("got %+v, %v", a, err)
		}
	}
	for name, text := range map[string]string{"no reply": "hello there, world\n", "no length": "HTTP/1.1 200 OK\r\n\r\n", "cut off": "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"} {
		broken := &conn{in: bufio.NewReader(strings.NewReader(text))}
		if a, err := broken.read(); err == nil {
			t.Errorf("%s: got %+v", name, a)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		`{"a":1,"epoch":12,"b":2}`: 12, `{"epoch": 3}`: 3, `{"epochs":4}`: -1, `{"epoch":"x"}`: -1, `{"epoch":5`: -1, ``: -1,
	} {
		if got := number([]byte(text), "epoch"); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

func TestInARow(t *testing.T) {
	t.Parallel()
	op := func(epoch, seq int) attempt.Operation { return attempt.Operation{Epoch: epoch, Seq: seq} }
	for name, c := range map[string]struct {
		ops  []attempt.Operation
		want int
	}{
		"none": {nil, 0}, "all": {[]attempt.Operation{op(1, 1), op(1, 2)}, 2}, "gap": {[]attempt.Operation{op(1, 1), op(1, 3)}, 1},
		"newest epoch": {[]attempt.Operation{op(1, 1), op(1, 2), op(2, 1)}, 1}, "begins late": {[]attempt.Operation{op(1, 2)}, 0},
	} {
		if got := inARow(c.ops); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestTally(t *testing.T) {
	t.Parallel()
	var tally tally
	for ms := 100; ms >= 1; ms-- {
		tally.add(time.Duration(ms)*time.Millisecond, nil)
	}
	tally.add(0, &outcome{status: 503, text: `{"type":"urn:gongyuan:problem:unavailable","status":503}`})
	tally.add(0, errors.New("other"))
	want := "n=100 p50=50.0ms p99=99.0ms max=100.0ms error(503 unavailable)=1 error(other)=1"
	got := tally.String()
	if strings.HasSuffix(got, "error(other)=1 error(503 unavailable)=1") { // as often: in any order
		got = want
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestProcessTimes(t *testing.T) {
	t.Parallel()
	for deadline := time.Now().Add(60 * time.Millisecond); time.Now().Before(deadline); {
		_ = strings.Repeat("busy", 1000)
	}
	own, err := cpuTime(os.Getpid())
	if err != nil || own <= 0 {
		t.Errorf("processor time %s, %v", own, err)
	}
	family, err := familyTime(os.Getpid())
	if err != nil || family < own {
		t.Errorf("with its children %s, by itself %s, %v", family, own, err)
	}
	if rss, err := residentBytes(os.Getpid()); err != nil || rss < 1<<20 {
		t.Errorf("memory %d, %v", rss, err)
	}
	if _, err := statFields([]byte("1 (a) b)")); err == nil {
		t.Error("takes anything for processor times")
	}
	fields, err := statFields([]byte("7 (a) b) S 1 2 3 4 5 6 7 8 9 10 250 50 30 20 0"))
	if err != nil || fields[0] != "S" {
		t.Fatalf("fields %v, %v", fields, err)
	}
	if got, err := spent(fields[11:13]); err != nil || got != 3*time.Second {
		t.Errorf("spent %s, %v", got, err)
	}
}

func TestMemoryKeepsOnce(t *testing.T) {
	t.Parallel()
	m, err := newMemory(1)
	if err != nil {
		t.Fatal(err)
	}
	j, id := memoryJournal{m: m}, attempt.AttemptID(fixedAttempt(0))
	for _, seqs := range [][]int{{2, 3}, {1, 2}, {1}} {
		var all []attempt.JournalEntry
		for _, seq := range seqs {
			all = append(all, attempt.JournalEntry{Attempt: id, Operation: attempt.Operation{Epoch: 1, Seq: seq}})
		}
		if err := j.Append(t.Context(), all); err != nil {
			t.Fatal(err)
		}
	}
	ops, err := j.Operations(t.Context(), []attempt.AttemptID{id})
	if err != nil || len(ops[id]) != 3 || inARow(ops[id]) != 3 {
		t.Errorf("journal holds %v, %v", ops[id], err)
	}
}
