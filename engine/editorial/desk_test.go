package editorial_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/256dpi/lungo"
	"github.com/google/go-cmp/cmp"

	"gongyuan/bank"
	"gongyuan/bank/mongobank"
	"gongyuan/engine/audit"
	"gongyuan/engine/editorial"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/people"
)

const bankID bank.ID = "b-3"

// recorder keeps what was recorded.
type recorder struct {
	mu   sync.Mutex
	acts []string
}

func (r *recorder) Record(_ context.Context, e audit.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.acts = append(r.acts, e.Actor+" "+e.Act)
	return nil
}

// staff knows three editors and an invigilator.
type staff struct{}

func (staff) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	switch id {
	case "ding", "wu", "ji":
		return people.Account{ID: id, Name: "命题员" + string(id), Roles: []people.Role{people.Editor}}, nil
	case "ren":
		return people.Account{ID: id, Roles: []people.Role{people.Invigilator}}, nil
	}
	return people.Account{}, people.ErrNotFound
}

type world struct {
	*testing.T
	desk  *editorial.Desk
	store *mongobank.Store
	clock *enginetest.Clock
	trail *recorder
}

func each(t *testing.T, test func(w *world)) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		s := mongobank.New(db)
		if err := s.EnsureIndexes(t.Context()); err != nil {
			t.Fatal(err)
		}
		w := &world{T: t, store: s, clock: enginetest.NewClock(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)), trail: &recorder{}}
		w.desk = editorial.NewDesk(editorial.Deps{Store: s, Accounts: staff{}, Audit: w.trail, Clock: w.clock})
		test(w)
	})
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) err(what string, got, want error) {
	w.Helper()
	if !errors.Is(got, want) {
		w.Errorf("%s: %v, want %v", what, got, want)
	}
}

func question() bank.Revision {
	return bank.Revision{Point: "F-A-B-002", Difficulty: 3, Question: bank.Question{
		Type: bank.Single, Stem: "发现燃气泄漏时，值班人员应当首先（　　）。", Explanation: "先断气、通风。",
		Options: []bank.Option{{ID: "A", Text: "打开排风扇", Feedback: "有火花"}, {ID: "B", Text: "关闭阀门，开窗通风"}, {ID: "C", Text: "在现场拨打电话"}},
		Key:     bank.Key{Options: []bank.OptionID{"A"}},
	}}
}

// take takes a step on the item as it is now.
func (w *world) take(by string, d editorial.Detail, step bank.Step, change func(*editorial.StepRequest)) (editorial.Detail, error) {
	w.Helper()
	w.clock.Advance(time.Minute)
	r := editorial.StepRequest{Item: d.Row.ID, Step: step, Version: d.Row.Version, Draft: d.Draft, Note: "示例说明"}
	if change != nil {
		change(&r)
	}
	return w.desk.Take(w.Context(), by, r)
}

func (w *world) must(by string, d editorial.Detail, step bank.Step, change func(*editorial.StepRequest)) editorial.Detail {
	w.Helper()
	d, err := w.take(by, d, step, change)
	if err != nil {
		w.Fatalf("%s by %s: %v", step, by, err)
	}
	return d
}

