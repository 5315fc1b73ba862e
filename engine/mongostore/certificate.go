package mongostore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/sequence"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Certificates keeps certificates, their acts and the log. It is safe for
// concurrent use. Its collections are not sharded: their unique indexes do not
// hold across shards, and they are small.
type Certificates struct{ certificates, acts, leaves, heads, motions lungo.ICollection }

var (
	_ certificate.Records  = (*Certificates)(nil)
	_ certificate.LogStore = (*Certificates)(nil)
)

// Certificates returns the store of certificates.
func (s *Store) Certificates() *Certificates {
	return &Certificates{
		s.db.Collection("certificates"), s.db.Collection("certificate_acts"), s.db.Collection("certificate_log"), s.db.Collection("certificate_heads"),
		s.db.Collection("certificate_motions"),
	}
}

func (s *Store) ensureCertificateIndexes(ctx context.Context) error {
	x := s.Certificates()
	return ensure(ctx, []index{
		{x.certificates, bson.D{{Key: "series", Value: 1}, {Key: "serial", Value: 1}}, true},
		{x.certificates, bson.D{{Key: "sitting", Value: 1}, {Key: "registration", Value: 1}}, true},
		{x.certificates, bson.D{{Key: "documentHash", Value: 1}, {Key: "nameKey", Value: 1}}, false},
		{x.certificates, bson.D{{Key: "leaf", Value: 1}}, false},
		{x.acts, bson.D{{Key: "number", Value: 1}, {Key: "seq", Value: 1}}, true},
		{x.acts, bson.D{{Key: "leaf", Value: 1}}, false},
		{x.motions, bson.D{{Key: "number", Value: 1}, {Key: "seq", Value: 1}}, true},
		{x.leaves, bson.D{{Key: "key", Value: 1}}, true},
	})
}

type certificateDoc struct {
	Number         string    `bson:"_id"`
	Series         string    `bson:"series"`
	Serial         int64     `bson:"serial"`
	Sitting        string    `bson:"sitting"`
	Registration   string    `bson:"registration"`
	Candidate      string    `bson:"candidate"`
	Name           string    `bson:"name"`
	NameKey        string    `bson:"nameKey"`
	Document       string    `bson:"document"`
	DocumentSealed []byte    `bson:"documentSealed"`
	DocumentHash   string    `bson:"documentHash"`
	DocumentMasked string    `bson:"documentMasked"`
	OccupationCode string    `bson:"occupationCode"`
	Occupation     string    `bson:"occupation"`
	Direction      string    `bson:"direction"`
	Level          int       `bson:"level"`
	LevelTitle     string    `bson:"levelTitle"`
	Body           string    `bson:"body"`
	Date           string    `bson:"date"`
	Expires        string    `bson:"expires,omitempty"`
	Template       int       `bson:"template,omitempty"`
	Issued         time.Time `bson:"issued"`
	By             string    `bson:"by"`
	Statement      string    `bson:"statement"`
	Leaf           int64     `bson:"leaf"` // -1 until it has one
}

type certificateActDoc struct {
	ID     string    `bson:"_id"` // number:seq
	Number string    `bson:"number"`
	Seq    int       `bson:"seq"`
	Kind   string    `bson:"kind"`
	Reason string    `bson:"reason"`
	By     string    `bson:"by"`
	Second string    `bson:"second"`
	At     time.Time `bson:"at"`
	Leaf   int64     `bson:"leaf"` // -1 until it has one
}

func (d certificateDoc) certificate() certificate.Certificate {
	return certificate.Certificate{
		Number: certificate.Number(d.Number), Series: certificate.Series(d.Series), Serial: int(d.Serial), Sitting: sitting.ID(d.Sitting),
		Registration: sitting.RegistrationID(d.Registration), Candidate: people.CandidateID(d.Candidate), Name: d.Name, NameKey: d.NameKey,
		Document: certificate.DocumentType(d.Document), DocumentSealed: d.DocumentSealed, DocumentHash: d.DocumentHash, DocumentMasked: d.DocumentMasked,
		Occupation: standard.Occupation{Code: d.OccupationCode, Name: d.Occupation}, Direction: d.Direction, Level: standard.Level(d.Level),
		LevelTitle: d.LevelTitle, Body: d.Body, Date: certificate.Date(d.Date), Issued: d.Issued.UTC(), By: people.AccountID(d.By),
		Expires: certificate.Date(d.Expires), Template: d.Template, Statement: d.Statement, LogIndex: d.Leaf,
	}
}

