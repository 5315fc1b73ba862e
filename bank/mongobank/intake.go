package mongobank

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"gongyuan/bank"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// intakeDoc is a file that somebody wants to import.
type intakeDoc struct {
	ID        string    `bson:"_id"`
	Bank      string    `bson:"bank"`
	Name      string    `bson:"name"`
	Size      int64     `bson:"size"`
	By        string    `bson:"by"`
	At        time.Time `bson:"at"`
	Version   int       `bson:"version"`
	State     string    `bson:"state"`
	Format    string    `bson:"format"`
	Detected  string    `bson:"detected"`
	Point     string    `bson:"point"`
	Progress  int       `bson:"progress"`
	Total     int       `bson:"total"`
	Beat      time.Time `bson:"beat"`
	Failure   string    `bson:"failure"`
	Title     string    `bson:"title"`
	Digest    string    `bson:"digest"`
	Counts    []int     `bson:"counts"` // rows, kept, changed, dropped, added, revised, unchanged
	Outline   bool      `bson:"outline"`
	Blueprint bool      `bson:"blueprint"`
	Leave     []string  `bson:"leave"`
	Fixes     []fixDoc  `bson:"fixes,omitempty"`
}

type fixDoc struct {
	Sheet string `bson:"sheet"`
	Row   int    `bson:"row"`
	Field string `bson:"field"`
	Text  string `bson:"text"`
	Free  bool   `bson:"free"`
}

func newIntakeDoc(i bank.Intake) intakeDoc {
	ms := func(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
	return intakeDoc{
		ID: i.ID, Bank: string(i.Bank), Name: i.Name, Size: i.Size, By: i.By, At: ms(i.At), Version: i.Version, State: string(i.State),
		Format: i.Format, Detected: i.Detected, Point: string(i.Point), Progress: i.Progress, Total: i.Total, Beat: ms(i.Beat), Failure: i.Failure,
		Title: i.Title, Digest: i.Digest, Counts: []int{i.Rows, i.Kept, i.Changed, i.Dropped, i.Added, i.Revised, i.Unchanged},
		Outline: i.Outline, Blueprint: i.Blueprint, Leave: i.Leave, Fixes: mapped(i.Fixes, func(f bank.Fix) fixDoc { return fixDoc(f) }),
	}
}

func (d intakeDoc) intake() bank.Intake {
	n := make([]int, 7)
	copy(n, d.Counts)
	return bank.Intake{
		ID: d.ID, Bank: bank.ID(d.Bank), Name: d.Name, Size: d.Size, By: d.By, At: d.At.UTC(), Version: d.Version, State: bank.IntakeState(d.State),
		Format: d.Format, Detected: d.Detected, Point: bank.PointCode(d.Point), Progress: d.Progress, Total: d.Total, Beat: utc(d.Beat),
		Failure: d.Failure, Title: d.Title, Digest: d.Digest, Rows: n[0], Kept: n[1], Changed: n[2], Dropped: n[3], Added: n[4], Revised: n[5],
		Unchanged: n[6], Outline: d.Outline, Blueprint: d.Blueprint, Leave: d.Leave, Fixes: mapped(d.Fixes, func(f fixDoc) bank.Fix { return bank.Fix(f) }),
	}
}

// InsertIntake keeps a new intake. It returns bank.ErrConflict where its id is
// taken.
func (s *Store) InsertIntake(ctx context.Context, i bank.Intake) error {
	_, err := s.intakes.InsertOne(ctx, newIntakeDoc(i))
	if lungo.IsUniquenessError(err) {
		err = bank.ErrConflict
	}
	return wrap(err, "insert intake")
}

// Intake returns an intake, or bank.ErrNotFound.
func (s *Store) Intake(ctx context.Context, id string) (bank.Intake, error) {
	var doc intakeDoc
	err := load(ctx, s.intakes, id, &doc)
	return doc.intake(), err
}

// ChangeIntake replaces an intake unless it changed since it was read
// (bank.ErrConflict), and returns it with its new version.
func (s *Store) ChangeIntake(ctx context.Context, i bank.Intake) (bank.Intake, error) {
	was := i.Version
	i.Version++
	got, err := s.intakes.ReplaceOne(ctx, bson.D{{Key: "_id", Value: i.ID}, {Key: "version", Value: was}}, newIntakeDoc(i))
	if err == nil && got.MatchedCount == 0 {
		err = bank.ErrConflict
	}
	return i, wrap(err, "change intake")
}

// DropIntake removes an intake with its parts. None there is no error.
func (s *Store) DropIntake(ctx context.Context, id string) error {
	if err := s.DropIntakeParts(ctx, id); err != nil {
		return err
	}
	_, err := s.intakes.DeleteOne(ctx, bson.D{{Key: "_id", Value: id}})
	return wrap(err, "drop intake")
}

// StaleIntakes lists the intakes that nobody touched since a time.
func (s *Store) StaleIntakes(ctx context.Context, before time.Time) ([]string, error) {
	var out []string
	filter := bson.D{{Key: "at", Value: bson.D{{Key: "$lt", Value: before.UTC()}}}}
	err := each(ctx, s.intakes, filter, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}), func(d intakeDoc) { out = append(out, d.ID) })
	return out, err
}

type intakePartDoc struct {
	ID     string `bson:"_id"` // <intake>#<number>
	Intake string `bson:"intake"`
	Data   []byte `bson:"data"`
}

func partKey(id string, number int) string { return fmt.Sprintf("%s#%05d", id, number) }

// AddIntakePart keeps a part of a file. One that is there stays as it is.
func (s *Store) AddIntakePart(ctx context.Context, id string, number int, data []byte) error {
	_, err := s.parts.InsertOne(ctx, intakePartDoc{partKey(id, number), id, data})
	if lungo.IsUniquenessError(err) {
		return nil
	}
	return wrap(err, "add part")
}

// IntakeContent returns what is there of a file, in the order of its parts.
func (s *Store) IntakeContent(ctx context.Context, id string) ([]byte, error) {
	var out bytes.Buffer
	err := each(ctx, s.parts, bson.D{{Key: "intake", Value: id}}, options.Find().SetSort(byID), func(d intakePartDoc) { out.Write(d.Data) })
	return out.Bytes(), err
}

// DropIntakeParts removes the parts of a file.
func (s *Store) DropIntakeParts(ctx context.Context, id string) error {
	_, err := s.parts.DeleteMany(ctx, bson.D{{Key: "intake", Value: id}})
	return wrap(err, "drop parts")
}
