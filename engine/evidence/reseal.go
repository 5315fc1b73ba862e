package evidence

import (
	"context"
	"errors"
	"fmt"

	"gongyuan/engine/rekey"
)

// Holdings goes through everything that is kept.
type Holdings interface {
	// KeptAfter returns up to limit kept files whose ids come after one, by id.
	KeptAfter(ctx context.Context, id FileID, limit int) ([]File, error)
	// ContentsOf lists the names of the contents that lie there for a file.
	ContentsOf(ctx context.Context, id FileID) ([]string, error)
}

// Shelf is the content of kept files. Uploads under way are not on it: within
// a day they are kept or dropped.
type Shelf struct {
	Files    Files
	Contents Contents
	Holdings Holdings
	Vault    *Vault
}

var _ rekey.Shelf = (*Shelf)(nil)

// Name implements rekey.Shelf.
func (*Shelf) Name() string { return "files" }

// Items implements rekey.Shelf.
func (s *Shelf) Items(ctx context.Context, after string, limit int) ([]rekey.Item, error) {
	all, err := s.Holdings.KeptAfter(ctx, FileID(after), limit)
	out := make([]rekey.Item, len(all))
	for i, f := range all {
		out[i] = rekey.Item{ID: string(f.ID), Key: f.Key, Reseal: func(ctx context.Context) (bool, error) { return s.reseal(ctx, f) }}
	}
	return out, err
}

// reseal stores the content under a new name, then says that it is there, then
// drops the old one, and whatever a run that was broken off had left.
func (s *Shelf) reseal(ctx context.Context, f File) (bool, error) {
	sealed, err := s.Contents.Content(ctx, f.Content)
	if errors.Is(err, ErrNotFound) { // changed meanwhile, or lost
		now, err := s.Files.File(ctx, f.ID)
		if err == nil && now.Content == f.Content {
			err = fmt.Errorf("%w: its content is not there", rekey.ErrSealed)
		}
		return false, err
	}
	if err != nil {
		return false, err
	}
	content, err := s.Vault.open(sealed, string(f.ID))
	if err != nil {
		return false, fmt.Errorf("%w: %w", rekey.ErrSealed, err)
	}
	f.Content, f.Key = contentName(f.ID), s.Vault.first
	if err := s.Contents.PutContent(ctx, f.Content, s.Vault.seal(content, string(f.ID))); err != nil {
		return false, err
	}
	if _, err := s.Files.ChangeFile(ctx, f); err != nil {
		// Only a change that was refused is certainly not there.
		if errors.Is(err, ErrConflict) {
			return false, s.Contents.DropContent(ctx, f.Content)
		}
		return false, err
	}
	names, err := s.Holdings.ContentsOf(ctx, f.ID)
	for _, name := range names {
		if name != f.Content {
			err = errors.Join(err, s.Contents.DropContent(ctx, name))
		}
	}
	return true, err
}
