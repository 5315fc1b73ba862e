package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/correction"
	"gongyuan/engine/people"
)

// Corrections keeps what candidates ask to be put right, in the collection
// `corrections`. It is safe for concurrent use.
type Corrections struct{ in lungo.ICollection }

var _ correction.Shelf = (*Corrections)(nil)

// Corrections returns the store of requests.
func (s *Store) Corrections() *Corrections { return &Corrections{s.db.Collection("corrections")} }

func (s *Store) ensureCorrectionIndexes(ctx context.Context) error {
	x := s.Corrections().in
	return ensure(ctx, []index{
		{x, bson.D{{Key: "candidate", Value: 1}, {Key: "at", Value: -1}}, false},
		{x, bson.D{{Key: "open", Value: 1}, {Key: "at", Value: 1}}, false},
	})
}

type correctionDoc struct {
	ID        string    `bson:"_id"`
	Candidate string    `bson:"candidate"`
	About     string    `bson:"about"`
	Sealed    []byte    `bson:"sealed"`
	At        time.Time `bson:"at"`
	Open      bool      `bson:"open"`
	State     string    `bson:"state"`
	Answer    string    `bson:"answer"`
	By        string    `bson:"by"`
	Decided   time.Time `bson:"decided"`
	Version   int       `bson:"version"`
}

func docOfCorrection(k *correction.Kept) correctionDoc {
	return correctionDoc{
		string(k.ID), string(k.Candidate), string(k.About), k.Sealed, k.At, k.State == correction.Sent, string(k.State), k.Answer, string(k.By), k.Decided, k.Version,
	}
}

func (d correctionDoc) kept() correction.Kept {
	return correction.Kept{Sealed: d.Sealed, Request: correction.Request{
		ID: correction.ID(d.ID), Candidate: people.CandidateID(d.Candidate), About: correction.About(d.About), At: d.At.UTC(), State: correction.State(d.State),
		Answer: d.Answer, By: people.AccountID(d.By), Decided: d.Decided.UTC(), Version: d.Version,
	}}
}

// InsertKept implements correction.Shelf.
func (x *Corrections) InsertKept(ctx context.Context, k correction.Kept) error {
	_, err := x.in.InsertOne(ctx, docOfCorrection(&k))
	return wrap(err, "insert a request for correction")
}

// ReplaceKept implements correction.Shelf.
func (x *Corrections) ReplaceKept(ctx context.Context, k correction.Kept) (correction.Kept, error) {
	was := k.Version
	k.Version++
	done, err := x.in.ReplaceOne(ctx, bson.M{"_id": string(k.ID), "version": was}, docOfCorrection(&k))
	if err == nil && done.MatchedCount == 0 {
		return correction.Kept{}, correction.ErrConflict
	}
	return k, wrap(err, "replace a request for correction")
}

// Kept implements correction.Shelf.
func (x *Corrections) Kept(ctx context.Context, id correction.ID) (correction.Kept, error) {
	var d correctionDoc
	if err := x.in.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&d); err != nil {
		return correction.Kept{}, absent(err, correction.ErrNotFound, "request for correction")
	}
	return d.kept(), nil
}

// KeptOf implements correction.Shelf.
func (x *Corrections) KeptOf(ctx context.Context, id people.CandidateID) ([]correction.Kept, error) {
	return every(ctx, x.in, bson.M{"candidate": string(id)}, bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: 1}}, correctionDoc.kept)
}

// KeptBy implements correction.Shelf.
func (x *Corrections) KeptBy(ctx context.Context, decided bool, skip, limit int) ([]correction.Kept, int, error) {
	sort := bson.D{{Key: "at", Value: 1}, {Key: "_id", Value: 1}}
	if decided {
		sort = bson.D{{Key: "decided", Value: -1}, {Key: "_id", Value: 1}}
	}
	return page(ctx, x.in, bson.M{"open": !decided}, sort, skip, limit, correctionDoc.kept)
}

// RenameCandidate implements correction.Candidates.
func (p *People) RenameCandidate(ctx context.Context, id people.CandidateID, was, name string) error {
	done, err := p.candidates.UpdateOne(ctx, bson.M{"_id": string(id), "name": was}, bson.M{"$set": bson.M{"name": name}})
	if err == nil && done.MatchedCount == 0 {
		return people.ErrConflict
	}
	return wrap(err, "rename a candidate")
}
