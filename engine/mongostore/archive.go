package mongostore

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/archive"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Archives keeps what is known of archives in `archives`, requests to read them
// in `archive_requests` and the files in GridFS. It is safe for concurrent use.
type Archives struct {
	archives, requests lungo.ICollection
	bucket             *lungo.Bucket
}

var (
	_ archive.Store = (*Archives)(nil)
	_ archive.Files = (*Archives)(nil)
)

// Archives returns the store of archives.
func (s *Store) Archives() *Archives {
	return &Archives{
		s.db.Collection("archives"), s.db.Collection("archive_requests"),
		lungo.NewBucket(s.db, options.GridFSBucket().SetName("archives")),
	}
}

func (s *Store) ensureArchiveIndexes(ctx context.Context) error {
	x := s.Archives()
	if err := x.bucket.EnsureIndexes(ctx, true); err != nil {
		return err
	}
	return ensure(ctx, []index{
		{x.archives, bson.D{{Key: "sitting", Value: 1}, {Key: "number", Value: 1}}, false},
		{x.requests, bson.D{{Key: "sitting", Value: 1}, {Key: "at", Value: -1}}, false},
	})
}

type archiveDoc struct {
	ID      string         `bson:"_id"` // sitting:number, inserted once
	Sitting string         `bson:"sitting"`
	Number  int            `bson:"number"`
	File    string         `bson:"file"`
	Size    int64          `bson:"size"`
	SHA256  string         `bson:"sha256"`
	Key     string         `bson:"key"`
	Signer  string         `bson:"signer"`
	Counts  map[string]int `bson:"counts"`
	At      time.Time      `bson:"at"`
	By      string         `bson:"by"`
}

func (d archiveDoc) archive() archive.Archive {
	return archive.Archive{
		ID: archive.ID(d.ID), Sitting: sitting.ID(d.Sitting), Number: d.Number, File: d.File, Size: d.Size, SHA256: d.SHA256,
		Key: d.Key, Signer: d.Signer, Counts: d.Counts, At: utc(d.At), By: people.AccountID(d.By),
	}
}

// InsertArchive implements archive.Store.
func (x *Archives) InsertArchive(ctx context.Context, a archive.Archive) error {
	_, err := x.archives.InsertOne(ctx, archiveDoc{
		string(a.ID), string(a.Sitting), a.Number, a.File, a.Size, a.SHA256, a.Key, a.Signer, a.Counts, a.At, string(a.By),
	})
	if lungo.IsUniquenessError(err) {
		return archive.ErrConflict
	}
	return wrap(err, "insert archive")
}

// Archive implements archive.Store.
func (x *Archives) Archive(ctx context.Context, id archive.ID) (archive.Archive, error) {
	var d archiveDoc
	err := x.archives.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&d)
	return d.archive(), absent(err, archive.ErrNotFound, "an archive")
}

// ArchivesOf implements archive.Store.
func (x *Archives) ArchivesOf(ctx context.Context, id sitting.ID) ([]archive.Archive, error) {
	return every(ctx, x.archives, bson.M{"sitting": string(id)}, bson.D{{Key: "number", Value: 1}}, archiveDoc.archive)
}

type archiveRequestDoc struct {
	ID           string    `bson:"_id"`
	Archive      string    `bson:"archive"`
	Sitting      string    `bson:"sitting"`
	SHA256       string    `bson:"sha256"`
	Registration string    `bson:"registration"`
	Why          string    `bson:"why"`
	By           string    `bson:"by"`
	At           time.Time `bson:"at"`
	State        string    `bson:"state"`
	Second       string    `bson:"second"`
	SecondWhy    string    `bson:"secondWhy"`
	SecondAt     time.Time `bson:"secondAt"`
	Until        time.Time `bson:"until"`
	Version      int       `bson:"version"`
}

func docOfArchiveRequest(r *archive.Request) archiveRequestDoc {
	return archiveRequestDoc{
		string(r.ID), string(r.Archive), string(r.Sitting), r.SHA256, string(r.Registration), r.Why, string(r.By), r.At,
		string(r.State), string(r.Second), r.SecondWhy, r.SecondAt, r.Until, r.Version,
	}
}

func (d archiveRequestDoc) request() archive.Request {
	return archive.Request{
		ID: archive.RequestID(d.ID), Archive: archive.ID(d.Archive), Sitting: sitting.ID(d.Sitting), SHA256: d.SHA256,
		Registration: sitting.RegistrationID(d.Registration), Why: d.Why, By: people.AccountID(d.By), At: utc(d.At),
		State: archive.State(d.State), Second: people.AccountID(d.Second), SecondWhy: d.SecondWhy, SecondAt: utc(d.SecondAt), Until: utc(d.Until), Version: d.Version,
	}
}

// InsertRequest implements archive.Store.
func (x *Archives) InsertRequest(ctx context.Context, r archive.Request) error {
	_, err := x.requests.InsertOne(ctx, docOfArchiveRequest(&r))
	if lungo.IsUniquenessError(err) {
		return archive.ErrConflict
	}
	return wrap(err, "insert archive request")
}

// Request implements archive.Store.
func (x *Archives) Request(ctx context.Context, id archive.RequestID) (archive.Request, error) {
	var d archiveRequestDoc
	err := x.requests.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&d)
	return d.request(), absent(err, archive.ErrNotFound, "a request to read an archive")
}

// ReplaceRequest implements archive.Store.
func (x *Archives) ReplaceRequest(ctx context.Context, r archive.Request) (archive.Request, error) {
	was := r.Version
	r.Version++
	done, err := x.requests.ReplaceOne(ctx, bson.M{"_id": string(r.ID), "version": was}, docOfArchiveRequest(&r))
	if err == nil && done.MatchedCount == 0 {
		return archive.Request{}, archive.ErrConflict
	}
	return r, wrap(err, "replace archive request")
}

// RequestsOf implements archive.Store.
func (x *Archives) RequestsOf(ctx context.Context, id sitting.ID) ([]archive.Request, error) {
	return every(ctx, x.requests, bson.M{"sitting": string(id)}, bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: 1}}, archiveRequestDoc.request)
}

// CreateFile implements archive.Files.
func (x *Archives) CreateFile(ctx context.Context, name string) (io.WriteCloser, error) {
	s, err := x.bucket.OpenUploadStreamWithID(ctx, name, name)
	return s, wrap(err, "create archive file")
}

// OpenFile implements archive.Files.
func (x *Archives) OpenFile(ctx context.Context, name string) (io.ReadCloser, error) {
	s, err := x.bucket.OpenDownloadStream(ctx, name)
	if errors.Is(err, lungo.ErrFileNotFound) {
		return nil, archive.ErrNotFound
	}
	return s, wrap(err, "open archive file")
}

// DropFile implements archive.Files.
func (x *Archives) DropFile(ctx context.Context, name string) error {
	err := x.bucket.Delete(ctx, name)
	if errors.Is(err, lungo.ErrFileNotFound) {
		return nil
	}
	return wrap(err, "drop archive file")
}
