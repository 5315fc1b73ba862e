package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// Regrades keeps regrades. It is safe for concurrent use.
type Regrades struct{ regrades lungo.ICollection }

var _ result.Regrades = (*Regrades)(nil)

// Regrades returns the store of regrades.
func (s *Store) Regrades() *Regrades { return &Regrades{s.db.Collection("regrades")} }

func (s *Store) ensureRegradeIndexes(ctx context.Context) error {
	r := s.Regrades()
	return ensure(ctx, []index{
		{r.regrades, bson.D{{Key: "item", Value: 1}, {Key: "round", Value: 1}}, true},
		{r.regrades, bson.D{{Key: "sittings", Value: 1}}, false},
		{r.regrades, bson.D{{Key: "state", Value: 1}}, false},
		{r.regrades, bson.D{{Key: "at", Value: -1}}, false},
		{s.Results().history, bson.D{{Key: "attempt", Value: 1}}, false},
	})
}

// regradeDoc is a document of `regrades`; _id is made of item and round and is
// inserted once.
type regradeDoc struct {
	ID       string    `bson:"_id"`
	Item     string    `bson:"item"`
	Round    int       `bson:"round"`
	Part     int       `bson:"part"`
	Remedy   string    `bson:"remedy"`
	Revision int       `bson:"revision"`
	Pinned   []int     `bson:"pinned"`
	Sittings []string  `bson:"sittings"`
	Why      string    `bson:"why"`
	State    string    `bson:"state"`
	Digest   string    `bson:"digest"`
	Effect   effectDoc `bson:"effect"`
	By       string    `bson:"by"`
	At       time.Time `bson:"at"`
	Word     string    `bson:"word"`
	Second   string    `bson:"second"`
	SecondAt time.Time `bson:"secondAt"`
	Done     int       `bson:"done"`
	Applied  time.Time `bson:"applied"`
	Later    []string  `bson:"later"`
	Version  int       `bson:"version"`
}

type effectDoc struct {
	Papers int `bson:"papers"`
	Up     int `bson:"up"`
	Down   int `bson:"down"`
	Same   int `bson:"same"`
	Lost   int `bson:"lost"`
	Won    int `bson:"won"`
}

func regradeDocOf(r result.Regrade) regradeDoc {
	return regradeDoc{
		ID: string(r.ID), Item: string(r.Item), Round: r.Round, Part: r.Part, Remedy: string(r.Remedy), Revision: r.Revision, Pinned: r.Pinned,
		Sittings: texts(r.Sittings), Why: r.Why, State: string(r.State), Digest: r.Digest, Effect: effectDoc(r.Effect), By: string(r.By), At: r.At,
		Word: r.Word, Second: string(r.Second), SecondAt: r.SecondAt, Done: r.Done, Applied: r.Applied, Later: texts(r.Later), Version: r.Version,
	}
}

func (d regradeDoc) regrade() result.Regrade {
	return result.Regrade{
		ID: result.RegradeID(d.ID), Item: bank.ItemID(d.Item), Round: d.Round, Part: d.Part, Remedy: result.Remedy(d.Remedy), Revision: d.Revision,
		Pinned: d.Pinned, Sittings: named[sitting.ID](d.Sittings), Why: d.Why, State: result.RegradeState(d.State), Digest: d.Digest,
		Effect: result.Effect(d.Effect), By: people.AccountID(d.By), At: utc(d.At), Word: d.Word, Second: people.AccountID(d.Second),
		SecondAt: utc(d.SecondAt), Done: d.Done, Applied: utc(d.Applied), Later: named[sitting.ID](d.Later), Version: d.Version,
	}
}

// named turns texts into names, nil where there are none.
func named[T ~string](all []string) []T {
	var out []T
	for _, s := range all {
		out = append(out, T(s))
	}
	return out
}

// InsertRegrade implements result.Regrades.
func (x *Regrades) InsertRegrade(ctx context.Context, r result.Regrade) error {
	_, err := x.regrades.InsertOne(ctx, regradeDocOf(r))
	if lungo.IsUniquenessError(err) {
		return result.ErrDuplicate
	}
	return wrap(err, "insert regrade")
}

