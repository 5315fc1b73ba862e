package mongostore

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/attempt"
)

// enterTries is how many epochs one entry tries before it gives up: as many
// other entries would have to come in between.
const enterTries = 1000

// Enter implements attempt.RecordWriter. The epoch is decided by which document
// of `entries` could be inserted: two entries never get the same, on any
// server. The attempts' own copies of the leases follow and never fall back.
func (a *Attempts) Enter(ctx context.Context, all []attempt.Entry) ([]attempt.Taken, error) {
	if len(all) == 0 {
		return nil, nil
	}
	docs := make([]entryDoc, len(all))
	open := make([]int, len(all))
	for i, e := range all {
		docs[i] = entryDoc{Attempt: string(e.Record.ID), Nonce: uuid.NewString(), Lease: leaseToDoc(e.Device)}
		docs[i].Lease.Epoch = e.Record.Lease.Epoch
		open[i] = i
	}
	for try := 0; len(open) > 0; try++ {
		if try > enterTries {
			return nil, fmt.Errorf("mongostore: %d entries at once: %w", try, attempt.ErrUnavailable)
		}
		for _, i := range open {
			docs[i].next(all[i])
		}
		var err error
		if open, err = a.insertEntries(ctx, docs, open); err != nil {
			return nil, err
		}
	}
	return a.noteEntries(ctx, all, docs)
}

// next makes the document that of the next epoch.
func (d *entryDoc) next(e attempt.Entry) {
	d.Lease.Epoch++
	d.ID = entryID(e.Record.ID, d.Lease.Epoch)
	d.Allowance, d.Deadline = allowanceDoc{}, e.First.Deadline
	if d.Lease.Epoch == 1 {
		d.Allowance = allowanceToDoc(e.First.Allowance)
	}
}

// insertEntries inserts the documents numbered open and returns those whose
// place was taken. Which of an unordered insert went wrong, the stores tell in
// different ways: what is there then is compared.
func (a *Attempts) insertEntries(ctx context.Context, docs []entryDoc, open []int) ([]int, error) {
	fresh, ids := make([]any, len(open)), make([]string, len(open))
	for n, i := range open {
		fresh[n], ids[n] = docs[i], docs[i].ID
	}
	_, err := a.entries.InsertMany(ctx, fresh, options.InsertMany().SetOrdered(false))
	if err == nil {
		return nil, nil
	}
	if !onlyDuplicates(err) {
		return nil, reached("entries", err)
	}
	there, err := a.entriesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	var taken []int
	for _, i := range open {
		if there[docs[i].ID].Nonce != docs[i].Nonce {
			taken = append(taken, i)
		}
	}
	return taken, nil
}

// noteEntries notes starts and leases in the attempts. A start is that of the
// first entry, whoever made it.
func (a *Attempts) noteEntries(ctx context.Context, all []attempt.Entry, docs []entryDoc) ([]attempt.Taken, error) {
	need := []string{}
	for i, e := range all {
		epoch := docs[i].Lease.Epoch
		if epoch > 1 && e.Record.Lease.Epoch != epoch-1 {
			need = append(need, entryID(e.Record.ID, epoch-1))
		}
		if epoch > 1 && e.Record.State == attempt.Ready {
			need = append(need, entryID(e.Record.ID, 1))
		}
	}
	var others map[string]entryDoc
	if len(need) > 0 {
		var err error
		if others, err = a.entriesOf(ctx, need); err != nil {
			return nil, err
		}
	}
	out := make([]attempt.Taken, len(all))
	var models []mongo.WriteModel
	for i, e := range all {
		r, d := e.Record, docs[i]
		epoch := d.Lease.Epoch
		switch {
		case epoch > 1 && e.Record.Lease.Epoch == epoch-1:
			out[i].Previous = e.Record.Lease
		case epoch > 1:
			out[i].Previous = others[entryID(r.ID, epoch-1)].Lease.lease()
		}
		if r.State == attempt.Ready {
			first := d
			if epoch > 1 {
				first = others[entryID(r.ID, 1)]
			}
			start(&r, first)
		}
		r.Lease = d.Lease.lease()
		out[i].Record = r
		models = append(models, leaseModels(&r)...)
	}
	return out, bulk(ctx, a.attempts, models)
}

