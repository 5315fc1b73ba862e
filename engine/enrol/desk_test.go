package enrol

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/engine/audit"
	"gongyuan/engine/evidence"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

const document = "11010519491231002X"

var now = time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)

// office is everything that a Desk asks, in memory.
type office struct {
	sitting  sitting.Sitting
	window   Window
	apps     map[string]Application
	contents map[string][]byte
	put      map[string]time.Time
	roster   []sitting.Registration
	faces    map[sitting.RegistrationID][]byte
	recorded []string
	broken   error // of portraits
	at       time.Time
}

func (o *office) Window(context.Context, sitting.ID) (Window, error) { return o.window, nil }
func (o *office) PutWindow(_ context.Context, w Window) (Window, error) {
	if w.Version != o.window.Version {
		return w, ErrConflict
	}
	w.Version++
	o.window = w
	return w, nil
}

func (o *office) InsertApplication(_ context.Context, a Application) error {
	if _, there := o.apps[a.ID]; there {
		return ErrThere
	}
	return o.keep(a)
}

// keep stores an application as a store does: without the names of files.
func (o *office) keep(a Application) error {
	a.Files = slices.Clone(a.Files)
	for i := range a.Files {
		a.Files[i].Name = ""
	}
	o.apps[a.ID] = a
	return nil
}

func (o *office) ReplaceApplication(_ context.Context, a Application) (Application, error) {
	if o.apps[a.ID].Version != a.Version {
		return a, ErrConflict
	}
	a.Version++
	return a, o.keep(a)
}

func (o *office) one(fits func(Application) bool) (Application, error) {
	for a := range maps.Values(o.apps) {
		if fits(a) {
			a.Files = slices.Clone(a.Files)
			return a, nil
		}
	}
	return Application{}, ErrNotFound
}

func (o *office) Application(_ context.Context, id string) (Application, error) {
	return o.one(func(a Application) bool { return a.ID == id })
}

func (o *office) ApplicationByNumber(_ context.Context, n string) (Application, error) {
	return o.one(func(a Application) bool { return a.Number == n })
}

func (o *office) ApplicationsOf(context.Context, sitting.ID) ([]Application, error) {
	return slices.Collect(maps.Values(o.apps)), nil
}

func (o *office) PutContent(_ context.Context, file string, sealed []byte, at time.Time) error {
	o.contents[file], o.put[file] = sealed, at
	return nil
}
func (o *office) Content(_ context.Context, file string) ([]byte, error) {
	return o.contents[file], nil
}
func (o *office) DropOrphans(_ context.Context, before time.Time) (n int, err error) {
	for id, at := range o.put {
		_, nobodys := o.one(func(a Application) bool { return slices.ContainsFunc(a.Files, func(f File) bool { return f.ID == id }) })
		if nobodys != nil && at.Before(before) {
			delete(o.put, id)
			n++
		}
	}
	return n, nil
}

func (o *office) Sitting(context.Context, sitting.ID) (sitting.Sitting, error) { return o.sitting, nil }
func (o *office) Register(_ context.Context, id sitting.ID, entries []sitting.Entry) ([]sitting.Registration, error) {
	for _, r := range o.roster {
		if string(r.Candidate) == entries[0].IDNumber {
			return nil, &sitting.EntriesError{Faults: []sitting.FieldError{{Field: "/candidates/0/idNumber", Reason: "taken"}}}
		}
	}
	o.roster = append(o.roster, sitting.Registration{ID: "r1", Sitting: id, Candidate: people.CandidateID(entries[0].IDNumber), Admission: "26-1", Import: entries[0].Import})
	return o.roster[len(o.roster)-1:], nil
}

func (o *office) Roster(context.Context, sitting.Sitting) ([]sitting.Registration, error) {
	return slices.Clone(o.roster), nil
}

func (o *office) Portray(_ context.Context, _ people.AccountID, r sitting.Registration, _ string, photo []byte) error {
	if o.broken == nil {
		o.faces[r.ID] = photo
	}
	return o.broken
}

func (o *office) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	switch id {
	case "admin":
		return people.Account{ID: id, Roles: []people.Role{people.Administrator}}, nil
	case "auditor":
		return people.Account{ID: id, Roles: []people.Role{people.Auditor}}, nil
	}
	return people.Account{}, people.ErrNotFound
}

func (o *office) Record(_ context.Context, e audit.Event) error {
	o.recorded = append(o.recorded, e.Act)
	return nil
}
func (o *office) Now() time.Time { return o.at }

