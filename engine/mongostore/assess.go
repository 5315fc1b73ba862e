package mongostore

import (
	"context"
	"strconv"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/assess"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Assessments keeps score sheets, panels, scores of examiners, decisions of
// chairs and absences. It is safe for concurrent use.
type Assessments struct {
	sheets, panels, scores, versions, unlocks, decisions, absences lungo.ICollection
}

var (
	_ assess.Sheets       = (*Assessments)(nil)
	_ assess.Panels       = (*Assessments)(nil)
	_ assess.Appointments = (*Assessments)(nil)
	_ assess.Scores       = (*Assessments)(nil)
	_ assess.Versions     = (*Assessments)(nil)
	_ assess.Unlocks      = (*Assessments)(nil)
	_ assess.Rulings      = (*Assessments)(nil)
	_ assess.Sittings     = (*Sittings)(nil)
	_ assess.Roster       = (*Sittings)(nil)
	_ assess.Accounts     = (*People)(nil)
	_ assess.Candidates   = (*People)(nil)
)

// Assessments returns the store of what examiners score.
func (s *Store) Assessments() *Assessments {
	return &Assessments{
		s.db.Collection("score_sheets"), s.db.Collection("panels"), s.db.Collection("scores"),
		s.db.Collection("score_versions"), s.db.Collection("score_unlocks"), s.db.Collection("panel_decisions"), s.db.Collection("panel_absences"),
	}
}

func (s *Store) ensureAssessIndexes(ctx context.Context) error {
	a := s.Assessments()
	return ensure(ctx, []index{
		{a.panels, bson.D{{Key: "sitting", Value: 1}}, false},
		{a.panels, bson.D{{Key: "members", Value: 1}}, false},
		{a.scores, bson.D{{Key: "panel", Value: 1}, {Key: "registration", Value: 1}}, false},
		{a.versions, bson.D{{Key: "panel", Value: 1}, {Key: "registration", Value: 1}}, false},
		{a.unlocks, bson.D{{Key: "panel", Value: 1}}, false},
		{a.decisions, bson.D{{Key: "panel", Value: 1}}, false},
		{a.absences, bson.D{{Key: "panel", Value: 1}}, false},
	})
}

// The names under which things are inserted once.
func sheetKey(r assess.SheetRef) string { return string(r.ID) + ":" + strconv.Itoa(r.Version) }

func candidateKey(p assess.PanelID, r sitting.RegistrationID) string {
	return string(p) + ":" + string(r)
}

func scoreKey(k assess.ScoreKey) string {
	return candidateKey(k.Panel, k.Registration) + ":" + string(k.Examiner)
}

// InsertSheet implements assess.Sheets.
func (a *Assessments) InsertSheet(ctx context.Context, s assess.Sheet) error {
	_, err := a.sheets.InsertOne(ctx, sheetDocOf(s))
	return once(err, "insert score sheet")
}

// Sheet implements assess.Sheets.
func (a *Assessments) Sheet(ctx context.Context, ref assess.SheetRef) (assess.Sheet, error) {
	var doc sheetDoc
	if err := a.sheets.FindOne(ctx, bson.M{"_id": sheetKey(ref)}).Decode(&doc); err != nil {
		return assess.Sheet{}, absent(err, assess.ErrNotFound, "score sheet")
	}
	return doc.sheet(), nil
}

// Sheets implements assess.Sheets.
func (a *Assessments) Sheets(ctx context.Context) ([]assess.Sheet, error) {
	return every(ctx, a.sheets, bson.M{}, bson.D{{Key: "name", Value: 1}, {Key: "version", Value: 1}}, sheetDoc.sheet)
}

// InsertPanel implements assess.Appointments.
func (a *Assessments) InsertPanel(ctx context.Context, p assess.Panel) error {
	_, err := a.panels.InsertOne(ctx, panelDocOf(p))
	return once(err, "insert panel")
}

// ReplacePanel implements assess.Appointments.
func (a *Assessments) ReplacePanel(ctx context.Context, p assess.Panel) (assess.Panel, error) {
	was := p.Version
	p.Version++
	doc := panelDocOf(p)
	got, err := a.panels.ReplaceOne(ctx, bson.M{"_id": doc.ID, "version": was}, doc)
	if err == nil && got.MatchedCount == 0 {
		return assess.Panel{}, assess.ErrConflict
	}
	return p, wrap(err, "replace panel")
}

// DeletePanel implements assess.Appointments.
func (a *Assessments) DeletePanel(ctx context.Context, id assess.PanelID, version int) error {
	got, err := a.panels.DeleteOne(ctx, bson.M{"_id": string(id), "version": version})
	if err == nil && got.DeletedCount == 0 {
		return assess.ErrConflict
	}
	return wrap(err, "delete panel")
}

// Panel implements assess.Panels.
func (a *Assessments) Panel(ctx context.Context, id assess.PanelID) (assess.Panel, error) {
	var doc panelDoc
	if err := a.panels.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc); err != nil {
		return assess.Panel{}, absent(err, assess.ErrNotFound, "panel")
	}
	return doc.panel(), nil
}