// TestLife goes through the life of an item: written, returned, mended by a
// second author, approved by a third, published, corrected, retired.
func TestLife(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		d, err := w.desk.Create(ctx, "ding", bankID, "", question())
		w.ok(err)
		if d.Row.Code != "B-F-A-B-002-001" || d.Draft != 1 || d.Row.Work.Stage != bank.StageDraft {
			w.Fatalf("created: %+v", d)
		}
		d = w.must("ding", d, bank.StepSubmit, nil)
		if d.Row.Revision != 1 || d.Draft != 0 || d.Row.Status != bank.InReview {
			w.Fatalf("handed in: %+v", d.Row)
		}
		_, err = w.take("ding", d, bank.StepApprove, nil)
		w.err("the author approves", err, bank.ErrSecondPerson)
		_, err = w.desk.Save(ctx, "wu", editorial.SaveRequest{Item: d.Row.ID, Base: 1, Content: d.Content})
		w.err("saving over a revision in review", err, bank.ErrStage)
		_, err = w.take("wu", d, bank.StepReturn, func(r *editorial.StepRequest) { r.Note = " " })
		w.err("returning without a word", err, editorial.ErrInvalid)
		d = w.must("wu", d, bank.StepReturn, nil)

		d.Content.Options[1].Text += "，不动电器"
		d, err = w.desk.Save(ctx, "wu", editorial.SaveRequest{Item: d.Row.ID, Base: 1, Content: d.Content})
		w.ok(err)
		if d.Row.Work.Stage != bank.StageReturned || d.Draft != 1 || d.Base != 1 {
			w.Errorf("saved after it came back: %+v", d)
		}
		d = w.must("wu", d, bank.StepSubmit, nil)
		if d.Row.Revision != 2 {
			w.Errorf("handed in again as revision %d", d.Row.Revision)
		}
		for _, author := range []string{"ding", "wu"} {
			_, err = w.take(author, d, bank.StepApprove, nil)
			w.err(author+" approves", err, bank.ErrSecondPerson)
		}
		d = w.must("ji", d, bank.StepApprove, func(r *editorial.StepRequest) { r.Publish = true })
		if d.Row.Status != bank.Published || d.Row.Published != 2 || d.Row.Work.Stage != bank.StageIdle || len(d.Row.Work.Authors) != 0 {
			w.Fatalf("published: %+v", d.Row)
		}
		published, err := w.store.Published(ctx, bankID)
		w.ok(err)
		if len(published) != 1 || published[0].Number != 2 || published[0].Author != "wu" {
			w.Fatalf("drawn from: %+v", published)
		}

		// A correction is a revision of its own, and says what it does to the key.
		d.Content.Key.Options = []bank.OptionID{"B"}
		d, err = w.desk.Save(ctx, "ding", editorial.SaveRequest{Item: d.Row.ID, Base: 2, Content: d.Content})
		w.ok(err)
		_, err = w.take("ding", d, bank.StepSubmit, nil)
		w.err("a change of the key that nobody confirmed", err, editorial.ErrKeyChange)
		d = w.must("ding", d, bank.StepSubmit, func(r *editorial.StepRequest) { r.KeyMeant = true })
		if !d.Row.Work.AltersKey || d.Row.Status != bank.Published || d.Row.Published != 2 {
			w.Errorf("handed in: %+v", d.Row)
		}
		still, err := w.store.Published(ctx, bankID)
		w.ok(err)
		if diff := cmp.Diff(published, still); diff != "" {
			w.Errorf("what is published changed: %s", diff)
		}
		diff, err := w.desk.Compare(ctx, d.Row.ID, -1, 3)
		w.ok(err)
		if !diff.AltersKey || diff.Fields[0].Field != "key" || diff.Fields[0].Old != "A" || diff.Fields[0].New != "B" {
			w.Errorf("compared: %+v", diff.RevisionDiff)
		}
		d = w.must("wu", d, bank.StepApprove, func(r *editorial.StepRequest) { r.Publish = true })
		d = w.must("ji", d, bank.StepRetire, nil)
		if got, err := w.store.Published(ctx, bankID); err != nil || len(got) != 0 || d.Row.Status != bank.Retired {
			w.Errorf("retired and still drawn: %+v, %v", got, err)
		}
		d = w.must("ji", d, bank.StepRestore, nil)
		if d.Row.Status != bank.Published || d.Row.Published != 3 {
			w.Errorf("restored: %+v", d.Row)
		}
		var steps []string
		for _, e := range d.Events {
			steps = append(steps, fmt.Sprintf("%s %s %d", e.By, e.Step, e.Revision))
		}
		if diff := cmp.Diff([]string{"ding submit 1", "wu return 1", "wu submit 2", "ji approve 2", "ji publish 2", "ding submit 3",
			"wu approve 3", "wu publish 3", "ji retire 3", "ji restore 3"}, steps); diff != "" {
			w.Errorf("history (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"ding item.submit", "wu item.return", "wu item.submit", "ji item.approve", "ji item.publish", "ding item.submit",
			"wu item.approve", "wu item.publish", "ji item.retire", "ji item.restore"}, w.trail.acts); diff != "" {
			w.Errorf("recorded (-want +got):\n%s", diff)
		}
	})
}

