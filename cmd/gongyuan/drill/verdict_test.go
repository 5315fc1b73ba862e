package drill

import (
	"net"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// goodReport is one of an installation that is ready.
func goodReport() Report {
	return Report{
		Candidates: 50, Tally: Tally{Checked: 50}, Errors: map[string]int{"login too-many-attempts": 90},
		Latency: map[string]Latency{"enter": {Count: 50, P99: 900}, "save": {Count: 900, P99: 90}, "submit": {Count: 50, P99: 900}},
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(*Report)
		ready   bool
		reasons []string // what each says, in part
		remarks []string
	}{
		"OK":                               {func(*Report) {}, true, nil, nil},
		"OK a little slow":                 {func(r *Report) { r.Latency["enter"] = Latency{Count: 50, P99: 1500} }, true, nil, []string{"1.5 s"}},
		"OK what was provoked is no fault": {func(r *Report) { r.Errors["save seq-gap"] = 500 }, true, nil, nil},
		"OK few failures":                  {func(r *Report) { r.Errors["save unavailable"] = 3 }, true, nil, []string{"failed 3"}},
		"OK no room": {func(r *Report) {
			r.Processor = Processor{Seen: true, Cores: 2, Samples: []Load{{Machine: .2}, {Machine: 1.98}}}
		}, true, nil, []string{"2.0 of 2 processors"}},
		"Err lost":       {func(r *Report) { r.Lost = 2 }, false, []string{"2 acknowledged answers were lost"}, nil},
		"Err doubled":    {func(r *Report) { r.Doubled = 1 }, false, []string{"1 submissions"}, nil},
		"Err trespass":   {func(r *Report) { r.Trespasses = 1 }, false, []string{"1 writes were accepted"}, nil},
		"Err unfinished": {func(r *Report) { r.Checked = 47 }, false, []string{"3 candidates"}, nil},
		"Err slow":       {func(r *Report) { r.Latency["save"] = Latency{Count: 900, P99: 2100} }, false, []string{"to save: one request in a hundred took 2.1 s"}, nil},
		"Err failures":   {func(r *Report) { r.Errors["save network"], r.Errors["enter http-502"] = 20, 5 }, false, []string{"failed 25"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := goodReport()
			c.change(&r)
			got := r.readiness()
			if got.Ready != c.ready {
				t.Errorf("ready: %v, want %v: %+v", got.Ready, c.ready, got)
			}
			says(t, "reasons", got.Reasons, c.reasons)
			says(t, "remarks", got.Remarks, c.remarks)
		})
	}
}

func says(t *testing.T, what string, got []Reason, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %+v, want %d", what, got, len(want))
	}
	for i, part := range want {
		if !strings.Contains(got[i].En, part) || got[i].Zh == "" || strings.Contains(got[i].Zh+got[i].En, "%!") {
			t.Errorf("%s: %+v, want %q in it", what, got[i], part)
		}
	}
}

// TestWatch looks at this very process, which listens for itself.
func TestWatch(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		s := httptest.NewServer(nil)
		defer s.Close()
		w := newWatch(s.URL, time.Now())
		if got := w.found(); !got.Seen || w.pid != os.Getpid() {
			t.Fatalf("sees process %d, want %d: %+v", w.pid, os.Getpid(), got)
		}
		if programTime(w.pid) <= 0 || machineTime() < programTime(w.pid) || memoryOf(w.pid) < 1 {
			t.Errorf("program %s of machine %s, memory %v MB", programTime(w.pid), machineTime(), memoryOf(w.pid))
		}
	})
	t.Run("OK thins out", func(t *testing.T) {
		t.Parallel()
		w := &watch{}
		for i := range 10 * moments {
			w.add(Load{Second: float64(i), Program: 1})
		}
		got := w.found().Samples
		if len(got) != moments || got[0].Second != 4.5 || got[0].Program < .999 {
			t.Errorf("%d samples, first %+v", len(got), got[0])
		}
	})
	t.Run("Err elsewhere", func(t *testing.T) {
		t.Parallel()
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		free.Close()
		for address, why := range map[string]string{
			"http://192.0.2.1": "another machine", "http://" + free.Addr().String(): "nothing on this machine", "http://no-such-host.invalid": "not known",
		} {
			got := newWatch(address, time.Now()).found()
			if got.Seen || !strings.Contains(got.Why, why) {
				t.Errorf("%s: %+v, want %q", address, got, why)
			}
		}
	})
}
