package archive

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// ID names an archive: the sitting and a number from 1.
type ID string

// Archive is what is known of a file without opening it.
type Archive struct {
	ID      ID
	Sitting sitting.ID
	Number  int
	File    string // its name among the files
	Size    int64  // bytes
	SHA256  string // hex, of everything before the seal
	Key     string // id of the secret that encrypts it
	Signer  string // id of the key that signed it
	Counts  map[string]int
	At      time.Time
	By      people.AccountID
}

// IDOf returns the archive of a sitting with a number.
func IDOf(s sitting.ID, number string) ID { return ID(string(s) + ":" + number) }

// Deps is what a Desk works with.
type Deps struct {
	Store    Store
	Files    Files
	Sources  Sources
	Accounts Accounts
	Secrets  []people.Secret // the first encrypts, all open
	Keys     *certificate.Keys
	Audit    audit.Recorder
	Clock    Clock
	Body     string
	// Access is for how long an approved request lets its asker read.
	Access time.Duration
}

// Desk makes archives and lets people read them. It is safe for concurrent use,
// also by several copies of the program.
type Desk struct{ in Deps }

// NewDesk returns a Desk.
func NewDesk(d Deps) *Desk { return &Desk{d} }

func (d *Desk) now() time.Time { return d.in.Clock.Now().UTC().Truncate(time.Millisecond) }

// mustBe returns ErrForbidden unless the account is in use and holds one of the
// roles.
func (d *Desk) mustBe(ctx context.Context, who people.AccountID, roles ...people.Role) error {
	return people.MustBe(ctx, d.in.Accounts, who, ErrForbidden, roles...)
}

// Make archives a released sitting as it is now. What changes later, such as by
// an appeal, asks for another archive; the ones before stay. It returns once
// the file is stored and was read back whole. Errors: ErrForbidden, ErrState
// before the release, ErrConflict where somebody else made one meanwhile, or
// where results were changed while it was written: a file of two halves that do
// not belong together would be worse than none.
func (d *Desk) Make(ctx context.Context, by people.AccountID, id sitting.ID) (Archive, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return Archive{}, err
	}
	s, err := d.in.Sources.Sittings.Sitting(ctx, id)
	if err != nil {
		return Archive{}, err
	}
	if s.State != sitting.Released {
		return Archive{}, fmt.Errorf("archive a sitting that is %s: %w", s.State, ErrState)
	}
	before, err := d.in.Store.ArchivesOf(ctx, id)
	if err != nil {
		return Archive{}, err
	}
	n := len(before) + 1
	a := Archive{ID: IDOf(id, strconv.Itoa(n)), Sitting: id, Number: n, File: uuid.NewString(), At: d.now(), By: by}
	err = audit.Do(ctx, d.in.Audit, audit.Event{Actor: string(by), Act: "archive.make", Object: "sitting:" + string(id), After: map[string]any{"archive": a.ID}}, func() error {
		if err := d.write(ctx, &a, s); err != nil {
			return errors.Join(err, d.in.Files.DropFile(context.WithoutCancel(ctx), a.File))
		}
		// The record of acts holds the digest before the archive counts: a file
		// that is put in its place later is found by it.
		return audit.Do(ctx, d.in.Audit, audit.Event{
			Actor: string(by), Act: "archive.seal", Object: "sitting:" + string(id), After: map[string]any{"archive": a.ID, "sha256": a.SHA256, "size": a.Size},
		}, func() error {
			err := d.in.Store.InsertArchive(ctx, a)
			if errors.Is(err, ErrConflict) {
				err = errors.Join(err, d.in.Files.DropFile(context.WithoutCancel(ctx), a.File))
			}
			return err
		})
	})
	return a, err
}

// write writes the file and reads it back.
func (d *Desk) write(ctx context.Context, a *Archive, s sitting.Sitting) error {
	file, err := d.in.Files.CreateFile(ctx, a.File)
	if err != nil {
		return err
	}
	made, err := d.fill(ctx, file, a, s)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	a.SHA256, a.Key, a.Signer, a.Counts = made.SHA256, made.Header.Key, made.Header.Signer, made.Counts
	a.Size = made.Size
	_, err = d.check(ctx, a, nil)
	return err
}