func (d certificateActDoc) act() certificate.Act {
	return certificate.Act{
		Number: certificate.Number(d.Number), Seq: d.Seq, Kind: certificate.ActKind(d.Kind), Reason: d.Reason,
		By: people.AccountID(d.By), Second: people.AccountID(d.Second), At: d.At.UTC(), LogIndex: d.Leaf,
	}
}

// Insert implements certificate.Store.
func (x *Certificates) Insert(ctx context.Context, c certificate.Certificate) error {
	_, err := x.certificates.InsertOne(ctx, certificateDoc{
		Number: string(c.Number), Series: string(c.Series), Serial: int64(c.Serial), Sitting: string(c.Sitting), Registration: string(c.Registration),
		Candidate: string(c.Candidate), Name: c.Name, NameKey: c.NameKey, Document: string(c.Document), DocumentSealed: c.DocumentSealed,
		DocumentHash: c.DocumentHash, DocumentMasked: c.DocumentMasked, OccupationCode: c.Occupation.Code, Occupation: c.Occupation.Name,
		Direction: c.Direction, Level: int(c.Level), LevelTitle: c.LevelTitle, Body: c.Body, Date: string(c.Date), Issued: c.Issued,
		By: string(c.By), Expires: string(c.Expires), Template: c.Template, Statement: c.Statement, Leaf: c.LogIndex,
	})
	return taken(err, "insert certificate")
}

// LastSerial implements certificate.Store.
func (x *Certificates) LastSerial(ctx context.Context, s certificate.Series, from int) (int, error) {
	filter := bson.M{"series": string(s), "serial": bson.M{"$gte": int64(from)}}
	sort := bson.D{{Key: "series", Value: -1}, {Key: "serial", Value: -1}}
	last, err := highest(ctx, x.certificates, filter, "serial", sort, from > 1)
	return int(max(last, int64(from)-1)), wrap(err, "last serial")
}

// highest returns the highest value of a field among the documents that match,
// -1 where none does. Near the end of a run few match; they are not sorted,
// because the embedded database sorts before it filters.
func highest(ctx context.Context, in lungo.ICollection, filter bson.M, field string, sort bson.D, nearEnd bool) (int64, error) {
	opts := options.Find().SetProjection(bson.M{field: 1})
	if !nearEnd {
		opts.SetSort(sort).SetLimit(1)
	}
	cursor, err := in.Find(ctx, filter, opts)
	if err != nil {
		return 0, err
	}
	var docs []map[string]any
	if err := cursor.All(ctx, &docs); err != nil {
		return 0, err
	}
	last := int64(-1)
	for _, d := range docs {
		n, ok := d[field].(int64)
		if !ok {
			return 0, fmt.Errorf("%s is a %T, not a 64-bit integer", field, d[field])
		}
		last = max(last, n)
	}
	return last, nil
}

// ByNumber implements certificate.Store.
func (x *Certificates) ByNumber(ctx context.Context, n certificate.Number) (certificate.Certificate, error) {
	return x.one(ctx, bson.M{"_id": string(n)})
}

// ByIntake implements certificate.Store.
func (x *Certificates) ByIntake(ctx context.Context, s sitting.ID, r sitting.RegistrationID) (certificate.Certificate, error) {
	return x.one(ctx, bson.M{"sitting": string(s), "registration": string(r)})
}

func (x *Certificates) one(ctx context.Context, filter bson.M) (certificate.Certificate, error) {
	var doc certificateDoc
	if err := x.certificates.FindOne(ctx, filter).Decode(&doc); err != nil {
		return certificate.Certificate{}, absent(err, certificate.ErrNotFound, "certificate")
	}
	c := []certificate.Certificate{doc.certificate()}
	err := x.addActs(ctx, c)
	return c[0], err
}

// ByPaper implements certificate.Finder.
func (x *Certificates) ByPaper(ctx context.Context, n certificate.Number, nameKey string) ([]certificate.Certificate, error) {
	return x.evenly(ctx, bson.M{"_id": string(n), "nameKey": nameKey})
}

// ByHolder implements certificate.Finder.
func (x *Certificates) ByHolder(ctx context.Context, documentHash, nameKey string) ([]certificate.Certificate, error) {
	return x.evenly(ctx, bson.M{"documentHash": documentHash, "nameKey": nameKey})
}

// evenly is all, at the same cost where nothing is found: the time of an answer
// must not tell the public what is kept here.
func (x *Certificates) evenly(ctx context.Context, filter bson.M) ([]certificate.Certificate, error) {
	out, err := x.all(ctx, filter, 0)
	if err == nil && len(out) == 0 {
		err = x.addActs(ctx, make([]certificate.Certificate, 1))
	}
	return out, err
}

