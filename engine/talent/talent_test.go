package talent_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/profile"
	"gongyuan/engine/sitting"
	"gongyuan/engine/talent"
	"gongyuan/engine/training"
)

// office is everything around an Office, in memory: c1 … c4, of whom c4 has no
// certificate that counts.
type office struct {
	kept   map[people.CandidateID]talent.Entry
	events []audit.Event
	asked  []int              // how many entries each step through the pool gave
	read   []int              // how many people each page was read with
	gone   people.CandidateID // withdraws between the step and the page
}

func (o *office) Now() time.Time       { return time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC) }
func (o *office) Hash(s string) string { return "hash " + s }

func (o *office) Record(_ context.Context, e audit.Event) error {
	o.events = append(o.events, e)
	return nil
}

func (o *office) Account(_ context.Context, id people.AccountID) (people.Account, error) {
	if id == "admin" {
		return people.Account{ID: id, Roles: []people.Role{people.Administrator}}, nil
	}
	return people.Account{}, people.ErrNotFound
}

func (o *office) Talent(_ context.Context, id people.CandidateID) (talent.Entry, error) {
	e, ok := o.kept[id]
	if !ok {
		return e, talent.ErrNotFound
	}
	return e, nil
}

func (o *office) Talents(_ context.Context, after people.CandidateID, limit int) ([]talent.Entry, error) {
	var out []talent.Entry
	for _, id := range slices.Sorted(maps.Keys(o.kept)) { // those who withdrew too: a store may be behind
		if id > after && len(out) < limit {
			out = append(out, o.kept[id])
		}
	}
	o.asked = append(o.asked, len(out))
	return out, nil
}

func (o *office) TalentsOf(_ context.Context, ids []people.CandidateID) ([]talent.Entry, error) {
	var out []talent.Entry
	for _, id := range ids {
		if e, ok := o.kept[id]; ok {
			out = append(out, e)
		}
	}
	if len(ids) > 0 {
		o.read = append(o.read, len(ids))
	}
	if gone := o.gone; gone != "" {
		out = slices.DeleteFunc(out, func(e talent.Entry) bool { return e.Candidate == gone })
	}
	return out, nil
}

func (o *office) PutTalent(_ context.Context, e talent.Entry) (talent.Entry, error) {
	if o.kept[e.Candidate].Version != e.Version {
		return e, talent.ErrConflict
	}
	e.Version++
	o.kept[e.Candidate] = e
	return e, nil
}

func (o *office) CertificatesOf(_ context.Context, ids []people.CandidateID) ([]certificate.Certificate, error) {
	revoked := []certificate.Act{{Kind: certificate.Revoke}}
	all := []certificate.Certificate{
		{Number: "n1", Candidate: "c1", Level: 3, Date: "2025-01-01"}, {Number: "n2", Candidate: "c1", Level: 2, Date: "2026-01-01"},
		{Number: "n3", Candidate: "c1", Level: 1, Date: "2026-02-01", Acts: revoked}, {Number: "n4", Candidate: "c2", Level: 3, Date: "2025-01-01"},
		{Number: "n5", Candidate: "c2", Level: 3, Date: "2026-01-01"}, {Number: "n6", Candidate: "c3", Level: 3, Date: "2026-01-01"},
		{Number: "n7", Candidate: "c4", Level: 3, Date: "2026-01-01", Acts: revoked},
	}
	all = slices.DeleteFunc(all, func(c certificate.Certificate) bool { return !slices.Contains(ids, c.Candidate) })
	for _, id := range ids {
		if strings.HasPrefix(string(id), "m") { // one of many
			all = append(all, certificate.Certificate{Number: certificate.Number("of " + id), Candidate: id, Level: 3, Date: "2026-01-01"})
		}
	}
	return all, nil
}

func (o *office) Profiles(context.Context, []people.CandidateID) (map[people.CandidateID]profile.Profile, error) {
	return map[people.CandidateID]profile.Profile{
		"c1": {Unit: "示例医院", City: "甲市", Industry: profile.Schools, KeyUnit: true, Post: "科长"}, "c2": {Unit: "示例银行", City: "乙市", Industry: profile.Finance},
	}, nil
}

func (o *office) Trainings(context.Context, []people.CandidateID) ([]training.Record, error) {
	return []training.Record{{Candidate: "c1", Kind: training.Initial, From: "2026-01-01"}, {Candidate: "c1", Kind: training.Rotation, Removal: &training.Removal{}}}, nil
}

func (o *office) Registration(_ context.Context, id sitting.RegistrationID) (sitting.Registration, error) {
	return sitting.Registration{ID: id, Candidate: people.CandidateID(strings.TrimPrefix(string(id), "r-"))}, nil
}

const number = "11010519491231002X"

func (o *office) CandidatesByHash(context.Context, []string) (map[string]people.Candidate, error) {
	return map[string]people.Candidate{"hash " + number: {ID: "c3", Name: "示例丙"}}, nil
}

