package drill

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"time"
)

// Milliseconds is a latency as the report gives it.
type Milliseconds float64

// Latency tells how long the requests of one kind took that succeeded, from
// sending to the last byte of the reply. All are counted, none is estimated.
type Latency struct {
	Count int          `json:"count"`
	P50   Milliseconds `json:"p50"`
	P90   Milliseconds `json:"p90"`
	P99   Milliseconds `json:"p99"`
	Max   Milliseconds `json:"max"`
	// Curve holds the quantiles of curveAt.
	Curve []Milliseconds `json:"curve"`
}

// curveAt are the quantiles that are plotted.
var curveAt = []float64{0, .25, .5, .75, .9, .95, .99, .999, 1}

// Moment is a slice of the drill's time, for the requests of one kind.
type Moment struct {
	Second float64      `json:"second"` // its beginning, since the drill began
	Count  int          `json:"count"`
	Rate   float64      `json:"perSecond"`
	P50    Milliseconds `json:"p50"`
	P99    Milliseconds `json:"p99"`
	Max    Milliseconds `json:"max"`
}

// Report is what a drill found.
type Report struct {
	// Readiness is the verdict for whoever decides whether the exam is held.
	// The error of Run is another matter: it speaks of promises only, not of
	// slowness.
	Readiness
	URL        string    `json:"url"`
	Sitting    string    `json:"sitting"`
	Title      string    `json:"title"`
	Began      time.Time `json:"began"`
	Ended      time.Time `json:"ended"`
	Seed       uint64    `json:"seed"`
	Level      int       `json:"level"`
	Candidates int       `json:"candidates"`
	AnswerFor  string    `json:"answeringTime"`
	Ramp       string    `json:"ramp"`
	Think      string    `json:"thinkTime"`
	Tally
	// Lost counts the slots, attempts for slot 0, that did not hold what was
	// acknowledged; Doubled attempts whose submission was not one; Trespasses
	// writes that were accepted after the end or from a page taken over. All
	// three must be 0.
	Lost       int `json:"lost"`
	Doubled    int `json:"doubled"`
	Trespasses int `json:"trespasses"`
	// Findings are the first of them.
	Findings []Finding `json:"findings"`
	// Unfinished counts, by cause, what kept candidates from finishing.
	Unfinished map[string]int `json:"unfinished"`
	// Faults counts what was injected, Errors what failed or was refused
	// without having been provoked, as "<request> <kind>".
	Faults map[string]int `json:"faults"`
	Errors map[string]int `json:"errors"`
	// Latency is by request: login, exam, enter, save, beat, submit, receipt,
	// refresh, office (the administrator's), check. "durable" is no request but
	// the way of each answer from the candidate's hand to the acknowledgement,
	// with the wait for the next save, repetitions and outages.
	Latency map[string]Latency `json:"latency"`
	// SavesPerSecond is the mean from the first save to the last, Peak the
	// busiest second.
	SavesPerSecond float64 `json:"savesPerSecond"`
	Peak           int     `json:"peakSavesPerSecond"`
	// Timelines are those of enter, save and submit.
	Timelines map[string][]Moment `json:"timelines"`
	// ErrorsOverTime counts what Errors counts; it knows no latency.
	ErrorsOverTime []Moment  `json:"errorsOverTime"`
	Processor      Processor `json:"processor"`
}

// Broken tells whether the installation broke a promise.
func (r *Report) Broken() bool { return r.Lost+r.Doubled+r.Trespasses > 0 }

// verdict is the error that the findings amount to, nil for none.
func (r *Report) verdict() error {
	switch {
	case r.Broken():
		return fmt.Errorf("%w: lost %d, doubled %d, written where nothing may be %d", ErrBroken, r.Lost, r.Doubled, r.Trespasses)
	case r.Checked < r.Candidates || len(r.Unfinished) > 0:
		return fmt.Errorf("%w: %d of %d were checked", ErrUnfinished, r.Checked, r.Candidates)
	}
	return nil
}

