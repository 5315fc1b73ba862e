package mongostore

import (
	"context"
	"slices"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/certificate"
	"gongyuan/engine/earlier"
	"gongyuan/engine/intake"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// Earlier keeps certificates that were issued elsewhere, in the collection
// `earlier_certificates`; _id is the number. It is safe for concurrent use.
type Earlier struct{ in lungo.ICollection }

var _ earlier.Store = (*Earlier)(nil)

// Earlier returns the store of certificates that were issued elsewhere.
func (s *Store) Earlier() *Earlier { return &Earlier{s.db.Collection("earlier_certificates")} }

func (s *Store) ensureEarlierIndexes(ctx context.Context) error {
	return ensure(ctx, []index{
		{s.Earlier().in, bson.D{{Key: "hash", Value: 1}}, false}, {s.Earlier().in, bson.D{{Key: "name", Value: 1}, {Key: "_id", Value: 1}}, false},
	})
}

type earlierDoc struct {
	Number     string              `bson:"_id"`
	Shape      string              `bson:"shape"`
	Name       string              `bson:"name"`
	Document   string              `bson:"document"`
	Hash       string              `bson:"hash"`
	Sealed     []byte              `bson:"sealed"`
	Masked     string              `bson:"masked"`
	Code       string              `bson:"code"`
	Occupation string              `bson:"occupation"`
	Direction  string              `bson:"direction"`
	Level      int                 `bson:"level"`
	Body       string              `bson:"body"`
	Date       string              `bson:"date"`
	Void       bool                `bson:"void"`
	VoidOn     string              `bson:"voidOn"`
	VoidWhy    string              `bson:"voidWhy"`
	Removal    *trainingRemovalDoc `bson:"removal,omitempty"`
	Version    int                 `bson:"version"`
	Changed    time.Time           `bson:"changed"`
	By         string              `bson:"by"`
}

func docOfEarlier(r *earlier.Record) earlierDoc {
	h := r.Holder
	d := earlierDoc{
		string(r.Number), string(r.Shape), h.Name, string(h.Document), h.Hash, h.Sealed, h.Masked, r.Occupation.Code, r.Occupation.Name, r.Direction, int(r.Level), r.Body,
		r.Date, r.Void, r.VoidOn, r.VoidWhy, nil, r.Version, r.Changed, string(r.By),
	}
	if r.Removal != nil {
		x := trainingRemovalDoc(*r.Removal)
		d.Removal = &x
	}
	return d
}

func (d earlierDoc) record() earlier.Record {
	r := earlier.Record{
		Number: certificate.Number(d.Number), Shape: certificate.Shape(d.Shape),
		Holder:     earlier.Holder{Name: d.Name, Document: certificate.DocumentType(d.Document), Hash: d.Hash, Sealed: d.Sealed, Masked: d.Masked},
		Occupation: standard.Occupation{Code: d.Code, Name: d.Occupation}, Direction: d.Direction, Level: standard.Level(d.Level), Body: d.Body, Date: d.Date,
		Void: d.Void, VoidOn: d.VoidOn, VoidWhy: d.VoidWhy, Version: d.Version, Changed: d.Changed.UTC(), By: people.AccountID(d.By),
	}
	if d.Removal != nil {
		x := earlier.Removal(*d.Removal)
		x.At = x.At.UTC()
		r.Removal = &x
	}
	return r
}

var byNumber = bson.D{{Key: "_id", Value: 1}}

// EarlierByNumber implements earlier.Store.
func (x *Earlier) EarlierByNumber(ctx context.Context, numbers []certificate.Number) (map[certificate.Number]earlier.Record, error) {
	out := map[certificate.Number]earlier.Record{}
	for some := range slices.Chunk(numbers, 500) {
		all, err := every(ctx, x.in, bson.M{"_id": bson.M{"$in": texts(some)}}, nil, earlierDoc.record)
		if err != nil {
			return nil, err
		}
		for _, r := range all {
			out[r.Number] = r
		}
	}
	return out, nil
}

// EarlierByDocument implements earlier.Store.
func (x *Earlier) EarlierByDocument(ctx context.Context, hashes []string) ([]earlier.Record, error) {
	var out []earlier.Record
	for some := range slices.Chunk(hashes, 500) {
		all, err := every(ctx, x.in, bson.M{"hash": bson.M{"$in": some}, "removal": bson.M{"$exists": false}}, byNumber, earlierDoc.record)
		if err != nil {
			return nil, err
		}
		out = append(out, all...)
	}
	return out, nil
}

// EarlierPage implements earlier.Store.
func (x *Earlier) EarlierPage(ctx context.Context, name string, skip, limit int) ([]earlier.Record, int, error) {
	filter := bson.M{"removal": bson.M{"$exists": false}}
	beginning(filter, "name", name)
	return page(ctx, x.in, filter, byNumber, skip, limit, earlierDoc.record)
}

// PutEarlier implements earlier.Store.
func (x *Earlier) PutEarlier(ctx context.Context, r earlier.Record) (earlier.Record, error) {
	r.Version++
	return r, putVersion(ctx, x.in, string(r.Number), r.Version, docOfEarlier(&r), intake.ErrConflict)
}
