package mongostore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"

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

// Attempts are the attempts as they last, in the collections `attempts`,
// `papers`, `entries`, `submissions`, `adjustments`, `orders` and `gaps`. It is
// safe for concurrent use.
type Attempts struct {
	attempts, papers, entries, submissions, adjustments, orders, gaps lungo.ICollection
}

var _ attempt.Records = (*Attempts)(nil)

// Attempts returns the records of attempts.
func (s *Store) Attempts() *Attempts {
	return &Attempts{
		attempts: s.db.Collection("attempts"), papers: s.db.Collection("papers"),
		entries: s.db.Collection("entries"), submissions: s.db.Collection("submissions"),
		adjustments: s.db.Collection("adjustments"), orders: s.db.Collection("orders"), gaps: s.db.Collection("gaps"),
	}
}

func (s *Store) ensureAttemptIndexes(ctx context.Context) error {
	a := s.Attempts()
	return ensure(ctx, []index{
		{a.attempts, bson.D{{Key: "sitting", Value: 1}}, false},
		{a.attempts, bson.D{{Key: "state", Value: 1}, {Key: "marked", Value: 1}}, false},
		{a.submissions, bson.D{{Key: "sitting", Value: 1}}, false},
		{a.entries, bson.D{{Key: "attempt", Value: 1}, {Key: "lease.epoch", Value: -1}}, false},
		{a.adjustments, bson.D{{Key: "attempt", Value: 1}}, false},
		{a.orders, bson.D{{Key: "sitting", Value: 1}}, false},
		{a.gaps, bson.D{{Key: "attempt", Value: 1}}, false},
	})
}

// reached wraps an error of the driver, telling whether the server was reached.
func reached(what string, err error) error {
	if err == nil {
		return nil
	}
	var labelled mongo.ServerError
	var concern mongo.WriteException
	var network net.Error
	// The driver's error of a pool that is cleared because another command lost
	// its connection, which hides the cause.
	var cleared interface{ Retryable() bool }
	switch {
	// Not all errors of the way to the server say so: one in the handshake is
	// only a network error below.
	case mongo.IsNetworkError(err), mongo.IsTimeout(err), errors.Is(err, context.Canceled),
		errors.Is(err, mongo.ErrClientDisconnected), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.As(err, &network), errors.As(err, &cleared) && cleared.Retryable(),
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
		paper, err := sealedToDoc(s.ID, s.Paper)
		if err != nil {
			return err
		}
		papers[i], records[i] = paper, attemptToDoc(s.Record)
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
	recs := []attempt.Record{d.record()}
	err := a.settle(ctx, recs)
	return recs[0], err
}

// settle makes of ready records what they are: a start may have been inserted
// by a program that died before it could note it in the attempt, and the start
// is what counts.
func (a *Attempts) settle(ctx context.Context, recs []attempt.Record) error {
	var ids []string
	for _, r := range recs {
		if r.State == attempt.Ready {
			ids = append(ids, entryID(r.ID, 1))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	first, err := a.entriesOf(ctx, ids)
	if err != nil {
		return err
	}
	for i := range recs {
		if e, ok := first[entryID(recs[i].ID, 1)]; ok && recs[i].State == attempt.Ready {
			start(&recs[i], e)
		}
	}
	return nil
}

// entriesOf returns those entries that exist, by _id.
func (a *Attempts) entriesOf(ctx context.Context, ids []string) (map[string]entryDoc, error) {
	docs, err := these[entryDoc](ctx, a.entries, "_id", ids)
	if err != nil {
		return nil, err
	}
	out := make(map[string]entryDoc, len(docs))
	for _, d := range docs {
		out[d.ID] = d
	}
	return out, nil
}

// findAll reads all documents that a filter finds.
func findAll[T any](ctx context.Context, c lungo.ICollection, filter any, opts *options.FindOptions) ([]T, error) {
	cursor, err := c.Find(ctx, filter, opts)
	if err != nil {
		return nil, reached(c.Name(), err)
	}
	var docs []T
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, reached(c.Name(), err)
	}
	return docs, nil
}

// few is how many documents are asked for one by one. Some servers of the
// protocol find only what equals by their indexes and would read the whole
// collection for $in, and for a few a round trip each costs nobody anything.
const few = 4

// these reads the documents whose field is one of the values.
func these[T any, V ~string](ctx context.Context, c lungo.ICollection, field string, values []V) ([]T, error) {
	if len(values) > few {
		return findAll[T](ctx, c, bson.M{field: bson.M{"$in": texts(values)}}, options.Find())
	}
	var found [few][]T
	var failed [few]error
	var wg sync.WaitGroup
	for i, v := range values {
		wg.Go(func() { found[i], failed[i] = findAll[T](ctx, c, bson.M{field: string(v)}, options.Find()) })
	}
	wg.Wait()
	return slices.Concat(found[:]...), errors.Join(failed[:]...)
}

// bulk does updates in any order.
func bulk(ctx context.Context, c lungo.ICollection, models []mongo.WriteModel) error {
	if len(models) == 0 {
		return nil
	}
	_, err := c.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false))
	return reached(c.Name(), err)
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

// Paper implements attempt.RecordReader.
func (a *Attempts) Paper(ctx context.Context, id attempt.AttemptID) (bank.Paper, error) {
	var d sealedDoc
	if err := a.papers.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&d); err != nil {
		return bank.Paper{}, a.missing("papers", err, attempt.ErrNotFound)
	}
	return d.paper()
}

