package mongostore

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/sitting"
)

// mostUpdates is how many updates go into one command: some servers stall at
// more.
const mostUpdates = 25

// SetPlaces implements sitting.Registrations. Everybody leaves their place
// first, so that two who change seats do not meet.
func (x *Sittings) SetPlaces(ctx context.Context, id sitting.ID, places []sitting.Place) error {
	away := make([]sitting.Place, len(places))
	for i, p := range places {
		away[i] = sitting.Place{Registration: p.Registration}
	}
	if err := x.setPlaces(ctx, id, away); err != nil {
		return err
	}
	seated := slices.DeleteFunc(slices.Clone(places), func(p sitting.Place) bool { return p.Room == "" })
	err := x.setPlaces(ctx, id, seated)
	if err == nil {
		return nil
	}
	// Not every server says of an update that it met a duplicate.
	for i, p := range seated {
		r := sitting.Registration{ID: p.Registration, Sitting: id, Room: p.Room, Seat: p.Seat}
		n, cerr := x.registrations.CountDocuments(ctx, bson.M{"place": place(r), "_id": bson.M{"$ne": string(p.Registration)}})
		if cerr != nil {
			return errors.Join(err, wrap(cerr, "look for clashes"))
		}
		if n > 0 {
			return &sitting.TakenError{Index: i, Field: "seat"}
		}
	}
	return err
}

func (x *Sittings) setPlaces(ctx context.Context, id sitting.ID, places []sitting.Place) error {
	for part := range slices.Chunk(places, mostUpdates) {
		models := make([]mongo.WriteModel, len(part))
		for i, p := range part {
			r := sitting.Registration{ID: p.Registration, Sitting: id, Room: p.Room, Seat: p.Seat}
			models[i] = mongo.NewUpdateOneModel().SetFilter(bson.M{"_id": string(p.Registration), "sitting": string(id)}).
				SetUpdate(bson.M{"$set": bson.M{"room": p.Room, "seat": p.Seat, "place": place(r)}})
		}
		if _, err := x.registrations.BulkWrite(ctx, models, options.BulkWrite().SetOrdered(false)); err != nil {
			return wrap(err, "set places")
		}
	}
	return nil
}