func (d *Desk) fill(ctx context.Context, into io.Writer, a *Archive, s sitting.Sitting) (Made, error) {
	w, err := NewWriter(into, Header{Sitting: string(s.ID), Title: s.Title, Body: d.in.Body}, d.in.Secrets[0], d.in.Keys, a.At)
	if err != nil {
		return Made{}, err
	}
	if err := w.Put("manifest", Manifest{strings.TrimSpace(magic), d.in.Body, s.ID, a.At, a.By, d.in.Keys.JWKS()}); err != nil {
		return Made{}, err
	}
	before, err := d.stand(ctx, s.ID)
	if err != nil {
		return Made{}, err
	}
	if err := (&collector{Sources: &d.in.Sources, sitting: s, out: w}).collect(ctx); err != nil {
		return Made{}, err
	}
	after, err := d.stand(ctx, s.ID)
	if err != nil {
		return Made{}, err
	}
	if before != after {
		return Made{}, fmt.Errorf("results of %s were changed while they were archived: %w", s.ID, ErrConflict)
	}
	return w.Close()
}

// stand tells where everything stands that changes results after a release.
func (d *Desk) stand(ctx context.Context, id sitting.ID) (string, error) {
	in := &d.in.Sources
	s, err1 := in.Sittings.Sitting(ctx, id)
	releases, err2 := in.Records.ReleasesOf(ctx, id)
	rulings, err3 := in.Records.RulingsOf(ctx, id)
	appeals, err4 := in.Appeals.AppealsOf(ctx, id)
	regrades, err5 := in.Regrades.RegradesOfSitting(ctx, id)
	raw, err := json.Marshal([]any{s.Version, releases, rulings, appeals, regrades})
	sum := sha256.Sum256(raw)
	return string(sum[:]), errors.Join(err1, err2, err3, err4, err5, err)
}

// check reads an archive whole; it must be the one that was made.
func (d *Desk) check(ctx context.Context, a *Archive, see func(Line) error) (Report, error) {
	file, err := d.in.Files.OpenFile(ctx, a.File)
	if err != nil {
		return Report{}, err
	}
	defer file.Close()
	out, err := Read(file, Keyring{d.in.Secrets, d.in.Keys.JWKS()}, see)
	if err == nil && out.Seal.SHA256 != a.SHA256 {
		err = fmt.Errorf("%w: it is not the file that was made", ErrBroken)
	}
	return out, err
}

// Archives lists those of a sitting, the oldest first, for administrators and
// auditors.
func (d *Desk) Archives(ctx context.Context, by people.AccountID, id sitting.ID) ([]Archive, error) {
	if err := d.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return nil, err
	}
	return d.in.Store.ArchivesOf(ctx, id)
}

// Check reads an archive whole and tells what it is. Errors: ErrForbidden,
// ErrNotFound, ErrBroken, ErrKey.
func (d *Desk) Check(ctx context.Context, by people.AccountID, id ID) (Report, error) {
	if err := d.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return Report{}, err
	}
	a, err := d.in.Store.Archive(ctx, id)
	if err != nil {
		return Report{}, err
	}
	return d.check(ctx, &a, nil)
}

// Whole reads an archive and says what is wrong with it, for who is about to
// delete what it holds. Errors: ErrBroken, ErrKey, ErrNotFound.
func (d *Desk) Whole(ctx context.Context, a Archive) error {
	_, err := d.check(ctx, &a, nil)
	return err
}

// Take hands out the file, encrypted as it is, to keep it elsewhere. The caller
// closes it. It is recorded. Errors: ErrForbidden, ErrNotFound.
func (d *Desk) Take(ctx context.Context, by people.AccountID, id ID) (Archive, io.ReadCloser, error) {
	if err := d.mustBe(ctx, by, people.Administrator); err != nil {
		return Archive{}, nil, err
	}
	a, err := d.in.Store.Archive(ctx, id)
	if err != nil {
		return Archive{}, nil, err
	}
	var file io.ReadCloser
	err = audit.Do(ctx, d.in.Audit, audit.Event{Actor: string(by), Act: "archive.take", Object: "sitting:" + string(a.Sitting), After: map[string]any{"archive": a.ID}}, func() (err error) {
		file, err = d.in.Files.OpenFile(ctx, a.File)
		return err
	})
	return a, file, err
}

// Number returns the archive's number within its sitting.
func (id ID) Number() string {
	s := string(id)
	return s[strings.LastIndexByte(s, ':')+1:]
}