// Newest implements attempt.RecordReader.
func (a *Attempts) Newest(ctx context.Context, id attempt.AttemptID) (attempt.Lease, error) {
	newest := options.Find().SetSort(bson.D{{Key: "lease.epoch", Value: -1}}).SetLimit(1)
	docs, err := findAll[entryDoc](ctx, a.entries, bson.M{"attempt": string(id)}, newest)
	if err != nil || len(docs) == 0 {
		return attempt.Lease{}, err
	}
	return docs[0].Lease.lease(), nil
}

// Papers implements attempt.RecordReader.
func (a *Attempts) Papers(ctx context.Context, ids []attempt.AttemptID) (map[attempt.AttemptID]bank.Paper, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	docs, err := these[sealedDoc](ctx, a.papers, "_id", ids)
	if err != nil {
		return nil, err
	}
	out := make(map[attempt.AttemptID]bank.Paper, len(docs))
	for _, d := range docs {
		if out[attempt.AttemptID(d.ID)], err = d.paper(); err != nil {
			return nil, err
		}
	}
	return out, nil
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
	docs, err := these[attemptDoc](ctx, a.attempts, "_id", ids)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(docs, func(x, y attemptDoc) int { return cmp.Compare(x.ID, y.ID) })
	recs := make([]attempt.Record, len(docs))
	for i, d := range docs {
		recs[i] = d.record()
	}
	return recs, a.settle(ctx, recs)
}

// Unfinished implements attempt.RecordReader.
func (a *Attempts) Unfinished(ctx context.Context, after attempt.AttemptID, limit int) ([]attempt.Record, error) {
	filter := bson.M{
		"_id": bson.M{"$gt": string(after)},
		"$or": bson.A{
			bson.M{"state": bson.M{"$in": bson.A{string(attempt.Running), string(attempt.Paused), string(attempt.Closed)}}},
			bson.M{"state": string(attempt.Submitted), "marked": false},
		},
	}
	return a.find(ctx, filter, options.Find().SetLimit(int64(limit)))
}

func (a *Attempts) find(ctx context.Context, filter any, opts *options.FindOptions) ([]attempt.Record, error) {
	docs, err := findAll[attemptDoc](ctx, a.attempts, filter, opts.SetSort(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, err
	}
	all := make([]attempt.Record, len(docs))
	for i, d := range docs {
		all[i] = d.record()
	}
	return all, nil
}
