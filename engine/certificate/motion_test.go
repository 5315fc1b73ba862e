package certificate_test

import (
	"testing"

	"gongyuan/engine/certificate"
)

// TestMotionVoid is that a motion is void once something was done to its
// certificate after the first signature.
func TestMotionVoid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	c := w.issue(t, 1)
	m, err := w.Propose(ctx, certificate.Motion{Number: c.Number, Kind: certificate.Revoke, Reason: "误发", Evidence: "档案 3 卷", By: "staff-1"})
	check(t, err)
	_, err = w.Propose(ctx, certificate.Motion{Number: c.Number, Kind: certificate.Reissue, Reason: "遗失", Evidence: "声明", By: "staff-2"})
	wantErr(t, "a second one", err, certificate.ErrConflict)
	_, err = w.Reissue(ctx, c.Number, 1, "遗失", "staff-3", "staff-4")
	check(t, err)
	_, err = w.Decide(ctx, c.Number, m.Seq, true, "", "staff-1")
	wantErr(t, "by who proposed", err, certificate.ErrSecondPerson)
	_, err = w.Decide(ctx, c.Number, m.Seq, true, "", "staff-2")
	wantErr(t, "after a change", err, certificate.ErrConflict)
	all, err := w.Motions(ctx, c.Number)
	check(t, err)
	diff(t, "state", all[0].State, certificate.MotionVoid)
	_, err = w.Decide(ctx, c.Number, m.Seq, true, "", "staff-2")
	wantErr(t, "once more", err, certificate.ErrState)
	c, err = w.Certificate(ctx, c.Number)
	check(t, err)
	diff(t, "nothing was done", c.State(), certificate.Valid)
	m, err = w.Propose(ctx, certificate.Motion{Number: c.Number, Kind: certificate.Revoke, Reason: "误发", Evidence: "档案 3 卷", By: "staff-1"})
	check(t, err)
	c, err = w.Decide(ctx, c.Number, m.Seq, true, "", "staff-2")
	check(t, err)
	diff(t, "proposed anew", c.State(), certificate.Revoked)
}
