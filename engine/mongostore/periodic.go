package mongostore

import (
	"context"
	"fmt"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/people"
	"gongyuan/engine/periodic"
)

// Periodics keeps submitted reports, in the collection `periodic_reports`; _id is
// "period:number", which is inserted once. It is safe for concurrent use.
type Periodics struct{ versions lungo.ICollection }

var _ periodic.Store = (*Periodics)(nil)

// Periodics returns the store of submitted reports.
func (s *Store) Periodics() *Periodics { return &Periodics{s.db.Collection("periodic_reports")} }

func (s *Store) ensurePeriodicIndexes(ctx context.Context) error {
	return ensure(ctx, []index{{s.Periodics().versions, bson.D{{Key: "period", Value: 1}, {Key: "number", Value: 1}}, false}})
}

type (
	// periodicLineDoc has the fields of a periodic.Line.
	periodicLineDoc struct {
		Group  periodic.Group `bson:"group"`
		Key    string         `bson:"key"`
		Counts []int          `bson:"counts"`
	}
	// periodicStaffDoc has the fields of a periodic.Staff.
	periodicStaffDoc struct {
		Bodies     int `bson:"bodies"`
		Sites      int `bson:"sites"`
		Examiners  int `bson:"examiners"`
		Assessed   int `bson:"assessed"`
		NotPassed  int `bson:"notPassed"`
		Unassessed int `bson:"unassessed"`
	}
	periodicDoc struct {
		ID     string            `bson:"_id"`
		Period string            `bson:"period"`
		Number int               `bson:"number"`
		Lines  []periodicLineDoc `bson:"lines"`
		Staff  periodicStaffDoc  `bson:"staff"`
		By     string            `bson:"by"`
		At     time.Time         `bson:"at"`
	}
)

func (d periodicDoc) version() periodic.Version {
	v := periodic.Version{Period: periodic.Period(d.Period), Number: d.Number, By: people.AccountID(d.By), At: d.At.UTC()}
	v.Figures.Staff = periodic.Staff(d.Staff)
	for _, l := range d.Lines {
		v.Figures.Lines = append(v.Figures.Lines, periodic.Line(l))
	}
	return v
}

// InsertVersion implements periodic.Store.
func (x *Periodics) InsertVersion(ctx context.Context, v periodic.Version) error {
	d := periodicDoc{
		ID: fmt.Sprintf("%s:%d", v.Period, v.Number), Period: string(v.Period), Number: v.Number, Staff: periodicStaffDoc(v.Figures.Staff), By: string(v.By), At: v.At,
	}
	for _, l := range v.Figures.Lines {
		d.Lines = append(d.Lines, periodicLineDoc(l))
	}
	_, err := x.versions.InsertOne(ctx, d)
	if lungo.IsUniquenessError(err) {
		return periodic.ErrConflict
	}
	return wrap(err, "insert a submitted report")
}

// Versions implements periodic.Store.
func (x *Periodics) Versions(ctx context.Context, p periodic.Period) ([]periodic.Version, error) {
	return every(ctx, x.versions, bson.M{"period": string(p)}, bson.D{{Key: "number", Value: 1}}, periodicDoc.version)
}
