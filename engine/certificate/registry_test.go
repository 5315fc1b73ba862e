package certificate_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gongyuan/engine/certificate"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
)

// world is one installation on the embedded database.
type world struct {
	*certificate.Registry
	log   *certificate.Log
	keys  *certificate.Keys
	store *mongostore.Certificates
	clock *enginetest.Clock
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s := mongostore.New(servers.Embedded(t))
	check(t, s.EnsureIndexes(t.Context()))
	w := &world{store: s.Certificates(), clock: enginetest.NewClock(enginetest.Start)}
	w.Registry, w.log = enginetest.NewRegistry(t, w.store, w.clock)
	var err error
	w.keys, err = certificate.NewKeys(enginetest.CertificateSecrets())
	check(t, err)
	return w
}

func (w *world) issue(t *testing.T, i int) certificate.Certificate {
	t.Helper()
	c, err := w.Issue(t.Context(), enginetest.Qualified("s", i), "staff-1")
	check(t, err)
	return c
}

func TestIssue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	first := w.issue(t, 1)
	diff(t, "number", first.Number, certificate.Number("S000061000001273000001"))
	elsewhere := enginetest.Qualified("s", 90)
	elsewhere.Site = "000017"
	other, err := w.Issue(ctx, elsewhere, "staff-1")
	check(t, err)
	diff(t, "at another site", other.Number, certificate.Number("S000061000017273000001"))
	elsewhere.Site = "17"
	var field *certificate.FieldError
	if err := w.Check(elsewhere, "staff-1"); !errors.As(err, &field) || field.Field != "/site" {
		t.Errorf("a site of two digits: %v", err)
	}
	w.clock.Advance(24 * time.Hour)
	diff(t, "twice is once, the next day too", w.issue(t, 1), first)
	stored, err := w.Certificate(ctx, first.Number)
	check(t, err)
	diff(t, "stored", stored, first)
	document, err := w.DocumentNumber(stored)
	check(t, err)
	diff(t, "document", document, "E000000000001")

	q := enginetest.Qualified("s", 2)
	q.Level, q.LevelTitle = 2, "二级/技师"
	other, err = w.Issue(ctx, q, "staff-1")
	check(t, err)
	diff(t, "a level has serials of its own", other.Number, certificate.Number("S000061000001272000001"))
	w.clock.Set(time.Date(2027, 12, 31, 16, 0, 0, 0, time.UTC))
	diff(t, "the new year has begun in China", w.issue(t, 3).Number, certificate.Number("S000061000001283000001"))
	q = enginetest.Qualified("s", 4)
	q.Date = "2027-10-30"
	back, err := w.Issue(ctx, q, "staff-1")
	check(t, err)
	diff(t, "dated back", back.Number, certificate.Number("S000061000001273000002"))
}

func TestIssueRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for want, change := range map[string]func(*certificate.Qualified){
		"/sitting":        func(q *certificate.Qualified) { q.Sitting = "" },
		"/registration":   func(q *certificate.Qualified) { q.Registration = "" },
		"/candidate":      func(q *certificate.Qualified) { q.Candidate = "" },
		"/name":           func(q *certificate.Qualified) { q.Name = " \u200b" },
		"/document":       func(q *certificate.Qualified) { q.Document = "card" },
		"/documentNumber": func(q *certificate.Qualified) { q.Document = certificate.ResidentIdentity },
		"/occupation":     func(q *certificate.Qualified) { q.Occupation.Name = "" },
		"/level":          func(q *certificate.Qualified) { q.Level = 6 },
		"/levelTitle":     func(q *certificate.Qualified) { q.LevelTitle = "" },
		"/date":           func(q *certificate.Qualified) { q.Date = "2027-05-23" },
	} {
		q := enginetest.Qualified("s", 1)
		change(&q)
		_, err := w.Issue(t.Context(), q, "staff-1")
		var got *certificate.FieldError
		if !errors.As(err, &got) || got.Field != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	q := enginetest.Qualified("s", 1)
	q.Date = "2027-02-30"
	_, err := w.Issue(t.Context(), q, "staff-1")
	wantErr(t, "no such day", err, certificate.ErrInvalid)
	w.issue(t, 1)
	q = enginetest.Qualified("s", 1)
	q.Name = "别人"
	_, err = w.Issue(t.Context(), q, "staff-1")
	wantErr(t, "other content", err, certificate.ErrDiffers)
	diff(t, "and no number is lost", w.issue(t, 2).Serial, 2)
}

func TestIssueFull(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	last := w.issue(t, 1)
	last.Registration, last.Serial = "x", certificate.LastSerial
	last.Number = last.Number[:16] + "999999"
	check(t, w.store.Insert(t.Context(), last))
	fresh, _ := enginetest.NewRegistry(t, w.store, w.clock)
	_, err := fresh.Issue(t.Context(), enginetest.Qualified("s", 2), "staff-1")
	wantErr(t, "no serial is left", err, certificate.ErrFull)
}

// clashing refuses inserts as taken, with nothing to be seen of the cause, as
// a write does that is not durable yet and is undone in the end.
type clashing struct {
	enginetest.CertificateStore
	mu   sync.Mutex
	left int
	seen []int
}

