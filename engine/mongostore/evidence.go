package mongostore

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/assess"
	"gongyuan/engine/evidence"
	"gongyuan/engine/filing"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Evidence keeps files: what is known of them, the parts of uploads under way,
// and, in GridFS, their sealed content. It is safe for concurrent use.
type Evidence struct {
	files, parts, terms lungo.ICollection
	bucket              *lungo.Bucket
}

var (
	_ evidence.Files     = (*Evidence)(nil)
	_ evidence.Drafts    = (*Evidence)(nil)
	_ evidence.Contents  = (*Evidence)(nil)
	_ evidence.TermStore = (*Evidence)(nil)
	_ evidence.Panels    = (*Assessments)(nil)
	_ evidence.Sheets    = (*Assessments)(nil)
	_ evidence.Scores    = (*Assessments)(nil)
	_ evidence.Sittings  = (*Sittings)(nil)
	_ evidence.Accounts  = (*People)(nil)
)

// Evidence returns the store of files.
func (s *Store) Evidence() *Evidence {
	return &Evidence{
		s.db.Collection("evidence_files"), s.db.Collection("evidence_parts"), s.db.Collection("panel_terms"),
		lungo.NewBucket(s.db, options.GridFSBucket().SetName("evidence")),
	}
}

func (s *Store) ensureEvidenceIndexes(ctx context.Context) error {
	e := s.Evidence()
	if err := e.bucket.EnsureIndexes(ctx, true); err != nil {
		return err
	}
	return ensure(ctx, []index{
		{e.files, bson.D{{Key: "owner", Value: 1}, {Key: "begun", Value: 1}}, false},
		{e.files, bson.D{{Key: "sitting", Value: 1}, {Key: "kind", Value: 1}}, false},
		{e.files, bson.D{{Key: "state", Value: 1}, {Key: "begun", Value: 1}}, false},
		{e.parts, bson.D{{Key: "file", Value: 1}, {Key: "n", Value: 1}}, false},
	})
}

type fileDoc struct {
	ID           string    `bson:"_id"`
	Owner        string    `bson:"owner"`
	Kind         string    `bson:"kind"`
	Sitting      string    `bson:"sitting"`
	Registration string    `bson:"registration"`
	Panel        string    `bson:"panel"`
	Examiner     string    `bson:"examiner"`
	Filing       string    `bson:"filing,omitempty"`
	Certificate  string    `bson:"certificate,omitempty"`
	Step         int       `bson:"step,omitempty"`
	Slot         string    `bson:"slot"`
	Name         string    `bson:"name"`
	Given        string    `bson:"given"`
	Length       int64     `bson:"length"`
	State        string    `bson:"state"`
	By           string    `bson:"by"`
	Begun        time.Time `bson:"begun"`
	Type         string    `bson:"type"`
	Size         int64     `bson:"size"`
	Digest       string    `bson:"digest"`
	Content      string    `bson:"content"`
	Key          string    `bson:"key,omitempty"`
	At           time.Time `bson:"at"`
	Removed      time.Time `bson:"removed"`
	Remover      string    `bson:"remover"`
	Version      int       `bson:"version"`
}

func fileDocOf(f evidence.File) fileDoc {
	return fileDoc{
		ID: string(f.ID), Owner: f.Owner.Key(), Kind: string(f.Owner.Kind), Sitting: string(f.Owner.Sitting),
		Registration: string(f.Owner.Registration), Panel: string(f.Owner.Panel), Examiner: string(f.Owner.Examiner),
		Filing: string(f.Owner.Filing), Certificate: f.Owner.Certificate, Step: f.Owner.Step,
		Slot: string(f.Slot), Name: f.Name, Given: f.Given, Length: f.Length, State: string(f.State), By: f.By, Begun: f.Begun,
		Type: string(f.Type), Size: f.Size, Digest: f.Digest, Content: f.Content, Key: f.Key, At: f.At, Removed: f.Removed, Remover: f.Remover, Version: f.Version,
	}
}

