package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

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

// Profiles implements profile.Store.
func (x *Profiles) Profiles(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]profile.Profile, error) {
	filter := bson.M{}
	if ids != nil {
		filter = bson.M{"_id": bson.M{"$in": texts(ids)}}
	}
	all, err := every(ctx, x.profiles, filter, nil, func(d profileDoc) profile.Profile {
		d.Changed = d.Changed.UTC()
		return profile.Profile(d)
	})
	out := make(map[people.CandidateID]profile.Profile, len(all))
	for _, p := range all {
		out[p.Candidate] = p
	}
	return out, err
}

// PutProfile implements profile.Store. The first version is inserted once; each
// later one replaces the version before.
func (x *Profiles) PutProfile(ctx context.Context, p profile.Profile) (profile.Profile, error) {
	was := p.Version
	p.Version++
	if was == 0 {
		_, err := x.profiles.InsertOne(ctx, profileDoc(p))
		if lungo.IsUniquenessError(err) {
			return profile.Profile{}, profile.ErrConflict
		}
		return p, wrap(err, "insert a profile")
	}
	done, err := x.profiles.ReplaceOne(ctx, bson.M{"_id": string(p.Candidate), "version": was}, profileDoc(p))
	if err == nil && done.MatchedCount == 0 {
		return profile.Profile{}, profile.ErrConflict
	}
	return p, wrap(err, "replace a profile")
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
