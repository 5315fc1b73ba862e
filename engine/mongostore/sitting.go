package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/bank"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Sittings keeps sittings and registrations. It is safe for concurrent use.
type Sittings struct{ sittings, registrations lungo.ICollection }

var (
	_ sitting.Store         = (*Sittings)(nil)
	_ sitting.Registrations = (*Sittings)(nil)
	_ sitting.Candidates    = (*People)(nil)
)

// Sittings returns the store of sittings and registrations.
func (s *Store) Sittings() *Sittings {
	return &Sittings{s.db.Collection("sittings"), s.db.Collection("registrations")}
}

func (s *Store) ensureSittingIndexes(ctx context.Context) error {
	x := s.Sittings()
	return ensure(ctx, []index{
		{x.sittings, bson.D{{Key: "created", Value: -1}}, false},
		{x.sittings, bson.D{{Key: "programme", Value: 1}}, false},
		{x.registrations, bson.D{{Key: "sitting", Value: 1}}, false},
		{x.registrations, bson.D{{Key: "admission", Value: 1}}, true},
		{x.registrations, bson.D{{Key: "place", Value: 1}}, true},
		{x.registrations, bson.D{{Key: "batch", Value: 1}}, false},
	})
}

type sittingDoc struct {
	ID         string    `bson:"_id"`
	Title      string    `bson:"title"`
	Site       string    `bson:"site,omitempty"`
	Programme  string    `bson:"programme,omitempty"`
	Capacity   int       `bson:"capacity,omitempty"`
	Occupation string    `bson:"occupation"`
	Code       string    `bson:"occupationCode"`
	Level      int       `bson:"level"`
	Blueprint  bpDoc     `bson:"blueprint"`
	Opens      time.Time `bson:"opens"`
	Closes     time.Time `bson:"closes"`
	Seconds    int64     `bson:"seconds"`
	LateEntry  int64     `bson:"lateEntry"` // seconds
	Release    string    `bson:"release"`
	Explain    bool      `bson:"explain"`
	Ahead      bool      `bson:"papersAhead"`
	State      string    `bson:"state"`
	Secret     []byte    `bson:"secret"`
	Digest     string    `bson:"digest"`
	Roster     []string  `bson:"roster"`
	Version    int       `bson:"version"`
	Created    time.Time `bson:"created"`
	CreatedBy  string    `bson:"createdBy"`
	Sealed     time.Time `bson:"sealed"`
	SealedBy   string    `bson:"sealedBy"`
	OneSealer  bool      `bson:"oneSealer,omitempty"`

	Proposal *proposalDoc `bson:"proposal,omitempty"`
	Opening  *openingDoc  `bson:"opening,omitempty"`
}

type proposalDoc struct {
	By      string    `bson:"by"`
	At      time.Time `bson:"at"`
	Version int       `bson:"version"`
	Basis   string    `bson:"basis"`
}

type bpDoc struct {
	ID          string         `bson:"id"`
	Edition     int            `bson:"edition,omitempty"`
	Bank        string         `bson:"bank"`
	Title       string         `bson:"title"`
	Seconds     int64          `bson:"seconds"`
	Sections    []bpSectionDoc `bson:"sections"`
	Weights     []bpWeightDoc  `bson:"weights"`
	Difficulty  []int          `bson:"difficulty"` // of 1 … 5; empty for none
	Facility    []int          `bson:"facility"`
	MaxPerPoint int            `bson:"maxPerPoint"`
	Exposure    int            `bson:"exposure"`
	AvoidMet    bool           `bson:"avoidMet"`
}

type bpSectionDoc struct {
	Type   string `bson:"type"`
	Count  int    `bson:"count"`
	Points int64  `bson:"points"` // hundredths
	Rule   string `bson:"rule"`
}

type bpWeightDoc struct {
	Range  string `bson:"range"`
	Weight int    `bson:"weight"`
}

func byDifficulty(m map[int]int) []int {
	if len(m) == 0 {
		return nil
	}
	return []int{m[1], m[2], m[3], m[4], m[5]}
}

func difficultyMap(list []int) map[int]int {
	if len(list) != 5 {
		return nil
	}
	m := map[int]int{}
	for i, n := range list {
		m[i+1] = n
	}
	return m
}

func blueprintDoc(b bank.Blueprint) bpDoc {
	d := bpDoc{
		ID: b.ID, Edition: b.Edition, Bank: string(b.Bank), Title: b.Title, Seconds: seconds(b.Duration), Difficulty: byDifficulty(b.Difficulty),
		Facility: byDifficulty(b.Facility), MaxPerPoint: b.MaxPerPoint, Exposure: b.Exposure, AvoidMet: b.AvoidMet,
	}
	for _, s := range b.Sections {
		d.Sections = append(d.Sections, bpSectionDoc{string(s.Type), s.Count, int64(s.Points), string(s.Rule)})
	}
	for _, w := range b.Weights {
		d.Weights = append(d.Weights, bpWeightDoc{string(w.Range), w.Weight})
	}
	return d
}