// ByDocuments implements certificate.Finder.
func (x *Certificates) ByDocuments(ctx context.Context, hashes []string) ([]certificate.Certificate, error) {
	var out []certificate.Certificate
	for some := range slices.Chunk(hashes, 500) {
		found, err := x.all(ctx, bson.M{"documentHash": bson.M{"$in": some}}, 0)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.SortFunc(out, func(a, b certificate.Certificate) int { return strings.Compare(string(a.Number), string(b.Number)) })
	return out, nil
}

// OfSitting implements certificate.Finder.
func (x *Certificates) OfSitting(ctx context.Context, id sitting.ID) ([]certificate.Certificate, error) {
	return x.all(ctx, bson.M{"sitting": string(id)}, 0)
}

// Unlogged implements certificate.Pending.
func (x *Certificates) Unlogged(ctx context.Context, limit int) ([]certificate.Certificate, error) {
	out, err := x.all(ctx, bson.M{"leaf": certificate.NotLogged}, int64(limit))
	if err != nil || len(out) >= limit {
		return out, err
	}
	var acts []certificateActDoc
	cursor, err := x.acts.Find(ctx, bson.M{"leaf": certificate.NotLogged}, options.Find().SetLimit(int64(limit)))
	if err == nil {
		err = cursor.All(ctx, &acts)
	}
	if err != nil {
		return nil, wrap(err, "acts without a leaf")
	}
	have := map[certificate.Number]bool{}
	for _, c := range out {
		have[c.Number] = true
	}
	for _, a := range acts {
		if n := certificate.Number(a.Number); !have[n] && len(out) < limit {
			c, err := x.ByNumber(ctx, n)
			if err != nil {
				return nil, err
			}
			out, have[n] = append(out, c), true
		}
	}
	return out, nil
}

// all finds certificates by number, limit 0 for all of them.
func (x *Certificates) all(ctx context.Context, filter bson.M, limit int64) ([]certificate.Certificate, error) {
	cursor, err := x.certificates.Find(ctx, filter, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(limit))
	if err != nil {
		return nil, wrap(err, "certificates")
	}
	var docs []certificateDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, wrap(err, "certificates")
	}
	out := make([]certificate.Certificate, len(docs))
	for i, d := range docs {
		out[i] = d.certificate()
	}
	return out, x.addActs(ctx, out)
}

// addActs fills in the acts, in their order.
func (x *Certificates) addActs(ctx context.Context, cs []certificate.Certificate) error {
	at := make(map[string]int, len(cs))
	numbers := make([]string, len(cs))
	for i, c := range cs {
		numbers[i], at[string(c.Number)] = string(c.Number), i
	}
	for some := range slices.Chunk(numbers, 1000) {
		cursor, err := x.acts.Find(ctx, bson.M{"number": bson.M{"$in": some}})
		if err != nil {
			return wrap(err, "acts")
		}
		var docs []certificateActDoc
		if err := cursor.All(ctx, &docs); err != nil {
			return wrap(err, "acts")
		}
		slices.SortFunc(docs, func(a, b certificateActDoc) int { return a.Seq - b.Seq })
		for _, d := range docs {
			c := &cs[at[d.Number]]
			c.Acts = append(c.Acts, d.act())
		}
	}
	return nil
}

// InsertAct implements certificate.Store.
func (x *Certificates) InsertAct(ctx context.Context, a certificate.Act) error {
	_, err := x.acts.InsertOne(ctx, certificateActDoc{
		certificateActID(a.Number, a.Seq), string(a.Number), a.Seq, string(a.Kind), a.Reason, string(a.By), string(a.Second), a.At, a.LogIndex,
	})
	return taken(err, "insert act")
}

// SetLogged implements certificate.Pending.
func (x *Certificates) SetLogged(ctx context.Context, n certificate.Number, seq int, index int64) error {
	in, id := x.certificates, string(n)
	if seq > 0 {
		in, id = x.acts, certificateActID(n, seq)
	}
	got, err := in.UpdateOne(ctx, bson.M{"_id": id}, bson.M{"$set": bson.M{"leaf": index}})
	if err == nil && got.MatchedCount == 0 {
		return certificate.ErrNotFound
	}
	return wrap(err, "set leaf")
}

func certificateActID(n certificate.Number, seq int) string {
	return string(n) + ":" + strconv.Itoa(seq)
}

// taken turns a duplicate key into sequence.ErrTaken, which is also the
// certificate module's.
func taken(err error, op string) error {
	if lungo.IsUniquenessError(err) {
		return sequence.ErrTaken
	}
	return wrap(err, op)
}
