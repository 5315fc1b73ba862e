package enginetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/programme"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// RunProgrammes is the suite that every store of programmes must pass, with the
// store of sittings that knows which are part of them. Both are empty and have
// their indexes.
func RunProgrammes(t *testing.T, store programme.Store, sittings interface {
	sitting.Store
	programme.Sittings
}) {
	ctx := t.Context()
	p := programme.Programme{
		ID: programme.ID(uuid.NewString()), Title: "示例认定计划", Site: "A", Occupation: standard.Occupation{Code: "0-00", Name: "示例"}, Note: "备注",
		Levels: []programme.Level{
			{Level: 3, Capacity: 60, Days: []programme.Days{{Kind: standard.Theory, From: "2026-12-06", Until: "2026-12-07"}, {Kind: standard.Skill, From: "2026-12-12", Until: "2026-12-12"}}},
			{Level: 2, Capacity: 20, Days: []programme.Days{{Kind: standard.Theory, From: "2026-12-06", Until: "2026-12-06"}}},
		},
		State: programme.Announced, Reason: "理由", Changed: Start, By: "a",
	}
	_, err := store.Programme(ctx, p.ID)
	wantErr(t, "none", err, programme.ErrNotFound)
	kept, err := store.PutProgramme(ctx, p)
	check(t, err)
	diff(t, "version", kept.Version, 1)
	_, err = store.PutProgramme(ctx, p)
	wantErr(t, "the same again", err, programme.ErrConflict)
	later := programme.Programme{ID: programme.ID(uuid.NewString()), Title: "另一计划", State: programme.Draft, Changed: Start.Add(time.Hour), By: "b"}
	later, err = store.PutProgramme(ctx, later)
	check(t, err)
	got, err := store.Programme(ctx, p.ID)
	check(t, err)
	diff(t, "what was kept", got, kept)
	kept.State = programme.Withdrawn
	kept, err = store.PutProgramme(ctx, kept)
	check(t, err)
	_, err = store.PutProgramme(ctx, got)
	wantErr(t, "an old version", err, programme.ErrConflict)
	all, err := store.Programmes(ctx)
	check(t, err)
	diff(t, "those last changed first", all, []programme.Programme{later, kept})

	for i, of := range []string{string(p.ID), "", string(p.ID)} {
		s := sitting.Sitting{ID: sitting.ID(uuid.NewString()), Title: "场次", Programme: of, Capacity: 30 + i, Level: 3, Opens: Start.Add(-time.Duration(i) * time.Hour), Version: 1}
		check(t, sittings.InsertSitting(ctx, s))
	}
	held, err := sittings.SittingsOf(ctx, string(p.ID))
	check(t, err)
	places := []int{}
	for _, s := range held {
		places = append(places, s.Capacity)
	}
	diff(t, "its sittings, the first first", places, []int{32, 30})
}
