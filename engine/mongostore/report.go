package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/people"
	"gongyuan/engine/report"
)

// Reports keeps the column maps of exports, in the collection `report_maps`.
// It is safe for concurrent use.
type Reports struct{ maps, runs lungo.ICollection }

var _ report.Maps = (*Reports)(nil)

// Reports returns the store of column maps.
func (s *Store) Reports() *Reports {
	return &Reports{s.db.Collection("report_maps"), s.db.Collection("export_runs")}
}

func (s *Store) ensureReportIndexes(ctx context.Context) error {
	return ensure(ctx, []index{
		{s.Reports().maps, bson.D{{Key: "receiver", Value: 1}, {Key: "name", Value: 1}}, false},
		{s.Reports().runs, bson.D{{Key: "at", Value: -1}}, false},
		{s.Certificates().certificates, bson.D{{Key: "date", Value: 1}}, false},
	})
}

type columnDoc struct {
	Heading string `bson:"heading"`
	Field   string `bson:"field"`
	Format  string `bson:"format"`
	Value   string `bson:"value"`
	// What a value must be; older maps have none of these.
	Required bool     `bson:"required,omitempty"`
	Most     int      `bson:"most,omitempty"`
	Allowed  []string `bson:"allowed,omitempty"`
}

type mapDoc struct {
	ID       string      `bson:"_id"`
	About    string      `bson:"about,omitempty"` // older maps are about results
	Name     string      `bson:"name"`
	Receiver string      `bson:"receiver"`
	Columns  []columnDoc `bson:"columns"`
	Version  int         `bson:"version"`
	Changed  time.Time   `bson:"changed"`
	By       string      `bson:"by"`
}

func docOfMap(m *report.Map) mapDoc {
	d := mapDoc{string(m.ID), string(m.About), m.Name, m.Receiver, nil, m.Version, m.Changed, string(m.By)}
	for _, c := range m.Columns {
		d.Columns = append(d.Columns, columnDoc{c.Heading, string(c.Field), string(c.Format), c.Value, c.Required, c.Most, c.Allowed})
	}
	return d
}

func (d *mapDoc) columnMap() report.Map {
	m := report.Map{
		ID: report.MapID(d.ID), About: report.Subject(d.About), Name: d.Name, Receiver: d.Receiver, Version: d.Version, Changed: d.Changed.UTC(), By: people.AccountID(d.By),
	}
	for _, c := range d.Columns {
		m.Columns = append(m.Columns, report.Column{Heading: c.Heading, Field: report.Field(c.Field), Format: report.Format(c.Format), Value: c.Value, Required: c.Required, Most: c.Most, Allowed: c.Allowed})
	}
	return m
}

// InsertMap implements report.Maps.
func (r *Reports) InsertMap(ctx context.Context, m report.Map) error {
	_, err := r.maps.InsertOne(ctx, docOfMap(&m))
	if lungo.IsUniquenessError(err) {
		return report.ErrDuplicate
	}
	return wrap(err, "insert a column map")
}

// ReplaceMap implements report.Maps.
func (r *Reports) ReplaceMap(ctx context.Context, m report.Map) (report.Map, error) {
	was := m.Version
	m.Version++
	done, err := r.maps.ReplaceOne(ctx, bson.M{"_id": string(m.ID), "version": was}, docOfMap(&m))
	if err == nil && done.MatchedCount == 0 {
		return report.Map{}, report.ErrConflict
	}
	return m, wrap(err, "replace a column map")
}

// Map implements report.Maps.
func (r *Reports) Map(ctx context.Context, id report.MapID) (report.Map, error) {
	var doc mapDoc
	err := r.maps.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc)
	if err == mongo.ErrNoDocuments {
		return report.Map{}, report.ErrNotFound
	}
	return doc.columnMap(), wrap(err, "column map")
}

// Maps implements report.Maps.
func (r *Reports) Maps(ctx context.Context) ([]report.Map, error) {
	cursor, err := r.maps.Find(ctx, bson.M{}, options.Find().SetSort(bson.D{{Key: "receiver", Value: 1}, {Key: "name", Value: 1}, {Key: "_id", Value: 1}}))
	if err != nil {
		return nil, wrap(err, "column maps")
	}
	var docs []mapDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, wrap(err, "column maps")
	}
	out := make([]report.Map, len(docs))
	for i := range docs {
		out[i] = docs[i].columnMap()
	}
	return out, nil
}
