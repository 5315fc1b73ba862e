package evidence_test

import (
	"testing"
	"time"

	"gongyuan/engine/assess"
	"gongyuan/engine/evidence"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

func TestMaterials(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t, standard.Review)
	own := evidence.Actor{Registration: "r2"} // has draw number 1
	u := announce("thesis", "王某某的论文.pdf", pdfOf("thesis"))
	_, err := o.HandIn(ctx, "r2", u)
	ok(t, err)
	_, err = o.send(t, own, u.ID, pdfOf("thesis"))
	ok(t, err)
	o.clock.Advance(time.Second)
	late := announce("annex", "业绩证明.pdf", pdfOf("annex"))
	_, err = o.Provide(ctx, "admin", exam, "r2", evidence.Material, late)
	ok(t, err)
	_, err = o.send(t, staffer("admin"), late.ID, pdfOf("annex"))
	ok(t, err)
	same(t, "recorded", o.trail.acts(), "candidate:r2 file.upload, admin file.upload")

	t.Run("who reads", func(t *testing.T) {
		same(t, "material", o.reads(t, u.ID), "staff:e1 staff:e2 staff:chair staff:admin candidate:r2")
	})
	t.Run("blind", func(t *testing.T) {
		f, _, err := o.Read(ctx, staffer("e1"), late.ID)
		ok(t, err)
		same(t, "name and uploader", []string{f.Name, f.By, f.Given}, []string{"材料 2.pdf", "", ""})
		folder, err := o.Folder(ctx, "e1", o.draw(1))
		ok(t, err)
		same(t, "names", []string{folder.Materials[0].Name, folder.Materials[0].By}, []string{"材料 1.pdf", ""})
		f, _, err = o.Read(ctx, own, u.ID)
		ok(t, err)
		same(t, "to the candidate", f.Name, "王某某的论文.pdf")
		terms, err := o.SetTerms(ctx, "admin", evidence.Terms{Panel: o.panel.ID, ShowNames: true})
		ok(t, err)
		f, _, err = o.Read(ctx, staffer("e1"), u.ID)
		ok(t, err)
		same(t, "where the sitting says so", f.Name, "王某某的论文.pdf")
		terms.ShowNames = false
		_, err = o.SetTerms(ctx, "admin", terms)
		ok(t, err)
	})
	t.Run("removing", func(t *testing.T) {
		wantErr(t, "the administrator's", o.Remove(ctx, own, late.ID, ""), evidence.ErrForbidden)
		wantErr(t, "another candidate", o.Remove(ctx, evidence.Actor{Registration: "r1"}, u.ID, ""), evidence.ErrNotFound)
		wantErr(t, "a reviewer", o.Remove(ctx, staffer("e1"), u.ID, ""), evidence.ErrNotFound)
		ok(t, o.Remove(ctx, own, u.ID, ""))
		ok(t, o.Remove(ctx, own, u.ID, ""))
		same(t, "after it", o.reads(t, u.ID), "staff:admin")
		folder, err := o.Folder(ctx, "e1", o.draw(1))
		ok(t, err)
		same(t, "the other is the first now", []string{folder.Materials[0].Name}, []string{"材料 1.pdf"})
		last := o.trail.events[len(o.trail.events)-1]
		same(t, "recorded", []string{last.Actor, last.Act, last.Object}, []string{"candidate:r2", "file.remove", "file:" + string(u.ID)})
	})
	t.Run("closed by time", func(t *testing.T) {
		terms, err := o.TermsOf(ctx, "admin", o.panel.ID)
		ok(t, err)
		terms.MaterialsUntil = o.clock.Now().Add(time.Hour)
		_, err = o.SetTerms(ctx, "admin", terms)
		ok(t, err)
		_, err = o.HandIn(ctx, "r3", announce("before", "x.pdf", pdfOf("b")))
		ok(t, err)
		ok(t, o.Put(ctx, evidence.Actor{Registration: "r3"}, "before-0000-0000-0000", 0, pdfOf("b")))
		o.clock.Advance(time.Hour)
		_, err = o.Complete(ctx, evidence.Actor{Registration: "r3"}, "before-0000-0000-0000")
		wantErr(t, "completed after it", err, evidence.ErrClosed)
		_, err = o.HandIn(ctx, "r3", announce("after", "x.pdf", pdfOf("a")))
		wantErr(t, "begun after it", err, evidence.ErrClosed)
		_, err = o.Provide(ctx, "admin", exam, "r3", evidence.Material, announce("behalf", "x.pdf", pdfOf("d")))
		ok(t, err)
	})
	t.Run("closed by scoring", func(t *testing.T) {
		_, err := o.desk.Save(ctx, "e1", o.draw(1), 0, assess.Filled{Rows: []assess.RowScore{{Row: "call", Touched: true}}})
		ok(t, err)
		_, err = o.Provide(ctx, "admin", exam, "r2", evidence.Material, announce("scored", "x.pdf", pdfOf("d")))
		wantErr(t, "of who is scored", err, evidence.ErrClosed)
		_, err = o.Provide(ctx, "admin", exam, "r1", evidence.Material, announce("others", "x.pdf", pdfOf("d")))
		ok(t, err)
		all, err := o.Dossiers(ctx, "admin", exam)
		ok(t, err)
		same(t, "dossiers", []any{len(all), all[1].Draw, all[1].State.Mine, all[0].State.Begun, len(all[1].Materials)}, []any{3, 1, true, true, 2})
	})
	t.Run("ErrForbidden", func(t *testing.T) {
		_, err := o.Provide(ctx, "e1", exam, "r1", evidence.Material, u)
		wantErr(t, "an examiner", err, evidence.ErrForbidden)
		_, err = o.Dossiers(ctx, "e1", exam)
		wantErr(t, "list", err, evidence.ErrForbidden)
		_, err = o.SetTerms(ctx, "e1", evidence.Terms{Panel: o.panel.ID, ShowFaces: true})
		wantErr(t, "terms", err, evidence.ErrForbidden)
		_, err = o.Provide(ctx, "admin", "other", "r1", evidence.Material, u)
		wantErr(t, "another sitting", err, evidence.ErrNotFound)
		_, err = o.HandIn(ctx, "none", u)
		wantErr(t, "no registration", err, evidence.ErrNotFound)
	})
}