func (d fileDoc) file() evidence.File {
	return evidence.File{
		ID: evidence.FileID(d.ID), Owner: evidence.Owner{
			Kind: evidence.Kind(d.Kind), Sitting: sitting.ID(d.Sitting), Registration: sitting.RegistrationID(d.Registration),
			Panel: assess.PanelID(d.Panel), Examiner: people.AccountID(d.Examiner),
			Filing: filing.ID(d.Filing), Certificate: d.Certificate, Step: d.Step,
		},
		Slot: assess.AttachmentID(d.Slot), Name: d.Name, Given: d.Given, Length: d.Length, State: evidence.State(d.State), By: d.By,
		Begun: d.Begun.UTC(), Type: evidence.Type(d.Type), Size: d.Size, Digest: d.Digest, Content: d.Content, Key: d.Key, At: d.At.UTC(),
		Removed: d.Removed.UTC(), Remover: d.Remover, Version: d.Version,
	}
}

// InsertFile implements evidence.Files.
func (e *Evidence) InsertFile(ctx context.Context, f evidence.File) error {
	_, err := e.files.InsertOne(ctx, fileDocOf(f))
	if lungo.IsUniquenessError(err) {
		return evidence.ErrDuplicate
	}
	return wrap(err, "insert file")
}

// File implements evidence.Files.
func (e *Evidence) File(ctx context.Context, id evidence.FileID) (evidence.File, error) {
	var doc fileDoc
	if err := e.files.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc); err != nil {
		return evidence.File{}, absent(err, evidence.ErrNotFound, "file")
	}
	return doc.file(), nil
}

// byBegin is the order of files in lists.
var byBegin = bson.D{{Key: "begun", Value: 1}, {Key: "_id", Value: 1}}

// FilesOf implements evidence.Files.
func (e *Evidence) FilesOf(ctx context.Context, ownerKey string) ([]evidence.File, error) {
	return every(ctx, e.files, bson.M{"owner": ownerKey}, byBegin, fileDoc.file)
}

// FilesOfSitting implements evidence.Files.
func (e *Evidence) FilesOfSitting(ctx context.Context, id sitting.ID, k evidence.Kind) ([]evidence.File, error) {
	return every(ctx, e.files, bson.M{"sitting": string(id), "kind": string(k)}, byBegin, fileDoc.file)
}

// ChangeFile implements evidence.Files.
func (e *Evidence) ChangeFile(ctx context.Context, f evidence.File) (evidence.File, error) {
	was := f.Version
	f.Version++
	doc := fileDocOf(f)
	got, err := e.files.ReplaceOne(ctx, bson.M{"_id": doc.ID, "version": was}, doc)
	if err != nil {
		return evidence.File{}, wrap(err, "change file")
	}
	if got.MatchedCount == 0 {
		return evidence.File{}, evidence.ErrConflict
	}
	return doc.file(), nil
}

type partDoc struct {
	ID   string `bson:"_id"` // file:n
	File string `bson:"file"`
	N    int    `bson:"n"`
	Data []byte `bson:"data"`
}

func partKey(id evidence.FileID, n int) string { return string(id) + ":" + strconv.Itoa(n) }

// InsertPart implements evidence.Drafts.
func (e *Evidence) InsertPart(ctx context.Context, id evidence.FileID, n int, sealed []byte) error {
	_, err := e.parts.InsertOne(ctx, partDoc{partKey(id, n), string(id), n, sealed})
	if lungo.IsUniquenessError(err) {
		return nil
	}
	return wrap(err, "insert part")
}

// Parts implements evidence.Drafts.
func (e *Evidence) Parts(ctx context.Context, id evidence.FileID) ([]int, error) {
	cursor, err := e.parts.Find(ctx, bson.M{"file": string(id)}, options.Find().SetSort(bson.D{{Key: "n", Value: 1}}).SetProjection(bson.M{"n": 1}))
	if err != nil {
		return nil, wrap(err, "find parts")
	}
	var docs []partDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, wrap(err, "read parts")
	}
	var out []int
	for _, d := range docs {
		out = append(out, d.N)
	}
	return out, nil
}

// Part implements evidence.Drafts.
func (e *Evidence) Part(ctx context.Context, id evidence.FileID, n int) ([]byte, error) {
	var doc partDoc
	if err := e.parts.FindOne(ctx, bson.M{"_id": partKey(id, n)}).Decode(&doc); err != nil {
		return nil, absent(err, evidence.ErrNotFound, "part")
	}
	return doc.Data, nil
}

