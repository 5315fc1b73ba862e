package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/filing"
	"gongyuan/engine/people"
)

// Filings keeps the register of evaluation bodies and sites, in the collection
// `filings`. It is safe for concurrent use.
type Filings struct{ filings lungo.ICollection }

var _ filing.Store = (*Filings)(nil)

// Filings returns the store of the register of evaluation bodies and sites.
func (s *Store) Filings() *Filings { return &Filings{s.db.Collection("filings")} }

func (s *Store) ensureFilingIndexes(ctx context.Context) error {
	return ensure(ctx, []index{{s.Filings().filings, bson.D{{Key: "kind", Value: 1}, {Key: "subject.name", Value: 1}}, false}})
}

// The documents have the fields of what they keep, so that one converts into
// the other.
type (
	filingSubjectDoc struct {
		Name     string    `bson:"name"`
		Code     string    `bson:"code"`
		Of       filing.ID `bson:"of"`
		City     string    `bson:"city"`
		Address  string    `bson:"address"`
		Contact  string    `bson:"contact"`
		Standing string    `bson:"standing"`
	}
	filingStepDoc struct {
		Act      filing.Act       `bson:"act"`
		On       string           `bson:"on"`
		Document string           `bson:"document"`
		Note     string           `bson:"note"`
		From     string           `bson:"from"`
		Until    string           `bson:"until"`
		By       people.AccountID `bson:"by"`
		At       time.Time        `bson:"at"`
	}
	filingDoc struct {
		ID      string           `bson:"_id"`
		Kind    string           `bson:"kind"`
		Subject filingSubjectDoc `bson:"subject"`
		State   string           `bson:"state"`
		From    string           `bson:"from"`
		Until   string           `bson:"until"`
		Steps   []filingStepDoc  `bson:"steps"`
		Version int              `bson:"version"`
	}
)

func docOfFiling(f *filing.Filing) filingDoc {
	d := filingDoc{ID: string(f.ID), Kind: string(f.Kind), Subject: filingSubjectDoc(f.Subject), State: string(f.State), From: f.From, Until: f.Until, Version: f.Version}
	for _, s := range f.Steps {
		d.Steps = append(d.Steps, filingStepDoc(s))
	}
	return d
}

func (d filingDoc) filing() filing.Filing {
	f := filing.Filing{
		ID: filing.ID(d.ID), Kind: filing.Kind(d.Kind), Subject: filing.Subject(d.Subject), State: filing.State(d.State), From: d.From, Until: d.Until, Version: d.Version,
	}
	for _, s := range d.Steps {
		s.At = s.At.UTC()
		f.Steps = append(f.Steps, filing.Step(s))
	}
	return f
}

// InsertFiling implements filing.Store.
func (x *Filings) InsertFiling(ctx context.Context, f filing.Filing) error {
	_, err := x.filings.InsertOne(ctx, docOfFiling(&f))
	if lungo.IsUniquenessError(err) {
		return filing.ErrDuplicate
	}
	return wrap(err, "insert a filing")
}

// ReplaceFiling implements filing.Store.
func (x *Filings) ReplaceFiling(ctx context.Context, f filing.Filing) (filing.Filing, error) {
	was := f.Version
	f.Version++
	done, err := x.filings.ReplaceOne(ctx, bson.M{"_id": string(f.ID), "version": was}, docOfFiling(&f))
	if err == nil && done.MatchedCount == 0 {
		return filing.Filing{}, filing.ErrConflict
	}
	return f, wrap(err, "replace a filing")
}

// Filing implements filing.Store.
func (x *Filings) Filing(ctx context.Context, id filing.ID) (filing.Filing, error) {
	var doc filingDoc
	if err := x.filings.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc); err != nil {
		return filing.Filing{}, absent(err, filing.ErrNotFound, "filing")
	}
	return doc.filing(), nil
}

// Filings implements filing.Store.
func (x *Filings) Filings(ctx context.Context) ([]filing.Filing, error) {
	return every(ctx, x.filings, bson.M{}, bson.D{{Key: "kind", Value: 1}, {Key: "subject.name", Value: 1}, {Key: "_id", Value: 1}}, filingDoc.filing)
}
