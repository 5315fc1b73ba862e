package batch

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"gongyuan/engine/certificate"
	"gongyuan/engine/earlier"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

var today = time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)

// stage is all that a check asks, as a test sets it up.
type stage struct {
	desks   map[sitting.ID]result.Desk
	persons map[people.CandidateID]people.Candidate
	photos  map[sitting.RegistrationID]string
	issued  map[sitting.ID][]certificate.Certificate
	earlier map[string][]certificate.Certificate
	fault   *certificate.FieldError

	elsewhere elsewhere
	illegal   string // a name that cannot be printed
	template  int

	serial    string // of every site
	frameless bool   // the template has no place for a photograph
}

func (s *stage) Stand(_ context.Context, id sitting.ID) (result.Desk, error) { return s.desks[id], nil }
func (s *stage) Check(certificate.Qualified, people.AccountID) error {
	if s.fault != nil {
		return s.fault
	}
	return nil
}
func (s *stage) Issue(context.Context, certificate.Qualified, people.AccountID) (certificate.Certificate, error) {
	panic("a check issues nothing")
}
func (s *stage) OfSitting(_ context.Context, id sitting.ID) ([]certificate.Certificate, error) {
	return s.issued[id], nil
}
func (s *stage) OfDocuments(_ context.Context, numbers []string) (map[string][]certificate.Certificate, error) {
	out := map[string][]certificate.Certificate{}
	for _, n := range numbers {
		out[n] = s.earlier[n]
	}
	return out, nil
}

// elsewhere knows certificates of other bodies.
type elsewhere map[string][]earlier.Record

func (e elsewhere) OfDocuments(context.Context, []string) (map[string][]earlier.Record, error) {
	return e, nil
}
func (s *stage) CandidatesByID(context.Context, []people.CandidateID) (map[people.CandidateID]people.Candidate, error) {
	return s.persons, nil
}
func (s *stage) Portraits(context.Context, sitting.ID) (map[sitting.RegistrationID]string, error) {
	return s.photos, nil
}
func (s *stage) Paper(context.Context) (Paper, error) { return Paper{s.template, !s.frameless}, nil }
func (s *stage) Printable(_ context.Context, q certificate.Qualified) (bool, error) {
	return q.Name != s.illegal, nil
}

// Open takes "sealed:" off; whatever does not begin so cannot be opened.
func (s *stage) Open(sealed []byte, _ string) (string, error) {
	if n, ok := strings.CutPrefix(string(sealed), "sealed:"); ok {
		return n, nil
	}
	return "", people.ErrSealed
}
func (s *stage) SiteSerial(context.Context, string) (string, error) { return s.serial, nil }
func (s *stage) Now() time.Time                                     { return today }

func (s *stage) desk() *Desk {
	return &Desk{Deps: Deps{Results: s, Register: s, Earlier: s.elsewhere, Candidates: s, Portraits: s, Printer: s, Sites: s, Opener: s, Clock: s, TwoSealers: true}}
}

const guard = "guard"

// released is a sitting of level 3 whose results are out: candidate c has the
// registration r of it, and so on.
func released(id sitting.ID, who map[sitting.RegistrationID]people.CandidateID) result.Desk {
	d := result.Desk{
		All:    result.All{Sitting: sitting.Sitting{ID: id, State: sitting.Released, Level: 3, Occupation: standard.Occupation{Code: guard}}, Scheme: standard.Scheme{Title: "三级/高级工"}},
		Latest: map[sitting.RegistrationID]result.Record{},
	}
	for r, c := range who {
		outcome := result.Outcome{Result: result.Qualified}
		d.All.Candidates = append(d.All.Candidates, result.Composed{Registration: sitting.Registration{ID: r, Sitting: id, Candidate: c}, Outcome: outcome})
		d.Latest[r] = result.Record{Registration: r, Outcome: outcome, At: today.Add(-time.Hour)}
	}
	return d
}

