package correction_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/engine/audit"
	"gongyuan/engine/correction"
	"gongyuan/engine/people"
)

// office is everything around an Office, in memory: c1 is known by name.
type office struct {
	now    time.Time
	kept   []correction.Kept
	names  map[people.CandidateID]string
	events []audit.Event
	fail   error // of the next renaming
}

func (o *office) Now() time.Time { o.now = o.now.Add(time.Second); return o.now }

func (o *office) Record(_ context.Context, e audit.Event) error {
	o.events = append(o.events, e)
	return nil
}

func (o *office) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	return people.Account{ID: id, Roles: []people.Role{people.Role(strings.TrimRight(string(id), "12"))}}, nil
}

func (o *office) CandidatesByID(_ context.Context, ids []people.CandidateID) (map[people.CandidateID]people.Candidate, error) {
	out := map[people.CandidateID]people.Candidate{}
	for _, id := range ids {
		if name, ok := o.names[id]; ok {
			out[id] = people.Candidate{ID: id, Name: name}
		}
	}
	return out, nil
}

func (o *office) RenameCandidate(_ context.Context, id people.CandidateID, was, name string) error {
	if err := o.fail; err != nil {
		o.fail = nil
		return err
	}
	if o.names[id] != was {
		return people.ErrConflict
	}
	o.names[id] = name
	return nil
}

// Seal is no seal, but tells what it was made for.
func (o *office) Seal(text, about string) []byte { return []byte(about + "|" + text) }

func (o *office) Open(sealed []byte, about string) (string, error) {
	text, ok := bytes.CutPrefix(sealed, []byte(about+"|"))
	if !ok {
		return "", people.ErrSealed
	}
	return string(text), nil
}

func (o *office) InsertKept(_ context.Context, k correction.Kept) error {
	o.kept = append(o.kept, k)
	return nil
}

func (o *office) at(id correction.ID) int {
	return slices.IndexFunc(o.kept, func(k correction.Kept) bool { return k.ID == id })
}

func (o *office) ReplaceKept(_ context.Context, k correction.Kept) (correction.Kept, error) {
	i := o.at(k.ID)
	if i < 0 || o.kept[i].Version != k.Version {
		return k, correction.ErrConflict
	}
	k.Version++
	o.kept[i] = k
	return k, nil
}

func (o *office) Kept(_ context.Context, id correction.ID) (correction.Kept, error) {
	if i := o.at(id); i >= 0 {
		return o.kept[i], nil
	}
	return correction.Kept{}, correction.ErrNotFound
}

func (o *office) KeptOf(_ context.Context, id people.CandidateID) ([]correction.Kept, error) {
	return slices.DeleteFunc(slices.Clone(o.kept), func(k correction.Kept) bool { return k.Candidate != id }), nil
}

func (o *office) KeptBy(_ context.Context, decided bool, _, _ int) ([]correction.Kept, int, error) {
	some := slices.DeleteFunc(slices.Clone(o.kept), func(k correction.Kept) bool { return (k.State != correction.Sent) != decided })
	return some, len(some), nil
}

func newOffice() (*office, *correction.Office) {
	o := &office{now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), names: map[people.CandidateID]string{"c1": "示例甲", "c2": "示例乙"}}
	return o, correction.NewOffice(correction.Deps{Store: correction.Sealed{Shelf: o, Sealer: o}, Candidates: o, Accounts: o, Audit: o, Clock: o})
}

