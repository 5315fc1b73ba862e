package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/people"
	"gongyuan/engine/readiness"
	"gongyuan/engine/sitting"
)

// Readiness keeps what drills and computers reported. It is safe for
// concurrent use.
type Readiness struct{ drills, probes lungo.ICollection }

var _ readiness.Store = (*Readiness)(nil)

// Readiness returns the store of drills and of computers.
func (s *Store) Readiness() *Readiness {
	return &Readiness{s.db.Collection("drills"), s.db.Collection("room_probes")}
}

func (s *Store) ensureReadinessIndexes(ctx context.Context) error {
	x := s.Readiness()
	return ensure(ctx, []index{
		{x.drills, bson.D{{Key: "ended", Value: -1}}, false},
		{x.probes, bson.D{{Key: "sitting", Value: 1}, {Key: "room", Value: 1}, {Key: "seat", Value: 1}}, false},
	})
}

type (
	drillDoc struct {
		ID         string           `bson:"_id"`
		Ready      bool             `bson:"ready"`
		Began      time.Time        `bson:"began"`
		Ended      time.Time        `bson:"ended"`
		Candidates int              `bson:"candidates"`
		Checked    int              `bson:"checked"`
		Lost       int              `bson:"lost"`
		Doubled    int              `bson:"doubled"`
		Trespasses int              `bson:"trespasses"`
		By         people.AccountID `bson:"by"`
		At         time.Time        `bson:"at"`
	}
	probeDoc struct {
		ID        string     `bson:"_id"`
		Sitting   sitting.ID `bson:"sitting"`
		Room      string     `bson:"room"`
		Seat      string     `bson:"seat"`
		Memory    bool       `bson:"memory"`
		Width     int        `bson:"width"`
		Height    int        `bson:"height"`
		RoundTrip int64      `bson:"roundTripMs"`
		Offset    int64      `bson:"offsetMs"`
		Agent     string     `bson:"agent"`
		Address   string     `bson:"address"`
		Outside   bool       `bson:"outside"`
		At        time.Time  `bson:"at"`
	}
)

// InsertDrill implements readiness.Store.
func (x *Readiness) InsertDrill(ctx context.Context, d readiness.Drill) error {
	_, err := x.drills.InsertOne(ctx, drillDoc(d))
	if lungo.IsUniquenessError(err) {
		return readiness.ErrKnown
	}
	return wrap(err, "insert a drill")
}

// LatestDrill implements readiness.Store.
func (x *Readiness) LatestDrill(ctx context.Context) (readiness.Drill, error) {
	var doc drillDoc
	err := x.drills.FindOne(ctx, bson.M{}, options.FindOne().SetSort(bson.D{{Key: "ended", Value: -1}, {Key: "_id", Value: 1}})).Decode(&doc)
	if err != nil {
		return readiness.Drill{}, absent(err, readiness.ErrNotFound, "drill")
	}
	doc.Began, doc.Ended, doc.At = doc.Began.UTC(), doc.Ended.UTC(), doc.At.UTC()
	return readiness.Drill(doc), nil
}

// PutProbe implements readiness.Store.
func (x *Readiness) PutProbe(ctx context.Context, p readiness.Probe) error {
	doc := probeDoc{
		string(p.Sitting) + "\x1f" + p.Room + "\x1f" + p.Seat, p.Sitting, p.Room, p.Seat, p.Memory, p.Width, p.Height, p.RoundTrip.Milliseconds(),
		p.Offset.Milliseconds(), p.Agent, p.Address, p.Outside, p.At,
	}
	_, err := x.probes.ReplaceOne(ctx, bson.M{"_id": doc.ID}, doc, options.Replace().SetUpsert(true))
	if lungo.IsUniquenessError(err) { // the same seat at the same moment: either will do
		return nil
	}
	return wrap(err, "put a probe")
}

// Probes implements readiness.Store.
func (x *Readiness) Probes(ctx context.Context, id sitting.ID) ([]readiness.Probe, error) {
	return every(ctx, x.probes, bson.M{"sitting": string(id)}, bson.D{{Key: "room", Value: 1}, {Key: "seat", Value: 1}}, func(d probeDoc) readiness.Probe {
		return readiness.Probe{
			Sitting: d.Sitting, Room: d.Room, Seat: d.Seat, Memory: d.Memory, Width: d.Width, Height: d.Height,
			RoundTrip: time.Duration(d.RoundTrip) * time.Millisecond, Offset: time.Duration(d.Offset) * time.Millisecond, Agent: d.Agent, Address: d.Address,
			Outside: d.Outside, At: d.At.UTC(),
		}
	})
}
