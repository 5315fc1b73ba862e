package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Appeals keeps appeals. It is safe for concurrent use.
type Appeals struct{ appeals lungo.ICollection }

var _ result.Appeals = (*Appeals)(nil)

// Appeals returns the store of appeals.
func (s *Store) Appeals() *Appeals { return &Appeals{s.db.Collection("appeals")} }

func (s *Store) ensureAppealIndexes(ctx context.Context) error {
	a := s.Appeals()
	return ensure(ctx, []index{
		{a.appeals, bson.D{{Key: "year", Value: 1}, {Key: "serial", Value: 1}}, true},
		{a.appeals, bson.D{{Key: "sitting", Value: 1}}, false},
		{a.appeals, bson.D{{Key: "registration", Value: 1}}, false},
		{a.appeals, bson.D{{Key: "state", Value: 1}, {Key: "due", Value: 1}}, false},
	})
}

// appealDoc is a document of `appeals`. _id is inserted once, and so are
// year and serial.
type appealDoc struct {
	ID           string     `bson:"_id"`
	Year         int        `bson:"year"`
	Serial       int64      `bson:"serial"`
	Sitting      string     `bson:"sitting"`
	Registration string     `bson:"registration"`
	Candidate    string     `bson:"candidate"`
	Component    string     `bson:"component"`
	Against      int        `bson:"against"`
	Kind         string     `bson:"kind"`
	Text         string     `bson:"text"`
	FiledBy      string     `bson:"filedBy"`
	Filed        time.Time  `bson:"filed"`
	Due          time.Time  `bson:"due"`
	State        string     `bson:"state"`
	Handler      string     `bson:"handler"`
	Reviewer     string     `bson:"reviewer"`
	Assigner     string     `bson:"assigner"`
	Report       *reportDoc `bson:"report,omitempty"`
	Decider      string     `bson:"decider"`
	Answer       string     `bson:"answer"`
	Answered     time.Time  `bson:"answered"`
	Steps        []stepDoc  `bson:"steps"`
	Followed     time.Time  `bson:"followed"`
	Version      int        `bson:"version"`
}

type reportDoc struct {
	Changed    bool      `bson:"changed"`
	Marks      int64     `bson:"marks"` // hundredths
	Finding    string    `bson:"finding"`
	Attachment string    `bson:"attachment"`
	Against    int       `bson:"against"`
	Was        int64     `bson:"was"`
	At         time.Time `bson:"at"`
}

type stepDoc struct {
	Act string    `bson:"act"`
	By  string    `bson:"by"`
	Who string    `bson:"who,omitempty"`
	Why string    `bson:"why"`
	At  time.Time `bson:"at"`
}

func appealDocOf(a result.Appeal) appealDoc {
	d := appealDoc{
		ID: string(a.ID), Year: a.Year, Serial: a.Serial, Sitting: string(a.Sitting), Registration: string(a.Registration), Candidate: string(a.Candidate),
		Component: string(a.Component), Against: a.Against, Kind: string(a.Kind), Text: a.Text, FiledBy: string(a.FiledBy), Filed: a.Filed, Due: a.Due,
		State: string(a.State), Handler: string(a.Handler), Reviewer: string(a.Reviewer), Assigner: string(a.Assigner), Decider: string(a.Decider),
		Answer: a.Answer, Answered: a.Answered, Followed: a.Followed, Version: a.Version,
	}
	if r := a.Report; r != nil {
		d.Report = &reportDoc{r.Changed, int64(r.Marks), r.Finding, r.Attachment, r.Against, int64(r.Was), r.At}
	}
	for _, s := range a.Steps {
		d.Steps = append(d.Steps, stepDoc{string(s.Act), string(s.By), string(s.Who), s.Why, s.At})
	}
	return d
}

