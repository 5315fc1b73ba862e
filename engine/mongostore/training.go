package mongostore

import (
	"context"
	"slices"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/intake"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
	"gongyuan/engine/training"
)

// Trainings keeps records of training, in the collection `trainings`; _id is a
// keyed hash of holder, kind and first day, which is inserted once. It is safe
// for concurrent use.
type Trainings struct{ trainings lungo.ICollection }

var _ training.Store = (*Trainings)(nil)

// Trainings returns the store of records of training.
func (s *Store) Trainings() *Trainings { return &Trainings{s.db.Collection("trainings")} }

func (s *Store) ensureTrainingIndexes(ctx context.Context) error {
	x := s.Trainings().trainings
	err := ensure(ctx, []index{
		{x, bson.D{{Key: "hash", Value: 1}}, false},
		{x, bson.D{{Key: "until", Value: 1}}, false},
		{x, bson.D{{Key: "from", Value: -1}, {Key: "_id", Value: 1}}, false},
		{x, bson.D{{Key: "name", Value: 1}, {Key: "from", Value: -1}}, false},
	})
	if err != nil {
		return err
	}
	return s.adoptTrainings(ctx)
}

// adoptTrainings gives records that were kept by the person alone, as they were
// before people could be trained who are not registered, the person's number.
func (s *Store) adoptTrainings(ctx context.Context) error {
	x := s.Trainings().trainings
	old, err := every(ctx, x, bson.M{"hash": bson.M{"$exists": false}}, nil, func(d struct {
		ID        string `bson:"_id"`
		Candidate string `bson:"candidate"`
	}) [2]string {
		return [2]string{d.ID, d.Candidate}
	})
	if err != nil {
		return err
	}
	for _, d := range old {
		id := people.CandidateID(d[1])
		who, err := s.People().CandidatesByID(ctx, []people.CandidateID{id})
		if err != nil {
			return err
		}
		set := bson.M{"hash": who[id].IDHash, "masked": who[id].IDMasked, "name": who[id].Name, "level": 0}
		if _, err := x.UpdateOne(ctx, bson.M{"_id": d[0]}, bson.M{"$set": set}); err != nil {
			return wrap(err, "adopt a training")
		}
	}
	return nil
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
		Name      string              `bson:"name"`
		Hash      string              `bson:"hash"`
		Sealed    []byte              `bson:"sealed,omitempty"`
		Masked    string              `bson:"masked"`
		Kind      string              `bson:"kind"`
		Level     int                 `bson:"level"`
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
		ID: string(r.ID), Name: r.Holder.Name, Hash: r.Holder.Hash, Sealed: r.Holder.Sealed, Masked: r.Holder.Masked, Kind: string(r.Kind), Level: int(r.Level), From: r.From, Until: r.Until, Hours: r.Hours, Organiser: r.Organiser, Topic: r.Topic,
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
		ID: training.ID(d.ID), Holder: training.Holder{Name: d.Name, Hash: d.Hash, Sealed: d.Sealed, Masked: d.Masked}, Kind: training.Kind(d.Kind), Level: standard.Level(d.Level), From: d.From, Until: d.Until, Hours: d.Hours, Organiser: d.Organiser, Topic: d.Topic,
		Document: d.Document, Passed: d.Passed, Version: d.Version, Changed: d.Changed.UTC(), By: people.AccountID(d.By),
	}
	if d.Removal != nil {
		x := training.Removal(*d.Removal)
		x.At = x.At.UTC()
		r.Removal = &x
	}
	return r
}

// TrainingsOf implements training.Store.
func (x *Trainings) TrainingsOf(ctx context.Context, hashes []string) ([]training.Record, error) {
	out := []training.Record{}
	for some := range slices.Chunk(slices.Sorted(slices.Values(hashes)), 500) {
		all, err := every(ctx, x.trainings, bson.M{"hash": bson.M{"$in": some}}, bson.D{{Key: "hash", Value: 1}, {Key: "from", Value: 1}, {Key: "kind", Value: 1}}, trainingDoc.record)
		if err != nil {
			return nil, err
		}
		out = append(out, all...)
	}
	return out, nil
}

// TrainingsEnded implements training.Store.
func (x *Trainings) TrainingsEnded(ctx context.Context, from, until string) ([]training.Record, error) {
	filter := bson.M{"until": bson.M{"$gte": from, "$lte": until}, "removal": bson.M{"$exists": false}}
	return every(ctx, x.trainings, filter, bson.D{{Key: "until", Value: 1}, {Key: "_id", Value: 1}}, trainingDoc.record)
}

// TrainingPage implements training.Store.
func (x *Trainings) TrainingPage(ctx context.Context, q training.Query, skip, limit int) ([]training.Record, int, error) {
	filter := bson.M{"removal": bson.M{"$exists": false}}
	beginning(filter, "name", q.Name)
	if q.Kind != "" {
		filter["kind"] = string(q.Kind)
	}
	if q.Level != 0 {
		filter["level"] = int(q.Level)
	}
	return page(ctx, x.trainings, filter, bson.D{{Key: "from", Value: -1}, {Key: "_id", Value: 1}}, skip, limit, trainingDoc.record)
}

// Training implements training.Store.
func (x *Trainings) Training(ctx context.Context, id training.ID) (training.Record, error) {
	var d trainingDoc
	err := x.trainings.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&d)
	return d.record(), absent(err, intake.ErrNotFound, "a training")
}

// PutTraining implements training.Store.
func (x *Trainings) PutTraining(ctx context.Context, r training.Record) (training.Record, error) {
	r.Version++
	return r, putVersion(ctx, x.trainings, string(r.ID), r.Version, docOfTraining(&r), intake.ErrConflict)
}