// desk is a Desk of a draft that takes applications, and a form that it takes.
func desk(t *testing.T) (*Desk, *office, Form) {
	t.Helper()
	secrets := []people.Secret{{ID: "1", Key: bytes.Repeat([]byte{7}, 32)}}
	sealer, err := people.NewSealer(secrets)
	if err != nil {
		t.Fatal(err)
	}
	vault, err := evidence.NewVault(secrets)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := ReadRules(nil)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{
		sitting: sitting.Sitting{ID: "s", State: sitting.Draft, Level: 3}, window: Window{Sitting: "s", On: true, Opens: now.Add(-time.Hour), Closes: now.Add(time.Hour), Version: 1},
		apps: map[string]Application{}, contents: map[string][]byte{}, put: map[string]time.Time{}, faces: map[sitting.RegistrationID][]byte{}, at: now,
	}
	d := NewDesk(Deps{Store: o, Sittings: o, Roster: o, Portrait: o, Accounts: o, Sealer: sealer, Vault: vault, Audit: o, Clock: o, Rules: rules})
	return d, o, Form{
		Name: "报名甲", IDNumber: document, Phone: "13900000000", Condition: rules.Of(3)[0].Code, Photo: picture(t, 390, 546),
		Evidence: []Given{{Name: `C:\证明\学历.jpg`, Data: picture(t, 40, 30)}},
	}
}

func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, width, height)), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func sent(t *testing.T) (*Desk, *office, Application) {
	t.Helper()
	d, o, f := desk(t)
	a, err := d.Send(t.Context(), "s", f)
	if err != nil {
		t.Fatal(err)
	}
	return d, o, a
}

func TestSend(t *testing.T) {
	t.Parallel()
	t.Run("OK: kept sealed, and the names of files too", func(t *testing.T) {
		t.Parallel()
		d, o, a := sent(t)
		kept := o.apps[a.ID]
		if kept.State != Sent || bytes.Contains(kept.Names, []byte("学历")) || len(o.contents) != 2 {
			t.Errorf("kept %+v", kept)
		}
		_, all, err := d.List(t.Context(), "auditor", "s")
		if err != nil || len(all) != 1 || all[0].Files[0].Name != "photo.jpg" || all[0].Files[1].Name != "学历.jpg" {
			t.Errorf("listed %+v, %v", all, err)
		}
		f, content, err := d.Open(t.Context(), "admin", "s", a.ID, a.Files[1].ID)
		if err != nil || f.Name != "学历.jpg" || !bytes.HasPrefix(content, []byte("\xff\xd8")) || !slices.Equal(o.recorded, []string{"enrol.read"}) {
			t.Errorf("opened %+v, %v; recorded %v", f, err, o.recorded)
		}
	})
	for name, c := range map[string]struct {
		change func(*office, *Form)
		want   error
	}{
		"Err: before the window":   {func(o *office, _ *Form) { o.at = now.Add(-2 * time.Hour) }, ErrClosed},
		"Err: sealed":              {func(o *office, _ *Form) { o.sitting.State = sitting.Sealed }, ErrClosed},
		"Err: no window":           {func(o *office, _ *Form) { o.window.On = false }, ErrNotFound},
		"Err: a document":          {func(_ *office, f *Form) { f.IDNumber = "11010519491231002" }, ErrInvalid},
		"Err: no evidence":         {func(_ *office, f *Form) { f.Evidence = nil }, ErrInvalid},
		"Err: evidence of no type": {func(_ *office, f *Form) { f.Evidence[0].Data = []byte("MZ") }, ErrInvalid},
		"Err: another's number":    {func(_ *office, f *Form) { f.Number = "BM23456789AB" }, ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, o, f := desk(t)
			c.change(o, &f)
			if _, err := d.Send(t.Context(), "s", f); !errors.Is(err, c.want) || len(o.apps) > 0 {
				t.Errorf("got %v, want %v; kept %v", err, c.want, o.apps)
			}
		})
	}
	t.Run("Err: twice; its files belong to nobody and are purged", func(t *testing.T) {
		t.Parallel()
		d, o, f := desk(t)
		for _, want := range []error{nil, ErrThere} {
			if _, err := d.Send(t.Context(), "s", f); !errors.Is(err, want) {
				t.Fatalf("got %v, want %v", err, want)
			}
		}
		for _, want := range []int{0, 2, 0} {
			if n, err := d.Purge(t.Context()); n != want || err != nil {
				t.Errorf("purged %d, want %d, %v", n, want, err)
			}
			o.at = now.Add(2 * time.Hour)
		}
	})
}