func (d appealDoc) appeal() result.Appeal {
	a := result.Appeal{
		ID: result.AppealID(d.ID), Year: d.Year, Serial: d.Serial, Sitting: sitting.ID(d.Sitting), Registration: sitting.RegistrationID(d.Registration),
		Candidate: people.CandidateID(d.Candidate), Component: standard.Kind(d.Component), Against: d.Against, Kind: result.AppealKind(d.Kind),
		Text: d.Text, FiledBy: people.AccountID(d.FiledBy), Filed: utc(d.Filed), Due: utc(d.Due), State: result.AppealState(d.State),
		Handler: people.AccountID(d.Handler), Reviewer: people.AccountID(d.Reviewer), Assigner: people.AccountID(d.Assigner),
		Decider: people.AccountID(d.Decider), Answer: d.Answer, Answered: utc(d.Answered), Followed: utc(d.Followed), Version: d.Version,
	}
	if r := d.Report; r != nil {
		a.Report = &result.Report{
			Changed: r.Changed, Marks: bank.Marks(r.Marks), Finding: r.Finding, Attachment: r.Attachment, Against: r.Against,
			Was: bank.Marks(r.Was), At: utc(r.At),
		}
	}
	for _, s := range d.Steps {
		a.Steps = append(a.Steps, result.Step{
			Act: result.AppealAct(s.Act), By: people.AccountID(s.By), Who: people.AccountID(s.Who), Why: s.Why, At: utc(s.At),
		})
	}
	return a
}

// InsertAppeal implements result.Appeals.
func (x *Appeals) InsertAppeal(ctx context.Context, a result.Appeal) error {
	_, err := x.appeals.InsertOne(ctx, appealDocOf(a))
	if lungo.IsUniquenessError(err) {
		return result.ErrDuplicate
	}
	return wrap(err, "insert appeal")
}

// Appeal implements result.Appeals.
func (x *Appeals) Appeal(ctx context.Context, id result.AppealID) (result.Appeal, error) {
	var doc appealDoc
	if err := x.appeals.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc); err != nil {
		return result.Appeal{}, absent(err, result.ErrNotFound, "appeal")
	}
	return doc.appeal(), nil
}

// ReplaceAppeal implements result.Appeals.
func (x *Appeals) ReplaceAppeal(ctx context.Context, a result.Appeal) (result.Appeal, error) {
	was := a.Version
	a.Version++
	return a, replaceVersion(ctx, x.appeals, string(a.ID), was, appealDocOf(a))
}

var byFiling = bson.D{{Key: "filed", Value: 1}, {Key: "_id", Value: 1}}

// AppealsOf implements result.Appeals.
func (x *Appeals) AppealsOf(ctx context.Context, id sitting.ID) ([]result.Appeal, error) {
	return every(ctx, x.appeals, bson.M{"sitting": string(id)}, byFiling, appealDoc.appeal)
}

// AppealsAgainst implements result.Appeals.
func (x *Appeals) AppealsAgainst(ctx context.Context, id sitting.RegistrationID) ([]result.Appeal, error) {
	return every(ctx, x.appeals, bson.M{"registration": string(id)}, byFiling, appealDoc.appeal)
}

// AppealsIn implements result.Appeals.
func (x *Appeals) AppealsIn(ctx context.Context, states []result.AppealState, skip, limit int) ([]result.Appeal, int, error) {
	filter := bson.M{"state": bson.M{"$in": texts(states)}}
	return page(ctx, x.appeals, filter, bson.D{{Key: "due", Value: 1}, {Key: "_id", Value: 1}}, skip, limit, appealDoc.appeal)
}

// LastAppeal implements result.Appeals.
func (x *Appeals) LastAppeal(ctx context.Context, year int, from int64) (int64, error) {
	docs, err := findAll[appealDoc](ctx, x.appeals, bson.M{"year": year, "serial": bson.M{"$gte": from}},
		options.Find().SetSort(bson.D{{Key: "serial", Value: -1}}).SetLimit(1))
	if err != nil || len(docs) == 0 {
		return from - 1, err
	}
	return docs[0].Serial, nil
}