// Regrade implements result.Regrades.
func (x *Regrades) Regrade(ctx context.Context, id result.RegradeID) (result.Regrade, error) {
	var doc regradeDoc
	if err := x.regrades.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc); err != nil {
		return result.Regrade{}, absent(err, result.ErrNotFound, "regrade")
	}
	return doc.regrade(), nil
}

// ReplaceRegrade implements result.Regrades.
func (x *Regrades) ReplaceRegrade(ctx context.Context, r result.Regrade) (result.Regrade, error) {
	was := r.Version
	r.Version++
	return r, replaceVersion(ctx, x.regrades, string(r.ID), was, regradeDocOf(r))
}

// byItem is the order in which regrades have their word.
var byItem = bson.D{{Key: "item", Value: 1}, {Key: "round", Value: 1}}

// RegradesOfItem implements result.Regrades.
func (x *Regrades) RegradesOfItem(ctx context.Context, id bank.ItemID) ([]result.Regrade, error) {
	return every(ctx, x.regrades, bson.M{"item": string(id)}, byItem, regradeDoc.regrade)
}

// RegradesOfSitting implements result.Regrades.
func (x *Regrades) RegradesOfSitting(ctx context.Context, id sitting.ID) ([]result.Regrade, error) {
	return every(ctx, x.regrades, bson.M{"sittings": string(id)}, byItem, regradeDoc.regrade)
}

// RegradesIn implements result.Regrades.
func (x *Regrades) RegradesIn(ctx context.Context, s result.RegradeState) ([]result.Regrade, error) {
	return every(ctx, x.regrades, bson.M{"state": string(s)}, byItem, regradeDoc.regrade)
}

// Regrades implements result.Regrades.
func (x *Regrades) Regrades(ctx context.Context, skip, limit int) ([]result.Regrade, int, error) {
	return page(ctx, x.regrades, bson.M{}, bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: 1}}, skip, limit, regradeDoc.regrade)
}

// page reads a part of what the filter finds and counts all of it.
func page[D, T any](ctx context.Context, from lungo.ICollection, filter bson.M, sort bson.D, skip, limit int, turn func(D) T) ([]T, int, error) {
	total, err := from.CountDocuments(ctx, filter)
	if err != nil {
		return nil, 0, wrap(err, "count in "+from.Name())
	}
	cursor, err := from.Find(ctx, filter, options.Find().SetSort(sort).SetSkip(int64(skip)).SetLimit(int64(limit)))
	if err != nil {
		return nil, 0, wrap(err, "find in "+from.Name())
	}
	var docs []D
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, 0, wrap(err, "read from "+from.Name())
	}
	out := make([]T, len(docs))
	for i, d := range docs {
		out[i] = turn(d)
	}
	return out, int(total), nil
}

// amendedDoc says how a regrade marks a slot.
type amendedDoc struct {
	Slot     int    `bson:"slot"`
	Regrade  string `bson:"regrade"`
	Remedy   string `bson:"remedy"`
	Revision int    `bson:"revision,omitempty"`
}

func amendedToDocs(all []result.Amended) []amendedDoc {
	var out []amendedDoc
	for _, a := range all {
		out = append(out, amendedDoc{a.Slot, string(a.Regrade), string(a.Remedy), a.Revision})
	}
	return out
}

func amendedOf(docs []amendedDoc) []result.Amended {
	var out []result.Amended
	for _, d := range docs {
		out = append(out, result.Amended{Slot: d.Slot, Regrade: result.RegradeID(d.Regrade), Remedy: result.Remedy(d.Remedy), Revision: d.Revision})
	}
	return out
}

// Handed returns what was handed in last on those of the attempts that are
// over.
func (a *Attempts) Handed(ctx context.Context, recs []attempt.Record) (map[attempt.AttemptID]attempt.Submission, error) {
	ids := make([]string, len(recs))
	for i, r := range recs {
		ids[i] = submissionID(r.ID, r.Round)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	docs, err := these[submissionDoc](ctx, a.submissions, "_id", ids)
	if err != nil {
		return nil, err
	}
	out := make(map[attempt.AttemptID]attempt.Submission, len(docs))
	for _, d := range docs {
		out[attempt.AttemptID(d.Attempt)] = d.submission()
	}
	return out, nil
}
