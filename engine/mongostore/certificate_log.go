package mongostore

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/certificate"
)

type certificateLeafDoc struct {
	Index int64  `bson:"_id"`
	Key   string `bson:"key"`
	Data  []byte `bson:"data"`
}

type certificateHeadDoc struct {
	Size   int64  `bson:"_id"`
	Signed string `bson:"signed"`
}

func (d certificateLeafDoc) leaf() certificate.Leaf {
	return certificate.Leaf{Index: d.Index, Key: d.Key, Data: d.Data}
}

// InsertLeaf implements certificate.Leaves.
func (x *Certificates) InsertLeaf(ctx context.Context, l certificate.Leaf) error {
	_, err := x.leaves.InsertOne(ctx, certificateLeafDoc{l.Index, l.Key, l.Data})
	return taken(err, "insert leaf")
}

// LastLeaf implements certificate.Leaves.
func (x *Certificates) LastLeaf(ctx context.Context, from int64) (int64, error) {
	sort := bson.D{{Key: "_id", Value: -1}}
	last, err := highest(ctx, x.leaves, bson.M{"_id": bson.M{"$gte": from}}, "_id", sort, from > 0)
	return max(last, from-1), wrap(err, "last leaf")
}

// LeafByKey implements certificate.Leaves.
func (x *Certificates) LeafByKey(ctx context.Context, key string) (certificate.Leaf, error) {
	var doc certificateLeafDoc
	err := x.leaves.FindOne(ctx, bson.M{"key": key}).Decode(&doc)
	return doc.leaf(), absent(err, certificate.ErrNotFound, "leaf")
}

// LeavesFrom implements certificate.Leaves.
func (x *Certificates) LeavesFrom(ctx context.Context, from int64, limit int) ([]certificate.Leaf, error) {
	opts := options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(int64(limit))
	cursor, err := x.leaves.Find(ctx, bson.M{"_id": bson.M{"$gte": from}}, opts)
	if err != nil {
		return nil, wrap(err, "leaves")
	}
	var docs []certificateLeafDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, wrap(err, "leaves")
	}
	out := make([]certificate.Leaf, len(docs))
	for i, d := range docs {
		out[i] = d.leaf()
	}
	return out, nil
}

// InsertHead implements certificate.Heads.
func (x *Certificates) InsertHead(ctx context.Context, size int64, signed string) error {
	_, err := x.heads.InsertOne(ctx, certificateHeadDoc{size, signed})
	return taken(err, "insert head")
}

// LastHead implements certificate.Heads.
func (x *Certificates) LastHead(ctx context.Context) (string, error) {
	var doc certificateHeadDoc
	opts := options.FindOne().SetSort(bson.D{{Key: "_id", Value: -1}})
	err := absent(x.heads.FindOne(ctx, bson.M{}, opts).Decode(&doc), certificate.ErrNotFound, "last head")
	if errors.Is(err, certificate.ErrNotFound) {
		return "", nil
	}
	return doc.Signed, err
}

// Head implements certificate.Heads.
func (x *Certificates) Head(ctx context.Context, size int64) (string, error) {
	var doc certificateHeadDoc
	err := x.heads.FindOne(ctx, bson.M{"_id": size}).Decode(&doc)
	return doc.Signed, absent(err, certificate.ErrNotFound, "head")
}
