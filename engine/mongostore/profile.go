package mongostore

import (
	"context"
	"slices"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/intake"
	"gongyuan/engine/people"
	"gongyuan/engine/profile"
)

// Profiles keeps what reports ask of candidates, in the collection `profiles`.
// It is safe for concurrent use.
type Profiles struct{ profiles lungo.ICollection }

var _ profile.Store = (*Profiles)(nil)

// Profiles returns the store of profiles.
func (s *Store) Profiles() *Profiles { return &Profiles{s.db.Collection("profiles")} }

// profileDoc has the fields of a profile.Profile.
type profileDoc struct {
	Candidate people.CandidateID `bson:"_id"`
	Unit      string             `bson:"unit"`
	City      string             `bson:"city"`
	Industry  profile.Industry   `bson:"industry"`
	KeyUnit   bool               `bson:"keyUnit"`
	Post      string             `bson:"post"`
	Incentive string             `bson:"incentive"`
	Version   int                `bson:"version"`
	Changed   time.Time          `bson:"changed"`
	By        people.AccountID   `bson:"by"`
}

func (s *Store) ensureProfileIndexes(ctx context.Context) error {
	x := s.Profiles().profiles
	return ensure(ctx, []index{
		{x, bson.D{{Key: "unit", Value: 1}, {Key: "_id", Value: 1}}, false},
		{x, bson.D{{Key: "city", Value: 1}, {Key: "unit", Value: 1}, {Key: "_id", Value: 1}}, false},
		{x, bson.D{{Key: "industry", Value: 1}, {Key: "unit", Value: 1}, {Key: "_id", Value: 1}}, false},
	})
}

func (d profileDoc) profile() profile.Profile {
	d.Changed = d.Changed.UTC()
	return profile.Profile(d)
}

// Profiles implements profile.Store.
func (x *Profiles) Profiles(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]profile.Profile, error) {
	out := make(map[people.CandidateID]profile.Profile, len(ids))
	for some := range slices.Chunk(ids, 500) {
		all, err := every(ctx, x.profiles, bson.M{"_id": bson.M{"$in": texts(some)}}, nil, profileDoc.profile)
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			out[p.Candidate] = p
		}
	}
	return out, nil
}

// ProfilePage implements profile.Store.
func (x *Profiles) ProfilePage(ctx context.Context, q profile.Query, skip, limit int) ([]profile.Profile, int, error) {
	filter := bson.M{}
	beginning(filter, "unit", q.Unit)
	if q.City != "" {
		filter["city"] = q.City
	}
	if q.Industry != "" {
		filter["industry"] = string(q.Industry)
	}
	if q.KeyUnit {
		filter["keyUnit"] = true
	}
	return page(ctx, x.profiles, filter, bson.D{{Key: "unit", Value: 1}, {Key: "_id", Value: 1}}, skip, limit, profileDoc.profile)
}

// beginning makes a filter choose texts that begin with one; "" chooses all.
func beginning(filter bson.M, field, text string) {
	if text != "" {
		filter[field] = bson.M{"$gte": text, "$lt": text + "\U0010FFFF"}
	}
}

// PutProfile implements profile.Store.
func (x *Profiles) PutProfile(ctx context.Context, p profile.Profile) (profile.Profile, error) {
	p.Version++
	return p, putVersion(ctx, x.profiles, string(p.Candidate), p.Version, profileDoc(p), intake.ErrConflict)
}

// putVersion keeps a document over the version before. The first is inserted
// once; each later one replaces the one before, or it returns the conflict.
func putVersion(ctx context.Context, in lungo.ICollection, id string, version int, doc any, conflict error) error {
	if version == 1 {
		_, err := in.InsertOne(ctx, doc)
		if lungo.IsUniquenessError(err) {
			return conflict
		}
		return wrap(err, "insert into "+in.Name())
	}
	done, err := in.ReplaceOne(ctx, bson.M{"_id": id, "version": version - 1}, doc)
	if err == nil && done.MatchedCount == 0 {
		return conflict
	}
	return wrap(err, "replace in "+in.Name())
}

// CandidatesByHash returns those who exist, by their hash.
func (p *People) CandidatesByHash(ctx context.Context, hashes []string) (map[string]people.Candidate, error) {
	out := map[string]people.Candidate{}
	const many = 500
	for len(hashes) > 0 {
		some := hashes[:min(many, len(hashes))]
		hashes = hashes[len(some):]
		all, err := every(ctx, p.candidates, bson.M{"hash": bson.M{"$in": some}}, nil, candidateDoc.candidate)
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			out[c.IDHash] = c
		}
	}
	return out, nil
}
