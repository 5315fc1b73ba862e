package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/formats"
	"gongyuan/bank/exchange/xlsx"
	"gongyuan/engine/editorial"

	"github.com/google/uuid"
)

type bankCommand struct {
	Import bankImportCommand `cmd:"" help:"Read a file of questions into a bank and say what became of every item."`
	Export bankExportCommand `cmd:"" help:"Write a bank to a file and say what the format could not carry."`
	Check  bankCheckCommand  `cmd:"" help:"Say what an import of a file would do, without any store."`

	Statistics bankStatisticsCommand `cmd:"" help:"Compute item statistics of a table of responses, without any store."`
}

// The exit codes of import, export and check. 1 is every error, 2 is not used.
const (
	exitChanged = 3 // everything is in, something was changed on the way
	exitDropped = 4 // something was left out; the rest is in
)

// outcome is how a command ended that did its work and has something to say.
type outcome struct {
	code int
	text string
}

func (o outcome) Error() string { return o.text }

// ExitCode is what the program ends with.
func (o outcome) ExitCode() int { return o.code }

// outcomeOf sums verdicts up: nil where everything was kept as it was.
func outcomeOf(verdicts []exchange.Verdict) error {
	has := func(o exchange.Outcome) bool {
		return slices.ContainsFunc(verdicts, func(v exchange.Verdict) bool { return v.Outcome == o })
	}
	switch {
	case has(exchange.Dropped):
		return outcome{exitDropped, "some of it was left out; the table says what"}
	case has(exchange.Changed):
		return outcome{exitChanged, "some of it was changed on the way; the table says how"}
	}
	return nil
}

// reading are the settings of a file to be read.
type reading struct {
	Format   string `default:"auto" help:"Format of the file: auto, or one of xlsx, docx, text, qti-2.2 (any QTI), moodle-xml, gift, aiken."`
	Point    string `placeholder:"A-B-C-001" help:"Assessment point of items whose file names none."`
	Verdicts string `placeholder:"FILE" help:"Write the table of verdicts to this file: .csv, .json or .xlsx."`
}

// read reads a file. Held is what the bank has already.
func (r *reading) read(file, id string, held []bank.Revision) (exchange.Import, error) {
	f, err := os.Open(file) // #nosec G304 -- a file that the operator names
	if err != nil {
		return exchange.Import{}, err
	}
	defer f.Close()
	bar := newBar("读取 read")
	defer bar.end()
	opts := exchange.Options{Bank: bank.ID(id), Point: bank.PointCode(r.Point), Held: held, Progress: func(n int) { bar.set(n, 0) }}
	if r.Point != "" && !exchange.ValidPoint(opts.Point) {
		return exchange.Import{}, fmt.Errorf("--point %q: not an assessment point such as A-B-C-001", r.Point)
	}
	raw, err := exchange.ReadAll(f, exchange.MaxFile)
	if err != nil {
		return exchange.Import{}, fmt.Errorf("%s: %w", file, err)
	}
	var format exchange.Format
	if r.Format == "auto" {
		format, err = formats.Detect(filepath.Base(file), raw)
	} else if named, ok := formats.Named(r.Format); ok {
		format = named
	} else {
		err = fmt.Errorf("--format %q: %w", r.Format, formats.ErrUnknown)
	}
	if err != nil {
		return exchange.Import{}, fmt.Errorf("%s: %w", file, err)
	}
	imported, err := formats.ReadAs(format, raw, opts)
	if err != nil {
		return exchange.Import{}, fmt.Errorf("%s (%s): %w", file, format.Name, err)
	}
	return imported, nil
}

// report prints the table, or writes it to its file, and the sums.
func (r *reading) report(imported *exchange.Import) error {
	if err := tell(r.Verdicts, imported.Verdicts); err != nil {
		return err
	}
	n := imported.Counts
	fmt.Printf("保留 kept %d · 已改 changed %d · 未导入 dropped %d\n", n.Kept, n.Changed, n.Dropped)
	return nil
}

