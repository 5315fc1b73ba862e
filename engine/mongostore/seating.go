package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/people"
	"gongyuan/engine/seating"
	"gongyuan/engine/sitting"
)

// Seatings keeps who was seated where by rule, in the collection `seatings`. It
// is safe for concurrent use.
type Seatings struct{ seatings lungo.ICollection }

var _ seating.Store = (*Seatings)(nil)

// Seatings returns the store of seatings.
func (s *Store) Seatings() *Seatings { return &Seatings{s.db.Collection("seatings")} }

func (s *Store) ensureSeatingIndexes(ctx context.Context) error {
	return ensure(ctx, []index{{s.Seatings().seatings, bson.D{{Key: "sitting", Value: 1}, {Key: "at", Value: -1}}, false}})
}

type (
	placeDoc struct {
		Registration sitting.RegistrationID `bson:"registration"`
		Room         string                 `bson:"room"`
		Seat         string                 `bson:"seat"`
	}
	seatingDoc struct {
		ID       string           `bson:"_id"`
		Sitting  sitting.ID       `bson:"sitting"`
		Seed     string           `bson:"seed"`
		Keep     bool             `bson:"keep"`
		Places   []placeDoc       `bson:"places"`
		Unseated int              `bson:"unseated"`
		Beside   int              `bson:"beside"`
		Basis    string           `bson:"basis"`
		State    seating.State    `bson:"state"`
		By       people.AccountID `bson:"by"`
		At       time.Time        `bson:"at"`
		Version  int              `bson:"version"`
	}
)

func docOfSeating(r *seating.Run) seatingDoc {
	d := seatingDoc{r.ID, r.Sitting, r.Seed, r.Keep, nil, r.Unseated, r.Beside, r.Basis, r.State, r.By, r.At, r.Version}
	for _, p := range r.Places {
		d.Places = append(d.Places, placeDoc(p))
	}
	return d
}

func (d seatingDoc) run() seating.Run {
	r := seating.Run{
		ID: d.ID, Sitting: d.Sitting, Seed: d.Seed, Keep: d.Keep, Unseated: d.Unseated, Beside: d.Beside, Basis: d.Basis, State: d.State, By: d.By,
		At: d.At.UTC(), Version: d.Version,
	}
	for _, p := range d.Places {
		r.Places = append(r.Places, sitting.Place(p))
	}
	return r
}

// InsertSeating implements seating.Store.
func (x *Seatings) InsertSeating(ctx context.Context, r seating.Run) error {
	_, err := x.seatings.InsertOne(ctx, docOfSeating(&r))
	return wrap(err, "insert a seating")
}

// Seating implements seating.Store.
func (x *Seatings) Seating(ctx context.Context, id string) (seating.Run, error) {
	var doc seatingDoc
	if err := x.seatings.FindOne(ctx, bson.M{"_id": id}).Decode(&doc); err != nil {
		return seating.Run{}, absent(err, seating.ErrNotFound, "seating")
	}
	return doc.run(), nil
}

// ReplaceSeating implements seating.Store.
func (x *Seatings) ReplaceSeating(ctx context.Context, r seating.Run) (seating.Run, error) {
	was := r.Version
	r.Version++
	return r, put(ctx, x.seatings, r.ID, was, docOfSeating(&r), seating.ErrConflict)
}

// SeatingsOf implements seating.Store.
func (x *Seatings) SeatingsOf(ctx context.Context, id sitting.ID) ([]seating.Run, error) {
	return every(ctx, x.seatings, bson.M{"sitting": string(id)}, bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: 1}}, seatingDoc.run)
}
