package evidence_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/256dpi/lungo"
	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/assess"
	"gongyuan/engine/audit"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/evidence"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// hall knows the sitting of these tests, of level 2, with three candidates.
type hall map[sitting.RegistrationID]sitting.Registration

func (h hall) Sitting(_ context.Context, id sitting.ID) (sitting.Sitting, error) {
	if id != exam {
		return sitting.Sitting{}, sitting.ErrNotFound
	}
	return sitting.Sitting{ID: exam, Level: 2, State: sitting.Open, Secret: []byte("secret"), Roster: []sitting.RegistrationID{"r1", "r2", "r3"}}, nil
}

func (h hall) Registration(_ context.Context, id sitting.RegistrationID) (sitting.Registration, error) {
	if r, ok := h[id]; ok {
		return r, nil
	}
	return sitting.Registration{}, sitting.ErrNotFound
}

func (h hall) RegistrationsOf(context.Context, sitting.ID) ([]sitting.Registration, error) {
	return []sitting.Registration{h["r1"], h["r2"], h["r3"]}, nil
}

type accounts map[people.AccountID]people.Account

func (a accounts) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	if x, ok := a[id]; ok {
		return x, nil
	}
	return people.Account{}, people.ErrNotFound
}

// recorder takes down what is recorded; it refuses while broken.
type recorder struct {
	mu     sync.Mutex
	events []audit.Event
	broken bool
}

func (r *recorder) Record(_ context.Context, e audit.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken {
		return errors.New("the record is away")
	}
	r.events = append(r.events, e)
	return nil
}

func (r *recorder) acts() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, e := range r.events {
		out = append(out, e.Actor+" "+e.Act)
	}
	return strings.Join(out, ", ")
}

const exam sitting.ID = "sitting-1"

// office is a cabinet beside the desk that scores are entered at.
type office struct {
	*evidence.Cabinet
	desk  *assess.Desk
	clock *enginetest.Clock
	trail *recorder
	db    lungo.IDatabase
	panel assess.Panel
}

func newOffice(t *testing.T, kind standard.Kind) office {
	t.Helper()
	db := servers.Embedded(t)
	store := mongostore.New(db)
	ok(t, store.EnsureIndexes(t.Context()))
	std, err := standard.Sample()
	ok(t, err)
	staff := accounts{"admin": {Roles: []people.Role{people.Administrator}}, "editor": {Roles: []people.Role{people.Editor}}}
	for _, id := range []people.AccountID{"e1", "e2", "e3", "stranger", "chair"} {
		staff[id] = people.Account{ID: id, Roles: []people.Role{people.Examiner}}
	}
	h := hall{}
	for i, id := range []sitting.RegistrationID{"r1", "r2", "r3"} {
		h[id] = sitting.Registration{ID: id, Sitting: exam, Candidate: people.CandidateID(fmt.Sprint("c", i+1)), Room: "02", Seat: fmt.Sprint("0", i+1)}
	}
	clock, a, e, trail := enginetest.NewClock(enginetest.Start), store.Assessments(), store.Evidence(), &recorder{}
	vault, err := evidence.NewVault(enginetest.CertificateSecrets())
	ok(t, err)
	limits := evidence.DefaultLimits()
	limits.PerOwner = 3
	c := evidence.NewCabinet(evidence.Deps{
		Files: e, Drafts: e, Contents: e, Terms: e, Panels: a, Sheets: a, Scores: a, Sittings: h, Accounts: staff, Filings: register{}, Standard: std,
		Vault: vault, Trail: trail, Clock: clock, Limits: limits,
	})
	desk := assess.NewDesk(assess.Deps{
		Sheets: a, Panels: a, Appointments: a, Scores: a, Versions: a, Unlocks: a, Rulings: a, Sittings: h, Accounts: staff, Audit: &recorder{},
		Standard: std, Clock: clock, Attachments: c,
	})
	sheet := enginetest.SkillSheet("fire")
	sheet.Level, sheet.Kind = 2, kind
	sheet.Attachments = []assess.Attachment{{ID: "signed", Label: "签名的评审表", Required: true}, {ID: "work", Label: "操作照片"}}
	ok(t, desk.Provide(t.Context(), []assess.Sheet{sheet}))
	p := assess.Panel{
		ID: assess.PanelOf(exam, kind), Sitting: exam, Level: 2, Kind: kind, Sheet: sheet.SheetRef, Examiners: []people.AccountID{"e1", "e2", "e3"},
		Chair: "chair", State: assess.Appointed, Station: 1, Weight: 100, Version: 1, Rule: assess.Mean, Draw: []sitting.RegistrationID{"r2", "r1", "r3"}, Created: enginetest.Start,
	}
	ok(t, a.InsertPanel(t.Context(), p))
	return office{c, desk, clock, trail, db, p}
}

func (o office) draw(n int) assess.Case { return assess.Case{Panel: o.panel.ID, Draw: n} }

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got %v, want %v", what, err, want)
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func announce(id, name string, raw []byte) evidence.Upload {
	sum := sha256.Sum256(raw)
	return evidence.Upload{ID: evidence.FileID(id + "-0000-0000-0000"), Name: name, Length: int64(len(raw)), Digest: hex.EncodeToString(sum[:])}
}

// send sends all parts of what was announced and completes it.
func (o office) send(t *testing.T, by evidence.Actor, id evidence.FileID, raw []byte) (evidence.File, error) {
	t.Helper()
	for n := 0; n*evidence.PartSize < len(raw); n++ {
		ok(t, o.Put(t.Context(), by, id, n, raw[n*evidence.PartSize:min(len(raw), (n+1)*evidence.PartSize)]))
	}
	return o.Complete(t.Context(), by, id)
}

func (o office) attach(t *testing.T, by people.AccountID, c assess.Case, u evidence.Upload, raw []byte) evidence.File {
	t.Helper()
	_, err := o.Attach(t.Context(), by, c, u)
	ok(t, err)
	f, err := o.send(t, evidence.Actor{Account: by}, u.ID, raw)
	ok(t, err)
	return f
}

func staffer(id people.AccountID) evidence.Actor { return evidence.Actor{Account: id} }

// reads tells who of all can read a file.
func (o office) reads(t *testing.T, id evidence.FileID) string {
	t.Helper()
	var out []string
	for _, who := range []evidence.Actor{
		staffer("e1"), staffer("e2"), staffer("chair"), staffer("stranger"), staffer("admin"), staffer("editor"), staffer("nobody"),
		{Registration: "r1"}, {Registration: "r2"}, {},
	} {
		_, _, err := o.Read(t.Context(), who, id)
		if err == nil {
			out = append(out, who.Name())
		} else if !errors.Is(err, evidence.ErrNotFound) {
			t.Errorf("%s: %v", who.Name(), err)
		}
	}
	return strings.Join(out, " ")
}

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
	_, err = o.Provide(ctx, "admin", exam, "r2", evidence.ScoreFile, announce("kind", "x.jpg", jpegOf(t, 3, 4)))
	wantErr(t, "another kind", err, evidence.ErrInvalid)
}
