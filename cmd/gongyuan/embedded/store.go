package embedded

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/256dpi/lungo"
	"github.com/256dpi/lungo/bsonkit"
	"github.com/256dpi/lungo/mongokit"
	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/bson"
)

// The file holds two buckets:
//
//	format
//	    version      → "gongyuan-1"
//	databases
//	    <database>
//	        <collection>
//	            documents    8 bytes, big endian → document in BSON
//	            indexes      name → definition in BSON
//
// A document's key is a number that its bucket gave it at its insert, so that
// walking the keys gives the documents in the order of their inserts.
var (
	formatBucket    = []byte("format")
	versionKey      = []byte("version")
	version         = []byte("gongyuan-1")
	databasesBucket = []byte("databases")
	documentsBucket = []byte("documents")
	indexesBucket   = []byte("indexes")
)

// maxDocument is the size of the largest document that MongoDB takes. The
// embedded store keeps to it so that a bank which works here also moves.
const maxDocument = 16 << 20

// store is a lungo.Store that writes only what changed. Lungo calls it under
// the engine's lock, so it needs none of its own.
type store struct {
	bolt *bbolt.DB
	// last is what the file holds. Keeping the collections here also keeps
	// their documents alive, so that a new document can never be taken for an
	// old one because it got its address.
	last map[lungo.Handle]saved
	// failed is the error of the commit after which the file is not known.
	failed error
}

var _ lungo.Store = (*store)(nil)

// saved is a collection as the file holds it: keys[i] is the key of document i.
// Neither is changed after the commit that made it.
type saved struct {
	collection *mongokit.Collection
	keys       []uint64
}

// indexRecord is the stored definition of an index. Its contents are not
// stored; they are rebuilt at load.
type indexRecord struct {
	Key     bsonkit.Doc   `bson:"key"`
	Unique  bool          `bson:"unique"`
	Partial bsonkit.Doc   `bson:"partial,omitempty"`
	Expiry  time.Duration `bson:"expiry"`
}

// Load reads the whole file into a catalog and rebuilds the indexes. A file
// without content becomes an empty store.
func (s *store) Load() (*lungo.Catalog, error) {
	catalog := lungo.NewCatalog()
	s.last = map[lungo.Handle]saved{}
	if err := s.bolt.Update(checkFormat); err != nil {
		return nil, err
	}
	err := s.bolt.View(func(tx *bbolt.Tx) error {
		databases := tx.Bucket(databasesBucket)
		return databases.ForEachBucket(func(database []byte) error {
			collections := databases.Bucket(database)
			return collections.ForEachBucket(func(name []byte) error {
				handle := lungo.Handle{string(database), string(name)}
				loaded, err := loadCollection(collections.Bucket(name))
				if err != nil {
					return fmt.Errorf("collection %s: %w", handle, err)
				}
				catalog.Namespaces[handle] = loaded.collection
				s.last[handle] = loaded
				return nil
			})
		})
	})
	if err != nil {
		return nil, err
	}
	return catalog, nil
}

// checkFormat marks an empty file as ours and refuses any other that is not.
func checkFormat(tx *bbolt.Tx) error {
	if format := tx.Bucket(formatBucket); format != nil {
		if !bytes.Equal(format.Get(versionKey), version) || tx.Bucket(databasesBucket) == nil {
			return ErrNotData
		}
		return nil
	}
	if key, _ := tx.Cursor().First(); key != nil {
		return ErrNotData
	}
	format, err := tx.CreateBucket(formatBucket)
	if err != nil {
		return err
	}
	if _, err := tx.CreateBucket(databasesBucket); err != nil {
		return err
	}
	return format.Put(versionKey, version)
}

// loadCollection reads the documents in their order, then builds each index
// from its definition. It fails when the documents break a unique index.
func loadCollection(bucket *bbolt.Bucket) (saved, error) {
	documents, indexes := bucket.Bucket(documentsBucket), bucket.Bucket(indexesBucket)
	if documents == nil || indexes == nil {
		return saved{}, ErrNotData
	}
	loaded := saved{collection: mongokit.NewCollection(false)}
	err := documents.ForEach(func(key, value []byte) error {
		if len(key) != 8 {
			return ErrNotData
		}
		// The value lies in the file's memory map, and what is decoded from it
		// may refer to it, so it is copied first.
		var doc bson.D
		if err := bson.Unmarshal(bytes.Clone(value), &doc); err != nil {
			return fmt.Errorf("document %d: %w", binary.BigEndian.Uint64(key), err)
		}
		loaded.collection.Documents.Add(&doc)
		loaded.keys = append(loaded.keys, binary.BigEndian.Uint64(key))
		return nil
	})
	if err != nil {
		return saved{}, err
	}
	err = indexes.ForEach(func(name, value []byte) error {
		var record indexRecord
		if err := bson.Unmarshal(bytes.Clone(value), &record); err != nil {
			return fmt.Errorf("index %s: %w", name, err)
		}
		if _, err := loaded.collection.CreateIndex(string(name), mongokit.IndexConfig(record)); err != nil {
			return fmt.Errorf("index %s: %w", name, err)
		}
		return nil
	})
	return loaded, err
}

