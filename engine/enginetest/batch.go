package enginetest

import (
	"testing"
	"time"

	"gongyuan/engine/batch"
	"gongyuan/engine/certificate"
	"gongyuan/engine/sitting"
)

// RunBatches is the suite that every store of batches must pass.
func RunBatches(t *testing.T, each func(t *testing.T, test func(*testing.T, batch.Store))) {
	each(t, func(t *testing.T, x batch.Store) {
		ctx := t.Context()
		b := batch.Batch{
			ID: "b1", Sittings: []sitting.ID{"s1", "s2"}, State: batch.Draft, By: "staff-1", At: Start, Digest: "d", Proposer: "staff-1",
			Signed: Start, Second: "staff-2", SecondAt: Start, Word: "理由", Done: Start, Version: 1,
			Entries: []batch.Entry{{Sitting: "s1", Registration: "r1", Excluded: "缺", Faceless: "照", Sum: "x", Number: "n", Held: "h"}},
		}
		_, err := x.Batch(ctx, b.ID)
		wantErr(t, "none yet", err, batch.ErrNotFound)
		check(t, x.InsertBatch(ctx, b))
		wantErr(t, "again", x.InsertBatch(ctx, b), batch.ErrConflict)
		got, err := x.Batch(ctx, b.ID)
		check(t, err)
		diff(t, "batch", got, b)

		b.State = batch.Issuing
		next, err := x.ReplaceBatch(ctx, b)
		check(t, err)
		diff(t, "version", next.Version, 2)
		_, err = x.ReplaceBatch(ctx, b)
		wantErr(t, "over an older version", err, batch.ErrConflict)

		check(t, x.InsertBatch(ctx, batch.Batch{ID: "b2", Sittings: []sitting.ID{"s2"}, State: batch.Draft, At: Start.Add(time.Hour), Version: 1}))
		for of, want := range map[sitting.ID][]batch.ID{"": {"b2", "b1"}, "s1": {"b1"}, "s2": {"b2", "b1"}, "s3": nil} {
			all, err := x.Batches(ctx, of, 10)
			check(t, err)
			diff(t, "batches of "+string(of), idsOf(all), want)
		}
		one, err := x.Batches(ctx, "", 1)
		check(t, err)
		diff(t, "the newest", idsOf(one), []batch.ID{"b2"})
		issuing, err := x.InState(ctx, batch.Issuing)
		check(t, err)
		diff(t, "issuing", idsOf(issuing), []batch.ID{"b1"})
	})
}

func idsOf(all []batch.Batch) []batch.ID {
	var out []batch.ID
	for _, b := range all {
		out = append(out, b.ID)
	}
	return out
}

func certificatesMotions(t *testing.T, x CertificateStore) {
	ctx, c := t.Context(), storedCertificate(1)
	m := certificate.Motion{
		Number: c.Number, Seq: 1, Kind: certificate.Revoke, Reason: "原因", Evidence: "依据", Files: []string{"file-1", "file-2"}, Seen: 2, State: certificate.MotionOpen,
		By: "staff-1", At: Start, Second: "staff-2", SecondAt: Start, Word: "退", Version: 1,
	}
	check(t, x.InsertMotion(ctx, m))
	wantErr(t, "its place", x.InsertMotion(ctx, m), certificate.ErrTaken)
	m.State = certificate.MotionReturned
	check(t, x.ReplaceMotion(ctx, m))
	wantErr(t, "over an older version", x.ReplaceMotion(ctx, m), certificate.ErrTaken)
	two := m
	two.Seq, two.Files = 2, nil
	check(t, x.InsertMotion(ctx, two))
	all, err := x.MotionsOf(ctx, c.Number)
	check(t, err)
	m.Version = 2
	diff(t, "motions", all, []certificate.Motion{m, two})
}

func certificatesDocuments(t *testing.T, x CertificateStore) {
	ctx, one, other := t.Context(), storedCertificate(1), storedCertificate(2)
	other.DocumentHash = "h2"
	check(t, x.Insert(ctx, one))
	check(t, x.Insert(ctx, other))
	got, err := x.ByDocuments(ctx, []string{"h2", "none", "h1"})
	check(t, err)
	diff(t, "certificates", got, []certificate.Certificate{one, other})
	got, err = x.ByDocuments(ctx, nil)
	check(t, err)
	diff(t, "of no document", len(got), 0)
}