func (d bpDoc) blueprint() bank.Blueprint {
	b := bank.Blueprint{
		ID: d.ID, Edition: d.Edition, Bank: bank.ID(d.Bank), Title: d.Title, Duration: duration(d.Seconds), Difficulty: difficultyMap(d.Difficulty),
		Facility: difficultyMap(d.Facility), MaxPerPoint: d.MaxPerPoint, Exposure: d.Exposure, AvoidMet: d.AvoidMet,
	}
	for _, s := range d.Sections {
		b.Sections = append(b.Sections, bank.Section{Type: bank.Type(s.Type), Count: s.Count, Points: bank.Marks(s.Points), Rule: bank.MultipleRule(s.Rule)})
	}
	for _, w := range d.Weights {
		b.Weights = append(b.Weights, bank.RangeWeight{Range: bank.RangeCode(w.Range), Weight: w.Weight})
	}
	return b
}

func seconds(d time.Duration) int64  { return int64(d / time.Second) }
func duration(s int64) time.Duration { return time.Duration(s) * time.Second }

func docOf(s sitting.Sitting) sittingDoc {
	return sittingDoc{
		ID: string(s.ID), Title: s.Title, Site: s.Site, Programme: s.Programme, Capacity: s.Capacity, Occupation: s.Occupation.Name, Code: s.Occupation.Code, Level: int(s.Level),
		Blueprint: blueprintDoc(s.Blueprint), Opens: s.Opens, Closes: s.Closes, Seconds: seconds(s.Duration), LateEntry: seconds(s.LateEntry),
		Release: string(s.Release), Explain: s.Explain, Ahead: s.PapersAhead, State: string(s.State), Secret: s.Secret, Digest: s.SecretDigest,
		Roster: texts(s.Roster), Version: s.Version, Created: s.Created, CreatedBy: s.CreatedBy, Sealed: s.Sealed, SealedBy: s.SealedBy,
		OneSealer: s.OneSealer, Proposal: (*proposalDoc)(s.Proposal), Opening: docOfOpening(s.Opening),
	}
}

func (d sittingDoc) sitting() sitting.Sitting {
	s := sitting.Sitting{
		ID: sitting.ID(d.ID), Title: d.Title, Site: d.Site, Programme: d.Programme, Capacity: d.Capacity, Occupation: standard.Occupation{Code: d.Code, Name: d.Occupation},
		Level:     standard.Level(d.Level),
		Blueprint: d.Blueprint.blueprint(), Opens: d.Opens.UTC(), Closes: d.Closes.UTC(), Duration: duration(d.Seconds),
		LateEntry: duration(d.LateEntry), Release: sitting.ReleasePolicy(d.Release), Explain: d.Explain, PapersAhead: d.Ahead, State: sitting.State(d.State),
		Secret: d.Secret, SecretDigest: d.Digest, Version: d.Version, Created: d.Created.UTC(), CreatedBy: d.CreatedBy,
		Sealed: d.Sealed.UTC(), SealedBy: d.SealedBy, OneSealer: d.OneSealer, Proposal: (*sitting.Proposal)(d.Proposal), Opening: d.Opening.opening(),
	}
	if s.Proposal != nil {
		s.Proposal.At = s.Proposal.At.UTC()
	}
	for _, id := range d.Roster {
		s.Roster = append(s.Roster, sitting.RegistrationID(id))
	}
	return s
}

// InsertSitting implements sitting.Store.
func (x *Sittings) InsertSitting(ctx context.Context, s sitting.Sitting) error {
	_, err := x.sittings.InsertOne(ctx, docOf(s))
	return wrap(err, "insert sitting")
}

// Sitting implements sitting.Store.
func (x *Sittings) Sitting(ctx context.Context, id sitting.ID) (sitting.Sitting, error) {
	var doc sittingDoc
	err := x.sittings.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc)
	if err != nil {
		return sitting.Sitting{}, absent(err, sitting.ErrNotFound, "sitting")
	}
	return doc.sitting(), nil
}

// ReplaceSitting implements sitting.Store.
func (x *Sittings) ReplaceSitting(ctx context.Context, s sitting.Sitting) (sitting.Sitting, error) {
	was := s.Version
	s.Version++
	got, err := x.sittings.ReplaceOne(ctx, bson.M{"_id": string(s.ID), "version": was}, docOf(s))
	if err != nil {
		return sitting.Sitting{}, wrap(err, "replace sitting")
	}
	if got.MatchedCount == 0 {
		return sitting.Sitting{}, sitting.ErrConflict
	}
	return s, nil
}

// Sittings implements sitting.Store.
func (x *Sittings) Sittings(ctx context.Context, skip, limit int) ([]sitting.Sitting, int, error) {
	total, err := x.sittings.CountDocuments(ctx, bson.M{})
	if err != nil {
		return nil, 0, wrap(err, "count sittings")
	}
	opts := options.Find().SetSort(bson.D{{Key: "created", Value: -1}, {Key: "_id", Value: 1}}).SetSkip(int64(skip)).SetLimit(int64(limit))
	cursor, err := x.sittings.Find(ctx, bson.M{}, opts)
	if err != nil {
		return nil, 0, wrap(err, "list sittings")
	}
	var docs []sittingDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, 0, wrap(err, "list sittings")
	}
	out := make([]sitting.Sitting, len(docs))
	for i, d := range docs {
		out[i] = d.sitting()
	}
	return out, int(total), nil
}

// SittingsOf implements programme.Sittings.
func (x *Sittings) SittingsOf(ctx context.Context, programme string) ([]sitting.Sitting, error) {
	return every(ctx, x.sittings, bson.M{"programme": programme}, bson.D{{Key: "opens", Value: 1}, {Key: "_id", Value: 1}}, sittingDoc.sitting)
}
