package editorial_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/engine/editorial"
)

// aiken is a file of so many items.
func aiken(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "第 %d 题：巡查多久一次？\nA. 每小时\nB. 每天\nC. 每 %d 分钟\nANSWER: C\n\n", i, i+10)
	}
	return b.String()
}

// bring opens an intake, sends its content and has it read.
func (w *world) bring(id, name, content string) bank.Intake {
	w.Helper()
	ctx := w.Context()
	_, err := w.desk.OpenIntake(ctx, "ding", bank.Intake{ID: id, Bank: bankID, Name: name, Size: int64(len(content))})
	w.ok(err)
	for n := 0; n*editorial.IntakePart < len(content); n++ {
		part := content[n*editorial.IntakePart : min(len(content), (n+1)*editorial.IntakePart)]
		w.ok(w.desk.AddIntakePart(ctx, "ding", bankID, id, n, []byte(part)))
	}
	return w.read(id, "", "A-A-A-001")
}

func (w *world) read(id, format string, point bank.PointCode) bank.Intake {
	w.Helper()
	_, err := w.desk.ReadIntake(w.Context(), "ding", bankID, id, editorial.Reading{Format: format, Point: point})
	w.ok(err)
	return w.settled(id)
}

// settled waits until nothing is under way with an intake.
func (w *world) settled(id string) bank.Intake {
	w.Helper()
	_, err := w.desk.Intake(w.Context(), "ding", bankID, id) // takes up what is dead
	w.ok(err)
	w.desk.Settle()
	in, err := w.desk.Intake(w.Context(), "ding", bankID, id)
	w.ok(err)
	return in
}

func (w *world) confirm(in bank.Intake, leave ...string) bank.Intake {
	w.Helper()
	_, err := w.desk.ConfirmIntake(w.Context(), "ding", bankID, in.ID, editorial.ConfirmRequest{Digest: in.Digest, Leave: leave})
	w.ok(err)
	return w.settled(in.ID)
}

func (w *world) total() int {
	w.Helper()
	page, err := w.store.Items(w.Context(), bank.ItemQuery{Bank: bankID})
	w.ok(err)
	return page.Total
}

// TestImportAndUndo takes a file in, finds that the same file twice changes
// nothing, and takes it back.
func TestImportAndUndo(t *testing.T) {
	each(t, func(w *world) {
		defer w.desk.Close()
		ctx := w.Context()
		in := w.bring("one", `C:\题库\巡查.txt`, aiken(30))
		if in.State != bank.IntakeRead || in.Name != "巡查.txt" || in.Detected != "aiken" || in.Rows != 30 || in.Added != 30 || in.Dropped != 0 {
			w.Fatalf("read: %+v", in)
		}
		if n := w.total(); n != 0 {
			w.Fatalf("a dry run put %d items in", n)
		}
		found, err := w.desk.Verdicts(ctx, "ding", bankID, "one")
		w.ok(err)
		if len(found.Revisions) != 30 || len(found.Verdicts) < 30 {
			w.Errorf("%d items, %d verdicts", len(found.Revisions), len(found.Verdicts))
		}
		_, err = w.desk.Verdicts(ctx, "wu", bankID, "one")
		w.err("another's file", err, bank.ErrNotFound)
		_, err = w.desk.ConfirmIntake(ctx, "ding", bankID, "one", editorial.ConfirmRequest{Digest: "other"})
		w.err("what nobody looked at", err, bank.ErrConflict)

		in = w.confirm(in, "B-A-A-A-001-003")
		if in.State != bank.IntakeDone || in.Added != 29 || w.total() != 29 {
			w.Fatalf("imported: %+v, %d items", in, w.total())
		}
		first, err := w.store.Item(ctx, bank.NewItemID(bankID, "B-A-A-A-001-001"))
		w.ok(err)
		if first.Status != bank.Draft || first.Author != "ding" || len(first.Work.Authors) != 1 {
			w.Errorf("an item of the file: %+v", first)
		}
		again := w.bring("two", "巡查.txt", aiken(30))
		if again.Added != 1 || again.Unchanged != 29 {
			w.Errorf("the same file: %+v", again)
		}
		again = w.confirm(again, "B-A-A-A-001-003", "B-A-A-A-001-030")
		if list, err := w.desk.Imports(ctx, bankID, 10); err != nil || len(list) != 1 || again.Added != 0 {
			w.Errorf("a file that changes nothing is a batch: %+v, %v", list, err)
		}

		out, err := w.desk.Undo(ctx, "wu", bankID, "one")
		w.ok(err)
		if len(out.Batch.Changes) != 29 || w.total() != 0 {
			w.Errorf("undone: %d, %d left", len(out.Batch.Changes), w.total())
		}
		_, err = w.desk.Undo(ctx, "wu", bankID, "one")
		w.err("undone twice", err, bank.ErrConflict)
		list, err := w.desk.Imports(ctx, bankID, 10)
		w.ok(err)
		if len(list) != 1 || list[0].State != bank.BatchUndone || list[0].Title != "巡查.txt" {
			w.Errorf("listed: %+v", list)
		}
		if diff := cmp.Diff([]string{"ding bank.import", "wu item-batch.undo"}, w.trail.acts); diff != "" {
			w.Errorf("record (-want +got):\n%s", diff)
		}
		if in = w.confirm(w.bring("three", "x.txt", aiken(30))); in.Added != 30 || w.total() != 30 {
			w.Errorf("imported again: %+v", in)
		}
	})
}

