package enginetest

import (
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"gongyuan/engine/certificate"
)

// CertificateDrill is how hard issuing is tried.
type CertificateDrill struct {
	Issues  int // people to certify
	Workers int // at once, over all copies
	Copies  int // of the program, each with its own memory
	Percent int // of writes that fail
	Seed    uint64
}

// RunCertificateDrill issues certificates from several copies at once while
// writes fail before or after they are done. Whoever is met by a failure is
// asked for again on another copy, or not until the end, as after a crash;
// every seventh is asked for twice at once. Then the numbers must be exactly
// 1…n, each person must have one, and the log must have each issue once.
func RunCertificateDrill(t *testing.T, store CertificateStore, d CertificateDrill) {
	t.Helper()
	clock := NewClock(Start)
	var copies []*certificate.Registry
	var failing []*FailingCertificates
	for i := range d.Copies {
		f := NewFailingCertificates(store, d.Seed+uint64(i), d.Percent)
		r, _ := NewRegistry(t, f, clock)
		failing, copies = append(failing, f), append(copies, r)
	}
	done := d.issueAll(t, copies)
	before, after := 0, 0
	for _, f := range failing {
		b, a := f.Failures()
		before, after = before+b, after+a
	}
	t.Logf("failures injected: %d before a write, %d after", before, after)
	if before == 0 || after == 0 {
		t.Error("nothing was injected")
	}
	d.checkNumbers(t, store, clock, done)
}

// issueAll returns who has a certificate that was acknowledged.
func (d CertificateDrill) issueAll(t *testing.T, copies []*certificate.Registry) []atomic.Bool {
	t.Helper()
	jobs := make(chan int, d.Issues*2)
	for i := range d.Issues {
		jobs <- i
		if i%7 == 0 {
			jobs <- i
		}
	}
	close(jobs)
	done := make([]atomic.Bool, d.Issues)
	var crashed atomic.Int64
	var wg sync.WaitGroup
	for w := range d.Workers {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(d.Seed, uint64(w))) // #nosec G404 -- what a test does, the same for the same seed
			for i := range jobs {
				for n := w; ; n++ {
					_, err := copies[n%len(copies)].Issue(t.Context(), Qualified("drill", i), "staff-1")
					if err == nil {
						done[i].Store(true)
						break
					}
					if !errors.Is(err, ErrInjected) {
						t.Errorf("person %d: %v", i, err)
						return
					}
					if random.IntN(2) == 0 {
						crashed.Add(1)
						break
					}
				}
			}
		})
	}
	wg.Wait()
	t.Logf("issues left as after a crash: %d", crashed.Load())
	return done
}

// checkNumbers finishes what was cut off on a copy that works, asks for some
// again, and counts.
func (d CertificateDrill) checkNumbers(t *testing.T, store CertificateStore, clock certificate.Clock, done []atomic.Bool) {
	t.Helper()
	ctx := t.Context()
	r, log := NewRegistry(t, store, clock)
	settled, err := r.Settle(ctx)
	check(t, err)
	t.Logf("settled: %d", settled)
	for i := range d.Issues {
		if done[i].Load() && i%5 > 0 {
			continue // asking for each again would take longer than all of the above
		}
		_, err := r.Issue(ctx, Qualified("drill", i), "staff-2")
		check(t, err)
	}
	all, err := r.OfSitting(ctx, "drill")
	check(t, err)
	diff(t, "certificates", len(all), d.Issues)
	leaves := map[int64]bool{}
	for i, c := range all {
		if c.Serial != i+1 {
			t.Fatalf("serial %d where %d belongs: a gap or a double", c.Serial, i+1)
		}
		s, err := certificate.VerifyStatement(c.Statement, r.JWKS())
		if err != nil || s.Number != c.Number || s.Name != c.Name {
			t.Fatalf("statement of %s: %+v, %v", c.Number, s, err)
		}
		leaves[c.LogIndex] = true
	}
	head, err := log.Head(ctx)
	check(t, err)
	diff(t, "leaves", []int{len(leaves), int(head.Size)}, []int{d.Issues, d.Issues})
	checked, err := log.Check(ctx)
	check(t, err)
	diff(t, "checked", int(checked), d.Issues)
	for _, c := range []certificate.Certificate{all[0], all[len(all)/2], all[len(all)-1]} {
		p, err := log.Inclusion(ctx, c.LogIndex)
		check(t, err)
		e, err := certificate.CheckInclusion(p, r.JWKS())
		check(t, err)
		if e.Number != c.Number || !e.Covers(c.Statement) {
			t.Errorf("leaf %d is about %s, not %s", c.LogIndex, e.Number, c.Number)
		}
	}
}
