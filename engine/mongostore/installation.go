package mongostore

import (
	"context"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
)

// KeepOnce keeps a value of the installation under a name, in the collection
// `installation`, unless there is one, and returns the one that is kept.
func (s *Store) KeepOnce(ctx context.Context, name, value string) (string, error) {
	type kept struct {
		Name  string `bson:"_id"`
		Value string `bson:"value"`
	}
	in := s.db.Collection("installation")
	var doc kept
	err := in.FindOne(ctx, bson.M{"_id": name}).Decode(&doc)
	if err == nil {
		return doc.Value, nil
	}
	if _, err := in.InsertOne(ctx, kept{name, value}); err == nil {
		return value, nil
	} else if !lungo.IsUniquenessError(err) {
		return "", wrap(err, "keep "+name)
	}
	err = in.FindOne(ctx, bson.M{"_id": name}).Decode(&doc)
	return doc.Value, wrap(err, "read "+name)
}