// DropParts implements evidence.Drafts.
func (e *Evidence) DropParts(ctx context.Context, id evidence.FileID) error {
	_, err := e.parts.DeleteMany(ctx, bson.M{"file": string(id)})
	return wrap(err, "drop parts")
}

// DropDraft implements evidence.Drafts.
func (e *Evidence) DropDraft(ctx context.Context, id evidence.FileID) error {
	_, err := e.files.DeleteOne(ctx, bson.M{"_id": string(id), "state": string(evidence.Draft)})
	return wrap(err, "drop draft")
}

// PutContent implements evidence.Contents.
func (e *Evidence) PutContent(ctx context.Context, name string, sealed []byte) error {
	return wrap(e.bucket.UploadFromStreamWithID(ctx, name, name, bytes.NewReader(sealed)), "put content")
}

// Content implements evidence.Contents.
func (e *Evidence) Content(ctx context.Context, name string) ([]byte, error) {
	var out bytes.Buffer
	if _, err := e.bucket.DownloadToStream(ctx, name, &out); err != nil {
		if errors.Is(err, lungo.ErrFileNotFound) {
			return nil, evidence.ErrNotFound
		}
		return nil, wrap(err, "read content")
	}
	return out.Bytes(), nil
}

// DropContent implements evidence.Contents.
func (e *Evidence) DropContent(ctx context.Context, name string) error {
	err := e.bucket.Delete(ctx, name)
	if errors.Is(err, lungo.ErrFileNotFound) {
		return nil
	}
	return wrap(err, "drop content")
}

// DraftsBefore implements evidence.Contents.
func (e *Evidence) DraftsBefore(ctx context.Context, t time.Time) ([]evidence.FileID, error) {
	return every(ctx, e.files, bson.M{"state": string(evidence.Draft), "begun": bson.M{"$lt": t}}, byBegin,
		func(d fileDoc) evidence.FileID { return evidence.FileID(d.ID) })
}

type termsDoc struct {
	ID             string    `bson:"_id"` // of the panel
	ShowFaces      bool      `bson:"showFaces"`
	ShowNames      bool      `bson:"showNames"`
	MaterialsUntil time.Time `bson:"materialsUntil"`
	By             string    `bson:"by"`
	At             time.Time `bson:"at"`
	Version        int       `bson:"version"`
}

func (d termsDoc) terms() evidence.Terms {
	return evidence.Terms{
		Panel: assess.PanelID(d.ID), ShowFaces: d.ShowFaces, ShowNames: d.ShowNames, MaterialsUntil: d.MaterialsUntil.UTC(),
		By: people.AccountID(d.By), At: d.At.UTC(), Version: d.Version,
	}
}

// Terms implements evidence.TermStore.
func (e *Evidence) Terms(ctx context.Context, id assess.PanelID) (evidence.Terms, error) {
	found, err := every(ctx, e.terms, bson.M{"_id": string(id)}, nil, termsDoc.terms)
	if err != nil || len(found) == 0 {
		return evidence.Terms{Panel: id}, err
	}
	return found[0], nil
}

// PutTerms implements evidence.TermStore. The first version is inserted once.
func (e *Evidence) PutTerms(ctx context.Context, t evidence.Terms) (evidence.Terms, error) {
	was := t.Version
	t.Version++
	doc := termsDoc{string(t.Panel), t.ShowFaces, t.ShowNames, t.MaterialsUntil, string(t.By), t.At, t.Version}
	if was == 0 {
		_, err := e.terms.InsertOne(ctx, doc)
		if lungo.IsUniquenessError(err) {
			return evidence.Terms{}, evidence.ErrConflict
		}
		return doc.terms(), wrap(err, "insert terms")
	}
	got, err := e.terms.ReplaceOne(ctx, bson.M{"_id": doc.ID, "version": was}, doc)
	if err != nil {
		return evidence.Terms{}, wrap(err, "replace terms")
	}
	if got.MatchedCount == 0 {
		return evidence.Terms{}, evidence.ErrConflict
	}
	return doc.terms(), nil
}
