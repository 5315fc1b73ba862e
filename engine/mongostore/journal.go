package mongostore

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/attempt"
)

// Journal is the ledger of operations, in the collections `ops` and `late`. It
// is safe for concurrent use.
//
// One document holds one operation, with _id "attempt:epoch:seq". One document
// per batch, with the first sequence as its identity, would be cheaper and lose
// answers: a page that got no receipt for 1–3 goes on to send 1–5, whose
// document has the same identity, so that 4 and 5 would be taken for stored.
type Journal struct {
	ops, late lungo.ICollection
}

var _ attempt.Journal = (*Journal)(nil)

// Journal returns the journal of attempts.
func (s *Store) Journal() *Journal {
	return &Journal{ops: s.db.Collection("ops"), late: s.db.Collection("late")}
}

func (s *Store) ensureJournalIndexes(ctx context.Context) error {
	j := s.Journal()
	order := bson.D{{Key: "attempt", Value: 1}, {Key: "epoch", Value: 1}, {Key: "seq", Value: 1}}
	return ensure(ctx, []index{{j.ops, order, false}, {j.late, order, false}})
}

// operationDoc is a document of `ops`, and of `late` with a reason. What `late`
// holds is identified by its content as well, so that nothing is dropped.
type operationDoc struct {
	ID       string    `bson:"_id"`
	Attempt  string    `bson:"attempt"`
	Epoch    int       `bson:"epoch"`
	Seq      int       `bson:"seq"`
	Slot     int       `bson:"slot"`
	Response string    `bson:"response"`
	Flagged  bool      `bson:"flagged"`
	ClientMs int64     `bson:"clientMs"`
	Received time.Time `bson:"receivedAt"`
	Reason   string    `bson:"reason,omitempty"`
}

func operationToDoc(id attempt.AttemptID, op attempt.Operation) operationDoc {
	return operationDoc{
		ID: fmt.Sprintf("%s:%d:%d", id, op.Epoch, op.Seq), Attempt: string(id), Epoch: op.Epoch, Seq: op.Seq,
		Slot: op.Slot, Response: op.Response, Flagged: op.Flagged, ClientMs: op.ClientMs,
		Received: time.UnixMilli(op.ReceivedMs).UTC(),
	}
}

func (d operationDoc) operation() attempt.Operation {
	return attempt.Operation{
		Epoch: d.Epoch, Seq: d.Seq, Slot: d.Slot, Response: d.Response, Flagged: d.Flagged,
		ClientMs: d.ClientMs, ReceivedMs: d.Received.UnixMilli(),
	}
}

// Append implements attempt.Journal.
func (j *Journal) Append(ctx context.Context, ops []attempt.JournalEntry) error {
	docs := make([]any, len(ops))
	for i, op := range ops {
		docs[i] = operationToDoc(op.Attempt, op.Operation)
	}
	return insertOnce(ctx, j.ops, docs)
}

// Operations implements attempt.Journal.
func (j *Journal) Operations(ctx context.Context, id attempt.AttemptID) ([]attempt.Operation, error) {
	docs, err := j.find(ctx, j.ops, id)
	if err != nil {
		return nil, err
	}
	ops := make([]attempt.Operation, len(docs))
	for i, d := range docs {
		ops[i] = d.operation()
	}
	return ops, nil
}

// SetAside implements attempt.Journal.
func (j *Journal) SetAside(ctx context.Context, ops []attempt.LateOperation) error {
	docs := make([]any, len(ops))
	for i, op := range ops {
		d := operationToDoc(op.Attempt, op.Operation)
		content := sha256.Sum256(fmt.Appendf(nil, "%d:%t:%s", op.Slot, op.Flagged, op.Response))
		d.ID, d.Reason = fmt.Sprintf("%s:%x", d.ID, content[:8]), op.Reason
		docs[i] = d
	}
	return insertOnce(ctx, j.late, docs)
}

// Aside implements attempt.Journal.
func (j *Journal) Aside(ctx context.Context, id attempt.AttemptID) ([]attempt.LateOperation, error) {
	docs, err := j.find(ctx, j.late, id)
	if err != nil {
		return nil, err
	}
	ops := make([]attempt.LateOperation, len(docs))
	for i, d := range docs {
		ops[i] = attempt.LateOperation{Attempt: id, Operation: d.operation(), Reason: d.Reason}
	}
	return ops, nil
}

func (j *Journal) find(ctx context.Context, c lungo.ICollection, id attempt.AttemptID) ([]operationDoc, error) {
	order := options.Find().SetSort(bson.D{
		{Key: "epoch", Value: 1}, {Key: "seq", Value: 1}, {Key: "_id", Value: 1},
	})
	cursor, err := c.Find(ctx, bson.M{"attempt": string(id)}, order)
	if err != nil {
		return nil, reached(c.Name(), err)
	}
	var docs []operationDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, reached(c.Name(), err)
	}
	return docs, nil
}
