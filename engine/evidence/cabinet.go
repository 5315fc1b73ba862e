package evidence

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongyuan/engine/assess"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Cabinet takes files in, hands them out to whoever may read them, and sees to
// it that nobody else does. It is safe for concurrent use, also by several
// copies of the program.
type Cabinet struct{ in Deps }

// Deps is what a Cabinet works with.
type Deps struct {
	Files    Files
	Drafts   Drafts
	Contents Contents
	Terms    TermStore
	Panels   Panels
	Sheets   Sheets
	Scores   Scores
	Sittings Sittings
	Accounts Accounts
	Filings  Filings
	Posts    Posts
	// Certificates may be nil where no motion has files.
	Certificates Certificates
	Standard     standard.Standard
	Vault        *Vault
	Trail        audit.Recorder
	Clock        Clock
	Limits       Limits
}

// NewCabinet returns a Cabinet.
func NewCabinet(d Deps) *Cabinet { return &Cabinet{d} }

// Actor is who acts: a member of staff by account, or a candidate by
// registration.
type Actor struct {
	Account      people.AccountID
	Registration sitting.RegistrationID
}

// Name is the actor as files and the audit record keep it.
func (a Actor) Name() string {
	if a.Registration != "" {
		return "candidate:" + string(a.Registration)
	}
	return "staff:" + string(a.Account)
}

// subject is the actor as the audit record names staff.
func (a Actor) subject() string {
	if a.Registration != "" {
		return a.Name()
	}
	return string(a.Account)
}

// Upload is a file as it is announced.
type Upload struct {
	ID     FileID
	Slot   assess.AttachmentID // of a ScoreFile: which attachment of the sheet; "" for none
	Name   string
	Length int64
	Digest string // hex SHA-256
}

// Progress is how far an upload is.
type Progress struct {
	File File
	Have []int // parts that are there
	Of   int   // parts that there are
}

// Limits returns the limits of files.
func (c *Cabinet) Limits() Limits { return c.in.Limits }

func (c *Cabinet) now() time.Time { return c.in.Clock.Now().UTC().Truncate(time.Millisecond) }

// check tells what is wrong with an announcement, as a *FieldError.
func (c *Cabinet) check(u *Upload) error {
	most := max(c.in.Limits.Photo, c.in.Limits.Document)
	switch {
	case len(u.ID) < 16 || len(u.ID) > 64 || strings.Trim(string(u.ID), "0123456789abcdefghijklmnopqrstuvwxyz-") != "":
		return &FieldError{"/id", "characters"}
	case u.Length < 1:
		return &FieldError{"/size", "empty"}
	case u.Length > most:
		return &FieldError{"/size", isTooLarge}
	}
	if raw, err := hex.DecodeString(u.Digest); err != nil || len(raw) != sha256.Size || strings.ToLower(u.Digest) != u.Digest {
		return &FieldError{"/sha256", "format"}
	}
	return nil
}

// begin announces a file of an owner. The same announcement again tells how far
// it is.
func (c *Cabinet) begin(ctx context.Context, by Actor, o Owner, u Upload) (Progress, error) {
	if err := c.check(&u); err != nil {
		return Progress{}, err
	}
	all, err := c.in.Files.FilesOf(ctx, o.Key())
	if err != nil {
		return Progress{}, fmt.Errorf("begin a file: %w", err)
	}
	f := File{
		ID: u.ID, Owner: o, Slot: u.Slot, Name: cleanName(u.Name), Given: u.Digest, Length: u.Length, State: Draft,
		By: by.Name(), Begun: c.now(),
	}
	there := slices.ContainsFunc(all, func(x File) bool { return x.ID == f.ID })
	if !there && count(all) >= c.in.Limits.PerOwner {
		return Progress{}, fmt.Errorf("begin a file: %w", ErrFull)
	}
	err = c.in.Files.InsertFile(ctx, f)
	if errors.Is(err, ErrDuplicate) {
		have, err := c.in.Files.File(ctx, u.ID)
		if err != nil {
			return Progress{}, fmt.Errorf("begin a file: %w", err)
		}
		if have.Owner != o || have.By != f.By || have.Given != f.Given || have.Length != f.Length || have.Slot != f.Slot {
			return Progress{}, fmt.Errorf("begin a file: another has this id: %w", ErrConflict)
		}
		return c.progress(ctx, have)
	}
	if err != nil {
		return Progress{}, fmt.Errorf("begin a file: %w", err)
	}
	return c.progress(ctx, f)
}

func count(all []File) int {
	n := 0
	for _, f := range all {
		if f.State == Draft || f.Counts() {
			n++
		}
	}
	return n
}

func (c *Cabinet) progress(ctx context.Context, f File) (Progress, error) {
	p := Progress{File: f, Of: parts(f.Length)}
	if f.State == Kept {
		return p, nil
	}
	var err error
	if p.Have, err = c.in.Drafts.Parts(ctx, f.ID); err != nil {
		return p, fmt.Errorf("progress of a file: %w", err)
	}
	return p, nil
}

