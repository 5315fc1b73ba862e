package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/bank"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// Results keeps what marking found. It is safe for concurrent use.
type Results struct{ theories, history lungo.ICollection }

// Results returns the store of results.
func (s *Store) Results() *Results {
	return &Results{s.db.Collection("theory_results"), s.db.Collection("theory_history")}
}

func (s *Store) ensureResultIndexes(ctx context.Context) error {
	return ensure(ctx, []index{{s.Results().theories, bson.D{{Key: "sitting", Value: 1}}, false}})
}

type theoryDoc struct {
	Attempt  string             `bson:"_id"`
	Sitting  string             `bson:"sitting"`
	Round    int                `bson:"round"`
	Version  int                `bson:"version"`
	Awarded  int64              `bson:"awarded"` // hundredths, as all marks here
	Full     int64              `bson:"full"`
	Pass     int64              `bson:"pass"`
	Complete bool               `bson:"complete"`
	Passed   bool               `bson:"passed"`
	Sections []theorySectionDoc `bson:"sections"`
	Slots    []theorySlotDoc    `bson:"slots"`
	Marked   time.Time          `bson:"marked"`
	Amended  []amendedDoc       `bson:"amended,omitempty"`
}

type theorySectionDoc struct {
	Type    string `bson:"type"`
	Awarded int64  `bson:"awarded"`
	Full    int64  `bson:"full"`
	Right   int    `bson:"right"`
	Slots   int    `bson:"slots"`
	Waiting int    `bson:"waiting"`
}

type theorySlotDoc struct {
	Number   int    `bson:"number"`
	Awarded  int64  `bson:"awarded"`
	Verdict  string `bson:"verdict"`
	ByPeople bool   `bson:"byPeople"`

	People *peopleMarkDoc `bson:"people,omitempty"`
}

// InsertTheories stores the first version of theory results. One that is there
// already stays as it is: marking again after a crash changes nothing. Only a
// later round of the attempt takes its place.
func (r *Results) InsertTheories(ctx context.Context, all []result.Theory) error {
	docs := make([]any, len(all))
	for i, t := range all {
		docs[i] = theoryToDoc(t)
	}
	if err := insertOnce(ctx, r.theories, docs); err != nil {
		return err
	}
	var later []mongo.WriteModel
	for i, t := range all {
		if t.Round > 0 {
			filter := bson.M{"_id": t.Attempt, "round": bson.M{"$lt": t.Round}}
			later = append(later, mongo.NewReplaceOneModel().SetFilter(filter).SetReplacement(docs[i]))
		}
	}
	return bulk(ctx, r.theories, later)
}

func theoryToDoc(t result.Theory) theoryDoc {
	doc := theoryDoc{
		Attempt: t.Attempt, Sitting: t.Sitting, Round: t.Round, Version: t.Version, Awarded: int64(t.Awarded), Full: int64(t.Full), Pass: int64(t.Pass),
		Complete: t.Complete, Passed: t.Passed, Marked: t.Marked,
	}
	for _, s := range t.Sections {
		doc.Sections = append(doc.Sections, theorySectionDoc{string(s.Type), int64(s.Awarded), int64(s.Full), s.Right, s.Slots, s.Waiting})
	}
	for _, s := range t.Slots {
		doc.Slots = append(doc.Slots, theorySlotDoc{s.Number, int64(s.Mark.Awarded), string(s.Mark.Verdict), s.Mark.ByPeople, peopleMarkToDoc(s.People)})
	}
	doc.Amended = amendedToDocs(t.Amended)
	return doc
}

func (d theoryDoc) theory() result.Theory {
	t := result.Theory{
		Attempt: d.Attempt, Sitting: d.Sitting, Round: d.Round, Version: d.Version, Awarded: bank.Marks(d.Awarded), Full: bank.Marks(d.Full), Pass: bank.Marks(d.Pass),
		Complete: d.Complete, Passed: d.Passed, Marked: d.Marked.UTC(), Amended: amendedOf(d.Amended),
	}
	for _, s := range d.Sections {
		t.Sections = append(t.Sections, result.Section{
			Type: bank.Type(s.Type), Awarded: bank.Marks(s.Awarded), Full: bank.Marks(s.Full), Right: s.Right, Slots: s.Slots, Waiting: s.Waiting,
		})
	}
	for _, s := range d.Slots {
		t.Slots = append(t.Slots, result.Slot{Number: s.Number, People: s.People.mark(), Mark: bank.Mark{
			Awarded: bank.Marks(s.Awarded), Verdict: bank.Verdict(s.Verdict), ByPeople: s.ByPeople,
		}})
	}
	return t
}

// Result returns result.ErrNotFound for an attempt that is not marked.
func (r *Results) Result(ctx context.Context, attempt string) (result.Theory, error) {
	var doc theoryDoc
	if err := r.theories.FindOne(ctx, bson.M{"_id": attempt}).Decode(&doc); err != nil {
		return result.Theory{}, absent(err, result.ErrNotFound, "result")
	}
	return doc.theory(), nil
}

// ResultsOf returns those that are marked.
func (r *Results) ResultsOf(ctx context.Context, attempts []string) (map[string]result.Theory, error) {
	if len(attempts) == 0 {
		return map[string]result.Theory{}, nil
	}
	docs, err := these[theoryDoc](ctx, r.theories, "_id", attempts)
	return byAttempt(docs), wrap(err, "results")
}

// ResultsOfSitting implements result.Theories.
func (r *Results) ResultsOfSitting(ctx context.Context, id sitting.ID) (map[string]result.Theory, error) {
	docs, err := findAll[theoryDoc](ctx, r.theories, bson.M{"sitting": string(id)}, options.Find())
	return byAttempt(docs), wrap(err, "results")
}

func byAttempt(docs []theoryDoc) map[string]result.Theory {
	out := make(map[string]result.Theory, len(docs))
	for _, d := range docs {
		out[d.Attempt] = d.theory()
	}
	return out
}
