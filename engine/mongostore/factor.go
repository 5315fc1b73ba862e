package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/people"
	"gongyuan/engine/personnel"
)

// Factors keeps second factors, in the collection `factors`, one document per
// account. It is safe for concurrent use.
type Factors struct{ factors lungo.ICollection }

var (
	_ personnel.FactorStore = (*Factors)(nil)
	_ personnel.Accounts    = (*People)(nil)
	_ personnel.Sessions    = (*People)(nil)
)

// Factors returns the store of second factors.
func (s *Store) Factors() *Factors { return &Factors{s.db.Collection("factors")} }

type factorDoc struct {
	Account   string    `bson:"_id"`
	Sealed    []byte    `bson:"sealed"`
	Confirmed time.Time `bson:"confirmed"`
	LastStep  int64     `bson:"laststep"`
	Recovery  []string  `bson:"recovery"`
	Version   int       `bson:"version"`
}

func (d factorDoc) factor() personnel.Factor {
	return personnel.Factor{
		Account: people.AccountID(d.Account), Sealed: d.Sealed, Confirmed: d.Confirmed.UTC(), LastStep: d.LastStep, Recovery: d.Recovery, Version: d.Version,
	}
}

// Factor implements personnel.FactorStore.
func (x *Factors) Factor(ctx context.Context, id people.AccountID) (personnel.Factor, error) {
	var d factorDoc
	if err := x.factors.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&d); err != nil {
		return personnel.Factor{}, absent(err, people.ErrNotFound, "factor")
	}
	return d.factor(), nil
}

// Factors implements personnel.FactorStore.
func (x *Factors) Factors(ctx context.Context) ([]personnel.Factor, error) {
	return every(ctx, x.factors, bson.M{}, nil, factorDoc.factor)
}

// PutFactor implements personnel.FactorStore.
func (x *Factors) PutFactor(ctx context.Context, f personnel.Factor) error {
	doc := factorDoc{string(f.Account), f.Sealed, f.Confirmed, f.LastStep, f.Recovery, f.Version + 1}
	if f.Version == 0 {
		_, err := x.factors.InsertOne(ctx, doc)
		if lungo.IsUniquenessError(err) {
			return people.ErrConflict
		}
		return wrap(err, "insert factor")
	}
	done, err := x.factors.ReplaceOne(ctx, bson.M{"_id": doc.Account, "version": f.Version}, doc)
	if err == nil && done.MatchedCount == 0 {
		return people.ErrConflict
	}
	return wrap(err, "replace factor")
}

// DropFactor implements personnel.FactorStore.
func (x *Factors) DropFactor(ctx context.Context, id people.AccountID) error {
	_, err := x.factors.DeleteOne(ctx, bson.M{"_id": string(id)})
	return wrap(err, "drop factor")
}
