package mongostore_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"testing"

	"github.com/256dpi/lungo"
	"github.com/google/go-cmp/cmp"

	"gongyuan/engine/audit"
	"gongyuan/engine/diploma"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
)

type recording func(audit.Event)

func (r recording) Record(_ context.Context, e audit.Event) error { r(e); return nil }

// TestTemplates keeps forms through a shelf on every kind of store.
func TestTemplates(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		s := mongostore.New(db)
		if err := s.EnsureIndexes(t.Context()); err != nil {
			t.Fatal(err)
		}
		for id, role := range map[people.AccountID]people.Role{"admin": people.Administrator, "examiner": people.Examiner} {
			if err := s.People().InsertAccount(t.Context(), people.Account{ID: id, Login: string(id), Name: string(id), Roles: []people.Role{role}}); err != nil {
				t.Fatal(err)
			}
		}
		var took []string
		shelf := diploma.NewShelf(diploma.ShelfDeps{
			Store: s.Templates(), Accounts: s.People(), Clock: enginetest.NewClock(enginetest.Start), Printer: &diploma.Printer{Form: diploma.Form{Template: diploma.Default()}},
			Audit: recording(func(e audit.Event) { took = append(took, e.Act+" "+e.Object) }),
		})
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
			t.Fatal(err)
		}
		f := diploma.Form{Template: diploma.Default(), Logo: b.Bytes()}
		f.Template.Title = "证书"
		if _, err := shelf.Save(t.Context(), "examiner", 0, f, "改标题"); !errors.Is(err, diploma.ErrForbidden) {
			t.Errorf("an examiner: %v", err)
		}
		v, err := shelf.Save(t.Context(), "admin", 0, f, "改标题")
		if err != nil || v.Number != 1 {
			t.Fatalf("%+v, %v", v, err)
		}
		if _, err := shelf.Save(t.Context(), "admin", 0, f, "改标题"); !errors.Is(err, diploma.ErrConflict) {
			t.Errorf("made from an older one: %v", err)
		}
		if err := s.Templates().InsertVersion(t.Context(), v); !errors.Is(err, diploma.ErrTaken) {
			t.Errorf("a version twice: %v", err)
		}
		got, err := s.Templates().Version(t.Context(), 1)
		if err != nil || !cmp.Equal(got, v) {
			t.Errorf("kept: %v\n%s", err, cmp.Diff(v, got))
		}
		if _, err := s.Templates().Version(t.Context(), 2); !errors.Is(err, diploma.ErrNotFound) {
			t.Errorf("none: %v", err)
		}
		for number, want := range map[int]string{0: "职业技能等级证书", 1: "证书"} {
			if f, err := shelf.Form(t.Context(), number); err != nil || f.Template.Title != want {
				t.Errorf("version %d: %+v, %v", number, f, err)
			}
		}
		bad := f
		bad.Logo = []byte("no picture")
		var field *diploma.TemplateError
		if _, err := shelf.Save(t.Context(), "admin", 1, bad, "改标题"); !errors.As(err, &field) || field.Field != "/logo" {
			t.Errorf("no picture: %v", err)
		}
		all, err := s.Templates().Versions(t.Context())
		if n, _ := shelf.Current(t.Context()); err != nil || len(all) != 1 || all[0].Logo != nil || n != 1 {
			t.Errorf("all: %+v, %v", all, err)
		}
		if len(took) != 1 || took[0] != "certificate-template.save certificate-template:1" {
			t.Errorf("recorded: %v", took)
		}
	})
}