// TestImportHeld refuses to take back what is in use, and names it.
// TestImportCorrected: a row that is dropped comes in once it is corrected, and
// what was looked at before is not confirmed.
func TestImportCorrected(t *testing.T) {
	each(t, func(w *world) {
		defer w.desk.Close()
		ctx := w.Context()
		in := w.bring("fix", "题.txt", "第一题\nA. 甲\nB. 乙\nANSWER: E\n\n第二题\nA. 丙\nB. 丁\nANSWER: A\n")
		if in.Kept != 1 || in.Dropped != 1 {
			w.Fatalf("%+v", in)
		}
		before := in.Digest
		_, err := w.desk.ReadIntake(ctx, "ding", bankID, "fix", editorial.Reading{Point: "A-A-A-001", Fixes: []bank.Fix{{Row: 1, Field: string(exchange.FieldAnswer), Text: "B"}}})
		w.ok(err)
		in = w.settled("fix")
		if in.Dropped != 0 || in.Changed != 1 || in.Digest == before {
			w.Fatalf("corrected: %+v", in)
		}
		in = w.confirm(in)
		if in.State != bank.IntakeDone || in.Added != 2 {
			w.Errorf("imported: %+v", in)
		}
		_, err = w.desk.ReadIntake(ctx, "ding", bankID, "fix", editorial.Reading{})
		w.err("after the import", err, bank.ErrConflict)
	})
}

func TestImportHeld(t *testing.T) {
	each(t, func(w *world) {
		defer w.desk.Close()
		ctx := w.Context()
		w.confirm(w.bring("one", "x.txt", aiken(4)))
		item := func(n int) bank.ItemID { return bank.NewItemID(bankID, fmt.Sprintf("B-A-A-A-001-%03d", n)) }
		hold := func(want ...editorial.Held) {
			w.Helper()
			_, err := w.desk.Undo(ctx, "ding", bankID, "one")
			var used *editorial.UsedError
			if !errors.As(err, &used) || !errors.Is(err, editorial.ErrUsed) {
				w.Fatalf("undone while in use: %v", err)
			}
			if diff := cmp.Diff(want, used.Items); diff != "" {
				w.Errorf("held by (-want +got):\n%s", diff)
			}
			if w.total() != 4 {
				w.Errorf("%d items left", w.total())
			}
		}
		w.clock.Advance(time.Minute)
		d, err := w.desk.Open(ctx, "ding", item(2))
		w.ok(err)
		_, err = w.desk.Save(ctx, "ding", editorial.SaveRequest{Item: item(2), Base: 1, Content: d.Content})
		w.ok(err)
		hold(editorial.Held{Item: item(2), Why: editorial.HoldChanged})
		w.ok(w.store.SetUses(ctx, bankID, "s1", "场次", w.clock.Now(), map[bank.Ref]int{{Item: item(3), Revision: 1}: 2}))
		hold(editorial.Held{Item: item(3), Why: editorial.HoldPaper}, editorial.Held{Item: item(2), Why: editorial.HoldChanged})
		list, err := w.desk.Imports(ctx, bankID, 10)
		w.ok(err)
		if len(list) != 1 || list[0].Items != 4 || len(list[0].Held) != 2 {
			w.Errorf("listed: %+v", list)
		}
	})
}