// tell writes verdicts to a file by its extension, or prints those that say
// something.
func tell(file string, verdicts []exchange.Verdict) (err error) {
	if file == "" {
		for _, v := range verdicts {
			if v.Outcome != exchange.Kept {
				fmt.Println(verdictLine(v))
			}
		}
		return nil
	}
	write, ok := map[string]func(io.Writer, []exchange.Verdict) error{
		".csv": exchange.WriteCSV, ".json": exchange.WriteJSON, ".xlsx": xlsx.WriteVerdicts,
	}[strings.ToLower(filepath.Ext(file))]
	if !ok {
		return fmt.Errorf("--verdicts %s: the name must end with .csv, .json or .xlsx", file)
	}
	f, err := os.Create(file) // #nosec G304 -- a file that the operator names
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return write(f, verdicts)
}

type bankCheckCommand struct {
	File    string  `arg:"" type:"existingfile" help:"The file: Excel, Word, text, QTI, Moodle XML, GIFT or Aiken."`
	Bank    string  `default:"check" help:"Bank that its items would belong to."`
	Reading reading `embed:""`
}

// Run reads the file and stores nothing.
func (c *bankCheckCommand) Run() error {
	imported, err := c.Reading.read(c.File, c.Bank, nil)
	if err != nil {
		return err
	}
	if err := c.Reading.report(&imported); err != nil {
		return err
	}
	return outcomeOf(imported.Verdicts)
}

// importer and exporter are whom the record names for work from the command line.
const (
	importer = "gongyuan bank import"
	exporter = "gongyuan bank export"
)

type bankImportCommand struct {
	File    string        `arg:"" type:"existingfile" help:"The file: Excel, Word, text, QTI, Moodle XML, GIFT or Aiken."`
	Bank    string        `required:"" help:"Bank to import into, such as bwgly-3."`
	Status  string        `enum:"draft,published" default:"draft" help:"Status of new items: ${enum}. Items that cannot be drawn stay drafts."`
	DryRun  bool          `help:"Say what would happen and change nothing."`
	Reading reading       `embed:""`
	Stores  storeSettings `embed:""`
}

// Run imports the file. It ends with 3 where something was changed and with 4
// where something was left out.
func (c *bankImportCommand) Run(ctx context.Context) error {
	e, err := quietEngine(ctx, &c.Stores)
	if err != nil {
		return err
	}
	defer e.close(context.WithoutCancel(ctx))
	held, err := e.bank.Newest(ctx, bank.ID(c.Bank))
	if err != nil {
		return err
	}
	imported, err := c.Reading.read(c.File, c.Bank, held)
	if err != nil {
		return err
	}
	if err := c.Reading.report(&imported); err != nil {
		return err
	}
	if c.DryRun {
		return outcomeOf(imported.Verdicts)
	}
	imported.CarryForeign(held)
	draft, err := blueprintApart(ctx, e, &imported)
	if err != nil {
		return err
	}
	bar := newBar("保存 save")
	batch, err := e.editorial.Import(ctx, importer, editorial.ImportRequest{
		ID: uuid.NewString(), Title: filepath.Base(c.File), Import: imported, Status: bank.Status(c.Status), WithOutline: true, Progress: bar.set,
	})
	bar.end()
	if err != nil {
		return err
	}
	fmt.Printf("新增 added %d · 新修订 revised %d · 未变 unchanged %d\n", batch.Added, batch.Revised, batch.Unchanged)
	if batch.State != "" {
		fmt.Printf("批次 batch %s\n", batch.ID)
	}
	if draft != nil {
		kept, err := e.compose.Bring(ctx, importer, *draft)
		if err != nil {
			return fmt.Errorf("blueprint %s: %w", draft.ID, err)
		}
		if kept {
			fmt.Printf("组卷方案 %s 已存为草稿，提交后由第二人核准 the blueprint is a draft until a second person approves it\n", draft.ID)
		}
	}
	return outcomeOf(imported.Verdicts)
}

