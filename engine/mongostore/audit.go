package mongostore

import (
	"context"
	"encoding/json"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/audit"
)

// Audit keeps the record of who did what, in the collections `audit` and
// `audit_head`. It is safe for concurrent use.
type Audit struct{ entries, head lungo.ICollection }

var _ audit.Store = (*Audit)(nil)

// Audit returns the store of the record.
func (s *Store) Audit() *Audit {
	return &Audit{s.db.Collection("audit"), s.db.Collection("audit_head")}
}

func (s *Store) ensureAuditIndexes(ctx context.Context) error {
	a := s.Audit()
	return ensure(ctx, []index{
		{a.entries, bson.D{{Key: "object", Value: 1}, {Key: "_id", Value: 1}}, false},
		{a.entries, bson.D{{Key: "actor", Value: 1}, {Key: "_id", Value: 1}}, false},
	})
}

// auditDoc holds JSON as text: a database that puts members into another order
// would break the seal.
type auditDoc struct {
	Index  int64     `bson:"_id"`
	At     time.Time `bson:"at"`
	Actor  string    `bson:"actor"`
	From   string    `bson:"from"`
	Act    string    `bson:"act"`
	Object string    `bson:"object"`
	Why    string    `bson:"why"`
	Before string    `bson:"before"`
	After  string    `bson:"after"`
	Key    string    `bson:"key"`
	Prev   []byte    `bson:"prev"`
	Seal   []byte    `bson:"seal"`
}

func (d auditDoc) entry() audit.Entry {
	raw := func(s string) json.RawMessage {
		if s == "" {
			return nil
		}
		return json.RawMessage(s)
	}
	return audit.Entry{
		Index: d.Index, At: d.At.UTC(), Actor: d.Actor, From: d.From, Act: d.Act, Object: d.Object, Why: d.Why,
		Before: raw(d.Before), After: raw(d.After), Key: d.Key, Prev: d.Prev, Seal: d.Seal,
	}
}

// InsertEntry implements audit.Store.
func (a *Audit) InsertEntry(ctx context.Context, e audit.Entry) error {
	_, err := a.entries.InsertOne(ctx, auditDoc{
		e.Index, e.At, e.Actor, e.From, e.Act, e.Object, e.Why, string(e.Before), string(e.After), e.Key, e.Prev, e.Seal,
	})
	return taken(err, "insert audit entry")
}

// LastEntry implements audit.Store.
func (a *Audit) LastEntry(ctx context.Context, from int64) (int64, error) {
	var doc auditDoc
	newest := options.FindOne().SetSort(bson.D{{Key: "_id", Value: -1}}).SetProjection(bson.M{"_id": 1})
	err := a.entries.FindOne(ctx, bson.M{"_id": bson.M{"$gte": from}}, newest).Decode(&doc)
	if err == mongo.ErrNoDocuments {
		return from - 1, nil
	}
	return doc.Index, wrap(err, "last audit entry")
}

// EntriesFrom implements audit.Store.
func (a *Audit) EntriesFrom(ctx context.Context, from int64, limit int) ([]audit.Entry, error) {
	return a.list(ctx, bson.M{"_id": bson.M{"$gte": from}}, 1, limit)
}

// Find implements audit.Store.
func (a *Audit) Find(ctx context.Context, q audit.Query, limit int) ([]audit.Entry, error) {
	filter := bson.M{}
	if q.Before > 0 {
		filter["_id"] = bson.M{"$lt": q.Before}
	}
	for field, value := range map[string]string{"actor": q.Actor, "act": q.Act, "object": q.Object} {
		if value != "" {
			filter[field] = value
		}
	}
	if q.Object == "" && q.Objects != "" {
		filter["object"] = bson.M{"$gte": q.Objects, "$lt": q.Objects + "\uffff"}
	}
	return a.list(ctx, filter, -1, limit)
}

func (a *Audit) list(ctx context.Context, filter bson.M, order, limit int) ([]audit.Entry, error) {
	cursor, err := a.entries.Find(ctx, filter, options.Find().SetSort(bson.D{{Key: "_id", Value: order}}).SetLimit(int64(limit)))
	if err != nil {
		return nil, wrap(err, "audit entries")
	}
	var docs []auditDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, wrap(err, "audit entries")
	}
	out := make([]audit.Entry, len(docs))
	for i, d := range docs {
		out[i] = d.entry()
	}
	return out, nil
}

// headDoc is the one document of `audit_head`.
type headDoc struct {
	ID    string `bson:"_id"`
	Index int64  `bson:"index"`
	Seal  []byte `bson:"seal"`
	Key   string `bson:"key"`
	Mark  []byte `bson:"mark"`
}

const headID = "head"

// RaiseHead implements audit.Store.
func (a *Audit) RaiseHead(ctx context.Context, h audit.Head) error {
	set := bson.M{"$set": bson.M{"index": h.Index, "seal": h.Seal, "key": h.Key, "mark": h.Mark}}
	done, err := a.head.UpdateOne(ctx, bson.M{"_id": headID, "index": bson.M{"$lt": h.Index}}, set)
	if err != nil || done.MatchedCount > 0 {
		return wrap(err, "raise the audit head")
	}
	// There is none yet, or it is higher.
	_, err = a.head.InsertOne(ctx, headDoc{headID, h.Index, h.Seal, h.Key, h.Mark})
	if lungo.IsUniquenessError(err) {
		return nil
	}
	return wrap(err, "raise the audit head")
}

// Head implements audit.Store.
func (a *Audit) Head(ctx context.Context) (audit.Head, error) {
	var doc headDoc
	err := a.head.FindOne(ctx, bson.M{"_id": headID}).Decode(&doc)
	if err == mongo.ErrNoDocuments {
		return audit.Head{}, nil
	}
	return audit.Head{Index: doc.Index, Seal: doc.Seal, Key: doc.Key, Mark: doc.Mark}, wrap(err, "audit head")
}
