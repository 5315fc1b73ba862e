package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/talent"
)

// Talents keeps who agreed to be in the talent pool, in the collection
// `talents`. It is safe for concurrent use.
type Talents struct{ talents lungo.ICollection }

var _ talent.Store = (*Talents)(nil)

// Talents returns the store of the talent pool.
func (s *Store) Talents() *Talents { return &Talents{s.db.Collection("talents")} }

func (s *Store) ensureTalentIndexes(ctx context.Context) error {
	return ensure(ctx, []index{
		{s.Talents().talents, bson.D{{Key: "present", Value: 1}}, false},
		{s.Certificates().certificates, bson.D{{Key: "candidate", Value: 1}}, false},
	})
}

type (
	// talentEndDoc has the fields of a talent.Ending.
	talentEndDoc struct {
		Why string    `bson:"why"`
		By  string    `bson:"by"`
		At  time.Time `bson:"at"`
	}
	talentConsentDoc struct {
		Purpose  string        `bson:"purpose"`
		On       string        `bson:"on"`
		Evidence string        `bson:"evidence"`
		By       string        `bson:"by"`
		At       time.Time     `bson:"at"`
		Ended    *talentEndDoc `bson:"ended,omitempty"`
	}
	talentDoc struct {
		ID        string             `bson:"_id"`
		Present   bool               `bson:"present"` // a consent holds
		Consents  []talentConsentDoc `bson:"consents"`
		Functions []talent.Function  `bson:"functions"`
		Awards    string             `bson:"awards"`
		Version   int                `bson:"version"`
	}
)

func docOfTalent(e *talent.Entry) talentDoc {
	d := talentDoc{ID: string(e.Candidate), Present: e.Consent() != nil, Functions: e.Functions, Awards: e.Awards, Version: e.Version}
	for _, c := range e.Consents {
		x := talentConsentDoc{Purpose: c.Purpose, On: c.On, Evidence: c.Evidence, By: c.By, At: c.At}
		if c.Ended != nil {
			end := talentEndDoc(*c.Ended)
			x.Ended = &end
		}
		d.Consents = append(d.Consents, x)
	}
	return d
}

func (d talentDoc) entry() talent.Entry {
	e := talent.Entry{Candidate: people.CandidateID(d.ID), Functions: d.Functions, Awards: d.Awards, Version: d.Version}
	for _, c := range d.Consents {
		x := talent.Consent{Purpose: c.Purpose, On: c.On, Evidence: c.Evidence, By: c.By, At: c.At.UTC()}
		if c.Ended != nil {
			end := talent.Ending(*c.Ended)
			end.At = end.At.UTC()
			x.Ended = &end
		}
		e.Consents = append(e.Consents, x)
	}
	return e
}

// Talent implements talent.Store.
func (x *Talents) Talent(ctx context.Context, id people.CandidateID) (talent.Entry, error) {
	var d talentDoc
	err := x.talents.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&d)
	return d.entry(), absent(err, talent.ErrNotFound, "an entry of the talent pool")
}

// Talents implements talent.Store.
func (x *Talents) Talents(ctx context.Context, after people.CandidateID, limit int) ([]talent.Entry, error) {
	opts := options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(int64(limit))
	docs, err := findAll[talentDoc](ctx, x.talents, bson.M{"present": true, "_id": bson.M{"$gt": string(after)}}, opts)
	out := make([]talent.Entry, len(docs))
	for i, d := range docs {
		out[i] = d.entry()
	}
	return out, err
}

// TalentsOf implements talent.Store.
func (x *Talents) TalentsOf(ctx context.Context, ids []people.CandidateID) ([]talent.Entry, error) {
	return every(ctx, x.talents, bson.M{"present": true, "_id": bson.M{"$in": texts(ids)}}, bson.D{{Key: "_id", Value: 1}}, talentDoc.entry)
}

// PutTalent implements talent.Store.
func (x *Talents) PutTalent(ctx context.Context, e talent.Entry) (talent.Entry, error) {
	e.Version++
	return e, putVersion(ctx, x.talents, string(e.Candidate), e.Version, docOfTalent(&e), talent.ErrConflict)
}

// CertificatesOf returns those of candidates, by number.
func (x *Certificates) CertificatesOf(ctx context.Context, ids []people.CandidateID) ([]certificate.Certificate, error) {
	var out []certificate.Certificate
	const many = 500
	for len(ids) > 0 {
		some := ids[:min(many, len(ids))]
		ids = ids[len(some):]
		all, err := x.all(ctx, bson.M{"candidate": bson.M{"$in": texts(some)}}, 0)
		if err != nil {
			return nil, err
		}
		out = append(out, all...)
	}
	return out, nil
}