// PanelsOfSitting implements assess.Panels.
func (a *Assessments) PanelsOfSitting(ctx context.Context, id sitting.ID) ([]assess.Panel, error) {
	return every(ctx, a.panels, bson.M{"sitting": string(id)}, bson.D{{Key: "_id", Value: 1}}, panelDoc.panel)
}

// PanelsOfMember implements assess.Panels.
func (a *Assessments) PanelsOfMember(ctx context.Context, who people.AccountID) ([]assess.Panel, error) {
	newest := bson.D{{Key: "created", Value: -1}, {Key: "_id", Value: 1}}
	return every(ctx, a.panels, bson.M{"members": string(who)}, newest, panelDoc.panel)
}

// Score implements assess.Scores.
func (a *Assessments) Score(ctx context.Context, key assess.ScoreKey) (assess.Score, error) {
	var doc scoreDoc
	if err := a.scores.FindOne(ctx, bson.M{"_id": scoreKey(key)}).Decode(&doc); err != nil {
		return assess.Score{}, absent(err, assess.ErrNotFound, "score")
	}
	return doc.score(), nil
}

// PutScore implements assess.Scores. The first version is inserted once; each
// later one replaces the version before, as long as that is open.
func (a *Assessments) PutScore(ctx context.Context, s assess.Score) (assess.Score, error) {
	was := s.Version
	s.Version++
	doc := scoreDocOf(s)
	if was == 0 {
		_, err := a.scores.InsertOne(ctx, doc)
		if lungo.IsUniquenessError(err) {
			return assess.Score{}, assess.ErrConflict
		}
		return doc.score(), wrap(err, "insert score")
	}
	got, err := a.scores.ReplaceOne(ctx, bson.M{"_id": doc.ID, "version": was, "state": string(assess.Open)}, doc)
	if err != nil {
		return assess.Score{}, wrap(err, "replace score")
	}
	if got.MatchedCount == 0 {
		return assess.Score{}, assess.ErrConflict
	}
	return doc.score(), nil
}

// ReopenScore implements assess.Scores.
func (a *Assessments) ReopenScore(ctx context.Context, s assess.Score) error {
	was := s.Version
	s.Version++
	doc := scoreDocOf(s)
	got, err := a.scores.ReplaceOne(ctx, bson.M{"_id": doc.ID, "version": was, "state": string(assess.Locked)}, doc)
	if err == nil && got.MatchedCount == 0 {
		return assess.ErrConflict
	}
	return wrap(err, "reopen score")
}

// ScoresOf implements assess.Scores.
func (a *Assessments) ScoresOf(ctx context.Context, id assess.PanelID) ([]assess.Score, error) {
	return every(ctx, a.scores, bson.M{"panel": string(id)}, nil, scoreDoc.score)
}