// Store writes what differs from the last catalog in one synced transaction.
// An error leaves the file as it was, unless it wraps ErrCommitFailed: then the
// file is not known and every later call fails the same way.
func (s *store) Store(catalog *lungo.Catalog) error {
	if s.failed != nil {
		return fmt.Errorf("%w: %w", ErrCommitFailed, s.failed)
	}
	tx, err := s.bolt.Begin(true)
	if err != nil {
		return fmt.Errorf("embedded: begin: %w", err)
	}
	next, changed, err := s.write(tx, catalog)
	if err != nil || !changed {
		// A rollback of a transaction that wrote nothing yet cannot fail.
		_ = tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		// After a failed sync the kernel may have dropped the pages and may
		// still show them, so neither outcome can be relied upon.
		s.failed = err
		return fmt.Errorf("%w: %w", ErrCommitFailed, err)
	}
	s.last = next
	return nil
}

// write puts the differences into the transaction and tells whether there were
// any, and what the file will hold.
func (s *store) write(tx *bbolt.Tx, catalog *lungo.Catalog) (next map[lungo.Handle]saved, changed bool, err error) {
	databases := tx.Bucket(databasesBucket)
	next = make(map[lungo.Handle]saved, len(catalog.Namespaces))
	for handle, collection := range catalog.Namespaces {
		// The log of changes is the only content of the local database, and it
		// does not outlive the process.
		if handle[0] == lungo.Local {
			continue
		}
		previous, existed := s.last[handle]
		if existed && previous.collection == collection {
			next[handle] = previous
			continue
		}
		changed = true
		next[handle], err = writeCollection(databases, handle, previous, collection)
		if err != nil {
			return nil, false, fmt.Errorf("embedded: collection %s: %w", handle, err)
		}
	}
	for handle := range s.last {
		if _, ok := next[handle]; ok {
			continue
		}
		changed = true
		if err := databases.Bucket([]byte(handle[0])).DeleteBucket([]byte(handle[1])); err != nil {
			return nil, false, fmt.Errorf("embedded: drop %s: %w", handle, err)
		}
	}
	return next, changed, nil
}

func writeCollection(databases *bbolt.Bucket, handle lungo.Handle, previous saved, collection *mongokit.Collection) (saved, error) {
	database, err := databases.CreateBucketIfNotExists([]byte(handle[0]))
	if err != nil {
		return saved{}, err
	}
	bucket, err := database.CreateBucketIfNotExists([]byte(handle[1]))
	if err != nil {
		return saved{}, err
	}
	indexes, err := bucket.CreateBucketIfNotExists(indexesBucket)
	if err != nil {
		return saved{}, err
	}
	if err := writeIndexes(indexes, previous.collection, collection); err != nil {
		return saved{}, err
	}
	documents, err := bucket.CreateBucketIfNotExists(documentsBucket)
	if err != nil {
		return saved{}, err
	}
	keys, err := writeDocuments(documents, previous, collection.Documents)
	if err != nil {
		return saved{}, err
	}
	return saved{collection: collection, keys: keys}, nil
}

// writeDocuments brings the bucket to the documents of the set and returns
// their keys.
func writeDocuments(bucket *bbolt.Bucket, previous saved, documents *bsonkit.Set) ([]uint64, error) {
	var old *bsonkit.Set
	if previous.collection != nil {
		old = previous.collection.Documents
	}
	change := compare(old, documents)
	for _, position := range change.gone {
		if err := bucket.Delete(encodeKey(previous.keys[position])); err != nil {
			return nil, err
		}
	}
	keys := make([]uint64, len(documents.List))
	for position, source := range change.source {
		doc := documents.List[position]
		if source < 0 {
			sequence, err := bucket.NextSequence()
			if err != nil {
				return nil, err
			}
			keys[position] = sequence
		} else {
			keys[position] = previous.keys[source]
			if old.List[source] == doc {
				continue
			}
		}
		value, err := bson.Marshal(doc)
		if err != nil {
			return nil, err
		}
		if len(value) > maxDocument {
			return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(value))
		}
		if err := bucket.Put(encodeKey(keys[position]), value); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func encodeKey(key uint64) []byte {
	return binary.BigEndian.AppendUint64(nil, key)
}

// writeIndexes stores the definitions that are new or differ and removes the
// ones that were dropped.
func writeIndexes(bucket *bbolt.Bucket, previous, collection *mongokit.Collection) error {
	old := map[string]*mongokit.Index{}
	if previous != nil {
		old = previous.Indexes
	}
	for name := range old {
		if _, kept := collection.Indexes[name]; kept {
			continue
		}
		if err := bucket.Delete([]byte(name)); err != nil {
			return err
		}
	}
	for name, index := range collection.Indexes {
		config := index.Config()
		if before, ok := old[name]; ok && before.Config().Equal(config) {
			continue
		}
		value, err := bson.Marshal(indexRecord(config))
		if err != nil {
			return err
		}
		if err := bucket.Put([]byte(name), value); err != nil {
			return err
		}
	}
	return nil
}
