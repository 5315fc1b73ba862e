package enginetest

import (
	"slices"
	"testing"
	"time"

	"gongyuan/engine/attempt"
	"gongyuan/engine/sitting"
)

// adjustment is an extension of a record by ten minutes.
func adjustment(rec attempt.Record, order string) attempt.Adjustment {
	allowance := rec.Allowance
	allowance.Extension += 10 * time.Minute
	allowance.Pauses = append(slices.Clone(allowance.Pauses), sitting.Pause{From: Start.Add(time.Hour)})
	return attempt.Adjustment{
		Attempt: rec.ID, Version: rec.DeadlineVersion + 1, Order: order, Kind: attempt.Extend, Hold: attempt.HeldRoom, By: "staff", Reason: "停电",
		At: Start.Add(time.Minute), State: rec.State, Round: rec.Round, Allowance: allowance, Deadline: rec.Deadline.Add(10 * time.Minute),
	}
}

func recordsAdjust(t *testing.T, r attempt.Records) {
	one, two, ctx := created(t, r), created(t, r), t.Context()
	var recs []attempt.Record
	for _, s := range []attempt.Sealed{one, two} {
		rec, _, err := entered(t, r, s.Record, device("a", Start), firstEntry(Start))
		check(t, err)
		recs = append(recs, rec)
	}
	first := []attempt.Adjustment{adjustment(recs[0], "o1"), adjustment(recs[1], "o1")}
	taken, err := r.Adjust(ctx, first[:1])
	check(t, err)
	diff(t, "nobody was quicker", len(taken), 0)
	rec := record(t, r, one.ID)
	diff(t, "noted", []any{rec.Deadline, rec.DeadlineVersion, rec.Allowance}, []any{first[0].Deadline, 2, first[0].Allowance})

	rival := []attempt.Adjustment{adjustment(recs[0], "o2"), adjustment(recs[1], "o2")}
	taken, err = r.Adjust(ctx, rival)
	check(t, err)
	diff(t, "its version was taken", taken, []attempt.AttemptID{one.ID})
	taken, err = r.Adjust(ctx, first[:1])
	check(t, err)
	diff(t, "the same again", len(taken), 0)
	past, err := r.Adjustments(ctx, []attempt.AttemptID{one.ID, two.ID})
	check(t, err)
	diff(t, "changes", past, map[attempt.AttemptID][]attempt.Adjustment{one.ID: {first[0]}, two.ID: {rival[1]}})

	// The end wins against an order that comes after it.
	end := attempt.Closing{Manner: attempt.ByDeadline, At: Start.Add(time.Hour)}
	_, err = closeOne(t, r, two.ID, end)
	check(t, err)
	late := adjustment(record(t, r, two.ID), "o3")
	late.State = attempt.Running
	_, err = r.Adjust(ctx, []attempt.Adjustment{late})
	check(t, err)
	diff(t, "ended stays ended", record(t, r, two.ID).State, attempt.Closed)

	check(t, r.Finish(ctx, []attempt.Finished{{Attempt: two.ID, Answered: 3, Marked: true}}))
	again := late
	again.Version, again.Order, again.Kind, again.Round, again.Ended = late.Version+1, "o4", attempt.Reopen, 1, end
	_, err = r.Adjust(ctx, []attempt.Adjustment{again})
	check(t, err)
	rec = record(t, r, two.ID)
	diff(t, "reopened", []any{rec.State, rec.Round, rec.Closing, rec.Marked, rec.Answered},
		[]any{attempt.Running, 1, attempt.Closing{}, false, 0})
	check(t, r.Note(ctx, []attempt.Adjustment{first[0], rival[1]}))
	diff(t, "an older change is not noted again", record(t, r, two.ID), rec)
}

func recordsOrders(t *testing.T, r attempt.Records) {
	ctx, id := t.Context(), sitting.ID(NewAttemptID())
	older := attempt.Order{
		ID: "order-" + string(id), Sitting: id, Kind: attempt.Extend, Room: "第3考场", Extension: 7 * time.Minute, Incident: "i1",
		Reason: "断线", By: "staff", At: Start, Count: 28,
	}
	newer := attempt.Order{ID: "order2-" + string(id), Sitting: id, Kind: attempt.Pause, Room: "第4考场", Evacuation: true, Reason: "火警", By: "staff", At: Start.Add(time.Minute), Count: 1}
	for _, o := range []attempt.Order{older, newer} {
		kept, err := r.InsertOrder(ctx, o)
		check(t, err)
		diff(t, "kept", kept, o)
	}
	other := older
	other.Extension, other.At = time.Hour, Start.Add(time.Hour)
	kept, err := r.InsertOrder(ctx, other)
	check(t, err)
	diff(t, "the first stays", kept, older)
	other.ID = "order3-" + string(id)
	kept, err = r.InsertOrder(ctx, other)
	check(t, err)
	diff(t, "an incident is made good once", kept, older)
	all, err := r.OrdersOf(ctx, id)
	check(t, err)
	diff(t, "newest first", all, []attempt.Order{newer, older})

	a, b := NewAttemptID(), NewAttemptID()
	gaps := []attempt.Gap{
		{Attempt: a, From: Start, Until: Start.Add(time.Minute)}, {Attempt: a, From: Start.Add(time.Hour), Until: Start.Add(2 * time.Hour)},
		{Attempt: b, From: Start, Until: Start.Add(time.Minute)},
	}
	check(t, r.InsertGaps(ctx, gaps[:2]))
	check(t, r.InsertGaps(ctx, gaps))
	found, err := r.Gaps(ctx, []attempt.AttemptID{a, NewAttemptID()})
	check(t, err)
	diff(t, "gaps", found, gaps[:2])
}
