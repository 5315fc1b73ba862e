package mongostore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/diploma"
	"gongyuan/engine/people"
)

// Templates keeps versions of certificate forms, in `certificate_templates`. It
// is safe for concurrent use.
type Templates struct{ in lungo.ICollection }

var _ diploma.Versions = (*Templates)(nil)

// Templates returns the store of certificate forms.
func (s *Store) Templates() *Templates { return &Templates{s.db.Collection("certificate_templates")} }

type templateDoc struct {
	Number   int64     `bson:"_id"`
	Template string    `bson:"template"` // JSON, as diploma.ParseTemplate reads it
	Logo     []byte    `bson:"logo,omitempty"`
	Seal     []byte    `bson:"seal,omitempty"`
	By       string    `bson:"by"`
	At       time.Time `bson:"at"`
	Why      string    `bson:"why"`
}

func (d *templateDoc) version() (diploma.Version, error) {
	v := diploma.Version{Number: int(d.Number), By: people.AccountID(d.By), At: d.At.UTC(), Why: d.Why, Form: diploma.Form{Logo: d.Logo, Seal: d.Seal}}
	var err error
	if v.Template, err = diploma.ParseTemplate([]byte(d.Template)); err != nil {
		return v, fmt.Errorf("certificate template %d: %w", d.Number, err)
	}
	return v, nil
}

// InsertVersion implements diploma.Versions.
func (x *Templates) InsertVersion(ctx context.Context, v diploma.Version) error {
	raw, err := json.Marshal(v.Template)
	if err != nil {
		return wrap(err, "certificate template")
	}
	_, err = x.in.InsertOne(ctx, templateDoc{int64(v.Number), string(raw), v.Logo, v.Seal, string(v.By), v.At, v.Why})
	if lungo.IsUniquenessError(err) {
		return diploma.ErrTaken
	}
	return wrap(err, "insert a certificate template")
}

// Version implements diploma.Versions.
func (x *Templates) Version(ctx context.Context, number int) (diploma.Version, error) {
	var doc templateDoc
	if err := x.in.FindOne(ctx, bson.M{"_id": int64(number)}).Decode(&doc); err != nil {
		return diploma.Version{}, absent(err, diploma.ErrNotFound, "certificate template")
	}
	return doc.version()
}

// Versions implements diploma.Versions.
func (x *Templates) Versions(ctx context.Context) ([]diploma.Version, error) {
	opts := options.Find().SetSort(bson.D{{Key: "_id", Value: -1}}).SetProjection(bson.M{"logo": 0, "seal": 0})
	cursor, err := x.in.Find(ctx, bson.M{}, opts)
	if err != nil {
		return nil, wrap(err, "certificate templates")
	}
	var docs []templateDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, wrap(err, "certificate templates")
	}
	out := make([]diploma.Version, len(docs))
	for i := range docs {
		if out[i], err = docs[i].version(); err != nil {
			return nil, err
		}
	}
	return out, nil
}