// TestConflicts lets two editors work on the same item: the second save is
// refused, and so is a step on what has changed.
func TestConflicts(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		d, err := w.desk.Create(ctx, "ding", bankID, "B-F-A-B-002-007", question())
		w.ok(err)
		_, err = w.desk.Create(ctx, "wu", bankID, "B-F-A-B-002-007", question())
		w.err("the same code", err, editorial.ErrInvalid)
		next, err := w.desk.Create(ctx, "wu", bankID, "", question())
		w.ok(err)
		if next.Row.Code != "B-F-A-B-002-008" {
			w.Errorf("next code = %s", next.Row.Code)
		}
		if len(next.Warnings) != 1 || next.Warnings[0].Kind != bank.NearDuplicate || next.Warnings[0].Values[1] != "100" {
			w.Errorf("warnings = %+v", next.Warnings)
		}
		save := func(by string, version int) error {
			c := question()
			c.Stem += by
			_, err := w.desk.Save(ctx, by, editorial.SaveRequest{Item: d.Row.ID, Version: version, Content: c})
			return err
		}
		w.ok(save("wu", 1))
		w.err("saving over another's save", save("ding", 1), bank.ErrConflict)
		w.err("saving as if there were no draft", save("ding", 0), bank.ErrConflict)
		_, err = w.take("ding", d, bank.StepSubmit, nil)
		w.err("handing in what was saved meanwhile", err, bank.ErrConflict)
		now, err := w.desk.Open(ctx, "ding", d.Row.ID)
		w.ok(err)
		now = w.must("ding", now, bank.StepSubmit, nil)
		_, err = w.take("wu", now, bank.StepWithdraw, func(r *editorial.StepRequest) { r.Version-- })
		w.err("a step on an old head", err, bank.ErrConflict)
		w.must("wu", now, bank.StepWithdraw, nil)
		_, err = w.desk.Save(ctx, "wu", editorial.SaveRequest{Item: d.Row.ID, Base: 0, Content: question()})
		w.err("a draft from an older revision", err, bank.ErrConflict)

		next, err = w.desk.Save(ctx, "wu", editorial.SaveRequest{Item: next.Row.ID, Version: 1, Content: question()})
		w.ok(err)
		_, err = w.take("wu", next, bank.StepDiscard, nil)
		w.ok(err)
		_, err = w.desk.Open(ctx, "wu", next.Row.ID)
		w.err("what was thrown away", err, bank.ErrNotFound)
	})
}