// draft returns a file to whoever uploads it.
func (c *Cabinet) draft(ctx context.Context, by Actor, id FileID) (File, error) {
	f, err := c.in.Files.File(ctx, id)
	if err == nil && f.By != by.Name() {
		err = ErrNotFound
	}
	return f, err
}

// Put takes part n, from 0, of a file that the actor began. Parts come in any
// order; one that is there stays as it is.
func (c *Cabinet) Put(ctx context.Context, by Actor, id FileID, n int, part []byte) error {
	f, err := c.draft(ctx, by, id)
	switch {
	case err != nil:
		return fmt.Errorf("part of a file: %w", err)
	case n < 0 || n >= parts(f.Length):
		return &FieldError{"/part", "file-part"}
	case int64(len(part)) != partLength(f.Length, n):
		return &FieldError{"/part", "file-part-length"}
	case f.State == Kept:
		return nil
	}
	if err := c.in.Drafts.InsertPart(ctx, id, n, c.in.Vault.seal(part, partName(id, n))); err != nil {
		return fmt.Errorf("part of a file: %w", err)
	}
	return nil
}

func partName(id FileID, n int) string { return fmt.Sprintf("part:%s:%d", id, n) }

// Complete puts the parts of a file together and keeps it, if it is what was
// announced and of a type that is taken. It may be repeated. Errors:
// *PartsError, ErrDigest, *TypeError, ErrClosed, ErrFull. After ErrDigest the
// parts are gone; after a *TypeError the whole draft is.
func (c *Cabinet) Complete(ctx context.Context, by Actor, id FileID) (File, error) {
	f, err := c.draft(ctx, by, id)
	if err != nil {
		return File{}, fmt.Errorf("complete a file: %w", err)
	}
	if f.State == Kept {
		return f, nil
	}
	if err := c.mayAdd(ctx, by, &f); err != nil {
		return File{}, fmt.Errorf("complete a file: %w", err)
	}
	raw, err := c.assemble(ctx, &f)
	if err != nil {
		return File{}, fmt.Errorf("complete a file: %w", err)
	}
	kind, clean, err := Inspect(raw, c.in.Limits)
	if err == nil && f.Owner.Kind == Portrait && kind == PDF {
		err = &TypeError{noImage}
	}
	if err != nil {
		return File{}, errors.Join(err, c.in.Drafts.DropParts(ctx, id), c.in.Drafts.DropDraft(ctx, id))
	}
	sum := sha256.Sum256(clean)
	f.State, f.Type, f.Size, f.Digest, f.At, f.Name = Kept, kind, int64(len(clean)), hex.EncodeToString(sum[:]), c.now(), named(f.Name, kind)
	f.Content, f.Key = contentName(id), c.in.Vault.first
	event := audit.Event{Actor: by.subject(), Act: "file.upload", Object: "file:" + string(id), After: noted(&f)}
	err = audit.Do(ctx, c.in.Trail, event, func() error { return c.keep(ctx, &f, clean) })
	if err != nil {
		return File{}, fmt.Errorf("complete a file: %w", err)
	}
	if f.Owner.Kind == Portrait {
		if err := c.replaceOthers(ctx, by, &f); err != nil {
			return File{}, err
		}
	}
	return f, c.in.Drafts.DropParts(ctx, id)
}

// contentName is a name of a file's content that is not used again.
func contentName(id FileID) string { return string(id) + ":" + strings.ToLower(rand.Text()) }

// noted is what the audit record keeps of a file.
func noted(f *File) map[string]any {
	return map[string]any{"owner": f.Owner.Key(), "slot": f.Slot, "type": f.Type, "size": f.Size, "sha256": f.Digest}
}

// keep stores the content first, then says that it is there. Where another copy
// of the program was quicker, its content stays.
func (c *Cabinet) keep(ctx context.Context, f *File, content []byte) error {
	if err := c.in.Contents.PutContent(ctx, f.Content, c.in.Vault.seal(content, string(f.ID))); err != nil {
		return err
	}
	stored, err := c.in.Files.ChangeFile(ctx, *f)
	if err == nil {
		*f = stored
		return nil
	}
	// Only a change that was refused is certainly not there.
	if !errors.Is(err, ErrConflict) {
		return err
	}
	if err := c.in.Contents.DropContent(ctx, f.Content); err != nil {
		return err
	}
	now, err := c.in.Files.File(ctx, f.ID)
	if err != nil {
		return err
	}
	if now.State != Kept {
		return ErrConflict
	}
	*f = now
	return nil
}