func (o *office) CandidatesByID(_ context.Context, ids []people.CandidateID) (map[people.CandidateID]people.Candidate, error) {
	out := map[people.CandidateID]people.Candidate{}
	for _, id := range ids {
		out[id] = people.Candidate{ID: id, Name: "示例" + string(id)}
	}
	return out, nil
}

func newOffice() (*office, *talent.Office) {
	o := &office{kept: map[people.CandidateID]talent.Entry{}}
	return o, talent.NewOffice(talent.Deps{Store: o, Sources: o, Candidates: o, Registrations: o, Accounts: o, Sealer: o, Audit: o, Clock: o})
}

// found is who a search finds, by certificate.
func found(t *testing.T, x *talent.Office, q talent.Query) string {
	t.Helper()
	page, err := x.Search(t.Context(), "admin", q, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range page.People {
		out = append(out, fmt.Sprintf("%s %s %d", p.Entry.Candidate, p.Certificate.Number, len(p.Trainings)))
	}
	return strings.Join(out, ", ")
}

func TestOwn(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o, x := newOffice()
	if _, err := x.Agree(ctx, "r-c1", "other words"); !errors.Is(err, talent.ErrInvalid) {
		t.Errorf("other words: %v", err)
	}
	if _, err := x.Agree(ctx, "r-c4", talent.WordsZH); !errors.Is(err, talent.ErrNone) {
		t.Errorf("without a certificate: %v", err)
	}
	if _, err := x.Leave(ctx, "r-c1"); !errors.Is(err, talent.ErrState) {
		t.Errorf("left before entering: %v", err)
	}
	if own, err := x.Own(ctx, "r-c1"); err != nil || !own.Certified || own.Consent != nil {
		t.Errorf("before: %+v %v", own, err)
	}
	if len(o.kept)+len(o.events) > 0 {
		t.Fatal("something was kept")
	}
	own, err := x.Agree(ctx, "r-c1", talent.WordsEN)
	if err != nil || own.Consent == nil || own.Consent.On != "2026-11-24" || own.Consent.By != "candidate:r-c1" {
		t.Fatalf("agreed: %+v %v", own, err)
	}
	if _, err := x.Agree(ctx, "r-c1", talent.WordsEN); !errors.Is(err, talent.ErrState) {
		t.Errorf("agreed twice: %v", err)
	}
	if err := x.Describe(ctx, "admin", "c1", 1, []talent.Function{talent.Guidance, talent.Organisation}, " 示例奖 "); err != nil {
		t.Fatal(err)
	}
	if got := found(t, x, talent.Query{Text: "示例奖"}); got != "c1 n2 1" {
		t.Errorf("found %s", got)
	}
	if own, err = x.Leave(ctx, "r-c1"); err != nil || own.Consent != nil {
		t.Errorf("left: %+v %v", own, err)
	}
	e := o.kept["c1"]
	if len(e.Consents) != 1 || e.Consents[0].Ended == nil || len(e.Functions)+len(e.Awards) > 0 {
		t.Errorf("what is left: %+v", e)
	}
	if got := found(t, x, talent.Query{}); got != "" {
		t.Errorf("still found %s", got)
	}
	if all, err := x.Export(ctx, "admin", talent.Query{}, "示例"); err != nil || len(all) != 0 {
		t.Errorf("still exported %v %v", all, err)
	}
	if _, err := x.Agree(ctx, "r-c1", talent.WordsZH); err != nil || len(o.kept["c1"].Consents) != 2 {
		t.Errorf("agreed again: %v %+v", err, o.kept["c1"])
	}
	for _, e := range o.events {
		if strings.Contains(fmt.Sprintf("%+v", e), "示例奖") {
			t.Errorf("the record of acts keeps what goes with the person: %+v", e)
		}
	}
}

func TestStaff(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	o, x := newOffice()
	good := talent.Paper{IDNumber: number, Name: "示例丙", Consent: talent.Consent{Purpose: "示例用途", On: "2026-11-20", Evidence: "同意书，档案柜 1"}}
	for want, edit := range map[string]func(*talent.Paper){
		"/idNumber": func(p *talent.Paper) { p.IDNumber = "1" }, "/name": func(p *talent.Paper) { p.Name = "他名" }, "/purpose": func(p *talent.Paper) { p.Consent.Purpose = "" },
		"/on": func(p *talent.Paper) { p.Consent.On = "2026-11-25" }, "/evidence": func(p *talent.Paper) { p.Consent.Evidence = "" },
	} {
		p := good
		edit(&p)
		var field *talent.FieldError
		if err := x.Record(ctx, "admin", p); !errors.As(err, &field) || field.Field != want {
			t.Errorf("want %s, got %v", want, err)
		}
	}
	if err := x.Record(ctx, "admin", good); err != nil {
		t.Fatal(err)
	}
	if err := x.Record(ctx, "admin", good); !errors.Is(err, talent.ErrState) {
		t.Errorf("twice: %v", err)
	}
	for _, id := range []sitting.RegistrationID{"r-c1", "r-c2"} {
		if _, err := x.Agree(ctx, id, talent.WordsZH); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Describe(ctx, "admin", "c1", 1, []talent.Function{talent.Emergency}, ""); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		q    talent.Query
		want string
	}{
		{talent.Query{}, "c1 n2 1, c3 n6 0, c2 n5 0"}, {talent.Query{Level: 3}, "c3 n6 0, c2 n5 0"}, {talent.Query{City: "乙市"}, "c2 n5 0"}, {talent.Query{Industry: profile.Schools}, "c1 n2 1"},
		{talent.Query{KeyUnit: true}, "c1 n2 1"}, {talent.Query{Function: talent.Emergency}, "c1 n2 1"}, {talent.Query{Text: "银行"}, "c2 n5 0"}, {talent.Query{Text: "无此人"}, ""},
	} {
		if got := found(t, x, c.q); got != c.want {
			t.Errorf("%+v: %s, want %s", c.q, got, c.want)
		}
	}
	if _, err := x.Export(ctx, "admin", talent.Query{}, ""); !errors.Is(err, talent.ErrInvalid) {
		t.Errorf("without a reason: %v", err)
	}
	if err := x.Describe(ctx, "admin", "c2", 1, []talent.Function{"x"}, ""); !errors.Is(err, talent.ErrInvalid) {
		t.Errorf("no such function: %v", err)
	}
	if err := x.Withdraw(ctx, "admin", "c3", 7, "本人来信"); !errors.Is(err, talent.ErrConflict) {
		t.Errorf("another version: %v", err)
	}
	if err := x.Withdraw(ctx, "admin", "c3", 1, ""); !errors.Is(err, talent.ErrInvalid) {
		t.Errorf("without a reason: %v", err)
	}
	if err := x.Withdraw(ctx, "admin", "c3", 1, "本人来信"); err != nil {
		t.Fatal(err)
	}
	if err := x.Withdraw(ctx, "admin", "c3", 2, "本人来信"); !errors.Is(err, talent.ErrNotFound) {
		t.Errorf("withdrawn before: %v", err)
	}
	if got := found(t, x, talent.Query{}); got != "c1 n2 1, c2 n5 0" {
		t.Errorf("left: %s", got)
	}
	var acts []string
	for _, e := range o.events {
		acts = append(acts, e.Act)
	}
	if want := "talent.agree talent.agree talent.agree talent.describe talent.withdraw"; strings.Join(acts, " ") != want {
		t.Errorf("recorded %v", acts)
	}
	_, searching := x.Search(ctx, "examiner", talent.Query{}, 0, 20)
	_, exporting := x.Export(ctx, "examiner", talent.Query{}, "示例")
	for _, err := range []error{searching, exporting, x.Record(ctx, "examiner", good), x.Withdraw(ctx, "examiner", "c1", 2, "x y"), x.Describe(ctx, "examiner", "c1", 2, nil, "")} {
		if !errors.Is(err, talent.ErrForbidden) {
			t.Errorf("somebody else: %v", err)
		}
	}
}

// TestPages: a large pool is gone through in steps, and only the people of the
// page are read; who withdraws in between is on none.
func TestPages(t *testing.T) {
	t.Parallel()
	o, x := newOffice()
	const many = 1203
	for i := range many {
		id := people.CandidateID(fmt.Sprintf("m%04d", i))
		o.kept[id] = talent.Entry{Candidate: id, Consents: []talent.Consent{{On: "2026-01-01"}}, Version: 1}
	}
	search := func(skip, limit int) talent.Found {
		t.Helper()
		found, err := x.Search(t.Context(), "admin", talent.Query{Text: "示例m"}, skip, limit)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	page := search(1190, 20)
	if page.Total != many || len(page.People) != 13 || page.People[12].Entry.Candidate != "m1202" || page.People[0].Certificate.Number != "of m1190" {
		t.Errorf("the last page: %d in all, %+v", page.Total, page.People)
	}
	if !slices.Equal(o.asked, []int{500, 500, 203}) || !slices.Equal(o.read, []int{13}) {
		t.Errorf("gone through in steps of %v, read %v", o.asked, o.read)
	}
	o.gone = "m0001"
	if page := search(0, 3); len(page.People) != 2 || page.People[1].Entry.Candidate != "m0002" {
		t.Errorf("with one who withdraws meanwhile: %+v", page.People)
	}
	if page := search(5000, 20); page.Total != many || len(page.People) != 0 {
		t.Errorf("behind the end: %+v", page)
	}
	if all, err := x.Export(t.Context(), "admin", talent.Query{}, "示例"); err != nil || len(all) != many-1 {
		t.Errorf("exported %d, %v", len(all), err)
	}
}