func (c *clashing) Insert(ctx context.Context, x certificate.Certificate) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = append(c.seen, x.Serial)
	if c.left--; c.left >= 0 {
		return certificate.ErrTaken
	}
	return c.CertificateStore.Insert(ctx, x)
}

func TestIssueUnexplainedClash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.issue(t, 1)
	store := &clashing{CertificateStore: w.store, left: 3}
	r, _ := enginetest.NewRegistry(t, store, w.clock)
	c, err := r.Issue(t.Context(), enginetest.Qualified("s", 2), "staff-1")
	check(t, err)
	diff(t, "serial", c.Serial, 2)
	diff(t, "none was passed over", store.seen, []int{2, 2, 2, 2})
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Millisecond)
	defer cancel()
	store.left = 1000
	_, err = r.Issue(ctx, enginetest.Qualified("s", 3), "staff-1")
	wantErr(t, "it waits no longer than it may", err, context.DeadlineExceeded)
}

// TestSettle cuts every write off once, before and after, and finishes later.
func TestSettle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	failing := enginetest.NewFailingCertificates(w.store, 3, 40)
	r, _ := enginetest.NewRegistry(t, failing, w.clock)
	for i := range 40 {
		c, err := r.Issue(t.Context(), enginetest.Qualified("s", i), "staff-1")
		if err == nil && i%3 == 0 {
			_, err = r.Revoke(t.Context(), c.Number, "误发", "staff-1", "staff-2")
		}
		if err != nil && !errors.Is(err, enginetest.ErrInjected) {
			t.Fatal(err)
		}
	}
	n, err := w.Settle(t.Context())
	check(t, err)
	if n == 0 {
		t.Error("nothing was cut off")
	}
	n, err = w.Settle(t.Context())
	check(t, err)
	diff(t, "settled once", n, 0)
	all, err := w.OfSitting(t.Context(), "s")
	check(t, err)
	leaves := 0
	for i, c := range all {
		diff(t, "serial", c.Serial, i+1)
		leaves += 1 + len(c.Acts)
	}
	size, err := w.log.Check(t.Context())
	check(t, err)
	diff(t, "leaves", int(size), leaves)
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	c := w.issue(t, 1)
	for _, pair := range [][2]string{{"staff-1", "staff-1"}, {"staff-1", ""}, {"", "staff-1"}} {
		_, err := w.Revoke(ctx, c.Number, "误发", people.AccountID(pair[0]), people.AccountID(pair[1]))
		wantErr(t, "second person", err, certificate.ErrSecondPerson)
	}
	_, err := w.Revoke(ctx, c.Number, " ", "staff-1", "staff-2")
	wantErr(t, "no reason", err, certificate.ErrInvalid)
	_, err = w.Revoke(ctx, "S000061000001273000009", "误发", "staff-1", "staff-2")
	wantErr(t, "no such number", err, certificate.ErrNotFound)

	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if _, err := w.Revoke(ctx, c.Number, fmt.Sprint("误发 ", i), "staff-1", "staff-2"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got, err := w.Revoke(ctx, c.Number, "again", "staff-3", "staff-4")
	check(t, err)
	a, ok := got.Revocation()
	diff(t, "revoked once", []any{ok, len(got.Acts), got.State(), a.LogIndex, a.By}, []any{true, 1, certificate.Revoked, int64(1), people.AccountID("staff-1")})
	diff(t, "its number is not used again", w.issue(t, 2).Serial, 2)
	p, err := w.log.Inclusion(ctx, a.LogIndex)
	check(t, err)
	e, err := certificate.CheckInclusion(p, w.JWKS())
	check(t, err)
	diff(t, "leaf", e.Kind, string(certificate.Revoke))
	if strings.Contains(string(p.Data), "误发") {
		t.Error("the reason is in the log")
	}
}

func TestReissue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	c := w.issue(t, 1)
	for _, count := range []int{1, 1, 2, 1} {
		got, err := w.Reissue(ctx, c.Number, count, "遗失", "staff-1", "staff-2")
		check(t, err)
		diff(t, "number", got.Number, c.Number)
	}
	got, err := w.Certificate(ctx, c.Number)
	check(t, err)
	diff(t, "reissues", []any{got.Reissues(), got.State()}, []any{2, certificate.Valid})
	_, err = w.Reissue(ctx, c.Number, 4, "遗失", "staff-1", "staff-2")
	wantErr(t, "one left out", err, certificate.ErrInvalid)
	_, err = w.Revoke(ctx, c.Number, "误发", "staff-1", "staff-2")
	check(t, err)
	_, err = w.Reissue(ctx, c.Number, 3, "遗失", "staff-1", "staff-2")
	wantErr(t, "of a revoked one", err, certificate.ErrState)
}

// TestState runs every state against every act.
func TestState(t *testing.T) {
	t.Parallel()
	want := map[certificate.State]map[certificate.ActKind]certificate.State{
		certificate.Valid:   {certificate.Reissue: certificate.Valid, certificate.Revoke: certificate.Revoked},
		certificate.Revoked: {},
	}
	for s, acts := range want {
		for _, k := range []certificate.ActKind{certificate.Reissue, certificate.Revoke, "other"} {
			to, err := s.Next(k)
			if next, ok := acts[k]; ok {
				check(t, err)
				diff(t, "state", to, next)
				continue
			}
			wantErr(t, string(s)+" "+string(k), err, certificate.ErrState)
		}
	}
}
