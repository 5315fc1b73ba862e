package editorial

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/formats"
)

// Limits on files that are to be imported.
const (
	MaxIntake  = exchange.MaxFile // bytes
	IntakePart = 512 << 10        // bytes of a part; the last one has what is left
	// intakeAge is how long a file is kept that nobody imports.
	intakeAge = 48 * time.Hour
	// deadAfter is how long work may be silent before another may take it up.
	deadAfter = 20 * time.Second
	beatEvery = time.Second
)

// Intakes keeps files on their way in.
type Intakes interface {
	InsertIntake(ctx context.Context, i bank.Intake) error
	Intake(ctx context.Context, id string) (bank.Intake, error)
	ChangeIntake(ctx context.Context, i bank.Intake) (bank.Intake, error)
	DropIntake(ctx context.Context, id string) error
	StaleIntakes(ctx context.Context, before time.Time) ([]string, error)
	IntakeParts
}

// IntakeParts keeps their bytes.
type IntakeParts interface {
	AddIntakePart(ctx context.Context, id string, number int, data []byte) error
	IntakeContent(ctx context.Context, id string) ([]byte, error)
	DropIntakeParts(ctx context.Context, id string) error
}

// Why a file was not read or not imported.
const (
	FailFormat   = "format"    // not a file of this format
	FailUnknown  = "unknown"   // in no known format
	FailEncoding = "encoding"  // text in no encoding that is read
	FailLarge    = "too-large" // too large, packed or unpacked
	FailNothing  = "nothing"   // no items in it
	FailCut      = "incomplete"
	FailMoved    = "moved" // the bank changed since it was looked at
	FailOurs     = "internal"
)

// reading is a file that was read.
type reading struct {
	intake, digest string
	imported       exchange.Import
}