// write puts the report where the configuration wants it.
func (r *Report) write(cfg Config) error {
	var errs []error
	if cfg.Out != nil {
		errs = append(errs, r.Table(cfg.Out))
	}
	if cfg.JSON != "" {
		raw, err := json.MarshalIndent(r, "", "  ")
		if err == nil {
			err = os.WriteFile(cfg.JSON, append(raw, '\n'), 0o644) // #nosec G306 -- a report for others to read
		}
		errs = append(errs, err)
	}
	if cfg.HTML != "" {
		raw, err := r.page()
		if err == nil {
			err = os.WriteFile(cfg.HTML, raw, 0o644) // #nosec G306 -- a report for others to read
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// report sums the drill up.
func (r *run) report() Report {
	counts, findings := r.meter.found()
	m := r.meter
	m.mu.Lock()
	defer m.mu.Unlock()
	out := Report{
		URL: r.client.base, Sitting: r.office.sitting.Id, Title: r.office.sitting.Title, Began: m.origin, Ended: time.Now(),
		Seed: r.cfg.Seed, Level: r.cfg.Level, Candidates: r.cfg.Candidates,
		AnswerFor: r.cfg.Duration.String(), Ramp: r.cfg.Ramp.String(), Think: r.cfg.Think.String(),
		Tally: m.tally, Lost: counts[Lost], Doubled: counts[Doubled], Trespasses: counts[WrittenAfterEnd] + counts[WrittenAfterTaken],
		Findings: findings, Unfinished: maps.Clone(m.causes), Errors: maps.Clone(m.errors), Faults: map[string]int{},
		Latency: map[string]Latency{}, Timelines: map[string][]Moment{}, ErrorsOverTime: timeline(m.failed), Processor: r.watch.found(),
	}
	for _, a := range []action{actEnter, actSave, actSubmit} {
		if len(m.samples[a]) > 0 {
			out.Timelines[string(a)] = timeline(m.samples[a])
		}
	}
	for f, n := range m.faults {
		out.Faults[string(f)] = n
	}
	for a, samples := range m.samples {
		out.Latency[string(a)] = latencyOf(samples)
	}
	out.SavesPerSecond, out.Peak = rate(m.samples[actSave])
	out.Readiness = out.readiness()
	return out
}

func latencyOf(samples []sample) Latency {
	took := tookOf(samples)
	out := Latency{Count: len(took), P50: quantile(took, .5), P90: quantile(took, .9), P99: quantile(took, .99), Max: quantile(took, 1)}
	for _, q := range curveAt {
		out.Curve = append(out.Curve, quantile(took, q))
	}
	return out
}

func tookOf(samples []sample) []uint32 {
	took := make([]uint32, len(samples))
	for i, s := range samples {
		took[i] = s.tookUs
	}
	slices.Sort(took)
	return took
}

// quantile is the smallest value that at least the share q of all does not
// exceed (nearest rank), 0 where there is none.
func quantile(sorted []uint32, q float64) Milliseconds {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(q * float64(len(sorted))))
	return Milliseconds(sorted[min(max(rank, 1), len(sorted))-1]) / 1000
}

// rate returns the mean and the peak of samples per second.
func rate(samples []sample) (mean float64, peak int) {
	if len(samples) == 0 {
		return 0, 0
	}
	first, last := samples[0].atMs, samples[0].atMs
	seconds := map[uint32]int{}
	for _, s := range samples {
		first, last = min(first, s.atMs), max(last, s.atMs)
		seconds[s.atMs/1000]++
		peak = max(peak, seconds[s.atMs/1000])
	}
	return float64(len(samples)) / max(float64(last-first)/1000, 1), peak
}

// moments is how many slices the timeline has at most, perMoment how many
// samples a slice has on average at least: an empty one then means an outage.
const (
	moments   = 120
	perMoment = 5
)

// timeline cuts the samples into slices of equal time.
func timeline(samples []sample) []Moment {
	if len(samples) == 0 {
		return []Moment{}
	}
	first, last := samples[0].atMs, samples[0].atMs
	for _, s := range samples {
		first, last = min(first, s.atMs), max(last, s.atMs)
	}
	parts := uint32(min(max(len(samples)/perMoment, 1), moments))
	width := max((last-first)/parts+1, 100) // ms
	slots := make([][]sample, (last-first)/width+1)
	for _, s := range samples {
		i := (s.atMs - first) / width
		slots[i] = append(slots[i], s)
	}
	out := make([]Moment, len(slots))
	for i, in := range slots {
		took := tookOf(in)
		out[i] = Moment{
			Second: float64(first+uint32(i)*width) / 1000, Count: len(in), Rate: float64(len(in)) * 1000 / float64(width),
			P50: quantile(took, .5), P99: quantile(took, .99), Max: quantile(took, 1),
		}
	}
	return out
}
