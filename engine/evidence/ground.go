package evidence

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gongyuan/engine/people"
)

// groundsOpen tells whether the account may add to what the next motion about a
// certificate rests on. Once there is that motion, nothing is added to it or
// taken away: the second person sees what the first has put forward.
func (c *Cabinet) groundsOpen(ctx context.Context, by people.AccountID, o Owner) error {
	if err := c.mustBe(ctx, by, people.Administrator, people.CertificateOfficer); err != nil {
		return err
	}
	next, err := c.in.Certificates.NextMotion(ctx, o.Certificate)
	if err == nil && next != o.Step {
		err = ErrClosed
	}
	return err
}

// readGround shows a file to who decides, and to auditors once it was put
// forward or not; what was removed is shown to nobody.
func (c *Cabinet) readGround(ctx context.Context, by Actor, f File) (File, error) {
	err := c.mustBe(ctx, by.Account, people.Administrator, people.CertificateOfficer, people.Auditor)
	if errors.Is(err, ErrForbidden) || err == nil && !f.Counts() {
		err = ErrNotFound
	}
	return f, err
}

// Support announces a file that the next motion about a certificate is to rest
// on. It returns ErrClosed where nothing may be proposed about it now.
func (c *Cabinet) Support(ctx context.Context, by people.AccountID, certificate string, u Upload) (Progress, error) {
	if err := c.mustBe(ctx, by, people.Administrator, people.CertificateOfficer); err != nil {
		return Progress{}, fmt.Errorf("a file of a motion: %w", err)
	}
	next, err := c.in.Certificates.NextMotion(ctx, certificate)
	if err == nil && next == 0 {
		err = ErrClosed
	}
	if err != nil {
		return Progress{}, fmt.Errorf("a file of a motion: %w", err)
	}
	u.Slot = ""
	return c.begin(ctx, Actor{Account: by}, Owner{Kind: Ground, Certificate: certificate, Step: next}, u)
}

// Supports returns what the account has kept for a motion, by its number.
func (c *Cabinet) Supports(ctx context.Context, by people.AccountID, certificate string, motion int) ([]File, error) {
	all, err := c.grounds(ctx, by, certificate, motion)
	return slices.DeleteFunc(all, func(f File) bool { return f.By != Actor{Account: by}.Name() }), err
}

// Grounds returns the files that a motion names, in their order.
func (c *Cabinet) Grounds(ctx context.Context, by people.AccountID, certificate string, motion int, ids []FileID) ([]File, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	all, err := c.grounds(ctx, by, certificate, motion)
	return slices.DeleteFunc(all, func(f File) bool { return !slices.Contains(ids, f.ID) }), err
}

func (c *Cabinet) grounds(ctx context.Context, by people.AccountID, certificate string, motion int) ([]File, error) {
	if err := c.mustBe(ctx, by, people.Administrator, people.CertificateOfficer, people.Auditor); err != nil {
		return nil, fmt.Errorf("files of a motion: %w", err)
	}
	all, err := c.in.Files.FilesOf(ctx, Owner{Kind: Ground, Certificate: certificate, Step: motion}.Key())
	if err != nil {
		return nil, fmt.Errorf("files of a motion: %w", err)
	}
	return slices.DeleteFunc(all, func(f File) bool { return !f.Counts() }), nil
}

// Holds tells whether the account has kept each of the files for a motion about
// a certificate. It is for the program's own work.
func (c *Cabinet) Holds(ctx context.Context, by people.AccountID, certificate string, motion int, ids []FileID) (bool, error) {
	have, err := c.Supports(ctx, by, certificate, motion)
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(have, func(f File) bool { return f.ID == id }) {
			return false, nil
		}
	}
	return true, nil
}