// assemble puts the parts together and holds them against what was announced.
func (c *Cabinet) assemble(ctx context.Context, f *File) ([]byte, error) {
	have, err := c.in.Drafts.Parts(ctx, f.ID)
	if err != nil {
		return nil, err
	}
	var missing []int
	for n := range parts(f.Length) {
		if !slices.Contains(have, n) {
			missing = append(missing, n)
		}
	}
	if missing != nil {
		return nil, &PartsError{missing}
	}
	raw := bytes.NewBuffer(make([]byte, 0, f.Length))
	for n := range parts(f.Length) {
		sealed, err := c.in.Drafts.Part(ctx, f.ID, n)
		if err != nil {
			return nil, err
		}
		part, err := c.in.Vault.open(sealed, partName(f.ID, n))
		if err != nil {
			return nil, err
		}
		raw.Write(part)
	}
	sum := sha256.Sum256(raw.Bytes())
	if int64(raw.Len()) != f.Length || hex.EncodeToString(sum[:]) != f.Given {
		return nil, errors.Join(ErrDigest, c.in.Drafts.DropParts(ctx, f.ID))
	}
	return raw.Bytes(), nil
}

// replaceOthers leaves the newest portrait as the only one that counts.
func (c *Cabinet) replaceOthers(ctx context.Context, by Actor, f *File) error {
	all, err := c.in.Files.FilesOf(ctx, f.Owner.Key())
	if err != nil {
		return fmt.Errorf("replace a portrait: %w", err)
	}
	for _, old := range all {
		if old.ID != f.ID && old.Counts() {
			if _, err := c.mark(ctx, by, old, "replaced by "+string(f.ID)); err != nil {
				return fmt.Errorf("replace a portrait: %w", err)
			}
		}
	}
	return nil
}

// Remove marks a file as removed, or drops it where it is a draft. Examiners
// may remove attachments of their own until they sign, candidates their own
// materials until these are closed, administrators materials until somebody
// scores the candidate, and portraits; an administrator says why. Removing
// again changes nothing.
func (c *Cabinet) Remove(ctx context.Context, by Actor, id FileID, why string) error {
	f, err := c.file(ctx, id)
	if err != nil {
		return fmt.Errorf("remove a file: %w", err)
	}
	if f.State == Draft {
		if f.By != by.Name() {
			return fmt.Errorf("remove a file: %w", ErrNotFound)
		}
		return errors.Join(c.in.Drafts.DropDraft(ctx, id), c.in.Drafts.DropParts(ctx, id))
	}
	if err := c.mayRemove(ctx, by, &f); err != nil {
		return fmt.Errorf("remove a file: %w", err)
	}
	if !f.Removed.IsZero() {
		return nil
	}
	_, err = c.mark(ctx, by, f, why)
	return err
}

func (c *Cabinet) mark(ctx context.Context, by Actor, f File, why string) (File, error) {
	event := audit.Event{Actor: by.subject(), Act: "file.remove", Object: "file:" + string(f.ID), Why: why, Before: noted(&f)}
	f.Removed, f.Remover = c.now(), by.Name()
	err := audit.Do(ctx, c.in.Trail, event, func() error {
		var err error
		f, err = c.in.Files.ChangeFile(ctx, f)
		return err
	})
	return f, err
}

// file returns a file of a sitting that whoever acts deals with, or of none.
func (c *Cabinet) file(ctx context.Context, id FileID) (File, error) {
	f, err := c.in.Files.File(ctx, id)
	if err == nil && f.Owner.Sitting != "" {
		err = sitting.Within(ctx, c.in.Sittings, f.Owner.Sitting)
	}
	if err == nil && f.Owner.Kind == Ground {
		_, err = c.in.Certificates.NextMotion(ctx, f.Owner.Certificate)
	}
	return f, err
}

// Read returns a file and its content to whoever may read it, named as they may
// see it; to anybody else it says ErrNotFound. A file that was removed is read
// by administrators only.
func (c *Cabinet) Read(ctx context.Context, by Actor, id FileID) (File, []byte, error) {
	f, err := c.file(ctx, id)
	if err != nil {
		return File{}, nil, fmt.Errorf("read a file: %w", err)
	}
	if f.State != Kept {
		return File{}, nil, fmt.Errorf("read a file: %w", ErrNotFound)
	}
	shown, err := c.readable(ctx, by, f)
	if err != nil {
		return File{}, nil, fmt.Errorf("read a file: %w", err)
	}
	sealed, err := c.in.Contents.Content(ctx, f.Content)
	if err != nil {
		return File{}, nil, fmt.Errorf("read a file: %w", err)
	}
	content, err := c.in.Vault.open(sealed, string(f.ID))
	if err != nil {
		return File{}, nil, fmt.Errorf("read a file: %w", err)
	}
	return shown, content, nil
}

// Purge drops the uploads that nobody completed in time, and returns how many.
func (c *Cabinet) Purge(ctx context.Context) (int, error) {
	old, err := c.in.Contents.DraftsBefore(ctx, c.now().Add(-c.in.Limits.Draft))
	if err != nil {
		return 0, fmt.Errorf("purge drafts: %w", err)
	}
	for _, id := range old {
		if err := errors.Join(c.in.Drafts.DropDraft(ctx, id), c.in.Drafts.DropParts(ctx, id)); err != nil {
			return 0, fmt.Errorf("purge drafts: %w", err)
		}
	}
	return len(old), nil
}
