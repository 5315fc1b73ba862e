package mongostore

import (
	"context"
	"errors"
	"fmt"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/sitting"
)

// attemptBatch is how many documents go into one insert. lungo copies the
// collection's map for each document, so larger ones win nothing.
const attemptBatch = 500

// enterTries is how many epochs one entry tries before it gives up: as many
// other entries would have to come in between.
const enterTries = 1000

// Attempts are the attempts as they last, in the collections `attempts`,
// `papers`, `entries` and `submissions`. It is safe for concurrent use.
type Attempts struct {
	attempts, papers, entries, submissions lungo.ICollection
}

var _ attempt.Records = (*Attempts)(nil)

// Attempts returns the records of attempts.
func (s *Store) Attempts() *Attempts {
	return &Attempts{
		attempts: s.db.Collection("attempts"), papers: s.db.Collection("papers"),
		entries: s.db.Collection("entries"), submissions: s.db.Collection("submissions"),
	}
}

func (s *Store) ensureAttemptIndexes(ctx context.Context) error {
	a := s.Attempts()
	return ensure(ctx, []index{
		{a.attempts, bson.D{{Key: "sitting", Value: 1}}, false},
		{a.attempts, bson.D{{Key: "state", Value: 1}, {Key: "marked", Value: 1}}, false},
		{a.submissions, bson.D{{Key: "sitting", Value: 1}}, false},
	})
}

// reached wraps an error of the driver, telling whether the server was reached.
func reached(what string, err error) error {
	if err == nil {
		return nil
	}
	var labelled mongo.ServerError
	var concern mongo.WriteException
	switch {
	case mongo.IsNetworkError(err), mongo.IsTimeout(err), errors.Is(err, context.Canceled),
		errors.Is(err, mongo.ErrClientDisconnected),
		errors.As(err, &labelled) && labelled.HasErrorLabel("RetryableWriteError"),
		errors.As(err, &concern) && concern.WriteConcernError != nil:
		return fmt.Errorf("mongostore: %s: %w: %w", what, attempt.ErrUnavailable, err)
	}
	return fmt.Errorf("mongostore: %s: %w", what, err)
}

// insertOnce inserts documents in any order and passes over those whose _id is
// there already. On MongoDB a duplicate, too, is answered only when the newest
// write has the wanted write concern, so nil means durable for all of them.
func insertOnce(ctx context.Context, c lungo.ICollection, docs []any) error {
	for len(docs) > 0 {
		n := min(len(docs), attemptBatch)
		_, err := c.InsertMany(ctx, docs[:n], options.InsertMany().SetOrdered(false))
		if err != nil && !onlyDuplicates(err) {
			return reached(c.Name(), err)
		}
		docs = docs[n:]
	}
	return nil
}

// onlyDuplicates tells whether duplicates are all that went wrong with an
// unordered insert. A bulk error holds one entry for each document that failed:
// looking for "duplicate key" in its text would hide the others.
func onlyDuplicates(err error) bool {
	var bulk mongo.BulkWriteException
	if !errors.As(err, &bulk) {
		return lungo.IsUniquenessError(err)
	}
	if bulk.WriteConcernError != nil {
		return false
	}
	for _, w := range bulk.WriteErrors {
		if !mongo.IsDuplicateKeyError(w) && !lungo.IsUniquenessError(w) {
			return false
		}
	}
	return len(bulk.WriteErrors) > 0
}

// Create implements attempt.RecordWriter. Papers come first, so that no attempt
// is ever without one.
func (a *Attempts) Create(ctx context.Context, all []attempt.Sealed) error {
	papers, records := make([]any, len(all)), make([]any, len(all))
	for i, s := range all {
		papers[i], records[i] = paperToDoc(s.ID, s.Paper), attemptToDoc(s.Record)
	}
	if err := insertOnce(ctx, a.papers, papers); err != nil {
		return err
	}
	return insertOnce(ctx, a.attempts, records)
}

// Record implements attempt.RecordReader.
func (a *Attempts) Record(ctx context.Context, id attempt.AttemptID) (attempt.Record, error) {
	var d attemptDoc
	if err := a.attempts.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&d); err != nil {
		return attempt.Record{}, a.missing("attempts", err, attempt.ErrNotFound)
	}
	r := d.record()
	if r.State != attempt.Ready {
		return r, nil
	}
	// A start may have been inserted by a program that died before it could
	// note it in the attempt. The start is what counts.
	first, err := a.entry(ctx, id, 1)
	if errors.Is(err, attempt.ErrNotFound) {
		return r, nil
	}
	if err != nil {
		return attempt.Record{}, err
	}
	start(&r, first)
	return r, nil
}

// start makes a ready record what it is once its first entry is inserted.
func start(r *attempt.Record, first entryDoc) {
	r.State, r.Allowance = attempt.Running, first.Allowance.allowance()
	r.Started, r.Deadline, r.DeadlineVersion = r.Allowance.Start, utc(first.Deadline), 1
	if r.Lease.Epoch == 0 {
		r.Lease = first.Lease.lease()
	}
}

func (a *Attempts) missing(what string, err, absent error) error {
	if errors.Is(err, mongo.ErrNoDocuments) {
		return absent
	}
	return reached(what, err)
}

func entryID(id attempt.AttemptID, epoch int) string { return fmt.Sprintf("%s:%d", id, epoch) }

func (a *Attempts) entry(ctx context.Context, id attempt.AttemptID, epoch int) (entryDoc, error) {
	var d entryDoc
	err := a.entries.FindOne(ctx, bson.M{"_id": entryID(id, epoch)}).Decode(&d)
	if err != nil {
		return d, a.missing("entries", err, attempt.ErrNotFound)
	}
	return d, nil
}

// Paper implements attempt.RecordReader.
func (a *Attempts) Paper(ctx context.Context, id attempt.AttemptID) (bank.Paper, error) {
	var d paperDoc
	if err := a.papers.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&d); err != nil {
		return bank.Paper{}, a.missing("papers", err, attempt.ErrNotFound)
	}
	return d.paper(), nil
}

// OfSitting implements attempt.RecordReader.
func (a *Attempts) OfSitting(ctx context.Context, id sitting.ID) ([]attempt.Record, error) {
	return a.find(ctx, bson.M{"sitting": string(id)}, options.Find())
}

// Several implements attempt.RecordReader.
func (a *Attempts) Several(ctx context.Context, ids []attempt.AttemptID) ([]attempt.Record, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return a.find(ctx, bson.M{"_id": bson.M{"$in": ids}}, options.Find())
}

// Unfinished implements attempt.RecordReader.
func (a *Attempts) Unfinished(ctx context.Context, after attempt.AttemptID, limit int) ([]attempt.Record, error) {
	filter := bson.M{
		"_id": bson.M{"$gt": string(after)},
		"$or": bson.A{
			bson.M{"state": bson.M{"$in": bson.A{string(attempt.Running), string(attempt.Closed)}}},
			bson.M{"state": string(attempt.Submitted), "marked": false},
		},
	}
	return a.find(ctx, filter, options.Find().SetLimit(int64(limit)))
}

func (a *Attempts) find(ctx context.Context, filter any, opts *options.FindOptions) ([]attempt.Record, error) {
	cursor, err := a.attempts.Find(ctx, filter, opts.SetSort(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, reached("attempts", err)
	}
	var docs []attemptDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, reached("attempts", err)
	}
	all := make([]attempt.Record, len(docs))
	for i, d := range docs {
		all[i] = d.record()
	}
	return all, nil
}
