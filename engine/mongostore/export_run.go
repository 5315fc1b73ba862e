package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/report"
)

var _ report.Runs = (*Reports)(nil)

type (
	// runOrderDoc has the fields of a report.CertificateOrder.
	runOrderDoc struct {
		Map       report.MapID `bson:"map"`
		Version   int          `bson:"version"`
		Kind      report.Kind  `bson:"kind"`
		From      string       `bson:"from"`
		Until     string       `bson:"until"`
		Level     int          `bson:"level"`
		Voided    bool         `bson:"voided"`
		Photos    bool         `bson:"photos"`
		PhotoName string       `bson:"photoName"`
		Why       string       `bson:"why"`
	}
	// runItemDoc has the fields of a report.Item.
	runItemDoc struct {
		Number   certificate.Number `bson:"number"`
		Acts     int                `bson:"acts"`
		Portrait string             `bson:"portrait"`
	}
	runDoc struct {
		ID     string       `bson:"_id"`
		Map    mapDoc       `bson:"map"`
		Order  runOrderDoc  `bson:"order"`
		Items  []runItemDoc `bson:"items"`
		By     string       `bson:"by"`
		At     time.Time    `bson:"at"`
		Digest string       `bson:"digest"`
	}
)

func (d runDoc) run() report.Run {
	r := report.Run{
		ID: report.RunID(d.ID), Map: d.Map.columnMap(), Order: report.CertificateOrder(d.Order), By: people.AccountID(d.By), At: d.At.UTC(), Digest: d.Digest,
	}
	for _, i := range d.Items {
		r.Items = append(r.Items, report.Item(i))
	}
	return r
}

// InsertRun implements report.Runs.
func (r *Reports) InsertRun(ctx context.Context, run report.Run) error {
	d := runDoc{ID: string(run.ID), Map: docOfMap(&run.Map), Order: runOrderDoc(run.Order), By: string(run.By), At: run.At, Digest: run.Digest}
	for _, i := range run.Items {
		d.Items = append(d.Items, runItemDoc(i))
	}
	_, err := r.runs.InsertOne(ctx, d)
	if lungo.IsUniquenessError(err) {
		return report.ErrDuplicate
	}
	return wrap(err, "insert a run of an export")
}

// Run implements report.Runs.
func (r *Reports) Run(ctx context.Context, id report.RunID) (report.Run, error) {
	var doc runDoc
	if err := r.runs.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc); err != nil {
		return report.Run{}, absent(err, report.ErrNotFound, "run of an export")
	}
	return doc.run(), nil
}

// Runs implements report.Runs.
func (r *Reports) Runs(ctx context.Context, limit int) ([]report.Run, error) {
	opts := options.Find().SetSort(bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: 1}}).SetLimit(int64(limit))
	cursor, err := r.runs.Find(ctx, bson.M{}, opts)
	if err != nil {
		return nil, wrap(err, "runs of exports")
	}
	var docs []runDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, wrap(err, "runs of exports")
	}
	out := make([]report.Run, len(docs))
	for i := range docs {
		out[i] = docs[i].run()
	}
	return out, nil
}

// Issued returns the certificates with a date of issue in a span of days, by
// number.
func (x *Certificates) Issued(ctx context.Context, from, until certificate.Date) ([]certificate.Certificate, error) {
	return x.all(ctx, bson.M{"date": bson.M{"$gte": string(from), "$lte": string(until)}}, 0)
}