// TestImportMoved imports nothing where the bank is no longer what somebody
// looked at, and goes on with what was cut off.
func TestImportMoved(t *testing.T) {
	each(t, func(w *world) {
		defer w.desk.Close()
		ctx := w.Context()
		in := w.bring("one", "x.txt", aiken(3))
		w.confirm(w.bring("other", "y.txt", aiken(2)))
		if in = w.confirm(in); in.State != bank.IntakeFailed || in.Failure != editorial.FailMoved || w.total() != 2 {
			w.Fatalf("imported on a bank that changed: %+v", in)
		}
		in = w.read("one", "", "A-A-A-001")
		if in.Added != 1 || in.Unchanged != 2 {
			w.Fatalf("read again: %+v", in)
		}
		// The program that was to import it died without a word.
		in.State, in.Beat = bank.IntakeImporting, w.clock.Now()
		_, err := w.store.ChangeIntake(ctx, in)
		w.ok(err)
		w.clock.Advance(30 * time.Second)
		if in = w.settled("one"); in.State != bank.IntakeDone || w.total() != 3 {
			w.Errorf("taken up: %+v", in)
		}
	})
}

// TestIntakeErr names what is wrong with a file.
func TestIntakeErr(t *testing.T) {
	each(t, func(w *world) {
		defer w.desk.Close()
		ctx := w.Context()
		for name, c := range map[string]struct{ file, content, format, want string }{
			"unknown":  {"x.bin", "\x00\x01\x02\x03", "", editorial.FailUnknown},
			"wrong":    {"x.txt", aiken(1), "moodle-xml", editorial.FailFormat},
			"nothing":  {"x.txt", " \n ", "aiken", editorial.FailNothing},
			"not xlsx": {"x.xlsx", "PK\x03\x04broken", "", editorial.FailFormat},
		} {
			in := w.bring(name, c.file, c.content)
			if c.format != "" {
				in = w.read(name, c.format, "")
			}
			if in.State != bank.IntakeFailed || in.Failure != c.want {
				w.Errorf("%s: %s %q, want %q", name, in.State, in.Failure, c.want)
			}
			w.ok(w.desk.DropIntake(ctx, "ding", bankID, name))
		}
		var field *editorial.FieldError
		for _, bad := range []bank.Intake{
			{ID: "x", Bank: bankID, Name: "", Size: 1}, {ID: "x", Bank: bankID, Name: "x", Size: 0}, {ID: "x", Bank: bankID, Name: "x", Size: exchange.MaxFile + 1},
		} {
			if _, err := w.desk.OpenIntake(ctx, "ding", bad); !errors.As(err, &field) {
				w.Errorf("%+v: %v", bad, err)
			}
		}
		_, err := w.desk.OpenIntake(ctx, "ding", bank.Intake{ID: "p", Bank: bankID, Name: "x.txt", Size: 3})
		w.ok(err)
		for n, data := range map[int]string{0: "long", 1: "abc", -1: "abc"} {
			w.err("part", w.desk.AddIntakePart(ctx, "ding", bankID, "p", n, []byte(data)), editorial.ErrInvalid)
		}
		if in := w.read("p", "", ""); in.Failure != editorial.FailCut {
			w.Errorf("without its parts: %+v", in)
		}
		w.clock.Advance(72 * time.Hour)
		_, err = w.desk.OpenIntake(ctx, "ding", bank.Intake{ID: "q", Bank: bankID, Name: "x.txt", Size: 3})
		w.ok(err)
		_, err = w.desk.Intake(ctx, "ding", bankID, "p")
		w.err("a file that was forgotten", err, bank.ErrNotFound)
	})
}