func TestRefused(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		for field, change := range map[string]func(*bank.Revision){
			"/content/type":       func(r *bank.Revision) { r.Type = "Q" },
			"/content/point":      func(r *bank.Revision) { r.Point = "F-A-B" },
			"/content/difficulty": func(r *bank.Revision) { r.Difficulty = 6 },
			"/content/stem":       func(r *bank.Revision) { r.Stem = strings.Repeat("题", 6001) },
			"/content/options":    func(r *bank.Revision) { r.Options = slices.Repeat(r.Options, 3) },
		} {
			c := question()
			change(&c)
			_, err := w.desk.Create(ctx, "ding", bankID, "", c)
			var bad *editorial.FieldError
			if !errors.As(err, &bad) || bad.Field != field {
				w.Errorf("%s: %v", field, err)
			}
		}
		unfinished := question()
		unfinished.Key.Options = nil
		d, err := w.desk.Create(ctx, "ding", bankID, "", unfinished)
		w.ok(err)
		_, err = w.take("ding", d, bank.StepSubmit, nil)
		var unfit *editorial.UnfitError
		if !errors.As(err, &unfit) || unfit.Warnings[0].Kind != bank.NoKey {
			w.Errorf("without a key: %v", err)
		}
		pictured := question()
		pictured.Stem = "如图[img:00112233445566778899aabbccddeeff|图]应（　　）。"
		d, err = w.desk.Create(ctx, "ding", bankID, "", pictured)
		w.ok(err)
		_, err = w.take("ding", d, bank.StepSubmit, nil)
		w.err("a picture that is not there", err, editorial.ErrInvalid)
		for _, who := range []string{"ding", "ren", "nobody"} {
			_, err := w.take("ding", d, bank.StepAssign, func(r *editorial.StepRequest) { r.Assignee = who })
			w.err("assigned to "+who, err, editorial.ErrInvalid)
		}
		w.must("ding", d, bank.StepAssign, func(r *editorial.StepRequest) { r.Assignee = "wu" })
		kept, err := w.desk.Open(ctx, "ding", d.Row.ID)
		w.ok(err)
		if kept.Draft != 1 || kept.Row.Work.Assigned != "wu" {
			w.Errorf("assigning cost the draft: %+v", kept)
		}
	})
}

func TestQueue(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		var codes []string
		for i := range 3 {
			c := question()
			c.Stem = fmt.Sprintf("第%c种情形下应当首先（　　）。", '甲'+i*300)
			d, err := w.desk.Create(ctx, "ding", bankID, "", c)
			w.ok(err)
			d = w.must("ding", d, bank.StepSubmit, nil)
			codes = append(codes, d.Row.Code)
			if i == 2 {
				d = w.must("ding", d, bank.StepAssign, func(r *editorial.StepRequest) { r.Assignee = "ji" })
				d = w.must("ji", d, bank.StepApprove, func(r *editorial.StepRequest) { r.Publish = true })
				d.Content.Key.Options = []bank.OptionID{"B"}
				d, err = w.desk.Save(ctx, "ding", editorial.SaveRequest{Item: d.Row.ID, Base: 1, Content: d.Content})
				w.ok(err)
				w.must("ding", d, bank.StepSubmit, func(r *editorial.StepRequest) { r.KeyMeant = true })
			}
		}
		for who, want := range map[string][]string{"ding": nil, "wu": {codes[2], codes[0], codes[1]}} {
			q, err := w.desk.Queue(ctx, who)
			w.ok(err)
			var got []string
			for _, r := range q.Review {
				got = append(got, r.Code)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				w.Errorf("queue of %s (-want +got):\n%s", who, diff)
			}
		}
	})
}

func TestBatch(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		var items []bank.ItemID
		for i := range 3 {
			c := question()
			c.Stem = fmt.Sprintf("第%c种情形下应当首先（　　）。", '甲'+i*300)
			d, err := w.desk.Create(ctx, "ding", bankID, "", c)
			w.ok(err)
			items = append(items, d.Row.ID)
		}
		got, err := w.desk.Batch(ctx, "wu", editorial.BatchRequest{ID: "1", Bank: bankID, Act: editorial.BatchTag, Items: append(items, "b-3/none"), Tag: "待配图"})
		w.ok(err)
		if len(got.Batch.Changes) != 3 || len(got.Refused) != 1 || !got.Undoable {
			w.Fatalf("tagged: %+v", got)
		}
		_, err = w.desk.Batch(ctx, "wu", editorial.BatchRequest{ID: "2", Bank: bankID, Act: editorial.BatchRetire, Items: items[:2], Note: "内容陈旧"})
		w.ok(err)
		undone, err := w.desk.Undo(ctx, "ding", bankID, "1")
		w.ok(err)
		if len(undone.Batch.Changes) != 1 || len(undone.Refused) != 2 {
			w.Errorf("undone after two changed: %+v", undone)
		}
		undone, err = w.desk.Undo(ctx, "ding", bankID, "2")
		w.ok(err)
		if len(undone.Batch.Changes) != 2 {
			w.Errorf("undone: %+v", undone)
		}
		_, err = w.desk.Undo(ctx, "ding", bankID, "2")
		w.err("undone again", err, bank.ErrConflict)
		page, err := w.store.Items(ctx, bank.ItemQuery{Bank: bankID, Tag: "待配图"})
		w.ok(err)
		if page.Total != 2 || page.Rows[0].Status != bank.Draft {
			w.Errorf("after all: %+v", page)
		}
		handed, err := w.desk.Batch(ctx, "ding", editorial.BatchRequest{ID: "3", Bank: bankID, Act: editorial.BatchSubmit, Items: items})
		w.ok(err)
		if len(handed.Refused) != 0 || handed.Undoable {
			w.Errorf("handed in: %+v", handed)
		}
		_, err = w.desk.Undo(ctx, "ding", bankID, "3")
		w.err("undoing what others read", err, bank.ErrStage)
	})
}