// OpenIntake announces a file. The same id twice is the same file.
func (d *Desk) OpenIntake(ctx context.Context, by string, in bank.Intake) (bank.Intake, error) {
	if !bankForm.MatchString(string(in.Bank)) {
		return bank.Intake{}, bank.ErrNotFound
	}
	in.Name = bank.CleanText(in.Name)
	in.Name = in.Name[strings.LastIndexAny(in.Name, `/\`)+1:]
	if n := utf8.RuneCountInString(in.Name); n < 1 || n > 200 {
		return bank.Intake{}, &FieldError{"/name", "length-1-200"}
	}
	if in.Size < 1 || in.Size > MaxIntake {
		return bank.Intake{}, &FieldError{"/size", "bank-file-size"}
	}
	now := d.Clock.Now()
	stale, err := d.Store.StaleIntakes(ctx, now.Add(-intakeAge))
	if err != nil {
		return bank.Intake{}, err
	}
	for _, id := range stale {
		if err := d.Store.DropIntake(ctx, id); err != nil {
			return bank.Intake{}, err
		}
	}
	in.By, in.At, in.State = by, now, bank.IntakeOpen
	err = d.Store.InsertIntake(ctx, in)
	if errors.Is(err, bank.ErrConflict) {
		return d.Intake(ctx, by, in.Bank, in.ID)
	}
	return in, err
}

// Intake returns a file that its owner brought. Another's is bank.ErrNotFound.
// Work on it that has been silent for too long is taken up again.
func (d *Desk) Intake(ctx context.Context, by string, id bank.ID, intake string) (bank.Intake, error) {
	in, err := d.Store.Intake(ctx, intake)
	if err == nil && (in.By != by || in.Bank != id) {
		err = fmt.Errorf("editorial: intake %s: %w", intake, bank.ErrNotFound)
	}
	if err != nil {
		return bank.Intake{}, err
	}
	if (in.State == bank.IntakeReading || in.State == bank.IntakeImporting) && d.Clock.Now().Sub(in.Beat) > deadAfter {
		in.Beat = d.Clock.Now()
		if in, err = d.Store.ChangeIntake(ctx, in); err == nil {
			d.run(ctx, in)
		} else if errors.Is(err, bank.ErrConflict) {
			return d.Store.Intake(ctx, intake) // somebody else took it up
		}
	}
	return in, err
}

// AddIntakePart keeps a part of a file.
func (d *Desk) AddIntakePart(ctx context.Context, by string, id bank.ID, intake string, number int, data []byte) error {
	in, err := d.Intake(ctx, by, id, intake)
	if err != nil {
		return err
	}
	parts := int((in.Size + IntakePart - 1) / IntakePart)
	want := int64(IntakePart)
	if number == parts-1 {
		want = in.Size - int64(number)*IntakePart
	}
	if in.State != bank.IntakeOpen || number < 0 || number >= parts || int64(len(data)) != want {
		return &FieldError{"/part", "file-part"}
	}
	return d.Store.AddIntakePart(ctx, intake, number, data)
}

// Reading is how a file is read. Fixes are added to those made before.
type Reading struct {
	Format string
	Point  bank.PointCode
	Fixes  []bank.Fix
}

// ReadIntake begins to read a file: what would become of every item, with
// nothing changed. An empty format is found by the content.
func (d *Desk) ReadIntake(ctx context.Context, by string, id bank.ID, intake string, how Reading) (bank.Intake, error) {
	in, err := d.Intake(ctx, by, id, intake)
	if err != nil {
		return in, err
	}
	if in.State == bank.IntakeImporting || in.State == bank.IntakeDone {
		return in, fmt.Errorf("editorial: read while %s: %w", in.State, bank.ErrConflict)
	}
	format, point := how.Format, how.Point
	if f, ok := formats.Named(format); format != "" && (!ok || f.Read == nil) {
		return in, &FieldError{"/format", "enum"}
	}
	if point != "" && !exchange.ValidPoint(point) {
		return in, &FieldError{"/point", "point-form"}
	}
	if in.Fixes, err = fixed(in.Fixes, how.Fixes); err != nil {
		return in, err
	}
	in.Format, in.Point, in.State, in.Failure, in.Progress, in.Total, in.Beat = format, point, bank.IntakeReading, "", 0, 0, d.Clock.Now()
	if in, err = d.Store.ChangeIntake(ctx, in); err == nil {
		d.run(ctx, in)
	}
	return in, err
}

// maxFixes is how many fields of a file are corrected without it.
const maxFixes = 500

// fixed adds corrections to those made before: the newest of a field counts.
func fixed(before, more []bank.Fix) ([]bank.Fix, error) {
	out := slices.Clone(before)
	for i, f := range more {
		f.Text = bank.CleanText(f.Text)
		if utf8.RuneCountInString(f.Text) > maxStem {
			return nil, &FieldError{fmt.Sprintf("/fixes/%d/text", i), "maxLength"}
		}
		out = slices.DeleteFunc(out, func(o bank.Fix) bool { return o.Sheet == f.Sheet && o.Row == f.Row && o.Field == f.Field })
		out = append(out, f)
	}
	if len(out) > maxFixes {
		return nil, &FieldError{"/fixes", "maxItems"}
	}
	return out, nil
}

// ConfirmRequest is what somebody decided after they looked at the verdicts.
type ConfirmRequest struct {
	Digest string // of what they looked at
	Leave  []string
}

// ConfirmIntake begins to import a file as it was looked at. Where the bank
// changed meanwhile so that it would become something else, the intake fails
// with FailMoved and nothing is imported. Outline and blueprint of the file stay
// out: they have desks of their own, and a blueprint needs a second person.
func (d *Desk) ConfirmIntake(ctx context.Context, by string, id bank.ID, intake string, r ConfirmRequest) (bank.Intake, error) {
	in, err := d.Intake(ctx, by, id, intake)
	if err != nil || in.State == bank.IntakeImporting || in.State == bank.IntakeDone { // asked again because the answer was lost
		return in, err
	}
	if in.State != bank.IntakeRead || in.Digest != r.Digest {
		return in, fmt.Errorf("editorial: import while %s: %w", in.State, bank.ErrConflict)
	}
	if len(r.Leave) > exchange.MaxItems {
		return in, &FieldError{"/leave", "maxItems"}
	}
	in.Leave, in.State, in.Progress, in.Total, in.Beat = r.Leave, bank.IntakeImporting, 0, 0, d.Clock.Now()
	if in, err = d.Store.ChangeIntake(ctx, in); err == nil {
		d.run(ctx, in)
	}
	return in, err
}

// DropIntake gives a file up.
func (d *Desk) DropIntake(ctx context.Context, by string, id bank.ID, intake string) error {
	in, err := d.Intake(ctx, by, id, intake)
	if err != nil {
		return err
	}
	if in.State == bank.IntakeImporting {
		return fmt.Errorf("editorial: drop while importing: %w", bank.ErrConflict)
	}
	d.jobs.mu.Lock()
	d.jobs.drop(intake)
	d.jobs.mu.Unlock()
	return d.Store.DropIntake(ctx, intake)
}

// Verdicts returns what was found about a file that is read.
func (d *Desk) Verdicts(ctx context.Context, by string, id bank.ID, intake string) (exchange.Import, error) {
	in, err := d.Intake(ctx, by, id, intake)
	if err != nil {
		return exchange.Import{}, err
	}
	if in.State != bank.IntakeRead {
		return exchange.Import{}, fmt.Errorf("editorial: verdicts while %s: %w", in.State, bank.ErrNotFound)
	}
	if r, ok := d.jobs.find(intake, in.Digest); ok {
		return r.imported, nil
	}
	imported, _, err := d.readIntake(ctx, &in, nil)
	if err == nil {
		d.jobs.keep(reading{intake, in.Digest, imported})
	}
	return imported, err
}

// readIntake reads a file as its intake says, against what the bank holds now.
func (d *Desk) readIntake(ctx context.Context, in *bank.Intake, progress func(int)) (exchange.Import, string, error) {
	raw, err := d.Store.IntakeContent(ctx, in.ID)
	if err != nil {
		return exchange.Import{}, "", err
	}
	if int64(len(raw)) != in.Size {
		return exchange.Import{}, "", errCut
	}
	detected, err := formats.Detect(in.Name, raw)
	if err != nil {
		err = &unreadable{err}
	}
	format := detected
	if in.Format != "" {
		named, _ := formats.Named(in.Format)
		format = named
	} else if err != nil {
		return exchange.Import{}, "", err
	}
	held, err := d.Store.Newest(ctx, in.Bank)
	if err != nil {
		return exchange.Import{}, "", err
	}
	imported, err := formats.ReadAs(format, raw, exchange.Options{Bank: in.Bank, Point: in.Point, Held: held, Progress: progress, Fixes: in.Fixes})
	if err != nil {
		return exchange.Import{}, detected.Name, &unreadable{err}
	}
	imported.CarryForeign(held)
	if in.Format == "" {
		in.Format = format.Name
	}
	in.Detected = detected.Name
	return imported, detected.Name, nil
}

// unreadable is what a reader says of a file. Whatever it is, the file is why.
type unreadable struct{ err error }

func (e *unreadable) Error() string { return e.err.Error() }
func (e *unreadable) Unwrap() error { return e.err }

var errCut = errors.New("editorial: parts of the file are missing")

// failure is the code of why a file was not read.
func failure(err error) string {
	for _, f := range []struct {
		err  error
		code string
	}{
		{errCut, FailCut}, {formats.ErrUnknown, FailUnknown}, {exchange.ErrEncoding, FailEncoding}, {exchange.ErrTooLarge, FailLarge},
		{exchange.ErrNothing, FailNothing}, {exchange.ErrFormat, FailFormat}, {errMoved, FailMoved},
	} {
		if errors.Is(err, f.err) {
			return f.code
		}
	}
	if file := (*unreadable)(nil); errors.As(err, &file) {
		return FailFormat
	}
	return FailOurs
}

// digestOf names what a reading would do.
func digestOf(imported *exchange.Import, foreseen bank.ImportResult) (string, error) {
	text, err := json.Marshal(struct {
		R []bank.Revision
		V []exchange.Verdict
		N bank.ImportResult
	}{imported.Revisions, imported.Verdicts, foreseen})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16]), nil
}