func twoSittings() (*stage, Batch) {
	s := &stage{
		desks: map[sitting.ID]result.Desk{
			"s1": released("s1", map[sitting.RegistrationID]people.CandidateID{"r1": "jia", "r2": "yi"}),
			"s2": released("s2", map[sitting.RegistrationID]people.CandidateID{"r3": "bing"}),
		},
		persons: map[people.CandidateID]people.Candidate{}, photos: map[sitting.RegistrationID]string{"r1": "p1", "r2": "p2", "r3": "p3"},
		issued: map[sitting.ID][]certificate.Certificate{}, earlier: map[string][]certificate.Certificate{}, template: 4,
	}
	for id, name := range map[people.CandidateID]string{"jia": "王甲", "yi": "李乙", "bing": "张丙"} {
		s.persons[id] = people.Candidate{ID: id, Name: name, IDSealed: []byte("sealed:" + string(id)), IDHash: "h" + string(id)}
	}
	return s, Batch{By: "a", Sittings: []sitting.ID{"s1", "s2"}, Entries: []Entry{{Sitting: "s1", Registration: "r1"}, {Sitting: "s1", Registration: "r2"}, {Sitting: "s2", Registration: "r3"}}}
}

func checked(t *testing.T, s *stage, b Batch) []Checked {
	t.Helper()
	d := s.desk()
	scenes, err := d.scenes(t.Context(), b.Sittings)
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.check(t.Context(), &b, scenes)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestFindings changes one thing of a batch over two sittings, of which nothing
// is to be found, and asks what is found then, and of whom.
func TestFindings(t *testing.T) {
	t.Parallel()
	earlier := func(days int, change func(*certificate.Certificate)) certificate.Certificate {
		c := certificate.Certificate{
			Number: "S000061000000253000009", Registration: "old", Level: 3, Occupation: standard.Occupation{Code: guard},
			Expires: certificate.DateOf(today.AddDate(0, 0, days)),
		}
		if change != nil {
			change(&c)
		}
		return c
	}
	for name, c := range map[string]struct {
		change  func(*stage, *Batch)
		entry   int
		code    string // "" for nothing
		detail  string
		goesOut bool // it does not block
	}{
		"nothing":         {func(*stage, *Batch) {}, 0, "", "", true},
		"not on the list": {func(_ *stage, b *Batch) { b.Entries[0].Registration = "r9" }, 0, FoundGone, "", false},
		"issued already": {func(s *stage, _ *Batch) {
			s.issued["s2"] = []certificate.Certificate{{Registration: "r3", Number: "N"}}
		}, 2, FoundIssued, "N", false},
		"a number that does not open": {func(s *stage, _ *Batch) { p := s.persons["yi"]; p.IDSealed = []byte("x"); s.persons["yi"] = p }, 1, FoundDocument, "", false},
		"a wrong document number":     {func(s *stage, _ *Batch) { s.fault = &certificate.FieldError{Field: "/documentNumber"} }, 0, FoundDocument, "", false},
		"a name that will not do":     {func(s *stage, _ *Batch) { s.fault = &certificate.FieldError{Field: "/name"} }, 0, FoundName, "/name", false},
		"a name without a glyph":      {func(s *stage, _ *Batch) { s.illegal = "李乙" }, 1, FoundUnprintable, "", false},
		"no photograph":               {func(s *stage, _ *Batch) { delete(s.photos, "r3") }, 2, FoundPortrait, "", false},
		"no photograph, and it is accepted": {func(s *stage, b *Batch) {
			delete(s.photos, "r3")
			b.Entries[2].Faceless = "补拍来不及"
		}, 2, FoundPortrait, "补拍来不及", true},
		"no photograph, and no place for one": {func(s *stage, _ *Batch) { s.photos, s.frameless = nil, true }, 0, "", "", true},
		"a site without digits": {func(s *stage, _ *Batch) {
			d := s.desks["s2"]
			d.All.Sitting.Site = "east"
			s.desks["s2"] = d
		}, 2, FoundSite, "", false},
		"papers sealed by one": {func(s *stage, _ *Batch) {
			d := s.desks["s2"]
			d.All.Sitting.OneSealer = true
			s.desks["s2"] = d
		}, 2, FoundSealer, "", false},
		"one like it is valid": {func(s *stage, _ *Batch) { s.earlier["jia"] = []certificate.Certificate{earlier(9, nil)} }, 0, FoundDuplicate, "S000061000000253000009", false},
		"one was issued elsewhere": {func(s *stage, _ *Batch) {
			s.elsewhere = elsewhere{"jia": {{Number: "1", Level: 2, Occupation: standard.Occupation{Code: guard}}, {Number: "2", Level: 3, Occupation: standard.Occupation{Code: guard}}}}
		}, 0, FoundElsewhere, "2", false},
		"one was issued elsewhere, and is void": {func(s *stage, _ *Batch) {
			s.elsewhere = elsewhere{"jia": {{Number: "2", Level: 3, Occupation: standard.Occupation{Code: guard}, Void: true}}}
		}, 0, "", "", true},
		"one like it has expired": {func(s *stage, _ *Batch) { s.earlier["jia"] = []certificate.Certificate{earlier(-9, nil)} }, 0, "", "", true},
		"one like it was revoked": {func(s *stage, _ *Batch) {
			s.earlier["jia"] = []certificate.Certificate{earlier(9, func(c *certificate.Certificate) { c.Acts = []certificate.Act{{Kind: certificate.Revoke}} })}
		}, 0, "", "", true},
		"one of another level": {func(s *stage, _ *Batch) {
			s.earlier["jia"] = []certificate.Certificate{earlier(9, func(c *certificate.Certificate) { c.Level = 2 })}
		}, 0, "", "", true},
		"one of another occupation": {func(s *stage, _ *Batch) {
			s.earlier["jia"] = []certificate.Certificate{earlier(9, func(c *certificate.Certificate) { c.Occupation.Code = "cook" })}
		}, 0, "", "", true},
		"one person at both sittings": {func(s *stage, _ *Batch) { s.desks["s2"].All.Candidates[0].Registration.Candidate = "jia" }, 2, FoundTwice, "", false},
		"one person twice, once left out": {func(s *stage, b *Batch) {
			s.desks["s2"].All.Candidates[0].Registration.Candidate = "jia"
			b.Entries[0].Excluded = "两场都合格"
		}, 2, "", "", true},
		"a result that was not released": {func(s *stage, _ *Batch) { delete(s.desks["s1"].Latest, "r2") }, 1, "not-released", "", false},
		"a result that changed since":    {func(s *stage, _ *Batch) { s.desks["s1"].All.Candidates[0].Outcome.Result = result.Unqualified }, -1, "changed", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, b := twoSittings()
			c.change(s, &b)
			got := checked(t, s, b)
			for i := range got {
				if c.entry >= 0 && i != c.entry && s.fault == nil && len(got[i].Findings) > 0 {
					t.Errorf("entry %d: %+v", i, got[i].Findings)
				}
			}
			at := c.entry
			if at < 0 { // which of the two stands first is the map's choice
				at = slices.IndexFunc(got, func(x Checked) bool { return len(x.Findings) > 0 })
			}
			if at < 0 {
				t.Fatal("nothing is found")
			}
			var want []Finding
			if c.code != "" {
				want = []Finding{{c.code, c.detail, !c.goesOut}}
			}
			if !slices.Equal(got[at].Findings, want) || got[at].Blocked() == c.goesOut {
				t.Errorf("found %+v, want %+v", got[at].Findings, want)
			}
			if got[at].qualified.Template != s.template {
				t.Errorf("after template %d", got[at].qualified.Template)
			}
		})
	}
}

// TestSiteSerial is that a number is to have the digits of the site where it was
// gained, which both people sign.
func TestSiteSerial(t *testing.T) {
	t.Parallel()
	s, b := twoSittings()
	d := s.desks["s2"]
	d.All.Sitting.Site, s.serial = "east", "000017"
	s.desks["s2"] = d
	got := checked(t, s, b)
	if got[0].qualified.Site != "" || got[2].qualified.Site != "000017" || got[2].Blocked() {
		t.Errorf("sites %q and %q, %v", got[0].qualified.Site, got[2].qualified.Site, got[2].Findings)
	}
	sum := got[2].sum()
	s.serial = "000018"
	if checked(t, s, b)[2].sum() == sum {
		t.Error("what was signed does not cover the site")
	}
}
