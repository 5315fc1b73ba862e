package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/people"
	"gongyuan/engine/programme"
	"gongyuan/engine/standard"
)

// Programmes keeps programmes, in the collection `programmes`. It is safe for
// concurrent use.
type Programmes struct{ programmes lungo.ICollection }

var (
	_ programme.Store    = (*Programmes)(nil)
	_ programme.Sittings = (*Sittings)(nil)
)

// Programmes returns the store of programmes.
func (s *Store) Programmes() *Programmes { return &Programmes{s.db.Collection("programmes")} }

func (s *Store) ensureProgrammeIndexes(ctx context.Context) error {
	return ensure(ctx, []index{{s.Programmes().programmes, bson.D{{Key: "changed", Value: -1}}, false}})
}

type (
	programmeDaysDoc struct {
		Kind  standard.Kind `bson:"kind"`
		From  string        `bson:"from"`
		Until string        `bson:"until"`
	}
	programmeLevelDoc struct {
		Level    int                `bson:"level"`
		Capacity int                `bson:"capacity"`
		Days     []programmeDaysDoc `bson:"days"`
	}
	programmeDoc struct {
		ID         programme.ID        `bson:"_id"`
		Title      string              `bson:"title"`
		Site       string              `bson:"site"`
		Occupation string              `bson:"occupation"`
		Code       string              `bson:"occupationCode"`
		Levels     []programmeLevelDoc `bson:"levels"`
		Note       string              `bson:"note"`
		State      programme.State     `bson:"state"`
		Reason     string              `bson:"reason"`
		Version    int                 `bson:"version"`
		Changed    time.Time           `bson:"changed"`
		By         people.AccountID    `bson:"by"`
	}
)

func docOfProgramme(p *programme.Programme) programmeDoc {
	d := programmeDoc{
		ID: p.ID, Title: p.Title, Site: p.Site, Occupation: p.Occupation.Name, Code: p.Occupation.Code, Note: p.Note, State: p.State,
		Reason: p.Reason, Version: p.Version, Changed: p.Changed, By: p.By,
	}
	for _, l := range p.Levels {
		x := programmeLevelDoc{Level: int(l.Level), Capacity: l.Capacity}
		for _, y := range l.Days {
			x.Days = append(x.Days, programmeDaysDoc(y))
		}
		d.Levels = append(d.Levels, x)
	}
	return d
}

func (d programmeDoc) programme() programme.Programme {
	p := programme.Programme{
		ID: d.ID, Title: d.Title, Site: d.Site, Occupation: standard.Occupation{Code: d.Code, Name: d.Occupation}, Note: d.Note, State: d.State,
		Reason: d.Reason, Version: d.Version, Changed: d.Changed.UTC(), By: d.By,
	}
	for _, l := range d.Levels {
		x := programme.Level{Level: standard.Level(l.Level), Capacity: l.Capacity}
		for _, y := range l.Days {
			x.Days = append(x.Days, programme.Days(y))
		}
		p.Levels = append(p.Levels, x)
	}
	return p
}

// PutProgramme implements programme.Store.
func (x *Programmes) PutProgramme(ctx context.Context, p programme.Programme) (programme.Programme, error) {
	was := p.Version
	p.Version++
	return p, put(ctx, x.programmes, p.ID, was, docOfProgramme(&p), programme.ErrConflict)
}

// Programme implements programme.Store.
func (x *Programmes) Programme(ctx context.Context, id programme.ID) (programme.Programme, error) {
	var d programmeDoc
	if err := x.programmes.FindOne(ctx, bson.M{"_id": id}).Decode(&d); err != nil {
		return programme.Programme{}, absent(err, programme.ErrNotFound, "programme")
	}
	return d.programme(), nil
}

// Programmes implements programme.Store.
func (x *Programmes) Programmes(ctx context.Context) ([]programme.Programme, error) {
	return every(ctx, x.programmes, bson.M{}, bson.D{{Key: "changed", Value: -1}, {Key: "_id", Value: 1}}, programmeDoc.programme)
}
