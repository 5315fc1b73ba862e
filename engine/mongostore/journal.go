package mongostore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
)

// Journal is the ledger of operations, in the collections `ops`, `late` and
// `late_decisions`. It is safe for concurrent use.
//
// One document holds one operation, with _id "attempt:epoch:seq". One document
// per batch, with the first sequence as its identity, would be cheaper and lose
// answers: a page that got no receipt for 1–3 goes on to send 1–5, whose
// document has the same identity, so that 4 and 5 would be taken for stored.
type Journal struct {
	ops, late, decisions lungo.ICollection
}

var _ attempt.Journal = (*Journal)(nil)

// Journal returns the journal of attempts.
func (s *Store) Journal() *Journal {
	return &Journal{ops: s.db.Collection("ops"), late: s.db.Collection("late"), decisions: s.db.Collection("late_decisions")}
}

func (s *Store) ensureJournalIndexes(ctx context.Context) error {
	j := s.Journal()
	order := bson.D{{Key: "attempt", Value: 1}, {Key: "epoch", Value: 1}, {Key: "seq", Value: 1}}
	return ensure(ctx, []index{
		{j.ops, order, false}, {j.late, order, false}, {j.decisions, bson.D{{Key: "attempt", Value: 1}}, false},
	})
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
func (j *Journal) Operations(ctx context.Context, ids []attempt.AttemptID) (map[attempt.AttemptID][]attempt.Operation, error) {
	docs, err := j.find(ctx, j.ops, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[attempt.AttemptID][]attempt.Operation, len(ids))
	for _, d := range docs {
		id := attempt.AttemptID(d.Attempt)
		out[id] = append(out[id], d.operation())
	}
	return out, nil
}

// SetAside implements attempt.Evidence.
func (j *Journal) SetAside(ctx context.Context, ops []attempt.LateOperation) error {
	docs := make([]any, len(ops))
	for i, op := range ops {
		d := operationToDoc(op.Attempt, op.Operation)
		d.ID, d.Reason = op.ID(), op.Reason
		docs[i] = d
	}
	return insertOnce(ctx, j.late, docs)
}

// lateDecisionDoc is a document of `late_decisions`; _id is the late operation.
type lateDecisionDoc struct {
	ID      string    `bson:"_id"`
	Attempt string    `bson:"attempt"`
	Count   bool      `bson:"count"`
	By      string    `bson:"by"`
	Reason  string    `bson:"reason"`
	At      time.Time `bson:"at"`
}

// Aside implements attempt.Evidence.
func (j *Journal) Aside(ctx context.Context, ids []attempt.AttemptID) ([]attempt.LateOperation, error) {
	docs, err := j.find(ctx, j.late, ids)
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	decided, err := these[lateDecisionDoc](ctx, j.decisions, "attempt", ids)
	if err != nil {
		return nil, err
	}
	of := make(map[string]*attempt.Decision, len(decided))
	for _, d := range decided {
		of[d.ID] = &attempt.Decision{Operation: d.ID, Count: d.Count, By: people.AccountID(d.By), Reason: d.Reason, At: utc(d.At)}
	}
	ops := make([]attempt.LateOperation, len(docs))
	for i, d := range docs {
		ops[i] = attempt.LateOperation{
			Attempt: attempt.AttemptID(d.Attempt), Operation: d.operation(), Reason: d.Reason, Decision: of[d.ID],
		}
	}
	return ops, nil
}

// Decide implements attempt.Evidence.
func (j *Journal) Decide(ctx context.Context, all []attempt.Decision) error {
	docs := make([]any, len(all))
	for i, d := range all {
		id, _, _ := strings.Cut(d.Operation, ":")
		docs[i] = lateDecisionDoc{ID: d.Operation, Attempt: id, Count: d.Count, By: string(d.By), Reason: d.Reason, At: d.At}
	}
	return insertOnce(ctx, j.decisions, docs)
}

// find reads operations of attempts in order.
func (j *Journal) find(ctx context.Context, c lungo.ICollection, ids []attempt.AttemptID) ([]operationDoc, error) {
	docs, err := these[operationDoc](ctx, c, "attempt", ids)
	if err != nil {
		return nil, err
	}
	// Sorted here: for several attempts at once no index gives this order.
	slices.SortFunc(docs, func(a, b operationDoc) int {
		return cmp.Or(cmp.Compare(a.Attempt, b.Attempt), cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.ID, b.ID))
	})
	return docs, nil
}
