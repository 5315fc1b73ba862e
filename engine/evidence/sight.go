package evidence

import (
	"context"
	"fmt"
	"slices"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Posts knows who was sent where.
type Posts interface {
	// Posted lists the invigilators of a sitting's rooms, none where nobody was
	// named yet.
	Posted(ctx context.Context, id sitting.ID) ([]people.AccountID, error)
}

// Sight shows the portrait of a candidate to who signs the candidate in: an
// administrator, or an invigilator of the sitting until it is closed. Whom it was
// shown to is recorded. Errors: ErrForbidden; ErrClosed; ErrNotFound where there
// is no such candidate or no portrait.
func (c *Cabinet) Sight(ctx context.Context, by people.AccountID, id sitting.ID, who sitting.RegistrationID) (File, []byte, error) {
	f, err := c.inSight(ctx, by, id, who)
	if err != nil {
		return File{}, nil, fmt.Errorf("portrait at the door: %w", err)
	}
	var content []byte
	event := audit.Event{Actor: string(by), Act: "portrait.look", Object: "registration:" + string(who), After: f.ID}
	err = audit.Do(ctx, c.in.Trail, event, func() error {
		sealed, err := c.in.Contents.Content(ctx, f.Content)
		if err == nil {
			content, err = c.in.Vault.open(sealed, string(f.ID))
		}
		return err
	})
	if err != nil {
		return File{}, nil, fmt.Errorf("portrait at the door: %w", err)
	}
	return f, content, nil
}

func (c *Cabinet) inSight(ctx context.Context, by people.AccountID, id sitting.ID, who sitting.RegistrationID) (File, error) {
	if err := c.mustBe(ctx, by, people.Administrator, people.Invigilator); err != nil {
		return File{}, err
	}
	if err := sitting.Within(ctx, c.in.Sittings, id); err != nil {
		return File{}, err
	}
	reg, err := c.registered(ctx, who)
	if err == nil && reg.Sitting != id {
		err = ErrNotFound
	}
	if err != nil {
		return File{}, err
	}
	if err := c.posted(ctx, by, id); err != nil {
		return File{}, err
	}
	all, err := c.in.Files.FilesOf(ctx, Owner{Kind: Portrait, Registration: who}.Key())
	if err != nil {
		return File{}, err
	}
	if f := newest(all); f != nil {
		return *f, nil
	}
	return File{}, ErrNotFound
}

// posted returns ErrForbidden for an invigilator who was not sent to this
// sitting, and ErrClosed once it is over: then nobody is signed in any more.
func (c *Cabinet) posted(ctx context.Context, by people.AccountID, id sitting.ID) error {
	if c.mustBe(ctx, by, people.Administrator) == nil {
		return nil
	}
	s, err := c.in.Sittings.Sitting(ctx, id)
	if err != nil {
		return err
	}
	sent, err := c.in.Posts.Posted(ctx, id)
	switch {
	case err != nil:
		return err
	case len(sent) > 0 && !slices.Contains(sent, by):
		return ErrForbidden
	case s.State != sitting.Sealed && s.State != sitting.Open:
		return ErrClosed
	}
	return nil
}
