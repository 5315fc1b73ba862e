package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"gongyuan/engine/retention"
)

type retentionCommand struct {
	List retentionListCommand `cmd:"" help:"List what is kept and what of it is due. Nothing is deleted: two administrators do that on the page."`
}

type retentionListCommand struct {
	Stores storeSettings `embed:""`
}

// Run prints the list.
func (c *retentionListCommand) Run(ctx context.Context) error {
	e, err := quietEngine(ctx, &c.Stores)
	if err != nil {
		return err
	}
	defer e.close(context.WithoutCancel(ctx))
	list, err := e.custody.Retention.Survey(ctx)
	if err != nil {
		return err
	}
	return writeRetention(os.Stdout, &list)
}

func writeRetention(out io.Writer, list *retention.Listing) error {
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "kind\tdays\tcount\toldest")
	for _, s := range list.Stocks {
		oldest := "-"
		if !s.Oldest.IsZero() {
			oldest = s.Oldest.Format(time.DateOnly)
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\n", s.Rule.Kind, s.Rule.Days, s.Count, oldest)
	}
	fmt.Fprintln(t, "\ndue\tkind\tcount\tspared\tkept for\tsitting")
	for _, l := range list.Lots {
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%s\t%s\n", l.Due.Format(time.DateOnly), l.Kind, l.Count, l.Spared, l.Hold, l.Title)
	}
	return t.Flush()
}
