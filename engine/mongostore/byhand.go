package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/attempt"
	"gongyuan/engine/byhand"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// PaperSheets keeps printed papers in `paper_sheets`. It is safe for concurrent
// use.
type PaperSheets struct{ sheets lungo.ICollection }

var _ byhand.Store = (*PaperSheets)(nil)

// PaperSheets returns the store of printed papers.
func (s *Store) PaperSheets() *PaperSheets { return &PaperSheets{s.db.Collection("paper_sheets")} }

func (s *Store) ensurePaperSheetIndexes(ctx context.Context) error {
	return ensure(ctx, []index{{s.PaperSheets().sheets, bson.D{{Key: "sitting", Value: 1}, {Key: "at", Value: 1}}, false}})
}

type (
	paperAnswerDoc struct {
		Slot     int    `bson:"slot"`
		Response string `bson:"response"`
	}
	paperTypedDoc struct {
		By      string           `bson:"by"`
		At      time.Time        `bson:"at"`
		Answers []paperAnswerDoc `bson:"answers"`
	}
	paperSheetDoc struct {
		ID           string          `bson:"_id"`
		Sitting      string          `bson:"sitting"`
		Registration string          `bson:"registration"`
		Attempt      string          `bson:"attempt"`
		Epoch        int             `bson:"epoch"`
		Slots        int             `bson:"slots"`
		Why          string          `bson:"why"`
		By           string          `bson:"by"`
		At           time.Time       `bson:"at"`
		State        string          `bson:"state"`
		Typed        []paperTypedDoc `bson:"typed"`
		Settled      *paperTypedDoc  `bson:"settled,omitempty"`
		Known        int             `bson:"known"`
		Saved        int             `bson:"saved"`
		SetAside     int             `bson:"setAside"`
		Version      int             `bson:"version"`
	}
)

func docOfTyped(t *byhand.Typed) paperTypedDoc {
	d := paperTypedDoc{By: string(t.By), At: t.At}
	for slot, r := range t.Answers {
		d.Answers = append(d.Answers, paperAnswerDoc{slot, r})
	}
	return d
}

func (d paperTypedDoc) typed() byhand.Typed {
	t := byhand.Typed{By: people.AccountID(d.By), At: utc(d.At), Answers: map[int]string{}}
	for _, a := range d.Answers {
		t.Answers[a.Slot] = a.Response
	}
	return t
}

func docOfPaperSheet(s *byhand.Sheet) paperSheetDoc {
	d := paperSheetDoc{
		ID: string(s.Code), Sitting: string(s.Sitting), Registration: string(s.Registration), Attempt: string(s.Attempt), Epoch: s.Epoch, Slots: s.Slots,
		Why: s.Why, By: string(s.By), At: s.At, State: string(s.State), Known: s.Handed.Known, Saved: s.Handed.Saved, SetAside: s.Handed.SetAside, Version: s.Version,
	}
	for i := range s.Typed {
		d.Typed = append(d.Typed, docOfTyped(&s.Typed[i]))
	}
	if s.Settled != nil {
		settled := docOfTyped(s.Settled)
		d.Settled = &settled
	}
	return d
}

func (d paperSheetDoc) sheet() byhand.Sheet {
	s := byhand.Sheet{
		Code: byhand.Code(d.ID), Sitting: sitting.ID(d.Sitting), Registration: sitting.RegistrationID(d.Registration), Attempt: attempt.AttemptID(d.Attempt), Epoch: d.Epoch, Slots: d.Slots,
		Why: d.Why, By: people.AccountID(d.By), At: utc(d.At), State: byhand.State(d.State), Handed: attempt.HandedIn{Known: d.Known, Saved: d.Saved, SetAside: d.SetAside}, Version: d.Version,
	}
	for _, t := range d.Typed {
		s.Typed = append(s.Typed, t.typed())
	}
	if d.Settled != nil {
		settled := d.Settled.typed()
		s.Settled = &settled
	}
	return s
}

// InsertSheet implements byhand.Store.
func (x *PaperSheets) InsertSheet(ctx context.Context, s byhand.Sheet) error {
	_, err := x.sheets.InsertOne(ctx, docOfPaperSheet(&s))
	if lungo.IsUniquenessError(err) {
		return byhand.ErrConflict
	}
	return wrap(err, "insert paper sheet")
}

// Sheet implements byhand.Store.
func (x *PaperSheets) Sheet(ctx context.Context, code byhand.Code) (byhand.Sheet, error) {
	var d paperSheetDoc
	err := x.sheets.FindOne(ctx, bson.M{"_id": string(code)}).Decode(&d)
	return d.sheet(), absent(err, byhand.ErrNotFound, "a paper sheet")
}

// ReplaceSheet implements byhand.Store.
func (x *PaperSheets) ReplaceSheet(ctx context.Context, s byhand.Sheet) (byhand.Sheet, error) {
	was := s.Version
	s.Version++
	done, err := x.sheets.ReplaceOne(ctx, bson.M{"_id": string(s.Code), "version": was}, docOfPaperSheet(&s))
	if err == nil && done.MatchedCount == 0 {
		return byhand.Sheet{}, byhand.ErrConflict
	}
	return s, wrap(err, "replace paper sheet")
}

// SheetsOf implements byhand.Store.
func (x *PaperSheets) SheetsOf(ctx context.Context, id sitting.ID) ([]byhand.Sheet, error) {
	return every(ctx, x.sheets, bson.M{"sitting": string(id)}, bson.D{{Key: "at", Value: 1}, {Key: "_id", Value: 1}}, paperSheetDoc.sheet)
}