func TestDecide(t *testing.T) {
	t.Parallel()
	t.Run("OK: admitted with the photograph as the portrait", func(t *testing.T) {
		t.Parallel()
		d, o, a := sent(t)
		got, err := d.Decide(t.Context(), "admin", "s", a.ID, a.Version, Admit, "")
		if err != nil || got.State != Admitted || got.Admission != "26-1" || len(o.roster) != 1 || !bytes.HasPrefix(o.faces["r1"], []byte("\xff\xd8")) {
			t.Errorf("admitted %+v, %v; faces of %d", got, err, len(o.faces))
		}
		if !slices.Equal(o.recorded, []string{"enrol.admit"}) {
			t.Errorf("recorded %v", o.recorded)
		}
	})
	t.Run("OK: an admission that was cut off is finished by asking again", func(t *testing.T) {
		t.Parallel()
		d, o, a := sent(t)
		o.broken = errors.New("no")
		if _, err := d.Decide(t.Context(), "admin", "s", a.ID, a.Version, Admit, ""); !errors.Is(err, o.broken) || o.apps[a.ID].State != Sent {
			t.Fatalf("a portrait that is not kept: %v", err)
		}
		o.broken = nil
		got, err := d.Decide(t.Context(), "admin", "s", a.ID, a.Version, Admit, "")
		if err != nil || got.Admission != "26-1" || len(o.roster) != 1 || o.faces["r1"] == nil {
			t.Errorf("again: %+v, %v", got, err)
		}
	})
	t.Run("OK: who is on the roster by a list stays as they are", func(t *testing.T) {
		t.Parallel()
		d, o, a := sent(t)
		o.roster = []sitting.Registration{{ID: "r0", Candidate: document, Import: "list"}}
		if got, err := d.Decide(t.Context(), "admin", "s", a.ID, a.Version, Admit, ""); err != nil || got.State != Admitted || len(o.faces) != 0 {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("OK: returned with a reason, and sent again", func(t *testing.T) {
		t.Parallel()
		d, o, a := sent(t)
		if _, err := d.Decide(t.Context(), "admin", "s", a.ID, a.Version, Return, " 照片不清 "); err != nil || o.apps[a.ID].Reason != "照片不清" {
			t.Fatal(err)
		}
		_, _, f := desk(t)
		f.Number = a.Number
		again, err := d.Send(t.Context(), "s", f)
		if err != nil || again.ID != a.ID || again.State != Sent || !cmp.Equal(o.apps[a.ID].Names, again.Names) {
			t.Errorf("%+v, %v", again, err)
		}
	})
	for name, c := range map[string]struct {
		by      people.AccountID
		version int
		what    Decision
		reason  string
		want    error
	}{
		"Err: an auditor":    {"auditor", 1, Admit, "", ErrForbidden},
		"Err: a stranger":    {"x", 1, Admit, "", ErrForbidden},
		"Err: old":           {"admin", 7, Admit, "", ErrConflict},
		"Err: no reason":     {"admin", 1, Refuse, " ", ErrInvalid},
		"Err: no decision":   {"admin", 1, "dance", "reason", ErrInvalid},
		"Err: a long reason": {"admin", 1, Return, strings.Repeat("长", 501), ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, o, a := sent(t)
			if _, err := d.Decide(t.Context(), c.by, "s", a.ID, c.version, c.what, c.reason); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if len(o.recorded) > 0 || o.apps[a.ID].State != Sent {
				t.Errorf("recorded %v, it is %s", o.recorded, o.apps[a.ID].State)
			}
		})
	}
}

func TestLook(t *testing.T) {
	t.Parallel()
	d, _, a := sent(t)
	if got, err := d.Look(t.Context(), " "+strings.ToLower(a.Number)+" ", document); err != nil || got.ID != a.ID {
		t.Errorf("OK: %+v, %v", got, err)
	}
	for name, c := range map[string][2]string{"Err: another document": {a.Number, "440524188001010014"}, "Err: another number": {"BM2345678999", document}, "Err: no document": {a.Number, ""}} {
		if _, err := d.Look(t.Context(), c[0], c[1]); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCleanName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{`C:\a\学历.jpg`: "学历.jpg", "../../x.pdf": "x.pdf", "a\x00b\n.png": "ab.png", strings.Repeat("长", 90): strings.Repeat("长", 80), "": "."} {
		if got := cleanName(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
