package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/assess"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// Examiners keeps the register of examiners. It is safe for concurrent use.
type Examiners struct{ examiners lungo.ICollection }

var _ assess.Examiners = (*Examiners)(nil)

// Examiners returns the store of the register of examiners.
func (s *Store) Examiners() *Examiners { return &Examiners{s.db.Collection("examiners")} }

type examinerDoc struct {
	Account     string          `bson:"_id"`
	Grade       string          `bson:"grade"`
	CardNumber  string          `bson:"cardNumber"`
	CardUntil   string          `bson:"cardUntil"`
	Employer    string          `bson:"employer"`
	Assessments []assessmentDoc `bson:"assessments"`
	Relations   []relationDoc   `bson:"relations"`
	Version     int             `bson:"version"`
}

type assessmentDoc struct {
	Year   int       `bson:"year"`
	Result string    `bson:"result"`
	Note   string    `bson:"note"`
	By     string    `bson:"by"`
	At     time.Time `bson:"at"`
}

type relationDoc struct {
	Hash   string    `bson:"hash"`
	Masked string    `bson:"masked"`
	Kind   string    `bson:"kind"`
	Note   string    `bson:"note"`
	By     string    `bson:"by"`
	At     time.Time `bson:"at"`
	// Withdrawn is left out while the relation holds.
	Withdrawn *withdrawalDoc `bson:"withdrawn,omitempty"`
}

type withdrawalDoc struct {
	Why string    `bson:"why"`
	By  string    `bson:"by"`
	At  time.Time `bson:"at"`
}

func relationDocOf(r people.Relation) relationDoc {
	d := relationDoc{Hash: r.IDHash, Masked: r.IDMasked, Kind: string(r.Kind), Note: r.Note, By: string(r.By), At: r.At}
	if w := r.Withdrawn; w != nil {
		d.Withdrawn = &withdrawalDoc{w.Why, string(w.By), w.At}
	}
	return d
}

func (d relationDoc) relation() people.Relation {
	r := people.Relation{IDHash: d.Hash, IDMasked: d.Masked, Kind: people.RelationKind(d.Kind), Note: d.Note, By: people.AccountID(d.By), At: d.At.UTC()}
	if w := d.Withdrawn; w != nil {
		r.Withdrawn = &people.RelationWithdrawal{Why: w.Why, By: people.AccountID(w.By), At: w.At.UTC()}
	}
	return r
}

func examinerDocOf(e people.ExaminerEntry) examinerDoc {
	d := examinerDoc{
		Account: string(e.Account), Grade: string(e.Grade), CardNumber: e.CardNumber, CardUntil: e.CardUntil, Employer: e.Employer, Version: e.Version,
	}
	for _, a := range e.Assessments {
		d.Assessments = append(d.Assessments, assessmentDoc{a.Year, string(a.Result), a.Note, string(a.By), a.At})
	}
	for _, r := range e.Relations {
		d.Relations = append(d.Relations, relationDocOf(r))
	}
	return d
}

func (d examinerDoc) examiner() people.ExaminerEntry {
	e := people.ExaminerEntry{
		Account: people.AccountID(d.Account), Grade: standard.Grade(d.Grade), CardNumber: d.CardNumber, CardUntil: d.CardUntil,
		Employer: d.Employer, Version: d.Version,
	}
	for _, a := range d.Assessments {
		e.Assessments = append(e.Assessments, people.YearAssessment{
			Year: a.Year, Result: people.AssessmentResult(a.Result), Note: a.Note, By: people.AccountID(a.By), At: a.At.UTC(),
		})
	}
	for _, r := range d.Relations {
		e.Relations = append(e.Relations, r.relation())
	}
	return e
}

// Examiner implements assess.Examiners.
func (x *Examiners) Examiner(ctx context.Context, id people.AccountID) (people.ExaminerEntry, error) {
	var doc examinerDoc
	if err := x.examiners.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc); err != nil {
		return people.ExaminerEntry{}, absent(err, people.ErrNotFound, "examiner")
	}
	return doc.examiner(), nil
}

// Examiners implements assess.Examiners.
func (x *Examiners) Examiners(ctx context.Context) ([]people.ExaminerEntry, error) {
	return every(ctx, x.examiners, bson.M{}, bson.D{{Key: "_id", Value: 1}}, examinerDoc.examiner)
}

// PutExaminer implements assess.Examiners. The first version is inserted once;
// each later one replaces the version before.
func (x *Examiners) PutExaminer(ctx context.Context, e people.ExaminerEntry) (people.ExaminerEntry, error) {
	was := e.Version
	e.Version++
	doc := examinerDocOf(e)
	if was == 0 {
		_, err := x.examiners.InsertOne(ctx, doc)
		if lungo.IsUniquenessError(err) {
			return people.ExaminerEntry{}, people.ErrConflict
		}
		return e, wrap(err, "insert examiner")
	}
	got, err := x.examiners.ReplaceOne(ctx, bson.M{"_id": doc.Account, "version": was}, doc)
	if err == nil && got.MatchedCount == 0 {
		return people.ExaminerEntry{}, people.ErrConflict
	}
	return e, wrap(err, "replace examiner")
}
