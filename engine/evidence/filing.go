package evidence

import (
	"context"
	"errors"
	"fmt"

	"gongyuan/engine/filing"
	"gongyuan/engine/people"
)

// filed finds an entry of the register for an administrator.
func (c *Cabinet) filed(ctx context.Context, by people.AccountID, id filing.ID, also ...people.Role) (filing.Filing, error) {
	if err := c.mustBe(ctx, by, append(also, people.Administrator)...); err != nil {
		return filing.Filing{}, err
	}
	f, err := c.in.Filings.Filing(ctx, id)
	if errors.Is(err, filing.ErrNotFound) {
		return f, ErrNotFound
	}
	return f, err
}

// mustKeep is for changes of the register, which is of the body: an account with
// limits is outside.
func (c *Cabinet) mustKeep(ctx context.Context, by people.AccountID) error {
	return people.MustBeUnlimited(ctx, c.in.Accounts, by, ErrForbidden, people.Administrator)
}

// File announces a document of a step, from 1, of an entry in the register of
// bodies and sites.
func (c *Cabinet) File(ctx context.Context, by people.AccountID, id filing.ID, step int, u Upload) (Progress, error) {
	f, err := c.filed(ctx, by, id)
	if err == nil {
		err = c.mustKeep(ctx, by)
	}
	if err != nil {
		return Progress{}, fmt.Errorf("a document of a filing: %w", err)
	}
	if step < 1 || step > len(f.Steps) {
		return Progress{}, &FieldError{"/step", "unknown"}
	}
	u.Slot = ""
	return c.begin(ctx, Actor{Account: by}, Owner{Kind: Paper, Filing: id, Step: step}, u)
}

// Papers returns the documents that count of each step of an entry, by step.
func (c *Cabinet) Papers(ctx context.Context, by people.AccountID, id filing.ID) ([][]File, error) {
	f, err := c.filed(ctx, by, id, people.Auditor)
	if err != nil {
		return nil, fmt.Errorf("documents of a filing: %w", err)
	}
	out := make([][]File, len(f.Steps))
	for i := range f.Steps {
		all, err := c.in.Files.FilesOf(ctx, Owner{Kind: Paper, Filing: id, Step: i + 1}.Key())
		if err != nil {
			return nil, fmt.Errorf("documents of a filing: %w", err)
		}
		for _, x := range all {
			if x.Counts() {
				out[i] = append(out[i], x)
			}
		}
	}
	return out, nil
}
