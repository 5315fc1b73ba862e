package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
)

type motionDoc struct {
	ID       string    `bson:"_id"` // number:seq
	Number   string    `bson:"number"`
	Seq      int       `bson:"seq"`
	Kind     string    `bson:"kind"`
	Reason   string    `bson:"reason"`
	Evidence string    `bson:"evidence"`
	Files    []string  `bson:"files,omitempty"`
	Seen     int       `bson:"seen"`
	State    string    `bson:"state"`
	By       string    `bson:"by"`
	At       time.Time `bson:"at"`
	Second   string    `bson:"second"`
	SecondAt time.Time `bson:"secondAt"`
	Word     string    `bson:"word"`
	Version  int       `bson:"version"`
}

func docOfMotion(m *certificate.Motion) motionDoc {
	return motionDoc{
		certificateActID(m.Number, m.Seq), string(m.Number), m.Seq, string(m.Kind), m.Reason, m.Evidence, m.Files, m.Seen, string(m.State),
		string(m.By), m.At, string(m.Second), m.SecondAt, m.Word, m.Version,
	}
}

func (d *motionDoc) motion() certificate.Motion {
	return certificate.Motion{
		Number: certificate.Number(d.Number), Seq: d.Seq, Kind: certificate.ActKind(d.Kind), Reason: d.Reason, Evidence: d.Evidence, Files: d.Files, Seen: d.Seen,
		State: certificate.MotionState(d.State), By: people.AccountID(d.By), At: d.At.UTC(), Second: people.AccountID(d.Second),
		SecondAt: d.SecondAt.UTC(), Word: d.Word, Version: d.Version,
	}
}

// InsertMotion implements certificate.Motions.
func (x *Certificates) InsertMotion(ctx context.Context, m certificate.Motion) error {
	_, err := x.motions.InsertOne(ctx, docOfMotion(&m))
	return taken(err, "insert motion")
}

// ReplaceMotion implements certificate.Motions.
func (x *Certificates) ReplaceMotion(ctx context.Context, m certificate.Motion) error {
	was := m.Version
	m.Version++
	done, err := x.motions.ReplaceOne(ctx, bson.M{"_id": certificateActID(m.Number, m.Seq), "version": was}, docOfMotion(&m))
	if err == nil && done.MatchedCount == 0 {
		return certificate.ErrTaken
	}
	return wrap(err, "replace motion")
}

// MotionsOf implements certificate.Motions.
func (x *Certificates) MotionsOf(ctx context.Context, n certificate.Number) ([]certificate.Motion, error) {
	cursor, err := x.motions.Find(ctx, bson.M{"number": string(n)}, options.Find().SetSort(bson.D{{Key: "seq", Value: 1}}))
	if err != nil {
		return nil, wrap(err, "motions")
	}
	var docs []motionDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, wrap(err, "motions")
	}
	out := make([]certificate.Motion, len(docs))
	for i := range docs {
		out[i] = docs[i].motion()
	}
	return out, nil
}
