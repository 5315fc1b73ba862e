package transcript_test

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"testing"
	"time"

	"gongyuan/engine/print"
	"gongyuan/engine/result"
	"gongyuan/engine/standard"
	"gongyuan/engine/transcript"
)

var keep = flag.String("keep", "", "folder to write the documents to")

var printer = &transcript.Printer{Source: print.NewSource(os.DirFS("../../frontend/dist"), print.FontFile)}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	out, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sheet is the candidate of the design: theory missed by half a point, review
// carried over.
func sheet(t *testing.T) *transcript.Sheet {
	t.Helper()
	s, err := standard.Sample()
	if err != nil {
		t.Fatal(err)
	}
	scheme, _ := s.Scheme(2)
	out := result.Compose(scheme, map[standard.Kind]result.Part{
		standard.Theory: {State: result.Scored, Awarded: 5950},
		standard.Skill:  {State: result.Scored, Awarded: 7117},
		standard.Review: {State: result.Carried, Awarded: 7600, On: at(t, "2026-05-16T01:00:00Z"), Until: at(t, "2028-05-16T01:00:00Z")},
	})
	return &transcript.Sheet{
		Record: result.Record{
			Registration: "reg-1", Version: 1, Sitting: "sitting-1", Occupation: s.Occupation, Level: 2, Outcome: out, Cause: result.ByRelease,
			At: at(t, "2026-11-24T01:00:00Z"), Sat: at(t, "2026-11-24T01:00:00Z"),
		},
		LevelTitle: scheme.Title, LevelTitleEN: scheme.TitleEN, Sitting: "2026 年秋季认定（示例）", Name: "周壬", Document: "1101**********002X", Admission: "20260412",
		Body: "示例职业技能评价中心", Sample: true, Printed: at(t, "2026-11-25T02:00:00Z"),
	}
}

func write(t *testing.T, name string, s *transcript.Sheet) []byte {
	t.Helper()
	doc, err := printer.Write(s)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatal("the font is not there: run `npm ci` and `npm run build` in frontend, or `make build`")
	} else if err != nil {
		t.Fatal(err)
	}
	if *keep != "" {
		if err := os.WriteFile(*keep+"/"+name+".pdf", doc, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return doc
}

func TestWrite(t *testing.T) {
	t.Parallel()
	first := write(t, "transcript", sheet(t))
	if n := bytes.Count(first, []byte("/Type /Page ")); n != 1 {
		t.Errorf("%d pages, want 1", n)
	}
	if !bytes.Equal(first, write(t, "transcript", sheet(t))) {
		t.Error("the same sheet comes out otherwise")
	}
	t.Run("OK a later version, a long name, everything failed", func(t *testing.T) {
		t.Parallel()
		s := sheet(t)
		s.Record.Version, s.Record.Cause, s.Record.At, s.Sample = 3, result.ByAppeal, at(t, "2026-12-20T01:00:00Z"), false
		s.Name, s.Sitting = "买买提·吐尔逊江·阿卜杜热合曼·艾合买提", "二〇二六年第三批职业技能等级认定（保卫管理员二级，西安考点，第二场）"
		scheme := standard.Scheme{Level: 2, Components: []standard.Component{{Kind: standard.Theory, Full: 10000, Pass: 6000}, {Kind: standard.Skill, Full: 10000, Pass: 6000}, {Kind: standard.Review, Full: 10000, Pass: 6000}}}
		s.Record.Outcome = result.Compose(scheme, map[standard.Kind]result.Part{standard.Theory: {State: result.Cheated}, standard.Skill: {State: result.Vetoed}})
		if n := bytes.Count(write(t, "transcript-3", s), []byte("/Type /Page ")); n != 1 {
			t.Errorf("%d pages, want 1", n)
		}
	})
	t.Run("Err a withheld result", func(t *testing.T) {
		t.Parallel()
		s := sheet(t)
		s.Record.Outcome.Result = result.Withheld
		if doc, err := printer.Write(s); !errors.Is(err, transcript.ErrWithheld) || doc != nil {
			t.Errorf("%d bytes, error %v", len(doc), err)
		}
	})
	t.Run("Err a name that cannot be set", func(t *testing.T) {
		t.Parallel()
		s := sheet(t)
		s.Name = "王\U00030EDD"
		if doc, err := printer.Write(s); !errors.Is(err, print.ErrGlyph) || doc != nil {
			t.Errorf("%d bytes, error %v", len(doc), err)
		}
	})
}

func TestDigest(t *testing.T) {
	t.Parallel()
	same, first := sheet(t), sheet(t).Digest()
	same.Printed = same.Printed.Add(time.Hour)
	if same.Digest() != first {
		t.Error("printing later changes the digest")
	}
	for name, change := range map[string]func(*transcript.Sheet){
		"name":    func(s *transcript.Sheet) { s.Name = "周任" },
		"version": func(s *transcript.Sheet) { s.Record.Version = 2 },
		"marks":   func(s *transcript.Sheet) { s.Record.Outcome.Components[0].Awarded++ },
		"carried": func(s *transcript.Sheet) {
			s.Record.Outcome.Components[2].Until = s.Record.Outcome.Components[2].Until.AddDate(0, 0, 1)
		},
		"body": func(s *transcript.Sheet) { s.Body = "别的机构" },
	} {
		s := sheet(t)
		change(s)
		if s.Digest() == first {
			t.Errorf("%s does not enter the digest", name)
		}
	}
}
