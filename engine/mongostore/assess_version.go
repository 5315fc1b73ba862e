package mongostore

import (
	"context"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/assess"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// InsertVersion implements assess.Versions.
func (a *Assessments) InsertVersion(ctx context.Context, s assess.Score) error {
	doc := scoreDocOf(s)
	doc.ID += ":" + strconv.Itoa(s.Version)
	_, err := a.versions.InsertOne(ctx, doc)
	return once(err, "insert version of score")
}

// VersionsOf implements assess.Versions.
func (a *Assessments) VersionsOf(ctx context.Context, id assess.PanelID, who sitting.RegistrationID) ([]assess.Score, error) {
	filter := bson.M{"panel": string(id), "registration": string(who)}
	return every(ctx, a.versions, filter, bson.D{{Key: "version", Value: 1}}, scoreDoc.score)
}

type unlockDoc struct {
	ID           string    `bson:"_id"` // panel:draw:examiner:version:serial
	Panel        string    `bson:"panel"`
	Registration string    `bson:"registration"`
	Examiner     string    `bson:"examiner"`
	Draw         int       `bson:"draw"`
	Signed       int       `bson:"signed"`
	Why          string    `bson:"why"`
	By           string    `bson:"by"`
	At           time.Time `bson:"at"`
	State        string    `bson:"state"`
	Second       string    `bson:"second"`
	SecondWhy    string    `bson:"secondWhy"`
	SecondAt     time.Time `bson:"secondAt"`
}

func unlockDocOf(u assess.Unlock) unlockDoc {
	return unlockDoc{
		string(u.ID), string(u.Panel), string(u.Registration), string(u.Examiner), u.Draw, u.Signed, u.Why, string(u.By), u.At,
		string(u.State), string(u.Second), u.SecondWhy, u.SecondAt,
	}
}

func (d unlockDoc) unlock() assess.Unlock {
	return assess.Unlock{
		ID: assess.UnlockID(d.ID), ScoreKey: assess.ScoreKey{
			Panel: assess.PanelID(d.Panel), Registration: sitting.RegistrationID(d.Registration), Examiner: people.AccountID(d.Examiner),
		},
		Draw: d.Draw, Signed: d.Signed, Why: d.Why, By: people.AccountID(d.By), At: d.At.UTC(), State: assess.UnlockState(d.State),
		Second: people.AccountID(d.Second), SecondWhy: d.SecondWhy, SecondAt: d.SecondAt.UTC(),
	}
}

// InsertUnlock implements assess.Unlocks.
func (a *Assessments) InsertUnlock(ctx context.Context, u assess.Unlock) error {
	_, err := a.unlocks.InsertOne(ctx, unlockDocOf(u))
	return once(err, "insert unlock")
}

// Unlock implements assess.Unlocks.
func (a *Assessments) Unlock(ctx context.Context, id assess.UnlockID) (assess.Unlock, error) {
	var doc unlockDoc
	if err := a.unlocks.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc); err != nil {
		return assess.Unlock{}, absent(err, assess.ErrNotFound, "unlock")
	}
	return doc.unlock(), nil
}

// ReplaceUnlock implements assess.Unlocks.
func (a *Assessments) ReplaceUnlock(ctx context.Context, u assess.Unlock) error {
	got, err := a.unlocks.ReplaceOne(ctx, bson.M{"_id": string(u.ID), "state": string(assess.Asked)}, unlockDocOf(u))
	if err == nil && got.MatchedCount == 0 {
		return assess.ErrConflict
	}
	return wrap(err, "replace unlock")
}

// UnlocksOf implements assess.Unlocks.
func (a *Assessments) UnlocksOf(ctx context.Context, id assess.PanelID) ([]assess.Unlock, error) {
	newest := bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: 1}}
	return every(ctx, a.unlocks, bson.M{"panel": string(id)}, newest, unlockDoc.unlock)
}
