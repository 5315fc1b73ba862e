package mongostore

import (
	"context"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/venue"
)

// Venues keeps sites, rooms and which of them sittings use. It is safe for
// concurrent use.
type Venues struct{ sites, rooms, staffings, rules lungo.ICollection }

var _ venue.Store = (*Venues)(nil)

// Venues returns the store of sites and rooms.
func (s *Store) Venues() *Venues {
	return &Venues{s.db.Collection("venue_sites"), s.db.Collection("venue_rooms"), s.db.Collection("venue_staffings"), s.db.Collection("venue_rules")}
}

func (s *Store) ensureVenueIndexes(ctx context.Context) error {
	return ensure(ctx, []index{{s.Venues().rooms, bson.D{{Key: "site", Value: 1}, {Key: "name", Value: 1}}, false}})
}

type (
	siteDoc struct {
		ID      venue.SiteID `bson:"_id"`
		Name    string       `bson:"name"`
		Address string       `bson:"address"`
		Version int          `bson:"version"`
	}
	roomDoc struct {
		ID        venue.RoomID `bson:"_id"`
		Site      venue.SiteID `bson:"site"`
		Name      string       `bson:"name"`
		Plan      []string     `bson:"plan"`
		Addresses []string     `bson:"addresses"`
		Version   int          `bson:"version"`
	}
	useDoc struct {
		Room         venue.RoomID       `bson:"room"`
		Apart        bool               `bson:"apart"`
		Invigilators []people.AccountID `bson:"invigilators"`
	}
	staffingDoc struct {
		Sitting sitting.ID `bson:"_id"`
		Rooms   []useDoc   `bson:"rooms"`
		Version int        `bson:"version"`
	}
)

// rulesID is the name of the only document of rules.
const rulesID = "rules"

type venueRulesDoc struct {
	ID      string `bson:"_id"`
	Sample  bool   `bson:"sample"`
	Ratio   int    `bson:"candidatesPerInvigilator"`
	Least   int    `bson:"leastInvigilators"`
	Most    int    `bson:"mostCandidates"`
	Spare   int    `bson:"leastSpareSeats"`
	Version int    `bson:"version"`
}

// PutRules implements venue.Store.
func (x *Venues) PutRules(ctx context.Context, r venue.Rules) (venue.Rules, error) {
	was := r.Version
	r.Version++
	return r, put(ctx, x.rules, rulesID, was, venueRulesDoc{rulesID, r.Sample, r.CandidatesPerInvigilator, r.LeastInvigilators, r.MostCandidates, r.LeastSpareSeats, r.Version}, venue.ErrConflict)
}

// Rules implements venue.Store.
func (x *Venues) Rules(ctx context.Context) (venue.Rules, error) {
	all, err := every(ctx, x.rules, bson.M{"_id": rulesID}, nil, func(d venueRulesDoc) venue.Rules {
		return venue.Rules{Sample: d.Sample, CandidatesPerInvigilator: d.Ratio, LeastInvigilators: d.Least, MostCandidates: d.Most, LeastSpareSeats: d.Spare, Version: d.Version}
	})
	if err == nil && len(all) == 0 {
		err = venue.ErrNotFound
	}
	if err != nil {
		return venue.Rules{}, err
	}
	return all[0], nil
}

// put stores a document in the place of the one with the version before, 0
// being none.
func put(ctx context.Context, in lungo.ICollection, id any, version int, doc any, conflict error) error {
	if version == 0 {
		_, err := in.InsertOne(ctx, doc)
		if lungo.IsUniquenessError(err) {
			return conflict
		}
		return wrap(err, "put into "+in.Name())
	}
	done, err := in.ReplaceOne(ctx, bson.M{"_id": id, "version": version}, doc)
	if err == nil && done.MatchedCount == 0 {
		return conflict
	}
	return wrap(err, "put into "+in.Name())
}

// PutSite implements venue.Store.
func (x *Venues) PutSite(ctx context.Context, s venue.Site) (venue.Site, error) {
	was := s.Version
	s.Version++
	return s, put(ctx, x.sites, s.ID, was, siteDoc(s), venue.ErrConflict)
}

// Sites implements venue.Store.
func (x *Venues) Sites(ctx context.Context) ([]venue.Site, error) {
	return every(ctx, x.sites, bson.M{}, bson.D{{Key: "name", Value: 1}, {Key: "_id", Value: 1}}, func(d siteDoc) venue.Site { return venue.Site(d) })
}

// PutRoom implements venue.Store.
func (x *Venues) PutRoom(ctx context.Context, r venue.Room) (venue.Room, error) {
	was := r.Version
	r.Version++
	return r, put(ctx, x.rooms, r.ID, was, roomDoc(r), venue.ErrConflict)
}

// Rooms implements venue.Store.
func (x *Venues) Rooms(ctx context.Context) ([]venue.Room, error) {
	return every(ctx, x.rooms, bson.M{}, bson.D{{Key: "site", Value: 1}, {Key: "name", Value: 1}, {Key: "_id", Value: 1}}, func(d roomDoc) venue.Room { return venue.Room(d) })
}

// PutStaffing implements venue.Store.
func (x *Venues) PutStaffing(ctx context.Context, s venue.Staffing) (venue.Staffing, error) {
	was := s.Version
	s.Version++
	doc := staffingDoc{s.Sitting, make([]useDoc, len(s.Rooms)), s.Version}
	for i, u := range s.Rooms {
		doc.Rooms[i] = useDoc(u)
	}
	return s, put(ctx, x.staffings, s.Sitting, was, doc, venue.ErrConflict)
}

// Staffing implements venue.Store.
func (x *Venues) Staffing(ctx context.Context, id sitting.ID) (venue.Staffing, error) {
	all, err := every(ctx, x.staffings, bson.M{"_id": string(id)}, nil, func(d staffingDoc) venue.Staffing {
		s := venue.Staffing{Sitting: d.Sitting, Version: d.Version}
		for _, u := range d.Rooms {
			s.Rooms = append(s.Rooms, venue.Use(u))
		}
		return s
	})
	if err != nil || len(all) == 0 {
		return venue.Staffing{Sitting: id}, err
	}
	return all[0], nil
}