// blueprintApart takes the blueprint out of an import where the bank has one:
// what sittings are planned by changes by two people only. The first one of a
// bank comes in with it.
func blueprintApart(ctx context.Context, e *engine, imported *exchange.Import) (*bank.Blueprint, error) {
	if imported.Blueprint == nil {
		return nil, nil
	}
	held, err := e.bank.Blueprints(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(held, func(b bank.Blueprint) bool { return b.Bank == imported.Bank }) {
		return nil, nil
	}
	draft := imported.Blueprint
	imported.Blueprint = nil
	return draft, nil
}

type bankExportCommand struct {
	File      string        `arg:"" help:"The file to write."`
	Bank      string        `required:"" help:"Bank to write, such as bwgly-3."`
	Format    string        `help:"xlsx, docx, text, qti-3.0, qti-2.2, moodle-xml, gift or aiken; by the file's extension where it tells (.zip is QTI 3.0)."`
	Published bool          `help:"Published revisions only; else the newest of every item."`
	Verdicts  string        `placeholder:"FILE" help:"Write the table of what was not carried to this file: .csv, .json or .xlsx."`
	Stores    storeSettings `embed:""`
}

// Run writes the bank. It ends with 3 where the format could not carry
// something of an item, and with 4 where it could not carry an item.
func (c *bankExportCommand) Run(ctx context.Context) error {
	format, err := c.format()
	if err != nil {
		return err
	}
	e, err := quietEngine(ctx, &c.Stores)
	if err != nil {
		return err
	}
	defer e.close(context.WithoutCancel(ctx))
	out, err := e.editorial.Export(ctx, exporter, editorial.ExportRequest{Bank: bank.ID(c.Bank), Format: format.Name, Published: c.Published}, true)
	var field *editorial.FieldError
	if errors.As(err, &field) && field.Reason == "nothing-to-export" {
		err = fmt.Errorf("bank %s holds no items to write", c.Bank)
	}
	if err != nil {
		return err
	}
	if err := writeFile(c.File, out.File); err != nil {
		return err
	}
	if err := tell(c.Verdicts, out.Verdicts); err != nil {
		return err
	}
	fmt.Printf("%s: %d 题 items → %s\n", c.Bank, out.Items, c.File)
	return outcomeOf(out.Verdicts)
}

func (c *bankExportCommand) format() (exchange.Format, error) {
	name := c.Format
	if name == "" {
		name = map[string]string{".xlsx": "xlsx", ".docx": "docx", ".txt": "text", ".zip": "qti-3.0", ".xml": "moodle-xml", ".gift": "gift"}[strings.ToLower(filepath.Ext(c.File))]
	}
	f, ok := formats.Named(name)
	switch {
	case !ok:
		return f, fmt.Errorf("--format %q: say one of xlsx, docx, text, qti-3.0, qti-2.2, moodle-xml, gift, aiken", name)
	case f.Write == nil:
		return f, fmt.Errorf("--format %q: %w", name, exchange.ErrReadOnly)
	}
	return f, nil
}

// writeFile writes beside the file first, so that a failure leaves what was
// there.
func writeFile(name string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".gongyuan-export-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = os.Chmod(f.Name(), 0o644); err != nil { // #nosec G302 -- questions that were taken out for others to read
		return err
	}
	return os.Rename(f.Name(), name)
}

func verdictLine(v exchange.Verdict) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\t%s!%s%d\t%s\t%s\t%s", v.Outcome, v.Sheet, v.Column, v.Row, v.Item, v.Field, v.Text.ZH)
	if v.Old != "" || v.New != "" {
		fmt.Fprintf(&b, "\t%q → %q", v.Old, v.New)
	}
	return b.String()
}
