package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/xlsx"
)

type bankCommand struct {
	Import bankImportCommand `cmd:"" help:"Read an Excel workbook into a bank and say what became of every row."`
}

type bankImportCommand struct {
	File   string        `arg:"" type:"existingfile" help:"The workbook (.xlsx)."`
	Bank   string        `required:"" help:"Bank to import into, such as bwgly-3."`
	Status string        `enum:"draft,published" default:"draft" help:"Status of new items: ${enum}."`
	DryRun bool          `help:"Say what would happen and change nothing."`
	Stores storeSettings `embed:""`
}

// errRefused is the outcome of an import that dropped rows; the rest is in.
var errRefused = errors.New("some rows were not imported; they are listed above")

// Run imports the workbook. It exits with 1 where a row was dropped.
func (c *bankImportCommand) Run(ctx context.Context) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	imported, err := xlsx.Read(f, xlsx.Options{Bank: bank.ID(c.Bank)})
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	for _, v := range imported.Verdicts {
		if v.Outcome != exchange.Kept {
			fmt.Println(verdictLine(v))
		}
	}
	n := imported.Counts
	fmt.Printf("保留 kept %d · 已改 changed %d · 未导入 dropped %d\n", n.Kept, n.Changed, n.Dropped)
	if !c.DryRun {
		if err := c.store(ctx, imported); err != nil {
			return err
		}
	}
	if n.Dropped > 0 {
		return errRefused
	}
	return nil
}

func (c *bankImportCommand) store(ctx context.Context, imported exchange.Import) error {
	e, err := quietEngine(ctx, &c.Stores)
	if err != nil {
		return err
	}
	defer e.close(context.WithoutCancel(ctx))
	result, err := e.importBank(ctx, imported, bank.ImportOptions{
		Author: "gongyuan bank import", Status: bank.Status(c.Status),
		Progress: func(done, total int) { fmt.Printf("\r%d / %d", done, total) },
	})
	if err != nil {
		return err
	}
	fmt.Printf("\r新增 added %d · 新修订 revised %d · 未变 unchanged %d\n", result.Added, result.Revised, result.Unchanged)
	return nil
}

func verdictLine(v exchange.Verdict) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\t%s!%s%d\t%s\t%s", v.Outcome, v.Sheet, v.Column, v.Row, v.Field, v.Text.ZH)
	if v.Old != "" || v.New != "" {
		fmt.Fprintf(&b, "\t%q → %q", v.Old, v.New)
	}
	return b.String()
}

// importBank stores what was read: items, outline, blueprint. The same import
// twice changes nothing.
func (e *engine) importBank(ctx context.Context, in exchange.Import, opts bank.ImportOptions) (bank.ImportResult, error) {
	opts.Bank, opts.Now = in.Bank, e.clock.Now()
	result, err := e.bank.Import(ctx, in.Revisions, opts)
	if err != nil {
		return result, err
	}
	if in.Outline != nil {
		if err := e.bank.SaveOutline(ctx, *in.Outline); err != nil {
			return result, err
		}
	}
	if in.Blueprint != nil {
		err = e.bank.SaveBlueprint(ctx, *in.Blueprint)
	}
	return result, err
}
