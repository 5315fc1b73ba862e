package evidence_test

import (
	"context"
	"testing"

	"gongyuan/engine/evidence"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// papers are certificates, with the number of their next motion.
type papers map[string]int

func (p papers) NextMotion(_ context.Context, number string) (int, error) {
	if n, ok := p[number]; ok {
		return n, nil
	}
	return 0, evidence.ErrNotFound
}

// TestGrounds is what a motion rests on, from the upload until it is proposed.
func TestGrounds(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t, standard.Skill)
	raw := jpegOf(t, 20, 20)
	u := announce("letter", "来函", raw)
	for _, who := range []people.AccountID{"editor", "e1", "auditor", "nobody", ""} {
		_, err := o.Support(ctx, who, "S1", u)
		wantErr(t, "put forward by "+string(who), err, evidence.ErrForbidden)
	}
	_, err := o.Support(ctx, "officer", "none", u)
	wantErr(t, "no such certificate", err, evidence.ErrNotFound)
	_, err = o.Support(ctx, "officer", "S2", u)
	wantErr(t, "nothing may be proposed", err, evidence.ErrClosed)
	_, err = o.Support(ctx, "officer", "S1", u)
	ok(t, err)
	f, err := o.send(t, staffer("officer"), u.ID, raw)
	ok(t, err)
	all, err := o.Supports(ctx, "officer", "S1", 1)
	ok(t, err)
	same(t, "own", all, []evidence.File{f})
	all, err = o.Supports(ctx, "admin", "S1", 1)
	ok(t, err)
	same(t, "somebody else's", len(all), 0)
	for who, want := range map[people.AccountID]bool{"officer": true, "admin": false} {
		holds, err := o.Holds(ctx, who, "S1", 1, []evidence.FileID{f.ID})
		ok(t, err)
		same(t, "held by "+string(who), holds, want)
	}
	wantErr(t, "removed by another", o.Remove(ctx, staffer("admin"), f.ID, "x"), evidence.ErrNotFound)

	second := announce("second", "声明", raw)
	_, err = o.Support(ctx, "officer", "S1", second)
	ok(t, err)
	o.certificates["S1"] = 0 // it is proposed, with the first file
	_, err = o.send(t, staffer("officer"), second.ID, raw)
	wantErr(t, "completed after the proposal", err, evidence.ErrClosed)
	wantErr(t, "removed after the proposal", o.Remove(ctx, staffer("officer"), f.ID, "x"), evidence.ErrClosed)
	for _, who := range []people.AccountID{"admin", "officer", "auditor"} {
		all, err = o.Grounds(ctx, who, "S1", 1, []evidence.FileID{f.ID})
		ok(t, err)
		same(t, "of the motion for "+string(who), all, []evidence.File{f})
		_, content, err := o.Read(ctx, staffer(who), f.ID)
		ok(t, err)
		same(t, "read", len(content) > 0, true)
	}
	_, err = o.Grounds(ctx, "e1", "S1", 1, []evidence.FileID{f.ID})
	wantErr(t, "listed by an examiner", err, evidence.ErrForbidden)
	for _, who := range []people.AccountID{"editor", "e1", "nobody"} {
		_, _, err := o.Read(ctx, staffer(who), f.ID)
		wantErr(t, "read by "+string(who), err, evidence.ErrNotFound)
	}
	_, _, err = o.Read(ctx, evidence.Actor{Registration: "r1"}, f.ID)
	wantErr(t, "read by a candidate", err, evidence.ErrNotFound)
	same(t, "recorded", o.trail.acts(), "officer file.upload")
}