// ScoresOfCandidate implements assess.Scores.
func (a *Assessments) ScoresOfCandidate(ctx context.Context, id assess.PanelID, who sitting.RegistrationID) ([]assess.Score, error) {
	return every(ctx, a.scores, bson.M{"panel": string(id), "registration": string(who)}, nil, scoreDoc.score)
}

type decisionDoc struct {
	ID           string    `bson:"_id"` // panel:registration:basis
	Panel        string    `bson:"panel"`
	Registration string    `bson:"registration"`
	Basis        int       `bson:"basis"`
	Ruling       string    `bson:"ruling"`
	Marks        int64     `bson:"marks"` // hundredths, as all marks here
	Why          string    `bson:"why"`
	By           string    `bson:"by"`
	At           time.Time `bson:"at"`
}

// InsertDecision implements assess.Rulings.
func (a *Assessments) InsertDecision(ctx context.Context, d assess.Decision) error {
	_, err := a.decisions.InsertOne(ctx, decisionDoc{
		candidateKey(d.Panel, d.Registration) + ":" + strconv.Itoa(d.Basis), string(d.Panel), string(d.Registration), d.Basis, string(d.Ruling),
		int64(d.Marks), d.Why, string(d.By), d.At,
	})
	return once(err, "insert decision")
}

// Decisions implements assess.Rulings.
func (a *Assessments) Decisions(ctx context.Context, id assess.PanelID) ([]assess.Decision, error) {
	return every(ctx, a.decisions, bson.M{"panel": string(id)}, nil, decisionDoc.decision)
}

type absenceDoc struct {
	ID           string    `bson:"_id"` // panel:registration
	Panel        string    `bson:"panel"`
	Registration string    `bson:"registration"`
	Why          string    `bson:"why"`
	By           string    `bson:"by"`
	At           time.Time `bson:"at"`
}

// InsertAbsence implements assess.Rulings.
func (a *Assessments) InsertAbsence(ctx context.Context, x assess.Absence) error {
	_, err := a.absences.InsertOne(ctx, absenceDoc{
		candidateKey(x.Panel, x.Registration), string(x.Panel), string(x.Registration), x.Why, string(x.By), x.At,
	})
	return once(err, "insert absence")
}

// DeleteAbsence implements assess.Rulings.
func (a *Assessments) DeleteAbsence(ctx context.Context, id assess.PanelID, who sitting.RegistrationID) error {
	got, err := a.absences.DeleteOne(ctx, bson.M{"_id": candidateKey(id, who)})
	if err == nil && got.DeletedCount == 0 {
		return assess.ErrNotFound
	}
	return wrap(err, "delete absence")
}

// Absences implements assess.Rulings.
func (a *Assessments) Absences(ctx context.Context, id assess.PanelID) ([]assess.Absence, error) {
	return every(ctx, a.absences, bson.M{"panel": string(id)}, nil, absenceDoc.absence)
}

// once turns a clash of names into assess.ErrDuplicate.
func once(err error, op string) error {
	if lungo.IsUniquenessError(err) {
		return assess.ErrDuplicate
	}
	return wrap(err, op)
}

// every reads all documents that the filter finds, sorted where sort is given.
func every[D, T any](ctx context.Context, from lungo.ICollection, filter bson.M, sort bson.D, turn func(D) T) ([]T, error) {
	opts := options.Find()
	if sort != nil {
		opts.SetSort(sort)
	}
	cursor, err := from.Find(ctx, filter, opts)
	if err != nil {
		return nil, wrap(err, "find in "+from.Name())
	}
	var docs []D
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, wrap(err, "read from "+from.Name())
	}
	out := make([]T, len(docs))
	for i, d := range docs {
		out[i] = turn(d)
	}
	return out, nil
}
