package evidence_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/assess"
	"gongyuan/engine/evidence"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

func TestAttachments(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t, standard.Skill)
	raw := segmentAfterStart(jpegOf(t, 300, 300), 0xfe, []byte("SecretCamera"))
	raw = append(raw, bytes.Repeat([]byte("behind the end"), 40_000)...) // more than one part
	u := announce("photo", `C:\DCIM\..\灭火 操作`+"\u202e.exe", raw)
	u.Slot = "signed"
	me := staffer("e1")

	t.Run("resumed after a cut", func(t *testing.T) {
		p, err := o.Attach(ctx, "e1", o.draw(1), u)
		ok(t, err)
		same(t, "nothing yet", []any{p.Of, len(p.Have)}, []any{2, 0})
		ok(t, o.Put(ctx, me, u.ID, 1, raw[evidence.PartSize:]))
		_, err = o.Complete(ctx, me, u.ID)
		var parts *evidence.PartsError
		if !errors.As(err, &parts) {
			t.Fatalf("half a file: %v", err)
		}
		same(t, "missing", parts.Missing, []int{0})
		p, err = o.Attach(ctx, "e1", o.draw(1), u)
		ok(t, err)
		same(t, "one part", p.Have, []int{1})
		wantErr(t, "a short part", o.Put(ctx, me, u.ID, 0, raw[:10]), evidence.ErrInvalid)
		wantErr(t, "no such part", o.Put(ctx, me, u.ID, 2, raw[:10]), evidence.ErrInvalid)
		wantErr(t, "somebody else's part", o.Put(ctx, staffer("e2"), u.ID, 0, raw[:evidence.PartSize]), evidence.ErrNotFound)
		ok(t, o.Put(ctx, me, u.ID, 0, raw[:evidence.PartSize]))
		ok(t, o.Put(ctx, me, u.ID, 0, raw[:evidence.PartSize]))
		f, err := o.Complete(ctx, me, u.ID)
		ok(t, err)
		again, err := o.Complete(ctx, me, u.ID)
		ok(t, err)
		same(t, "completed twice", again, f)
		same(t, "kept", []any{f.Type, f.Name, f.Slot}, []any{evidence.JPEG, "灭火 操作.exe.jpg", assess.AttachmentID("signed")})
		if f.Size >= int64(len(raw)) || f.Digest == f.Given {
			t.Error("what stood beside the picture was kept")
		}
		same(t, "recorded", o.trail.acts(), "e1 file.upload")
	})

	t.Run("sealed at rest", func(t *testing.T) {
		_, content, err := o.Read(ctx, me, u.ID)
		ok(t, err)
		for _, name := range []string{"evidence.chunks", "evidence_parts"} {
			cursor, err := o.db.Collection(name).Find(ctx, bson.M{})
			ok(t, err)
			var docs []struct {
				Data []byte `bson:"data"`
			}
			ok(t, cursor.All(ctx, &docs))
			for _, d := range docs {
				if bytes.Contains(d.Data, content[100:130]) || bytes.HasPrefix(d.Data, content[:4]) {
					t.Errorf("%s holds the content as it is", name)
				}
			}
		}
	})

	t.Run("ErrConflict for another file under the same id", func(t *testing.T) {
		other := announce("photo", "x.jpg", []byte("other"))
		_, err := o.Attach(ctx, "e1", o.draw(1), other)
		wantErr(t, "same id", err, evidence.ErrConflict)
		_, err = o.Attach(ctx, "e2", o.draw(1), u)
		wantErr(t, "another's id", err, evidence.ErrConflict)
	})

	t.Run("a required attachment is needed to sign", func(t *testing.T) {
		full := assess.Filled{
			Rows:   []assess.RowScore{{Row: "call", Touched: true}, {Row: "put-out", Touched: true}, {Row: "lead", Touched: true}},
			Vetoes: []assess.Finding{{Veto: "live", Verdict: assess.NotOccurred}}, Elapsed: 75,
		}
		for _, e := range []people.AccountID{"e2", "e3"} {
			form, err := o.desk.Save(ctx, e, o.draw(1), 0, full)
			ok(t, err)
			same(t, "measured time", form.Elapsed, 75)
			_, err = o.desk.Lock(ctx, e, o.draw(1), 1)
			var gaps *assess.GapsError
			if !errors.As(err, &gaps) {
				t.Fatalf("signed without an attachment: %v", err)
			}
			same(t, "gaps", gaps, &assess.GapsError{Attachments: []assess.AttachmentID{"signed"}})
			small := announce("paper-"+string(e), "评审表.pdf", pdfOf(string(e)))
			small.Slot = "signed"
			o.attach(t, e, o.draw(1), small, pdfOf(string(e)))
			_, err = o.desk.Lock(ctx, e, o.draw(1), 1)
			ok(t, err)
		}
		same(t, "before all have signed", o.reads(t, u.ID), "staff:e1")
		same(t, "another's, before all have signed", o.reads(t, "paper-e2-0000-0000-0000"), "staff:e2")
		_, err := o.desk.Save(ctx, "e1", o.draw(1), 0, full)
		ok(t, err)
		_, err = o.desk.Lock(ctx, "e1", o.draw(1), 1)
		ok(t, err)
		same(t, "after all have signed", o.reads(t, u.ID), "staff:e1 staff:e2 staff:chair")
		folder, err := o.Folder(ctx, "e1", o.draw(1))
		ok(t, err)
		same(t, "folder", []int{len(folder.Own), len(folder.Others), len(folder.Materials)}, []int{1, 2, 0})
		wantErr(t, "removed after signing", o.Remove(ctx, me, u.ID, ""), evidence.ErrClosed)
		_, err = o.Attach(ctx, "e1", o.draw(1), announce("late", "x.jpg", raw))
		wantErr(t, "attached after signing", err, evidence.ErrClosed)
	})

	t.Run("ErrForbidden and fields", func(t *testing.T) {
		_, err := o.Attach(ctx, "stranger", o.draw(1), u)
		wantErr(t, "stranger", err, evidence.ErrForbidden)
		_, err = o.Attach(ctx, "e1", o.draw(9), u)
		wantErr(t, "no such number", err, evidence.ErrNotFound)
		for field, change := range map[string]func(*evidence.Upload){
			"/slot": func(u *evidence.Upload) { u.Slot = "other" }, "/id": func(u *evidence.Upload) { u.ID = "../../etc/passwd" },
			"/size": func(u *evidence.Upload) { u.Length = 0 }, "/sha256": func(u *evidence.Upload) { u.Digest = "x" },
		} {
			bad := announce("field", "x.jpg", raw)
			change(&bad)
			_, err := o.Attach(ctx, "e1", o.draw(2), bad)
			var fe *evidence.FieldError
			if !errors.As(err, &fe) || fe.Field != field {
				t.Errorf("got %v, want %s", err, field)
			}
		}
		huge := announce("field", "x.jpg", raw)
		huge.Length = 20_000_001
		_, err = o.Attach(ctx, "e1", o.draw(2), huge)
		wantErr(t, "too large", err, evidence.ErrInvalid)
	})
}

