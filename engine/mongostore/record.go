package mongostore

import (
	"context"
	"fmt"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Records keeps the versions of released results, the releases and the rulings.
// It is safe for concurrent use.
type Records struct{ records, releases, rulings lungo.ICollection }

var (
	_ result.Records  = (*Records)(nil)
	_ result.Releases = (*Records)(nil)
	_ result.Rulings  = (*Records)(nil)
)

// Records returns the store of released results.
func (s *Store) Records() *Records {
	return &Records{s.db.Collection("result_records"), s.db.Collection("releases"), s.db.Collection("rulings")}
}

func (s *Store) ensureRecordIndexes(ctx context.Context) error {
	r := s.Records()
	return ensure(ctx, []index{
		{r.records, bson.D{{Key: "registration", Value: 1}, {Key: "version", Value: 1}}, false},
		{r.records, bson.D{{Key: "candidate", Value: 1}}, false},
		{r.releases, bson.D{{Key: "sitting", Value: 1}, {Key: "round", Value: 1}}, false},
		{r.rulings, bson.D{{Key: "sitting", Value: 1}, {Key: "at", Value: 1}}, false},
	})
}

// recordDoc is a document of `result_records`; _id is "registration:version",
// which is inserted once.
type recordDoc struct {
	ID           string         `bson:"_id"`
	Registration string         `bson:"registration"`
	Version      int            `bson:"version"`
	Sitting      string         `bson:"sitting"`
	Candidate    string         `bson:"candidate"`
	Code         string         `bson:"occupationCode"`
	Occupation   string         `bson:"occupation"`
	Level        int            `bson:"level"`
	Result       string         `bson:"result"`
	Passed       int            `bson:"passed"`
	Open         int            `bson:"open"`
	Components   []componentDoc `bson:"components"`
	Basis        []basisDoc     `bson:"basis"`
	Cause        string         `bson:"cause"`
	CauseID      string         `bson:"causeId"`
	Why          string         `bson:"why"`
	By           string         `bson:"by"`
	Second       string         `bson:"second"`
	At           time.Time      `bson:"at"`
	Sat          time.Time      `bson:"sat"`
}

type componentDoc struct {
	Kind     string    `bson:"kind"`
	State    string    `bson:"state"`
	Verdict  string    `bson:"verdict"`
	Awarded  int64     `bson:"awarded"` // hundredths, as all marks here
	Full     int64     `bson:"full"`
	Pass     int64     `bson:"pass"`
	Distance int64     `bson:"distance"`
	On       time.Time `bson:"on"`
	Until    time.Time `bson:"until"`
}

type basisDoc struct {
	Kind    string   `bson:"kind"`
	Attempt string   `bson:"attempt,omitempty"`
	Version int      `bson:"version,omitempty"`
	Panels  []string `bson:"panels,omitempty"`
	Appeal  string   `bson:"appeal,omitempty"`
	From    struct {
		Registration string `bson:"registration,omitempty"`
		Sitting      string `bson:"sitting,omitempty"`
		Version      int    `bson:"version,omitempty"`
	} `bson:"from,omitempty"`
}

func recordDocOf(r result.Record) recordDoc {
	d := recordDoc{
		ID: fmt.Sprintf("%s:%d", r.Registration, r.Version), Registration: string(r.Registration), Version: r.Version,
		Sitting: string(r.Sitting), Candidate: string(r.Candidate), Code: r.Occupation.Code, Occupation: r.Occupation.Name, Level: int(r.Level),
		Result: string(r.Outcome.Result), Passed: r.Outcome.Passed, Open: r.Outcome.Open,
		Cause: string(r.Cause), CauseID: r.CauseID, Why: r.Why, By: string(r.By), Second: string(r.Second), At: r.At, Sat: r.Sat,
	}
	for _, c := range r.Outcome.Components {
		d.Components = append(d.Components, componentDoc{
			string(c.Kind), string(c.State), string(c.Verdict), int64(c.Awarded), int64(c.Full), int64(c.Pass), int64(c.Distance), c.On, c.Until,
		})
	}
	for _, b := range r.Basis {
		x := basisDoc{Kind: string(b.Kind), Attempt: b.Attempt, Version: b.Version, Panels: b.Panels, Appeal: b.Appeal}
		x.From.Registration, x.From.Sitting, x.From.Version = string(b.Carried.Registration), string(b.Carried.Sitting), b.Carried.Version
		d.Basis = append(d.Basis, x)
	}
	return d
}

func (d recordDoc) record() result.Record {
	r := result.Record{
		Registration: sitting.RegistrationID(d.Registration), Version: d.Version, Sitting: sitting.ID(d.Sitting), Candidate: people.CandidateID(d.Candidate),
		Occupation: standard.Occupation{Code: d.Code, Name: d.Occupation}, Level: standard.Level(d.Level),
		Outcome: result.Outcome{Level: standard.Level(d.Level), Result: result.Qualification(d.Result), Passed: d.Passed, Open: d.Open},
		Cause:   result.Cause(d.Cause), CauseID: d.CauseID, Why: d.Why, By: people.AccountID(d.By), Second: people.AccountID(d.Second),
		At: utc(d.At), Sat: utc(d.Sat),
	}
	for _, c := range d.Components {
		r.Outcome.Components = append(r.Outcome.Components, result.Component{
			Kind: standard.Kind(c.Kind), State: result.PartState(c.State), Verdict: result.Verdict(c.Verdict), Awarded: bank.Marks(c.Awarded),
			Full: bank.Marks(c.Full), Pass: bank.Marks(c.Pass), Distance: bank.Marks(c.Distance), On: utc(c.On), Until: utc(c.Until),
		})
	}
	for _, b := range d.Basis {
		r.Basis = append(r.Basis, result.Basis{
			Kind: standard.Kind(b.Kind), Attempt: b.Attempt, Version: b.Version, Panels: b.Panels, Appeal: b.Appeal,
			Carried: result.CarriedFrom{Registration: sitting.RegistrationID(b.From.Registration), Sitting: sitting.ID(b.From.Sitting), Version: b.From.Version},
		})
	}
	return r
}

// InsertRecords implements result.Records.
func (x *Records) InsertRecords(ctx context.Context, all []result.Record) error {
	docs := make([]any, len(all))
	for i, r := range all {
		docs[i] = recordDocOf(r)
	}
	return insertOnce(ctx, x.records, docs)
}

// LatestOf implements result.Records.
func (x *Records) LatestOf(ctx context.Context, ids []sitting.RegistrationID) (map[sitting.RegistrationID]result.Record, error) {
	all, err := every(ctx, x.records, bson.M{"registration": bson.M{"$in": texts(ids)}}, nil, recordDoc.record)
	if err != nil {
		return nil, err
	}
	return newest(all), nil
}

func newest(all []result.Record) map[sitting.RegistrationID]result.Record {
	out := map[sitting.RegistrationID]result.Record{}
	for _, r := range all {
		if r.Version > out[r.Registration].Version {
			out[r.Registration] = r
		}
	}
	return out
}

// VersionsOf implements result.Records.
func (x *Records) VersionsOf(ctx context.Context, id sitting.RegistrationID) ([]result.Record, error) {
	return every(ctx, x.records, bson.M{"registration": string(id)}, bson.D{{Key: "version", Value: 1}}, recordDoc.record)
}

// LatestOfCandidates implements result.Records.
func (x *Records) LatestOfCandidates(ctx context.Context, ids []people.CandidateID) ([]result.Record, error) {
	all, err := every(ctx, x.records, bson.M{"candidate": bson.M{"$in": texts(ids)}}, nil, recordDoc.record)
	if err != nil {
		return nil, err
	}
	var out []result.Record
	for _, r := range newest(all) {
		out = append(out, r)
	}
	return out, nil
}

// releaseDoc is a document of `releases`; _id is "sitting:round", which is
// inserted once.
type releaseDoc struct {
	ID         string    `bson:"_id"`
	Sitting    string    `bson:"sitting"`
	Round      int       `bson:"round"`
	State      string    `bson:"state"`
	Digest     string    `bson:"digest"`
	Tally      tallyDoc  `bson:"tally"`
	Remark     string    `bson:"remark"`
	By         string    `bson:"by"`
	At         time.Time `bson:"at"`
	Word       string    `bson:"word"`
	Second     string    `bson:"second"`
	SecondAt   time.Time `bson:"secondAt"`
	NoticeEnds time.Time `bson:"noticeEnds"`
	Version    int       `bson:"version"`
}

type tallyDoc struct {
	Candidates  int `bson:"candidates"`
	Qualified   int `bson:"qualified"`
	Unqualified int `bson:"unqualified"`
	Incomplete  int `bson:"incomplete"`
	Withheld    int `bson:"withheld"`
	Changed     int `bson:"changed"`
}

func releaseDocOf(r result.Release) releaseDoc {
	return releaseDoc{
		fmt.Sprintf("%s:%d", r.Sitting, r.Round), string(r.Sitting), r.Round, string(r.State), r.Digest, tallyDoc(r.Tally), r.Remark,
		string(r.By), r.At, r.Word, string(r.Second), r.SecondAt, r.NoticeEnds, r.Version,
	}
}

func (d releaseDoc) release() result.Release {
	return result.Release{
		Sitting: sitting.ID(d.Sitting), Round: d.Round, State: result.ReleaseState(d.State), Digest: d.Digest, Tally: result.Tally(d.Tally), Remark: d.Remark,
		By: people.AccountID(d.By), At: utc(d.At), Word: d.Word, Second: people.AccountID(d.Second), SecondAt: utc(d.SecondAt),
		NoticeEnds: utc(d.NoticeEnds), Version: d.Version,
	}
}

// InsertRelease implements result.Releases.
func (x *Records) InsertRelease(ctx context.Context, r result.Release) error {
	_, err := x.releases.InsertOne(ctx, releaseDocOf(r))
	if lungo.IsUniquenessError(err) {
		return result.ErrDuplicate
	}
	return wrap(err, "insert release")
}

// ReplaceRelease implements result.Releases.
func (x *Records) ReplaceRelease(ctx context.Context, r result.Release) (result.Release, error) {
	was := r.Version
	r.Version++
	doc := releaseDocOf(r)
	return r, replaceVersion(ctx, x.releases, doc.ID, was, doc)
}

// replaceVersion replaces a document that still has the version, or returns
// result.ErrConflict.
func replaceVersion(ctx context.Context, in lungo.ICollection, id string, was int, doc any) error {
	done, err := in.ReplaceOne(ctx, bson.M{"_id": id, "version": was}, doc)
	if err != nil {
		return wrap(err, "replace in "+in.Name())
	}
	if done.MatchedCount == 0 {
		return result.ErrConflict
	}
	return nil
}

// ReleasesOf implements result.Releases.
func (x *Records) ReleasesOf(ctx context.Context, id sitting.ID) ([]result.Release, error) {
	return every(ctx, x.releases, bson.M{"sitting": string(id)}, bson.D{{Key: "round", Value: 1}}, releaseDoc.release)
}

// rulingDoc is a document of `rulings`.
type rulingDoc struct {
	ID           string    `bson:"_id"`
	Sitting      string    `bson:"sitting"`
	Registration string    `bson:"registration"`
	Kind         string    `bson:"kind"`
	Component    string    `bson:"component"`
	State        string    `bson:"state"`
	Why          string    `bson:"why"`
	By           string    `bson:"by"`
	At           time.Time `bson:"at"`
	Word         string    `bson:"word"`
	Second       string    `bson:"second"`
	SecondAt     time.Time `bson:"secondAt"`
	Version      int       `bson:"version"`
}

func rulingDocOf(r result.Ruling) rulingDoc {
	return rulingDoc{
		string(r.ID), string(r.Sitting), string(r.Registration), string(r.Kind), string(r.Component), string(r.State), r.Why,
		string(r.By), r.At, r.Word, string(r.Second), r.SecondAt, r.Version,
	}
}

func (d rulingDoc) ruling() result.Ruling {
	return result.Ruling{
		ID: result.RulingID(d.ID), Sitting: sitting.ID(d.Sitting), Registration: sitting.RegistrationID(d.Registration), Kind: result.RulingKind(d.Kind),
		Component: standard.Kind(d.Component), State: result.RulingState(d.State), Why: d.Why, By: people.AccountID(d.By), At: utc(d.At),
		Word: d.Word, Second: people.AccountID(d.Second), SecondAt: utc(d.SecondAt), Version: d.Version,
	}
}

// InsertRuling implements result.Rulings.
func (x *Records) InsertRuling(ctx context.Context, r result.Ruling) error {
	_, err := x.rulings.InsertOne(ctx, rulingDocOf(r))
	return wrap(err, "insert ruling")
}

// Ruling implements result.Rulings.
func (x *Records) Ruling(ctx context.Context, id result.RulingID) (result.Ruling, error) {
	var doc rulingDoc
	if err := x.rulings.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc); err != nil {
		return result.Ruling{}, absent(err, result.ErrNotFound, "ruling")
	}
	return doc.ruling(), nil
}

// ReplaceRuling implements result.Rulings.
func (x *Records) ReplaceRuling(ctx context.Context, r result.Ruling) (result.Ruling, error) {
	was := r.Version
	r.Version++
	return r, replaceVersion(ctx, x.rulings, string(r.ID), was, rulingDocOf(r))
}

// RulingsOf implements result.Rulings.
func (x *Records) RulingsOf(ctx context.Context, id sitting.ID) ([]result.Ruling, error) {
	return every(ctx, x.rulings, bson.M{"sitting": string(id)}, bson.D{{Key: "at", Value: 1}, {Key: "_id", Value: 1}}, rulingDoc.ruling)
}
