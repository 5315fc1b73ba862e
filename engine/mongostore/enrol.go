package mongostore

import (
	"context"
	"slices"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/enrol"
	"gongyuan/engine/evidence"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Enrolments keeps applications of candidates. It is safe for concurrent use.
type Enrolments struct{ windows, applications, contents lungo.ICollection }

var _ enrol.Store = (*Enrolments)(nil)

// Enrolments returns the store of applications.
func (s *Store) Enrolments() *Enrolments {
	return &Enrolments{s.db.Collection("enrol_windows"), s.db.Collection("enrolments"), s.db.Collection("enrol_contents")}
}

func (s *Store) ensureEnrolIndexes(ctx context.Context) error {
	x := s.Enrolments()
	return ensure(ctx, []index{
		{x.applications, bson.D{{Key: "number", Value: 1}}, true},
		{x.applications, bson.D{{Key: "sitting", Value: 1}, {Key: "sent", Value: 1}}, false},
	})
}

type (
	enrolWindowDoc struct {
		Sitting sitting.ID       `bson:"_id"`
		On      bool             `bson:"on"`
		Opens   time.Time        `bson:"opens"`
		Closes  time.Time        `bson:"closes"`
		By      people.AccountID `bson:"by"`
		At      time.Time        `bson:"at"`
		Version int              `bson:"version"`
	}
	enrolFileDoc struct {
		ID    string        `bson:"id"`
		Photo bool          `bson:"photo"`
		Type  evidence.Type `bson:"type"`
		Size  int           `bson:"size"`
	}
	enrolDoc struct {
		ID        string           `bson:"_id"`
		Number    string           `bson:"number"`
		Sitting   sitting.ID       `bson:"sitting"`
		Name      string           `bson:"name"`
		IDSealed  []byte           `bson:"idSealed"`
		IDHash    string           `bson:"idHash"`
		IDMasked  string           `bson:"idMasked"`
		Phone     []byte           `bson:"phone"`
		Employer  string           `bson:"employer"`
		Condition string           `bson:"condition"`
		Files     []enrolFileDoc   `bson:"files"`
		Names     []byte           `bson:"names,omitempty"` // sealed
		State     enrol.State      `bson:"state"`
		Reason    string           `bson:"reason"`
		Admission string           `bson:"admission"`
		Sent      time.Time        `bson:"sent"`
		By        people.AccountID `bson:"by"`
		Decided   time.Time        `bson:"decided"`
		Version   int              `bson:"version"`
	}
	enrolContentDoc struct {
		ID     string    `bson:"_id"`
		Sealed []byte    `bson:"sealed"`
		At     time.Time `bson:"at"`
	}
)

func docOfEnrol(a *enrol.Application) enrolDoc {
	d := enrolDoc{
		a.ID, a.Number, a.Sitting, a.Name, a.IDSealed, a.IDHash, a.IDMasked, a.Phone, a.Employer, a.Condition, make([]enrolFileDoc, len(a.Files)), a.Names,
		a.State, a.Reason, a.Admission, a.Sent, a.By, a.Decided, a.Version,
	}
	for i, f := range a.Files {
		d.Files[i] = enrolFileDoc{f.ID, f.Photo, f.Type, f.Size}
	}
	return d
}

func (d enrolDoc) application() enrol.Application {
	a := enrol.Application{
		ID: d.ID, Number: d.Number, Sitting: d.Sitting, Name: d.Name, IDSealed: d.IDSealed, IDHash: d.IDHash, IDMasked: d.IDMasked, Phone: d.Phone,
		Employer: d.Employer, Condition: d.Condition, Names: d.Names, State: d.State, Reason: d.Reason, Admission: d.Admission, Sent: d.Sent.UTC(), By: d.By,
		Decided: d.Decided.UTC(), Version: d.Version,
	}
	for _, f := range d.Files {
		a.Files = append(a.Files, enrol.File{ID: f.ID, Photo: f.Photo, Type: f.Type, Size: f.Size})
	}
	return a
}

// Window implements enrol.Store.
func (x *Enrolments) Window(ctx context.Context, id sitting.ID) (enrol.Window, error) {
	all, err := every(ctx, x.windows, bson.M{"_id": string(id)}, nil, func(d enrolWindowDoc) enrol.Window {
		d.Opens, d.Closes, d.At = d.Opens.UTC(), d.Closes.UTC(), d.At.UTC()
		return enrol.Window(d)
	})
	if err != nil || len(all) == 0 {
		return enrol.Window{Sitting: id}, err
	}
	return all[0], nil
}

// PutWindow implements enrol.Store.
func (x *Enrolments) PutWindow(ctx context.Context, w enrol.Window) (enrol.Window, error) {
	was := w.Version
	w.Version++
	return w, put(ctx, x.windows, w.Sitting, was, enrolWindowDoc(w), enrol.ErrConflict)
}

// InsertApplication implements enrol.Store.
func (x *Enrolments) InsertApplication(ctx context.Context, a enrol.Application) error {
	_, err := x.applications.InsertOne(ctx, docOfEnrol(&a))
	if lungo.IsUniquenessError(err) {
		return enrol.ErrThere
	}
	return wrap(err, "insert an enrolment")
}

// ReplaceApplication implements enrol.Store.
func (x *Enrolments) ReplaceApplication(ctx context.Context, a enrol.Application) (enrol.Application, error) {
	was := a.Version
	a.Version++
	return a, put(ctx, x.applications, a.ID, was, docOfEnrol(&a), enrol.ErrConflict)
}

func (x *Enrolments) one(ctx context.Context, filter bson.M) (enrol.Application, error) {
	var doc enrolDoc
	if err := x.applications.FindOne(ctx, filter).Decode(&doc); err != nil {
		return enrol.Application{}, absent(err, enrol.ErrNotFound, "enrolment")
	}
	return doc.application(), nil
}

// Application implements enrol.Store.
func (x *Enrolments) Application(ctx context.Context, id string) (enrol.Application, error) {
	return x.one(ctx, bson.M{"_id": id})
}

// ApplicationByNumber implements enrol.Store.
func (x *Enrolments) ApplicationByNumber(ctx context.Context, number string) (enrol.Application, error) {
	return x.one(ctx, bson.M{"number": number})
}

// ApplicationsOf implements enrol.Store.
func (x *Enrolments) ApplicationsOf(ctx context.Context, id sitting.ID) ([]enrol.Application, error) {
	return every(ctx, x.applications, bson.M{"sitting": string(id)}, bson.D{{Key: "sent", Value: 1}, {Key: "_id", Value: 1}}, enrolDoc.application)
}

// PutContent implements enrol.Store.
func (x *Enrolments) PutContent(ctx context.Context, file string, sealed []byte, at time.Time) error {
	_, err := x.contents.InsertOne(ctx, enrolContentDoc{file, sealed, at})
	return wrap(err, "insert the content of an enrolment")
}

// Content implements enrol.Store.
func (x *Enrolments) Content(ctx context.Context, file string) ([]byte, error) {
	var doc enrolContentDoc
	if err := x.contents.FindOne(ctx, bson.M{"_id": file}).Decode(&doc); err != nil {
		return nil, absent(err, enrol.ErrNotFound, "content of an enrolment")
	}
	return doc.Sealed, nil
}

// someContents is how many contents one command deletes.
const someContents = 100

// DropOrphans implements enrol.Store. Contents are read first: what an
// application names afterwards was put later than any that goes.
func (x *Enrolments) DropOrphans(ctx context.Context, before time.Time) (int, error) {
	opts := options.Find().SetProjection(bson.M{"_id": 1})
	old, err := findAll[enrolContentDoc](ctx, x.contents, bson.M{"at": bson.M{"$lt": before}}, opts)
	if err != nil || len(old) == 0 {
		return 0, wrap(err, "contents of enrolments")
	}
	named, err := findAll[enrolDoc](ctx, x.applications, bson.M{}, options.Find().SetProjection(bson.M{"files": 1}))
	if err != nil {
		return 0, wrap(err, "files of enrolments")
	}
	owned := map[string]bool{}
	for _, a := range named {
		for _, f := range a.Files {
			owned[f.ID] = true
		}
	}
	var ids []string
	for _, c := range old {
		if !owned[c.ID] {
			ids = append(ids, c.ID)
		}
	}
	for some := range slices.Chunk(ids, someContents) {
		if _, err := x.contents.DeleteMany(ctx, bson.M{"_id": bson.M{"$in": some}}); err != nil {
			return 0, wrap(err, "delete contents of enrolments")
		}
	}
	return len(ids), nil
}
