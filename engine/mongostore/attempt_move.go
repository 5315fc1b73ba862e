package mongostore

import (
	"context"
	"fmt"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/attempt"
)

// Enter implements attempt.RecordWriter. The epoch is decided by which document
// of `entries` could be inserted: two entries never get the same, on any
// server. The attempt's own copy of the lease follows and never falls back.
func (a *Attempts) Enter(ctx context.Context, r attempt.Record, device attempt.Lease, first attempt.FirstEntry) (attempt.Record, attempt.Lease, error) {
	next := r.Lease.Epoch + 1
	var e entryDoc
	for tries := 1; ; tries, next = tries+1, next+1 {
		if tries > enterTries {
			return r, attempt.Lease{}, fmt.Errorf("mongostore: %d entries at once: %w", tries, attempt.ErrUnavailable)
		}
		device.Epoch = next
		e = entryDoc{ID: entryID(r.ID, next), Attempt: string(r.ID), Lease: leaseToDoc(device)}
		if next == 1 {
			e.Allowance, e.Deadline = allowanceToDoc(first.Allowance), first.Deadline
		}
		_, err := a.entries.InsertOne(ctx, e)
		if err == nil {
			break
		}
		if !lungo.IsUniquenessError(err) {
			return r, attempt.Lease{}, reached("entries", err)
		}
	}
	var previous attempt.Lease
	if next > 1 {
		before, err := a.entry(ctx, r.ID, next-1)
		if err != nil {
			return r, previous, err
		}
		previous = before.Lease.lease()
	}
	if err := a.begin(ctx, &r, e); err != nil {
		return r, previous, err
	}
	if next > 1 {
		_, err := a.attempts.UpdateOne(ctx,
			bson.M{"_id": string(r.ID), "lease.epoch": bson.M{"$lt": next}},
			bson.M{"$set": bson.M{"lease": e.Lease}})
		if err != nil {
			return r, previous, reached("attempts", err)
		}
	}
	r.Lease = device
	return r, previous, nil
}

// begin notes the start in the attempt, unless it is noted. The start is that
// of the first entry, whoever made it; r says so already where the attempt was
// not noted as running but had that entry.
func (a *Attempts) begin(ctx context.Context, r *attempt.Record, e entryDoc) error {
	if r.State == attempt.Ready {
		if e.Lease.Epoch > 1 {
			var err error
			if e, err = a.entry(ctx, r.ID, 1); err != nil {
				return err
			}
		}
		start(r, e)
	}
	if r.Lease.Epoch > 1 {
		return nil
	}
	_, err := a.attempts.UpdateOne(ctx,
		bson.M{"_id": string(r.ID), "state": string(attempt.Ready)},
		bson.M{"$set": bson.M{
			"state": string(attempt.Running), "started": r.Started, "allowance": allowanceToDoc(r.Allowance),
			"deadline": r.Deadline, "deadlineVersion": r.DeadlineVersion, "lease": leaseToDoc(r.Lease),
		}})
	return reached("attempts", err)
}

// Close implements attempt.RecordWriter.
func (a *Attempts) Close(ctx context.Context, id attempt.AttemptID, c attempt.Closing) (attempt.Closing, error) {
	_, err := a.attempts.UpdateOne(ctx,
		bson.M{"_id": string(id), "state": string(attempt.Running)},
		bson.M{"$set": bson.M{"state": string(attempt.Closed), "closing": closingToDoc(c)}})
	if err != nil {
		return attempt.Closing{}, reached("attempts", err)
	}
	r, err := a.Record(ctx, id)
	if err != nil {
		return attempt.Closing{}, err
	}
	if !r.State.Over() {
		_, err := r.State.Next(attempt.Finish)
		return attempt.Closing{}, err
	}
	return r.Closing, nil
}

// Marked implements attempt.RecordWriter.
func (a *Attempts) Marked(ctx context.Context, id attempt.AttemptID) error {
	_, err := a.attempts.UpdateOne(ctx, bson.M{"_id": string(id)}, bson.M{"$set": bson.M{"marked": true}})
	return reached("attempts", err)
}

func submissionID(id attempt.AttemptID) string { return "submission:" + string(id) }

// Insert implements attempt.Submissions.
func (a *Attempts) Insert(ctx context.Context, s attempt.Submission) (attempt.Submission, error) {
	_, err := a.submissions.InsertOne(ctx, submissionToDoc(s))
	switch {
	case lungo.IsUniquenessError(err):
		if s, err = a.Submission(ctx, s.Attempt); err != nil {
			return s, err
		}
	case err != nil:
		return s, reached("submissions", err)
	}
	_, err = a.attempts.UpdateOne(ctx,
		bson.M{"_id": string(s.Attempt), "state": string(attempt.Closed)},
		bson.M{"$set": bson.M{"state": string(attempt.Submitted), "answered": s.Answered}})
	return s, reached("attempts", err)
}

// Submission implements attempt.Submissions.
func (a *Attempts) Submission(ctx context.Context, id attempt.AttemptID) (attempt.Submission, error) {
	var d submissionDoc
	if err := a.submissions.FindOne(ctx, bson.M{"_id": submissionID(id)}).Decode(&d); err != nil {
		return attempt.Submission{}, a.missing("submissions", err, attempt.ErrNotSubmitted)
	}
	return d.submission(), nil
}
