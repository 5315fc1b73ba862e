package mongostore

import (
	"context"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/certificate"
	"gongyuan/engine/correction"
	"gongyuan/engine/earlier"
	"gongyuan/engine/enrol"
	"gongyuan/engine/evidence"
	"gongyuan/engine/filing"
	"gongyuan/engine/people"
	"gongyuan/engine/personnel"
	"gongyuan/engine/rekey"
	"gongyuan/engine/sitting"
	"gongyuan/engine/training"
)

// sealedTextDoc has every field that a text is bound to, of whatever collection.
type sealedTextDoc struct {
	ID             string `bson:"_id"`
	Sealed         []byte `bson:"sealed"`
	DocumentSealed []byte `bson:"documentSealed"`
	IDSealed       []byte `bson:"idSealed"`
	Phone          []byte `bson:"phone"`
	Names          []byte `bson:"names"`
	Sitting        string `bson:"sitting"`
	Registration   string `bson:"registration"`
	Subject        struct {
		Contact string `bson:"contact"`
	} `bson:"subject"`
}

// sealedTexts is the sealed text of every document of a collection.
type sealedTexts struct {
	name  string
	in    lungo.ICollection
	field string
	text  func(d *sealedTextDoc) rekey.Text
	value func(sealed []byte) any
}

var (
	_ rekey.Texts       = (*sealedTexts)(nil)
	_ evidence.Holdings = (*Evidence)(nil)
)

// SealedTexts lists every store of sealed texts: what is sealed and not listed
// here stays under its old secret for ever.
func (s *Store) SealedTexts() []rekey.Texts {
	same := func(sealed []byte) any { return sealed }
	return []rekey.Texts{
		&sealedTexts{"candidates", s.People().candidates, "sealed", func(d *sealedTextDoc) rekey.Text {
			return rekey.Text{ID: d.ID, Context: string(people.CandidateID(d.ID)), Sealed: d.Sealed}
		}, same},
		&sealedTexts{"certificates", s.Certificates().certificates, "documentSealed", func(d *sealedTextDoc) rekey.Text {
			return rekey.Text{ID: d.ID, Context: certificate.SealContext(sitting.ID(d.Sitting), sitting.RegistrationID(d.Registration)), Sealed: d.DocumentSealed}
		}, same},
		&sealedTexts{"trainings", s.Trainings().trainings, "sealed", func(d *sealedTextDoc) rekey.Text {
			return rekey.Text{ID: d.ID, Context: training.SealContext(training.ID(d.ID)), Sealed: d.Sealed}
		}, same},
		&sealedTexts{"earlier-certificates", s.Earlier().in, "sealed", func(d *sealedTextDoc) rekey.Text {
			return rekey.Text{ID: d.ID, Context: earlier.SealContext(certificate.Number(d.ID)), Sealed: d.Sealed}
		}, same},
		&sealedTexts{"applications", s.Enrolments().applications, "idSealed", func(d *sealedTextDoc) rekey.Text {
			return rekey.Text{ID: d.ID, Context: d.ID, Sealed: d.IDSealed}
		}, same},
		&sealedTexts{"application-phones", s.Enrolments().applications, "phone", func(d *sealedTextDoc) rekey.Text {
			return rekey.Text{ID: d.ID, Context: enrol.PhoneContext(d.ID), Sealed: d.Phone}
		}, same},
		&sealedTexts{"application-names", s.Enrolments().applications, "names", func(d *sealedTextDoc) rekey.Text {
			return rekey.Text{ID: d.ID, Context: enrol.NamesContext(d.ID), Sealed: d.Names}
		}, same},
		&sealedTexts{"corrections", s.Corrections().in, "sealed", func(d *sealedTextDoc) rekey.Text {
			return rekey.Text{ID: d.ID, Context: correction.SealContext(correction.ID(d.ID)), Sealed: d.Sealed}
		}, same},
		&sealedTexts{"factors", s.Factors().factors, "sealed", func(d *sealedTextDoc) rekey.Text {
			return rekey.Text{ID: d.ID, Context: personnel.SealContext(people.AccountID(d.ID)), Sealed: d.Sealed}
		}, same},
		&sealedTexts{"contacts", s.Filings().filings, "subject.contact", func(d *sealedTextDoc) rekey.Text {
			sealed, plain := filing.ParseContact(d.Subject.Contact)
			return rekey.Text{ID: d.ID, Context: filing.SealContext(filing.ID(d.ID)), Sealed: sealed, Plain: plain}
		}, func(sealed []byte) any { return filing.SealedContact(sealed) }},
	}
}

// SealedContents lists likewise what a vault sealed, other than evidence.
func (s *Store) SealedContents() []rekey.Texts {
	return []rekey.Texts{
		&sealedTexts{"application-files", s.Enrolments().contents, "sealed", func(d *sealedTextDoc) rekey.Text {
			return rekey.Text{ID: d.ID, Context: enrol.ContentContext(d.ID), Sealed: d.Sealed}
		}, func(sealed []byte) any { return sealed }},
	}
}

// Name implements rekey.Texts.
func (x *sealedTexts) Name() string { return x.name }

// Texts implements rekey.Texts. Who has none is left out.
func (x *sealedTexts) Texts(ctx context.Context, after string, limit int) ([]rekey.Text, error) {
	filter := bson.M{"_id": bson.M{"$gt": after}, x.field: bson.M{"$exists": true, "$ne": ""}}
	opts := options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(int64(limit)).
		SetProjection(bson.M{x.field: 1, "sitting": 1, "registration": 1})
	docs, err := findAll[sealedTextDoc](ctx, x.in, filter, opts)
	if err != nil {
		return nil, wrap(err, "sealed texts of "+x.name)
	}
	out := make([]rekey.Text, len(docs))
	for i := range docs {
		out[i] = x.text(&docs[i])
	}
	return out, nil
}

// Exchange implements rekey.Texts.
func (x *sealedTexts) Exchange(ctx context.Context, was rekey.Text, sealed []byte) (bool, error) {
	var before any = was.Plain
	if was.Sealed != nil {
		before = x.value(was.Sealed)
	}
	done, err := x.in.UpdateOne(ctx, bson.M{"_id": was.ID, x.field: before}, bson.M{"$set": bson.M{x.field: x.value(sealed)}})
	if err != nil {
		return false, wrap(err, "seal again in "+x.name)
	}
	return done.MatchedCount > 0, nil
}

// KeptAfter implements evidence.Holdings.
func (e *Evidence) KeptAfter(ctx context.Context, id evidence.FileID, limit int) ([]evidence.File, error) {
	filter := bson.M{"_id": bson.M{"$gt": string(id)}, "state": string(evidence.Kept)}
	docs, err := findAll[fileDoc](ctx, e.files, filter, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(int64(limit)))
	if err != nil {
		return nil, wrap(err, "kept files")
	}
	out := make([]evidence.File, len(docs))
	for i, d := range docs {
		out[i] = d.file()
	}
	return out, nil
}

// ContentsOf implements evidence.Holdings. A content is named after its file.
func (e *Evidence) ContentsOf(ctx context.Context, id evidence.FileID) ([]string, error) {
	cursor, err := e.bucket.Find(ctx, bson.M{"_id": bson.M{"$gte": string(id) + ":", "$lt": string(id) + ";"}})
	if err != nil {
		return nil, wrap(err, "contents of a file")
	}
	var docs []struct {
		ID string `bson:"_id"`
	}
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, wrap(err, "contents of a file")
	}
	var out []string
	for _, d := range docs {
		out = append(out, d.ID)
	}
	return out, nil
}
