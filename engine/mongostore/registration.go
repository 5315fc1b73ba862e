package mongostore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/256dpi/lungo"
	"github.com/google/uuid"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

type registrationDoc struct {
	ID        string    `bson:"_id"`
	Sitting   string    `bson:"sitting"`
	Candidate string    `bson:"candidate"`
	Admission string    `bson:"admission"`
	Room      string    `bson:"room"`
	Seat      string    `bson:"seat"`
	Place     string    `bson:"place"` // sitting, room and seat, unique
	Extra     int64     `bson:"extra"` // seconds
	Employer  string    `bson:"employer,omitempty"`
	Takes     []string  `bson:"takes,omitempty"`
	Large     bool      `bson:"large,omitempty"`
	Apart     bool      `bson:"apart,omitempty"`
	Ramp      bool      `bson:"accessible,omitempty"`
	Import    string    `bson:"import,omitempty"`
	Attempt   string    `bson:"attempt"`
	Created   time.Time `bson:"created"`
	Batch     string    `bson:"batch"`
}

// place is unique; who has no seat yet has a place of their own.
func place(r sitting.Registration) string {
	if !r.Seated() {
		return string(r.Sitting) + "\x1f\x1f" + string(r.ID)
	}
	return string(r.Sitting) + "\x1f" + r.Room + "\x1f" + r.Seat
}

func (d registrationDoc) registration() sitting.Registration {
	return sitting.Registration{
		ID: sitting.RegistrationID(d.ID), Sitting: sitting.ID(d.Sitting), Candidate: people.CandidateID(d.Candidate),
		Admission: d.Admission, Room: d.Room, Seat: d.Seat, Extra: duration(d.Extra), Attempt: d.Attempt, Created: d.Created.UTC(),
		Employer: d.Employer, Components: kinds(d.Takes), Needs: sitting.Needs{LargeText: d.Large, Apart: d.Apart, Accessible: d.Ramp}, Import: d.Import,
	}
}

// kinds reads components; none kept means nil, which is all of them.
func kinds(all []string) []standard.Kind {
	var out []standard.Kind
	for _, k := range all {
		out = append(out, standard.Kind(k))
	}
	return out
}

// InsertRegistrations implements sitting.Registrations. Each batch has a name
// of its own, by which what went in is taken back where a later entry clashes
// with somebody who was quicker.
func (x *Sittings) InsertRegistrations(ctx context.Context, rs []sitting.Registration) error {
	if err := x.clash(ctx, rs); err != nil {
		return err
	}
	batch := uuid.NewString()
	docs := make([]any, len(rs))
	for i, r := range rs {
		docs[i] = registrationDoc{
			ID: string(r.ID), Sitting: string(r.Sitting), Candidate: string(r.Candidate), Admission: r.Admission, Room: r.Room, Seat: r.Seat,
			Place: place(r), Extra: seconds(r.Extra), Employer: r.Employer, Takes: texts(r.Components), Attempt: r.Attempt, Created: r.Created, Batch: batch,
			Large: r.Needs.LargeText, Apart: r.Needs.Apart, Ramp: r.Needs.Accessible, Import: r.Import,
		}
	}
	_, err := x.registrations.InsertMany(ctx, docs)
	if err == nil {
		return nil
	}
	_, undo := x.registrations.DeleteMany(context.WithoutCancel(ctx), bson.M{"batch": batch})
	if !lungo.IsUniquenessError(err) {
		return errors.Join(wrap(err, "insert registrations"), wrap(undo, "take registrations back"))
	}
	if err := x.clash(ctx, rs); err != nil {
		return errors.Join(err, wrap(undo, "take registrations back"))
	}
	return errors.Join(&sitting.TakenError{Index: 0, Field: "admission"}, wrap(undo, "take registrations back"))
}