func asked(t *testing.T, x *correction.Office, about correction.About, wish string) correction.Request {
	t.Helper()
	r, err := x.Ask(t.Context(), "c1", about, wish)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (o *office) acts() string {
	var out []string
	for _, e := range o.events {
		out = append(out, e.Act)
	}
	return strings.Join(out, " ")
}

func TestAsk(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o, x := newOffice()
	for name, c := range map[string]struct {
		about       correction.About
		wish, field string
	}{
		"nothing":             {correction.Name, " \u200b\n", "/wish"},
		"a long name":         {correction.Name, strings.Repeat("长", 41), "/wish"},
		"a long wish":         {correction.Other, strings.Repeat("长", 201), "/wish"},
		"about something new": {"shoes", "x", "/about"},
	} {
		var field *correction.FieldError
		if _, err := x.Ask(ctx, "c1", c.about, c.wish); !errors.As(err, &field) || field.Field != c.field || !errors.Is(err, correction.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(o.kept)+len(o.events) > 0 {
		t.Fatal("something was kept")
	}
	r := asked(t, x, correction.Number, " 1101 \u202e\t0519491231002X ")
	if r.Wish != "1101 0519491231002X" || r.State != correction.Sent {
		t.Errorf("asked: %+v", r)
	}
	if k := o.kept[0]; k.Wish != "" || string(k.Sealed) != "correction:"+string(r.ID)+"|"+r.Wish {
		t.Errorf("kept: %+v", k)
	}
	if said := fmt.Sprintf("%+v", o.events); strings.Contains(said, "519491231") || o.events[0].Actor != "c1" {
		t.Errorf("the record of acts says %s", said)
	}
	if _, err := x.Ask(ctx, "c1", correction.Number, "y"); !errors.Is(err, correction.ErrOpen) {
		t.Errorf("about the same: %v", err)
	}
	if _, err := x.Ask(ctx, "c2", correction.Number, "y"); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	for range 19 {
		r := asked(t, x, correction.Other, "其他")
		if _, err := x.Decide(ctx, "administrator1", correction.Decision{Request: r.ID, Version: 1, State: correction.Refused, Answer: "不改"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := x.Ask(ctx, "c1", correction.Employer, "z"); !errors.Is(err, correction.ErrMany) {
		t.Errorf("the twenty-first: %v", err)
	}
	own, err := x.Own(ctx, "c1")
	if err != nil || len(own) != 20 || own[0].Wish != r.Wish {
		t.Errorf("own: %d, %v", len(own), err)
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o, x := newOffice()
	r := asked(t, x, correction.Name, "示例嘉")
	done := correction.Decision{Request: r.ID, Version: 1, State: correction.Done, Answer: " 已核对证件 "}
	for name, c := range map[string]struct {
		by     people.AccountID
		change func(*correction.Decision)
		want   error
	}{
		"an auditor":       {"auditor", func(*correction.Decision) {}, correction.ErrForbidden},
		"no such decision": {"administrator1", func(d *correction.Decision) { d.State = correction.Sent }, correction.ErrInvalid},
		"no answer":        {"administrator1", func(d *correction.Decision) { d.Answer = " " }, correction.ErrInvalid},
		"a long answer":    {"administrator1", func(d *correction.Decision) { d.Answer = strings.Repeat("长", 501) }, correction.ErrInvalid},
		"no such request":  {"administrator1", func(d *correction.Decision) { d.Request = "none" }, correction.ErrNotFound},
		"another version":  {"administrator1", func(d *correction.Decision) { d.Version = 2 }, correction.ErrConflict},
	} {
		d := done
		c.change(&d)
		if _, err := x.Decide(ctx, c.by, d); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if o.names["c1"] != "示例甲" || o.acts() != "correction.ask" {
		t.Fatalf("something was done: %v, %s", o.names, o.acts())
	}
	got, err := x.Decide(ctx, "administrator1", done)
	if err != nil {
		t.Fatal(err)
	}
	want := r
	want.State, want.Answer, want.By, want.Decided, want.Version = correction.Done, "已核对证件", "administrator1", got.Decided, 3
	if diff := cmp.Diff(want, got); diff != "" || o.names["c1"] != "示例嘉" || got.Decided.Before(r.At) {
		t.Errorf("%v (-want +got):\n%s", o.names, diff)
	}
	if e := o.events[1]; e.Act != "correction.done" || e.Why != "已核对证件" || fmt.Sprint(e.After) != "map[name:示例嘉]" {
		t.Errorf("recorded %+v", e)
	}
	if _, err := x.Decide(ctx, "administrator2", done); !errors.Is(err, correction.ErrDecided) {
		t.Errorf("decided again: %v", err)
	}
	waiting, _, err := x.Queue(ctx, "auditor", false, 0, 20)
	over, n, err2 := x.Queue(ctx, "auditor", true, 0, 20)
	if len(waiting) != 0 || n != 1 || over[0].Wish != "示例嘉" || errors.Join(err, err2) != nil {
		t.Errorf("queue: %v %v %v %v", waiting, over, err, err2)
	}
	if _, _, err := x.Queue(ctx, "editor", true, 0, 20); !errors.Is(err, correction.ErrForbidden) {
		t.Errorf("an editor reads the queue: %v", err)
	}
}

// TestDecideCutOff: a request whose renaming failed waits on, is done by whoever
// decides it again, and a name that was changed meanwhile is not overwritten.
func TestDecideCutOff(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o, x := newOffice()
	r := asked(t, x, correction.Name, "示例嘉")
	o.fail = people.ErrConflict
	decide := func(version int, s correction.State) (correction.Request, error) {
		return x.Decide(ctx, "administrator1", correction.Decision{Request: r.ID, Version: version, State: s, Answer: "已核对"})
	}
	if _, err := decide(1, correction.Done); !errors.Is(err, people.ErrConflict) {
		t.Fatalf("the renaming: %v", err)
	}
	if k := o.kept[0]; k.State != correction.Sent || k.Version != 2 || !strings.HasSuffix(o.acts(), "correction.done correction.done.failed") {
		t.Errorf("it waits: %+v, %s", k.Request, o.acts())
	}
	if _, err := decide(1, correction.Done); !errors.Is(err, correction.ErrConflict) {
		t.Errorf("the old version: %v", err)
	}
	o.names["c1"] = "示例嘉" // the name was put right, and the program died before it said so
	if got, err := decide(2, correction.Done); err != nil || got.State != correction.Done {
		t.Errorf("again: %+v, %v", got, err)
	}
	if e := o.events[len(o.events)-1]; e.After != nil {
		t.Errorf("a renaming is recorded that was none: %+v", e)
	}
	gone := asked(t, x, correction.Other, "其他")
	delete(o.names, "c1")
	if _, err := x.Decide(ctx, "administrator1", correction.Decision{Request: gone.ID, Version: 1, State: correction.Refused, Answer: "无此人"}); !errors.Is(err, correction.ErrNotFound) {
		t.Errorf("nobody of that id: %v", err)
	}
}

// TestSealed: a wish that was put into another request is not shown.
func TestSealed(t *testing.T) {
	t.Parallel()
	o, x := newOffice()
	asked(t, x, correction.Number, "11010519491231002X")
	asked(t, x, correction.Other, "其他")
	o.kept[0].Sealed, o.kept[1].Sealed = o.kept[1].Sealed, o.kept[0].Sealed
	if _, err := x.Own(t.Context(), "c1"); !errors.Is(err, people.ErrSealed) {
		t.Errorf("swapped: %v", err)
	}
	if _, _, err := x.Queue(t.Context(), "auditor", false, 0, 20); !errors.Is(err, people.ErrSealed) {
		t.Errorf("swapped, in the queue: %v", err)
	}
}
