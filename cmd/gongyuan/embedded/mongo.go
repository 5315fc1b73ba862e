package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/256dpi/lungo"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

var (
	// ErrInUse says that another process holds the data file. Its text is what
	// the person who started the second process reads, in both languages.
	ErrInUse = errors.New("另一个 gongyuan 正在使用此数据文件 (another gongyuan process is using this data file)")

	// ErrNotData says that the file exists and is not one of ours, or was
	// written by a version whose layout this one does not know.
	ErrNotData = errors.New("不是 gongyuan 的数据文件 (not a gongyuan data file that this version can read)")

	// ErrCommitFailed says that an earlier commit failed on its way to the disk.
	// What the file then holds is not known, so every later write is refused
	// until the program has been restarted. Reads go on.
	ErrCommitFailed = errors.New("embedded: an earlier commit did not reach the disk; free space or repair the disk, then restart")

	// ErrTooLarge says that a document is larger than MongoDB would take.
	ErrTooLarge = errors.New("embedded: document larger than 16 MiB")
)

// lockWait bounds how long Open waits for another process to let go of the
// file. It covers a restart in which the old process is still closing.
const lockWait = 2 * time.Second

// Mongo is a MongoDB stand-in inside the process, kept in one file. It is safe
// for concurrent use. Writers take turns: each commit is one synced bbolt
// transaction, so many small writes are best joined into one.
type Mongo struct {
	client lungo.IClient
	engine *lungo.Engine
	bolt   *bbolt.DB
}

// Open opens the data file at path, and creates it and its folder when missing.
// It loads every document into memory and rebuilds every index. It fails with
// ErrInUse when another process has the file, with ErrNotData when the file is
// something else, and with the index's name when stored documents break it.
func Open(path string) (*Mongo, error) {
	return open(path, bbolt.Options{Timeout: lockWait})
}

// open takes bbolt's options apart from the path so that a test can limit the
// size of the file and see a commit fail.
func open(path string, options bbolt.Options) (*Mongo, error) {
	created, err := prepare(path)
	if err != nil {
		return nil, err
	}
	options.FreelistType = bbolt.FreelistMapType
	bolt, err := bbolt.Open(path, 0o600, &options)
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%s: %w", path, ErrInUse)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, bolterrors.ErrChecksum):
		return nil, fmt.Errorf("%s: %w: %w", path, ErrNotData, err)
	case err != nil:
		return nil, fmt.Errorf("open data file: %w", err)
	}
	if created {
		// The file's own sync does not cover its name in the folder.
		if err := syncFolder(filepath.Dir(path)); err != nil {
			return nil, errors.Join(fmt.Errorf("open data file: %w", err), bolt.Close())
		}
	}

	client, engine, err := lungo.Open(context.Background(), lungo.Options{
		Store: &store{bolt: bolt},
		// Change streams are not used, and lungo copies its log of changes at
		// every write, so it is kept as short as lungo allows.
		MinOplogSize: 1,
		MaxOplogSize: 1,
		MinOplogAge:  time.Second,
		MaxOplogAge:  time.Second,
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("load %s: %w", path, err), bolt.Close())
	}
	return &Mongo{client: client, engine: engine, bolt: bolt}, nil
}

// Client returns the client that the adapters use. Disconnecting it does
// nothing; Close ends the store.
func (m *Mongo) Client() lungo.IClient { return m.client }

// Database returns the database of that name. It need not exist.
func (m *Mongo) Database(name string) lungo.IDatabase { return m.client.Database(name) }

// CopyTo writes the file as it is at this moment, all of one commit, while
// writing goes on. The copy opens as any data file does.
func (m *Mongo) CopyTo(w io.Writer) error {
	return m.bolt.View(func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(w)
		return err
	})
}

// CheckPages walks the whole file and returns what does not fit together.
func (m *Mongo) CheckPages() error {
	return m.bolt.View(func(tx *bbolt.Tx) error {
		var problems []error
		for problem := range tx.Check() {
			problems = append(problems, problem)
		}
		return errors.Join(problems...)
	})
}

// Close waits for the commit under way, refuses every later call with
// lungo.ErrEngineClosed, and lets go of the file. Closing again does nothing.
func (m *Mongo) Close() error {
	m.engine.Close()
	if err := m.bolt.Close(); err != nil {
		return fmt.Errorf("close data file: %w", err)
	}
	return nil
}

// prepare makes the folder of path and tells whether the file is still to be
// created.
func prepare(path string) (created bool, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, fmt.Errorf("create data folder: %w", err)
	}
	_, err = os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("open data file: %w", err)
	}
	return false, nil
}

// syncFolder makes a new name in the folder survive a loss of power. Windows
// does not let a folder be synced and does not need it.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(path) // #nosec G304 -- a file that the operator names
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