// leaseModels notes the start and the lease of an entry.
func leaseModels(r *attempt.Record) []mongo.WriteModel {
	lease := leaseToDoc(r.Lease)
	models := []mongo.WriteModel{}
	if r.Lease.Epoch == 1 || r.DeadlineVersion == 1 {
		models = append(models, mongo.NewUpdateOneModel().
			SetFilter(bson.M{"_id": string(r.ID), "state": string(attempt.Ready)}).
			SetUpdate(bson.M{"$set": bson.M{
				"state": string(attempt.Running), "started": r.Started, "allowance": allowanceToDoc(r.Allowance),
				"deadline": r.Deadline, "deadlineVersion": 1, "lease": lease,
			}}))
	}
	if r.Lease.Epoch > 1 {
		models = append(models, mongo.NewUpdateOneModel().
			SetFilter(bson.M{"_id": string(r.ID), "lease.epoch": bson.M{"$lt": r.Lease.Epoch}}).
			SetUpdate(bson.M{"$set": bson.M{"lease": lease}}))
	}
	return models
}

// Close implements attempt.RecordWriter.
func (a *Attempts) Close(ctx context.Context, all map[attempt.AttemptID]attempt.Closing) (map[attempt.AttemptID]attempt.Record, error) {
	var models []mongo.WriteModel
	ids := make([]attempt.AttemptID, 0, len(all))
	for id, c := range all {
		ids = append(ids, id)
		models = append(models, mongo.NewUpdateOneModel().
			SetFilter(bson.M{"_id": string(id), "state": bson.M{"$in": bson.A{string(attempt.Running), string(attempt.Paused)}}}).
			SetUpdate(bson.M{"$set": bson.M{"state": string(attempt.Closed), "closing": closingToDoc(c)}}))
	}
	if err := bulk(ctx, a.attempts, models); err != nil {
		return nil, err
	}
	recs, err := a.Several(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[attempt.AttemptID]attempt.Record, len(recs))
	for _, r := range recs {
		if r.State.GoesOn() {
			// Only a server whose updates are not atomic loses one.
			return nil, fmt.Errorf("mongostore: end of %s was not kept: %w", r.ID, attempt.ErrUnavailable)
		}
		if !r.State.Over() {
			_, err := r.State.Next(attempt.Finish)
			return nil, err
		}
		out[r.ID] = r
	}
	return out, nil
}

// Finish implements attempt.RecordWriter.
func (a *Attempts) Finish(ctx context.Context, all []attempt.Finished) error {
	var models []mongo.WriteModel
	for _, f := range all {
		set := bson.M{"state": string(attempt.Submitted), "answered": f.Answered}
		if f.Marked {
			set["marked"] = true
		}
		models = append(models, mongo.NewUpdateOneModel().
			SetFilter(bson.M{
				"_id": string(f.Attempt), "round": f.Round,
				"state": bson.M{"$in": bson.A{string(attempt.Closed), string(attempt.Submitted)}},
			}).
			SetUpdate(bson.M{"$set": set}))
	}
	return bulk(ctx, a.attempts, models)
}

// submissionID is the first round's name, or that of a later one.
func submissionID(id attempt.AttemptID, round int) string {
	if round == 0 {
		return "submission:" + string(id)
	}
	return fmt.Sprintf("submission:%s:%d", id, round)
}

// Insert implements attempt.Submissions.
func (a *Attempts) Insert(ctx context.Context, all []attempt.Submission) ([]attempt.Submission, error) {
	if len(all) == 0 {
		return nil, nil
	}
	docs, ids := make([]any, len(all)), make([]string, len(all))
	for i, s := range all {
		docs[i], ids[i] = submissionToDoc(s), submissionID(s.Attempt, s.Round)
	}
	_, err := a.submissions.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	if err == nil {
		return all, nil
	}
	if !onlyDuplicates(err) {
		return nil, reached("submissions", err)
	}
	there, err := these[submissionDoc](ctx, a.submissions, "_id", ids)
	if err != nil {
		return nil, err
	}
	stored := make(map[string]submissionDoc, len(there))
	for _, d := range there {
		stored[d.ID] = d
	}
	out := make([]attempt.Submission, len(all))
	for i, id := range ids {
		d, ok := stored[id]
		if !ok {
			return nil, fmt.Errorf("mongostore: submission %s is not there: %w", id, attempt.ErrUnavailable)
		}
		out[i] = d.submission()
	}
	return out, nil
}

// Submission implements attempt.Submissions.
func (a *Attempts) Submission(ctx context.Context, id attempt.AttemptID, round int) (attempt.Submission, error) {
	var d submissionDoc
	if err := a.submissions.FindOne(ctx, bson.M{"_id": submissionID(id, round)}).Decode(&d); err != nil {
		return attempt.Submission{}, a.missing("submissions", err, attempt.ErrNotSubmitted)
	}
	return d.submission(), nil
}
