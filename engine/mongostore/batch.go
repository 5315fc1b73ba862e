package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/batch"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Batches keeps batches of certificates, in `certificate_batches`. It is safe
// for concurrent use.
type Batches struct{ in lungo.ICollection }

var _ batch.Store = (*Batches)(nil)

// Batches returns the store of batches.
func (s *Store) Batches() *Batches { return &Batches{s.db.Collection("certificate_batches")} }

func (s *Store) ensureBatchIndexes(ctx context.Context) error {
	x := s.Batches().in
	return ensure(ctx, []index{
		{x, bson.D{{Key: "sittings", Value: 1}}, false},
		{x, bson.D{{Key: "state", Value: 1}}, false},
		{x, bson.D{{Key: "at", Value: -1}}, false},
	})
}

type batchEntryDoc struct {
	Sitting      string `bson:"sitting"`
	Registration string `bson:"registration"`
	Excluded     string `bson:"excluded"`
	Faceless     string `bson:"faceless,omitempty"`
	Sum          string `bson:"sum"`
	Number       string `bson:"number"`
	Held         string `bson:"held"`
}

type batchDoc struct {
	ID       string          `bson:"_id"`
	Sittings []string        `bson:"sittings"`
	State    string          `bson:"state"`
	Entries  []batchEntryDoc `bson:"entries"`
	By       string          `bson:"by"`
	At       time.Time       `bson:"at"`
	Digest   string          `bson:"digest"`
	Proposer string          `bson:"proposer"`
	Signed   time.Time       `bson:"signed"`
	Second   string          `bson:"second"`
	SecondAt time.Time       `bson:"secondAt"`
	Word     string          `bson:"word"`
	Done     time.Time       `bson:"done"`
	Version  int             `bson:"version"`
}

func docOfBatch(b *batch.Batch) batchDoc {
	d := batchDoc{
		ID: string(b.ID), State: string(b.State), By: string(b.By), At: b.At, Digest: b.Digest, Proposer: string(b.Proposer), Signed: b.Signed,
		Second: string(b.Second), SecondAt: b.SecondAt, Word: b.Word, Done: b.Done, Version: b.Version,
	}
	for _, id := range b.Sittings {
		d.Sittings = append(d.Sittings, string(id))
	}
	for _, e := range b.Entries {
		d.Entries = append(d.Entries, batchEntryDoc{string(e.Sitting), string(e.Registration), e.Excluded, e.Faceless, e.Sum, string(e.Number), e.Held})
	}
	return d
}

func (d *batchDoc) batch() batch.Batch {
	b := batch.Batch{
		ID: batch.ID(d.ID), State: batch.State(d.State), By: people.AccountID(d.By), At: d.At.UTC(), Digest: d.Digest,
		Proposer: people.AccountID(d.Proposer), Signed: d.Signed.UTC(), Second: people.AccountID(d.Second), SecondAt: d.SecondAt.UTC(),
		Word: d.Word, Done: d.Done.UTC(), Version: d.Version,
	}
	for _, id := range d.Sittings {
		b.Sittings = append(b.Sittings, sitting.ID(id))
	}
	for _, e := range d.Entries {
		b.Entries = append(b.Entries, batch.Entry{
			Sitting: sitting.ID(e.Sitting), Registration: sitting.RegistrationID(e.Registration), Excluded: e.Excluded, Faceless: e.Faceless, Sum: e.Sum,
			Number: certificate.Number(e.Number), Held: e.Held,
		})
	}
	return b
}

// InsertBatch implements batch.Store.
func (x *Batches) InsertBatch(ctx context.Context, b batch.Batch) error {
	_, err := x.in.InsertOne(ctx, docOfBatch(&b))
	if lungo.IsUniquenessError(err) {
		return batch.ErrConflict
	}
	return wrap(err, "insert a batch")
}

// ReplaceBatch implements batch.Store.
func (x *Batches) ReplaceBatch(ctx context.Context, b batch.Batch) (batch.Batch, error) {
	was := b.Version
	b.Version++
	done, err := x.in.ReplaceOne(ctx, bson.M{"_id": string(b.ID), "version": was}, docOfBatch(&b))
	if err == nil && done.MatchedCount == 0 {
		return batch.Batch{}, batch.ErrConflict
	}
	return b, wrap(err, "replace a batch")
}

// Batch implements batch.Store.
func (x *Batches) Batch(ctx context.Context, id batch.ID) (batch.Batch, error) {
	var doc batchDoc
	if err := x.in.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc); err != nil {
		return batch.Batch{}, absent(err, batch.ErrNotFound, "batch")
	}
	return doc.batch(), nil
}

// Batches implements batch.Store.
func (x *Batches) Batches(ctx context.Context, of sitting.ID, limit int) ([]batch.Batch, error) {
	filter := bson.M{}
	if of != "" {
		filter["sittings"] = string(of)
	}
	return x.find(ctx, filter, limit)
}

// InState implements batch.Store.
func (x *Batches) InState(ctx context.Context, s batch.State) ([]batch.Batch, error) {
	return x.find(ctx, bson.M{"state": string(s)}, 0)
}

func (x *Batches) find(ctx context.Context, filter bson.M, limit int) ([]batch.Batch, error) {
	opts := options.Find().SetSort(bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: 1}}).SetLimit(int64(limit))
	cursor, err := x.in.Find(ctx, filter, opts)
	var docs []batchDoc
	if err != nil {
		return nil, wrap(err, "batches")
	}
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, wrap(err, "batches")
	}
	out := make([]batch.Batch, len(docs))
	for i := range docs {
		out[i] = docs[i].batch()
	}
	return out, nil
}