// atTheDoor has those sign candidates in who may, and others who may not.
func atTheDoor(t *testing.T, o office, portrait evidence.FileID) {
	t.Helper()
	before := o.trail.acts()
	for _, by := range []people.AccountID{"door", "admin"} {
		f, content, err := o.Sight(t.Context(), by, exam, "r2")
		ok(t, err)
		same(t, "seen by "+string(by), f.ID, portrait)
		if len(content) == 0 {
			t.Errorf("%s sees nothing", by)
		}
	}
	same(t, "who looked is recorded", o.trail.acts(), before+", door portrait.look, admin portrait.look")
	for by, want := range map[people.AccountID]error{"elsewhere": evidence.ErrForbidden, "e1": evidence.ErrForbidden, "auditor": evidence.ErrForbidden, "": evidence.ErrForbidden} {
		_, _, err := o.Sight(t.Context(), by, exam, "r2")
		wantErr(t, "seen by "+string(by), err, want)
	}
	_, _, err := o.Sight(t.Context(), "door", exam, "r1")
	wantErr(t, "no portrait", err, evidence.ErrNotFound)
	_, _, err = o.Sight(t.Context(), "door", exam, "nobody")
	wantErr(t, "nobody", err, evidence.ErrNotFound)
	_, _, err = o.Sight(t.Context(), "door", "another", "r2")
	if err == nil {
		t.Error("seen at another sitting")
	}
}

func TestPortraits(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o := newOffice(t, standard.Skill)
	admin := staffer("admin")
	put := func(t *testing.T, id string, raw []byte) (evidence.File, error) {
		t.Helper()
		u := announce(id, "王某.jpg", raw)
		_, err := o.Provide(ctx, "admin", exam, "r2", evidence.Portrait, u)
		ok(t, err)
		return o.send(t, admin, u.ID, raw)
	}
	_, err := put(t, "no-image", pdfOf(""))
	wantErr(t, "a PDF", err, evidence.ErrRefused)
	first, err := put(t, "first", jpegOf(t, 30, 40))
	ok(t, err)
	o.clock.Advance(time.Second)
	second, err := put(t, "second", pngOf(t, 30, 40))
	ok(t, err)
	same(t, "recorded", o.trail.acts(), "admin file.upload, admin file.upload, admin file.remove")
	same(t, "the old one", o.reads(t, first.ID), "staff:admin")
	same(t, "not shown", o.reads(t, second.ID), "staff:admin")
	faces, err := o.Faces(ctx, "e1", o.panel.ID)
	ok(t, err)
	same(t, "no faces", len(faces), 0)
	_, err = o.SetTerms(ctx, "admin", evidence.Terms{Panel: o.panel.ID, ShowFaces: true})
	ok(t, err)
	same(t, "shown", o.reads(t, second.ID), "staff:e1 staff:e2 staff:chair staff:admin")
	f, _, err := o.Read(ctx, staffer("e1"), second.ID)
	ok(t, err)
	same(t, "without a name", f.Name, "照片.png")
	faces, err = o.Faces(ctx, "e1", o.panel.ID)
	ok(t, err)
	same(t, "faces", faces, []evidence.Face{
		{Draw: 1, Room: "02", Seat: "02", Portrait: second.ID}, {Draw: 2, Room: "02", Seat: "01"}, {Draw: 3, Room: "02", Seat: "03"},
	})
	_, err = o.Faces(ctx, "stranger", o.panel.ID)
	wantErr(t, "stranger", err, evidence.ErrForbidden)
	atTheDoor(t, o, second.ID)
	_, err = o.Provide(ctx, "admin", exam, "r2", evidence.ScoreFile, announce("kind", "x.jpg", jpegOf(t, 3, 4)))
	wantErr(t, "another kind", err, evidence.ErrInvalid)
}
