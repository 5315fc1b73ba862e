package mongostore

import (
	"context"
	"fmt"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/bank"
	"gongyuan/engine/marking"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
)

var _ marking.Results = (*Results)(nil)

// peopleMarkDoc is what people gave a slot.
type peopleMarkDoc struct {
	Awarded int64        `bson:"awarded"` // hundredths
	Rule    string       `bson:"rule"`
	Marks   []oneMarkDoc `bson:"marks"`
}

type oneMarkDoc struct {
	Place  int       `bson:"place"`
	Marker string    `bson:"marker"`
	Marks  int64     `bson:"marks"`
	At     time.Time `bson:"at"`
}

func peopleMarkToDoc(m *result.PeopleMark) *peopleMarkDoc {
	if m == nil {
		return nil
	}
	doc := &peopleMarkDoc{Awarded: int64(m.Awarded), Rule: string(m.Rule)}
	for _, x := range m.Marks {
		doc.Marks = append(doc.Marks, oneMarkDoc{x.Place, string(x.Marker), int64(x.Marks), x.At})
	}
	return doc
}

func (d *peopleMarkDoc) mark() *result.PeopleMark {
	if d == nil {
		return nil
	}
	out := &result.PeopleMark{Awarded: bank.Marks(d.Awarded), Rule: result.PeopleRule(d.Rule)}
	for _, x := range d.Marks {
		out.Marks = append(out.Marks, result.OneMark{Place: x.Place, Marker: people.AccountID(x.Marker), Marks: bank.Marks(x.Marks), At: utc(x.At)})
	}
	return out
}

// theoryPast is a version of a theory result that another took the place of.
type theoryPast struct {
	ID      string    `bson:"_id"` // attempt:round:version
	Attempt string    `bson:"attempt"`
	Order   int       `bson:"order"`
	Theory  theoryDoc `bson:"theory"`
}

// Advance implements marking.Results. The version before is in the history
// before another takes its place.
func (r *Results) Advance(ctx context.Context, old, next result.Theory) error {
	_, err := r.history.InsertOne(ctx, theoryPast{
		ID: fmt.Sprintf("%s:%d:%d", old.Attempt, old.Round, old.Version), Attempt: old.Attempt,
		Order: old.Round<<16 + old.Version, Theory: theoryToDoc(old),
	})
	if err != nil && !lungo.IsUniquenessError(err) {
		return wrap(err, "keep a theory result")
	}
	got, err := r.theories.ReplaceOne(ctx, bson.M{"_id": old.Attempt, "round": old.Round, "version": old.Version}, theoryToDoc(next))
	if err != nil {
		return wrap(err, "replace a theory result")
	}
	if got.MatchedCount == 0 {
		return result.ErrConflict
	}
	return nil
}

// Past lists the versions of a theory result that others took the place of,
// the oldest first.
func (r *Results) Past(ctx context.Context, attempt string) ([]result.Theory, error) {
	return every(ctx, r.history, bson.M{"attempt": attempt}, bson.D{{Key: "order", Value: 1}}, func(d theoryPast) result.Theory { return d.Theory.theory() })
}

// distinct lists the values of a field that the filter finds, as texts.
func distinct(ctx context.Context, from lungo.ICollection, field string, filter bson.M) ([]string, error) {
	values, err := from.Distinct(ctx, field, filter, options.Distinct())
	if err != nil {
		return nil, wrap(err, "distinct in "+from.Name())
	}
	var out []string
	for _, v := range values {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out, nil
}
