package certificate_test

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"gongyuan/engine/certificate"
	"gongyuan/engine/enginetest"
)

// alteredLog is a store in which somebody has been at work.
type alteredLog struct {
	certificate.LogStore
	leaves func([]certificate.Leaf) []certificate.Leaf
}

func (a alteredLog) LeavesFrom(ctx context.Context, from int64, limit int) ([]certificate.Leaf, error) {
	got, err := a.LogStore.LeavesFrom(ctx, from, limit)
	return a.leaves(got), err
}

// entries appends n entries and returns them with the heads after each.
func entries(t *testing.T, w *world, n int) ([]certificate.Entry, []certificate.Head) {
	t.Helper()
	var es []certificate.Entry
	var heads []certificate.Head
	for i := range n {
		number, err := enginetest.CertificateRule().Number(2027, 3, i+1)
		check(t, err)
		e := certificate.Entry{Kind: certificate.Issued, Number: number, At: enginetest.Start, Digest: "00"}
		index, err := w.log.Append(t.Context(), e)
		check(t, err)
		diff(t, "index", index, int64(i))
		head, err := w.log.Head(t.Context())
		check(t, err)
		es, heads = append(es, e), append(heads, head)
	}
	return es, heads
}

func TestLogProofs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	empty, err := w.log.Head(t.Context())
	check(t, err)
	diff(t, "empty", empty.Size, int64(0))
	es, heads := entries(t, w, 9)
	newest := heads[8]
	for i, e := range es {
		p, err := w.log.Inclusion(t.Context(), int64(i))
		check(t, err)
		got, err := certificate.CheckInclusion(p, w.JWKS())
		check(t, err)
		diff(t, "entry", got, e)
		p.Data = bytes.Replace(p.Data, []byte("issue"), []byte("revoke"), 1)
		_, err = certificate.CheckInclusion(p, w.JWKS())
		wantErr(t, "altered data", err, certificate.ErrLog)
		p, err = w.log.Inclusion(t.Context(), int64(i))
		check(t, err)
		p.Index = (p.Index + 1) % 9
		_, err = certificate.CheckInclusion(p, w.JWKS())
		wantErr(t, "another index", err, certificate.ErrLog)
	}
	_, err = w.log.Inclusion(t.Context(), 9)
	wantErr(t, "beyond", err, certificate.ErrNotFound)
	for i, older := range append([]certificate.Head{empty}, heads...) {
		verified, err := certificate.VerifyHead(older.Signed, w.JWKS())
		check(t, err)
		diff(t, "head", verified, older)
		path, h, err := w.log.Consistency(t.Context(), older.Size)
		check(t, err)
		diff(t, "newest", h, newest)
		check(t, certificate.CheckConsistency(path, older, h))
		if i > 0 {
			forged := older
			forged.Root[0] ^= 1
			wantErr(t, "another past", certificate.CheckConsistency(path, forged, h), certificate.ErrLog)
		}
	}
	_, _, err = w.log.Consistency(t.Context(), 10)
	wantErr(t, "a size it never had", err, certificate.ErrNotFound)
	_, err = certificate.VerifyHead(newWorld(t).issue(t, 1).Statement, w.JWKS())
	wantErr(t, "a statement is no head", err, certificate.ErrLog)
}

func TestLogAltered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	entries(t, w, 7)
	for name, alter := range map[string]func([]certificate.Leaf) []certificate.Leaf{
		"one digit of one leaf": func(ls []certificate.Leaf) []certificate.Leaf {
			for i, l := range ls {
				if l.Index == 3 {
					ls[i].Data = bytes.Replace(l.Data, []byte("2027-05-22"), []byte("2027-05-21"), 1)
				}
			}
			return ls
		},
		"two leaves exchanged": func(ls []certificate.Leaf) []certificate.Leaf {
			if len(ls) > 4 {
				ls[2].Data, ls[4].Data = ls[4].Data, ls[2].Data
				ls[2].Key, ls[4].Key = ls[4].Key, ls[2].Key
			}
			return ls
		},
		"one missing": func(ls []certificate.Leaf) []certificate.Leaf {
			return slices.DeleteFunc(ls, func(l certificate.Leaf) bool { return l.Index == 5 })
		},
		"the end cut off": func(ls []certificate.Leaf) []certificate.Leaf {
			return slices.DeleteFunc(ls, func(l certificate.Leaf) bool { return l.Index > 4 })
		},
		"not an entry": func(ls []certificate.Leaf) []certificate.Leaf {
			if len(ls) > 0 {
				ls[0].Data = []byte("x")
			}
			return ls
		},
	} {
		t.Run("ErrLog "+name, func(t *testing.T) {
			t.Parallel()
			log := certificate.NewLog(alteredLog{w.store, alter}, w.keys, w.clock)
			_, err := log.Check(t.Context())
			wantErr(t, "check", err, certificate.ErrLog)
			_, err = log.Head(t.Context())
			wantErr(t, "head", err, certificate.ErrLog)
			_, err = log.Inclusion(t.Context(), 3)
			wantErr(t, "inclusion", err, certificate.ErrLog)
		})
	}
	t.Run("OK nothing altered", func(t *testing.T) {
		t.Parallel()
		n, err := w.log.Check(t.Context())
		check(t, err)
		diff(t, "leaves", n, int64(7))
	})
}

// TestLogGap hides a leaf before any head was signed: the log that is left
// must not be signed as if it were whole.
func TestLogGap(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 4 {
		w.issue(t, i)
	}
	log := certificate.NewLog(alteredLog{w.store, func(ls []certificate.Leaf) []certificate.Leaf {
		return slices.DeleteFunc(ls, func(l certificate.Leaf) bool { return l.Index == 2 })
	}}, w.keys, w.clock)
	_, err := log.Head(t.Context())
	wantErr(t, "head", err, certificate.ErrLog)
	_, err = log.Check(t.Context())
	wantErr(t, "check", err, certificate.ErrLog)
}

func TestLogAppend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	es, _ := entries(t, w, 3)
	again, err := w.log.Append(t.Context(), es[1])
	check(t, err)
	diff(t, "the same entry keeps its leaf", again, int64(1))
	other := es[1]
	other.At = other.At.Add(time.Hour)
	_, err = w.log.Append(t.Context(), other)
	wantErr(t, "other content", err, certificate.ErrLog)
}

// TestLogHeads signs heads on several copies at once: there is one of a size.
func TestLogHeads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.issue(t, 1)
	w.issue(t, 2)
	heads := make([]certificate.Head, 8)
	var wg sync.WaitGroup
	for i := range heads {
		wg.Go(func() {
			_, log := enginetest.NewRegistry(t, w.store, enginetest.NewClock(enginetest.Start.Add(time.Duration(i)*time.Second)))
			var err error
			if heads[i], err = log.Head(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, h := range heads {
		diff(t, "one head", h, heads[0])
	}
}
