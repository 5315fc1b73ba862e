package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"gongyuan/engine/audit"
)

type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Read the whole record and check every seal. Ends with the head, to be noted somewhere else."`
	List   auditListCommand   `cmd:"" help:"List the newest entries."`
}

type auditVerifyCommand struct {
	Head   string        `placeholder:"NUMBER:SEAL" help:"A head that was noted earlier; the record must still contain it."`
	Stores storeSettings `embed:""`
}

// Run prints the head, or exits with 1 and one line that names the first entry
// that does not fit.
func (c *auditVerifyCommand) Run(ctx context.Context) error {
	noted, err := audit.ParseHead(c.Head)
	if err != nil {
		return fmt.Errorf("--head: %w", err)
	}
	e, err := quietEngine(ctx, &c.Stores)
	if err != nil {
		return err
	}
	defer e.close(context.WithoutCancel(ctx))
	head, err := e.trail.Verify(ctx, noted)
	if err != nil {
		return err
	}
	_, err = fmt.Printf("记录完整 the record holds together: %d 条 entries\n末条 head %v\n", head.Index, head)
	return err
}

type auditListCommand struct {
	Actor  string        `placeholder:"ID" help:"Only what this account did."`
	Object string        `placeholder:"KIND:ID" help:"Only what was done to this, for example sitting:42."`
	Limit  int           `default:"50" help:"How many."`
	Stores storeSettings `embed:""`
}

// Run prints one line per entry, the newest first.
func (c *auditListCommand) Run(ctx context.Context) error {
	e, err := quietEngine(ctx, &c.Stores)
	if err != nil {
		return err
	}
	defer e.close(context.WithoutCancel(ctx))
	entries, err := e.trail.Find(ctx, audit.Query{Actor: c.Actor, Object: c.Object}, c.Limit)
	if err != nil {
		return err
	}
	return printEntries(os.Stdout, entries)
}

func printEntries(out io.Writer, entries []audit.Entry) error {
	for _, e := range entries {
		_, err := fmt.Fprintf(out, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s → %s\n",
			e.Index, e.At.Format(time.RFC3339), e.Actor, e.From, e.Act, e.Object, e.Why, e.Before, e.After)
		if err != nil {
			return err
		}
	}
	return nil
}