// clash returns a *sitting.TakenError for the first entry that cannot go in.
func (x *Sittings) clash(ctx context.Context, rs []sitting.Registration) error {
	for _, c := range []struct {
		key, field string
		value      func(sitting.Registration) string
	}{
		{"_id", "idNumber", func(r sitting.Registration) string { return string(r.ID) }},
		{"admission", "admission", func(r sitting.Registration) string { return r.Admission }},
		{"place", "seat", place},
	} {
		values := make([]string, len(rs))
		for i, r := range rs {
			values[i] = c.value(r)
		}
		taken, err := x.registrations.Distinct(ctx, c.key, bson.M{c.key: bson.M{"$in": values}})
		if err != nil {
			return wrap(err, "look for clashes")
		}
		for _, t := range taken {
			if i := slices.Index(values, fmt.Sprint(t)); i >= 0 {
				return &sitting.TakenError{Index: i, Field: c.field}
			}
		}
	}
	return nil
}

// RegistrationsOf implements sitting.Registrations.
func (x *Sittings) RegistrationsOf(ctx context.Context, id sitting.ID) ([]sitting.Registration, error) {
	cursor, err := x.registrations.Find(ctx, bson.M{"sitting": string(id)}, options.Find().SetBatchSize(1000))
	if err != nil {
		return nil, wrap(err, "registrations")
	}
	var docs []registrationDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, wrap(err, "registrations")
	}
	out := make([]sitting.Registration, len(docs))
	for i, d := range docs {
		out[i] = d.registration()
	}
	slices.SortFunc(out, func(a, b sitting.Registration) int {
		return cmp.Or(cmp.Compare(a.Room, b.Room), cmp.Compare(len(a.Seat), len(b.Seat)), cmp.Compare(a.Seat, b.Seat), cmp.Compare(a.Admission, b.Admission))
	})
	return out, nil
}

// Registration implements sitting.Registrations.
func (x *Sittings) Registration(ctx context.Context, id sitting.RegistrationID) (sitting.Registration, error) {
	return x.one(ctx, bson.M{"_id": string(id)})
}

// RegistrationsByID returns those that exist.
func (x *Sittings) RegistrationsByID(ctx context.Context, ids []sitting.RegistrationID) (map[sitting.RegistrationID]sitting.Registration, error) {
	docs, err := these[registrationDoc](ctx, x.registrations, "_id", ids)
	if err != nil {
		return nil, err
	}
	out := make(map[sitting.RegistrationID]sitting.Registration, len(docs))
	for _, d := range docs {
		r := d.registration()
		out[r.ID] = r
	}
	return out, nil
}

// RegistrationByAdmission implements sitting.Registrations.
func (x *Sittings) RegistrationByAdmission(ctx context.Context, admission string) (sitting.Registration, error) {
	return x.one(ctx, bson.M{"admission": admission})
}

func (x *Sittings) one(ctx context.Context, filter bson.M) (sitting.Registration, error) {
	var doc registrationDoc
	if err := x.registrations.FindOne(ctx, filter).Decode(&doc); err != nil {
		return sitting.Registration{}, absent(err, sitting.ErrNotFound, "registration")
	}
	return doc.registration(), nil
}

// SetAttempts implements sitting.Registrations.
func (x *Sittings) SetAttempts(ctx context.Context, attempts map[sitting.RegistrationID]string) error {
	models := make([]mongo.WriteModel, 0, len(attempts))
	for id, attempt := range attempts {
		models = append(models, mongo.NewUpdateOneModel().
			SetFilter(bson.M{"_id": string(id)}).SetUpdate(bson.M{"$set": bson.M{"attempt": attempt}}))
	}
	if len(models) == 0 {
		return nil
	}
	_, err := x.registrations.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false))
	return wrap(err, "set attempts")
}

// DeleteRegistrations implements sitting.Registrations.
func (x *Sittings) DeleteRegistrations(ctx context.Context, ids []sitting.RegistrationID) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := x.registrations.DeleteMany(ctx, bson.M{"_id": bson.M{"$in": texts(ids)}})
	return wrap(err, "delete registrations")
}