func TestComplete(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t, standard.Skill)
	me := staffer("e1")
	begin := func(t *testing.T, u evidence.Upload) {
		t.Helper()
		_, err := o.Attach(ctx, "e1", o.draw(1), u)
		ok(t, err)
	}
	t.Run("ErrDigest drops the parts", func(t *testing.T) {
		u := announce("digest", "x.pdf", pdfOf(""))
		begin(t, u)
		other := pdfOf("")
		other[30]++
		_, err := o.send(t, me, u.ID, other)
		wantErr(t, "another content", err, evidence.ErrDigest)
		f, err := o.send(t, me, u.ID, pdfOf(""))
		ok(t, err)
		ok(t, o.Remove(ctx, me, f.ID, "")) // makes room
	})
	t.Run("ErrRefused drops the draft", func(t *testing.T) {
		raw := []byte("<html><script>alert(1)</script>")
		u := announce("refused", "操作.jpg", raw)
		begin(t, u)
		_, err := o.send(t, me, u.ID, raw)
		wantErr(t, "html named jpg", err, evidence.ErrRefused)
		_, err = o.Complete(ctx, me, u.ID)
		wantErr(t, "gone", err, evidence.ErrNotFound)
	})
	t.Run("nothing is kept that is not recorded", func(t *testing.T) {
		u := announce("record", "x.pdf", pdfOf("r"))
		begin(t, u)
		o.trail.broken = true
		_, err := o.send(t, me, u.ID, pdfOf("r"))
		o.trail.broken = false
		if err == nil {
			t.Fatal("kept without a record")
		}
		wantErr(t, "not kept", func() error { _, _, err := o.Read(ctx, me, u.ID); return err }(), evidence.ErrNotFound)
		_, err = o.Complete(ctx, me, u.ID)
		ok(t, err)
		ok(t, o.Remove(ctx, me, u.ID, ""))
	})
	t.Run("by several copies at once", func(t *testing.T) {
		u := announce("copies", "x.pdf", pdfOf("c"))
		begin(t, u)
		ok(t, o.Put(ctx, me, u.ID, 0, pdfOf("c")))
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				// One that comes when the parts are gone already may ask again.
				if _, err := o.Complete(ctx, me, u.ID); err != nil && !errors.Is(err, evidence.ErrParts) && !errors.Is(err, evidence.ErrNotFound) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		_, content, err := o.Read(ctx, me, u.ID)
		ok(t, err)
		same(t, "content", content, pdfOf("c"))
		n, err := o.db.Collection("evidence.files").CountDocuments(ctx, bson.M{})
		ok(t, err)
		same(t, "contents kept", n, int64(3)) // of the removed ones too
	})
	t.Run("ErrFull", func(t *testing.T) {
		begin(t, announce("full-1", "x.pdf", pdfOf("1")))
		begin(t, announce("full-2", "x.pdf", pdfOf("2")))
		_, err := o.Attach(ctx, "e1", o.draw(1), announce("full-3", "x.pdf", pdfOf("3")))
		wantErr(t, "the fourth", err, evidence.ErrFull)
	})
	t.Run("drafts that nobody completes go", func(t *testing.T) {
		o.clock.Advance(23 * time.Hour)
		n, err := o.Purge(ctx)
		ok(t, err)
		same(t, "after 23 hours", n, 0)
		o.clock.Advance(2 * time.Hour)
		n, err = o.Purge(ctx)
		ok(t, err)
		same(t, "after a day", n, 2)
		wantErr(t, "gone", o.Put(ctx, me, "full-1-0000-0000-0000", 0, pdfOf("1")), evidence.ErrNotFound)
	})
}
