package assess_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/standard"
)

// TestSampleSheets holds the shipped sheets against the shipped standard: each
// component that examiners score has one, labelled as a sample.
func TestSampleSheets(t *testing.T) {
	t.Parallel()
	sheets, err := assess.SampleSheets()
	if err != nil {
		t.Fatal(err)
	}
	std, err := standard.Sample()
	if err != nil {
		t.Fatal(err)
	}
	byComponent := map[standard.Level]map[standard.Kind]int{1: {}, 2: {}, 3: {}}
	functions := map[string]bool{"组织防范": true, "技术防范": true, "保卫管理": true, "应急管理": true, "培训与指导": true}
	for _, s := range sheets {
		byComponent[s.Level][s.Kind]++
		if !s.Sample || !strings.Contains(s.Title, "示例") {
			t.Errorf("%s is not labelled as a sample", s.ID)
		}
		if n := len(s.Vetoes); n < 1 || n > 3 {
			t.Errorf("%s has %d vetoes", s.ID, n)
		}
		rows := 0
		for _, section := range s.Sections {
			if !functions[section.Function] {
				t.Errorf("%s: no function %q", s.ID, section.Function)
			}
			rows += len(section.Rows)
			for _, r := range section.Rows {
				if len(r.Deductions) == 0 {
					t.Errorf("%s: row %s has no deductions", s.ID, r.ID)
				}
			}
		}
		if rows < 8 || rows > 14 {
			t.Errorf("%s has %d rows", s.ID, rows)
		}
	}
	for _, scheme := range std.Schemes {
		for _, c := range scheme.Components {
			if want := 1; c.Kind != standard.Theory && byComponent[scheme.Level][c.Kind] != want {
				t.Errorf("level %d has %d sheets for %s", scheme.Level, byComponent[scheme.Level][c.Kind], c.Kind)
			}
		}
	}
}

func TestSheetCheck(t *testing.T) {
	t.Parallel()
	sheet := enginetest.SkillSheet("fire")
	if err := sheet.Check(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*assess.Sheet)
		field  string
	}{
		"ErrAttachmentID": {func(s *assess.Sheet) { s.Attachments = []assess.Attachment{{Label: "照片"}} }, "/attachments/0/id"},
		"ErrAttachmentTwice": {func(s *assess.Sheet) {
			s.Attachments = []assess.Attachment{{ID: "a", Label: "照片"}, {ID: "a", Label: "照片"}}
		}, "/attachments/1/id"},
		"ErrAttachmentLabel": {func(s *assess.Sheet) { s.Attachments = []assess.Attachment{{ID: "a"}} }, "/attachments/0/label"},
		"ErrAttachments":     {func(s *assess.Sheet) { s.Attachments = make([]assess.Attachment, 11) }, "/attachments"},
		"ErrID":              {func(s *assess.Sheet) { s.ID = "A b" }, "/id"},
		"ErrVersion":         {func(s *assess.Sheet) { s.Version = 0 }, "/version"},
		"ErrLevel":           {func(s *assess.Sheet) { s.Level = 0 }, "/level"},
		"ErrKind":            {func(s *assess.Sheet) { s.Kind = standard.Theory }, "/kind"},
		"ErrTitle":           {func(s *assess.Sheet) { s.Title = " " }, "/title"},
		"ErrMinutes":         {func(s *assess.Sheet) { s.Minutes = 0 }, "/minutes"},
		"ErrVeto":            {func(s *assess.Sheet) { s.Vetoes = append(s.Vetoes, s.Vetoes[0]) }, "/vetoes/1/id"},
		"ErrNoRows":          {func(s *assess.Sheet) { s.Sections[1].Rows = nil }, "/sections/1/rows"},
		"ErrSum":             {func(s *assess.Sheet) { s.Sections[1].Rows[0].Full -= 1 }, "/sections"},
		"ErrRowTwice":        {func(s *assess.Sheet) { s.Sections[1].Rows[0].ID = "call" }, "/sections/1/rows/0/id"},
		"ErrFull":            {func(s *assess.Sheet) { s.Sections[1].Rows[0].Full = 0 }, "/sections/1/rows/0/full"},
		"ErrRule":            {func(s *assess.Sheet) { s.Sections[1].Rows[0].Rule = "" }, "/sections/1/rows/0/rule"},
		"ErrDeduction":       {func(s *assess.Sheet) { s.Sections[0].Rows[0].Deductions[0].Marks = 2001 }, "/sections/0/rows/0/deductions/0/marks"},
		"ErrMost":            {func(s *assess.Sheet) { s.Sections[0].Rows[0].Deductions[1].Most = 0 }, "/sections/0/rows/0/deductions/1/most"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := enginetest.SkillSheet("fire")
			c.change(&s)
			wantField(t, s.Check(), c.field)
		})
	}
}

// TestSheetJSON makes sure that a sheet survives its own format.
func TestSheetJSON(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(enginetest.SkillSheet("fire"))
	if err != nil {
		t.Fatal(err)
	}
	var got assess.Sheet
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	same(t, "sheet", got, enginetest.SkillSheet("fire"))
}

func TestSectionFull(t *testing.T) {
	t.Parallel()
	s := enginetest.SkillSheet("fire")
	same(t, "sections", []bank.Marks{s.Sections[0].Full(), s.Sections[1].Full()}, []bank.Marks{6000, 4000})
}

// wantField fails the test unless err is a FieldError of that field.
func wantField(t *testing.T, err error, field string) {
	t.Helper()
	var fault *assess.FieldError
	if !errors.As(err, &fault) || !errors.Is(err, assess.ErrInvalid) || fault.Field != field {
		t.Errorf("got %v, want a fault of %s", err, field)
	}
}
