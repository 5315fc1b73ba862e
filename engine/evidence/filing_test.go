package evidence_test

import (
	"context"
	"errors"
	"testing"

	"gongyuan/engine/evidence"
	"gongyuan/engine/filing"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// register has one entry, with two steps.
type register struct{}

func (register) Filing(_ context.Context, id filing.ID) (filing.Filing, error) {
	if id != filing.Own {
		return filing.Filing{}, filing.ErrNotFound
	}
	return filing.Filing{ID: id, Steps: make([]filing.Step, 2)}, nil
}

func TestPapers(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t, standard.Skill)
	raw := jpegOf(t, 20, 20)
	u := announce("paper", "评估意见", raw)
	for _, who := range []people.AccountID{"editor", "e1", "nobody", ""} {
		_, err := o.File(ctx, who, filing.Own, 1, u)
		wantErr(t, "filed by "+string(who), err, evidence.ErrForbidden)
		_, err = o.Papers(ctx, who, filing.Own)
		wantErr(t, "listed by "+string(who), err, evidence.ErrForbidden)
	}
	_, err := o.File(ctx, "admin", "none", 1, u)
	wantErr(t, "no such entry", err, evidence.ErrNotFound)
	var field *evidence.FieldError
	for _, step := range []int{0, 3} {
		if _, err := o.File(ctx, "admin", filing.Own, step, u); !errors.As(err, &field) || field.Field != "/step" {
			t.Errorf("step %d: %v", step, err)
		}
	}
	_, err = o.File(ctx, "admin", filing.Own, 2, u)
	ok(t, err)
	papers, err := o.Papers(ctx, "admin", filing.Own)
	ok(t, err)
	same(t, "announced only", len(papers[0])+len(papers[1]), 0)
	f, err := o.send(t, staffer("admin"), u.ID, raw)
	ok(t, err)
	papers, err = o.Papers(ctx, "admin", filing.Own)
	ok(t, err)
	same(t, "of the second step", papers, [][]evidence.File{nil, {f}})
	same(t, "who reads it", o.reads(t, f.ID), "staff:admin")
	wantErr(t, "removed by an examiner", o.Remove(ctx, staffer("e1"), f.ID, "x"), evidence.ErrNotFound)
	ok(t, o.Remove(ctx, staffer("admin"), f.ID, "误传"))
	papers, err = o.Papers(ctx, "admin", filing.Own)
	ok(t, err)
	same(t, "removed", len(papers[1]), 0)
	same(t, "recorded", o.trail.acts(), "admin file.upload, admin file.remove")
}