func TestPictures(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		var data bytes.Buffer
		w.ok(png.Encode(&data, image.NewGray(image.Rect(0, 0, 30, 20))))
		p, err := w.desk.AddPicture(ctx, data.Bytes())
		w.ok(err)
		got, err := w.desk.Picture(ctx, p.ID)
		w.ok(err)
		if diff := cmp.Diff(p, got); diff != "" || p.Type != "image/png" || p.Width != 30 || len(p.ID) != 32 {
			w.Errorf("picture %+v: %s", p.ID, diff)
		}
		for name, bad := range map[string][]byte{
			"nothing": nil, "a page": []byte("<html><script>alert(1)</script>"), "a drawing": []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`),
			"too much": append(data.Bytes(), make([]byte, editorial.MaxPicture)...), "GIF": []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"),
		} {
			if _, err := w.desk.AddPicture(ctx, bad); !errors.Is(err, editorial.ErrInvalid) {
				w.Errorf("%s was taken: %v", name, err)
			}
		}
	})
}

func TestCheck(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		fine, alike, wrong := question(), question(), question()
		alike.Key.Options = []bank.OptionID{"B"}
		wrong.Stem, wrong.Key.Options = "全然另外的一个题目是什么？", []bank.OptionID{"E"}
		for i, r := range []*bank.Revision{&fine, &alike, &wrong} {
			r.Item = bank.NewItemID(bankID, fmt.Sprintf("B-F-A-B-002-%03d", i+1))
		}
		_, err := w.store.Import(ctx, []bank.Revision{fine, alike, wrong}, bank.ImportOptions{Bank: bankID, Status: bank.Published, Now: w.clock.Now()})
		w.ok(err)
		w.ok(w.store.SaveOutline(ctx, bank.Outline{Bank: bankID, Ranges: []bank.Range{{Points: []bank.Point{{Code: "F-A-B-002", Title: "燃气"}}}}}))
		got, at, err := w.desk.Check(ctx, bankID, false)
		w.ok(err)
		if got.Items != 3 || !at.Equal(w.clock.Now()) || got.Counts[bank.NearOtherKey] != 2 || got.Counts[bank.KeyBeyond] != 1 || len(got.Thin) != 1 {
			w.Errorf("check = %+v", got)
		}
		if len(got.Found) == 0 || got.Found[0].Code != "B-F-A-B-002-003" {
			w.Errorf("faults do not come first: %+v", got.Found)
		}
		w.ok(w.desk.SaveLaws(ctx, "ding", bankID, []bank.Law{{Name: "旧条例", Note: "已废止"}}))
		w.clock.Advance(time.Second)
		if _, again, err := w.desk.Check(ctx, bankID, false); err != nil || !again.After(at) {
			w.Errorf("not looked at again after the list changed: %v", err)
		}
	})
}

// TestCheckUnknown looks at banks that are not there: nothing of them stays.
func TestCheckUnknown(t *testing.T) {
	each(t, func(w *world) {
		for i := range 50 {
			_, _, err := w.desk.Check(w.Context(), bank.ID(fmt.Sprint("none-", i)), false)
			w.ok(err)
		}
		if n := w.desk.Held(); n != 0 {
			w.Errorf("checks of %d banks that are not there", n)
		}
	})
}

// TestDoubt sends a published item to the editors and back: papers go on drawing
// it, whoever looks has the reason, and publishing a correction ends it.
func TestDoubt(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		fine := question()
		fine.Item = bank.NewItemID(bankID, "B-F-A-B-002-001")
		_, err := w.store.Import(ctx, []bank.Revision{fine}, bank.ImportOptions{Bank: bankID, Status: bank.Published, Now: w.clock.Now()})
		w.ok(err)
		d, err := w.desk.Open(ctx, "ding", fine.Item)
		w.ok(err)
		_, err = w.take("ding", d, bank.StepKeep, nil)
		w.err("keeping what nobody doubts", err, bank.ErrStage)
		_, err = w.take("ding", d, bank.StepDoubt, func(r *editorial.StepRequest) { r.Note = "" })
		w.err("without a reason", err, editorial.ErrInvalid)
		d = w.must("ding", d, bank.StepDoubt, func(r *editorial.StepRequest) { r.Note = "高分组更多人选 B" })
		if d.Row.Work.Doubter != "ding" || d.Row.Status != bank.Published || d.Row.Published != 1 || d.Row.Work.Stage != bank.StageIdle {
			w.Errorf("doubted: %+v", d.Row)
		}
		a := 0.31
		w.ok(w.store.SetFigures(ctx, bankID, map[bank.ItemID]bank.ItemFigures{fine.Item: {Revision: 1, People: 40, Facility: &a, Findings: []string{"key"}}, "b-3/none": {}}))
		page, err := w.store.Items(ctx, bank.ItemQuery{Bank: bankID, Doubted: bank.Only, Suspicious: bank.Only, Facility: bank.Span{To: &a}})
		w.ok(err)
		if page.Total != 0 {
			w.Errorf("%d items answered by less than 0.31", page.Total)
		}
		if page, err = w.store.Items(ctx, bank.ItemQuery{Bank: bankID, Doubted: bank.Only, Suspicious: bank.Only, Facility: bank.Span{From: &a}}); err != nil || page.Total != 1 {
			w.Errorf("listed: %+v, %v", page, err)
		}
		for _, who := range []string{"ding", "wu"} {
			q, err := w.desk.Queue(ctx, who)
			w.ok(err)
			if len(q.Doubted) != 1 || q.Doubted[0].Work.Doubt != "高分组更多人选 B" || len(q.Review)+len(q.Publish)+len(q.Returned) != 0 {
				w.Errorf("queue of %s: %+v", who, q)
			}
		}
		d = w.must("wu", d, bank.StepKeep, nil)
		if q, err := w.desk.Queue(ctx, "wu"); err != nil || len(q.Doubted) != 0 || d.Row.Figures.People != 40 {
			w.Errorf("kept: %+v, %v", d.Row, err)
		}
		if !slices.Contains(w.trail.acts, "ding item.doubt") || !slices.Contains(w.trail.acts, "wu item.keep") {
			w.Errorf("recorded: %v", w.trail.acts)
		}
		// A correction answers a doubt.
		d = w.must("ding", d, bank.StepDoubt, nil)
		content := d.Content
		content.Key.Options = []bank.OptionID{"B"}
		d, err = w.desk.Save(ctx, "wu", editorial.SaveRequest{Item: fine.Item, Version: d.Draft, Base: d.Base, Content: content})
		w.ok(err)
		d = w.must("wu", d, bank.StepSubmit, func(r *editorial.StepRequest) { r.KeyMeant = true })
		d = w.must("ji", d, bank.StepApprove, func(r *editorial.StepRequest) { r.Publish = true })
		if !d.Row.Work.Doubted.IsZero() || d.Row.Published != 2 {
			w.Errorf("after the correction: %+v", d.Row)
		}
	})
}
