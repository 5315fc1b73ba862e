package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/people"
	"gongyuan/engine/training"
)

// Trainings keeps records of training, in the collection `trainings`; _id is
// "candidate:kind:first day", which is inserted once. It is safe for concurrent
// use.
type Trainings struct{ trainings lungo.ICollection }

var _ training.Store = (*Trainings)(nil)

// Trainings returns the store of records of training.
func (s *Store) Trainings() *Trainings { return &Trainings{s.db.Collection("trainings")} }

func (s *Store) ensureTrainingIndexes(ctx context.Context) error {
	return ensure(ctx, []index{{s.Trainings().trainings, bson.D{{Key: "candidate", Value: 1}}, false}})
}

type (
	// trainingRemovalDoc has the fields of a training.Removal.
	trainingRemovalDoc struct {
		Why string           `bson:"why"`
		By  people.AccountID `bson:"by"`
		At  time.Time        `bson:"at"`
	}
	trainingDoc struct {
		ID        string              `bson:"_id"`
		Candidate string              `bson:"candidate"`
		Kind      string              `bson:"kind"`
		From      string              `bson:"from"`
		Until     string              `bson:"until"`
		Hours     int                 `bson:"hours"`
		Organiser string              `bson:"organiser"`
		Topic     string              `bson:"topic"`
		Document  string              `bson:"document"`
		Passed    bool                `bson:"passed"`
		Removal   *trainingRemovalDoc `bson:"removal,omitempty"`
		Version   int                 `bson:"version"`
		Changed   time.Time           `bson:"changed"`
		By        string              `bson:"by"`
	}
)

func docOfTraining(r *training.Record) trainingDoc {
	d := trainingDoc{
		ID: string(r.ID()), Candidate: string(r.Candidate), Kind: string(r.Kind), From: r.From, Until: r.Until, Hours: r.Hours, Organiser: r.Organiser, Topic: r.Topic,
		Document: r.Document, Passed: r.Passed, Version: r.Version, Changed: r.Changed, By: string(r.By),
	}
	if r.Removal != nil {
		x := trainingRemovalDoc(*r.Removal)
		d.Removal = &x
	}
	return d
}

func (d trainingDoc) record() training.Record {
	r := training.Record{
		Candidate: people.CandidateID(d.Candidate), Kind: training.Kind(d.Kind), From: d.From, Until: d.Until, Hours: d.Hours, Organiser: d.Organiser, Topic: d.Topic,
		Document: d.Document, Passed: d.Passed, Version: d.Version, Changed: d.Changed.UTC(), By: people.AccountID(d.By),
	}
	if d.Removal != nil {
		x := training.Removal(*d.Removal)
		x.At = x.At.UTC()
		r.Removal = &x
	}
	return r
}

// Trainings implements training.Store.
func (x *Trainings) Trainings(ctx context.Context, ids []people.CandidateID) ([]training.Record, error) {
	filter := bson.M{}
	if ids != nil {
		filter = bson.M{"candidate": bson.M{"$in": texts(ids)}}
	}
	return every(ctx, x.trainings, filter, bson.D{{Key: "candidate", Value: 1}, {Key: "from", Value: 1}, {Key: "kind", Value: 1}}, trainingDoc.record)
}

// Training implements training.Store.
func (x *Trainings) Training(ctx context.Context, id training.ID) (training.Record, error) {
	var d trainingDoc
	err := x.trainings.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&d)
	return d.record(), absent(err, training.ErrNotFound, "a training")
}

// PutTraining implements training.Store. The first version is inserted once;
// each later one replaces the version before.
func (x *Trainings) PutTraining(ctx context.Context, r training.Record) (training.Record, error) {
	was := r.Version
	r.Version++
	if was == 0 {
		_, err := x.trainings.InsertOne(ctx, docOfTraining(&r))
		if lungo.IsUniquenessError(err) {
			return training.Record{}, training.ErrConflict
		}
		return r, wrap(err, "insert a training")
	}
	done, err := x.trainings.ReplaceOne(ctx, bson.M{"_id": string(r.ID()), "version": was}, docOfTraining(&r))
	if err == nil && done.MatchedCount == 0 {
		return training.Record{}, training.ErrConflict
	}
	return r, wrap(err, "replace a training")
}
