package transcript

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/print"
	"gongyuan/engine/result"
	"gongyuan/engine/standard"
)

// Sheet is a released result with the names that go with it.
type Sheet struct {
	Record       result.Record
	LevelTitle   string // "三级/高级工"
	LevelTitleEN string
	Sitting      string // the sitting's title
	Name         string // of the candidate
	Document     string // masked
	Admission    string
	Body         string // who assesses, as filed
	Sample       bool   // the standard is a sample: the page says 示例
	Printed      time.Time
}

// Printer sets sheets in a font. It is safe for concurrent use.
type Printer struct{ Source *print.Source }

var overall = map[result.Qualification][2]string{
	result.Qualified:   {"合格", "Qualified"},
	result.Unqualified: {"不合格", "Not qualified"},
	result.Incomplete:  {"未完成", "Incomplete"},
}

// causes say why a later version came about.
var causes = map[result.Cause][2]string{
	result.ByRelease: {"公布", "release"},
	result.ByAppeal:  {"经复核更改", "changed on appeal"},
	result.ByRegrade: {"经重评更改", "changed by regrading"},
	result.ByRuling:  {"经裁定更改", "changed by ruling"},
}

// Digest is the SHA-256, in hex, of what a sheet states about the result. Two
// sheets with the same digest state the same; when they were printed does not
// enter.
func (s *Sheet) Digest() string {
	r := &s.Record
	lines := []string{
		"gongyuan transcript v1", string(r.Registration), fmt.Sprint(r.Version), string(r.Sitting), s.Name, s.Document, s.Admission,
		r.Occupation.Code, r.Occupation.Name, s.LevelTitle, s.Body, string(r.Outcome.Result), string(r.Cause), r.At.UTC().Format(time.RFC3339),
	}
	for _, c := range r.Outcome.Components {
		lines = append(lines, fmt.Sprintf("%s %s %s %d %d %d %s %s", c.Kind, c.State, c.Verdict, c.Awarded, c.Full, c.Pass, day(c.On), day(c.Until)))
	}
	for i, line := range lines { // each line is one, whatever a name holds
		lines[i] = strings.ReplaceAll(line, "\n", " ")
	}
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n") + "\n"))
	return hex.EncodeToString(sum[:])
}

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(standard.Zone).Format(time.DateOnly)
}

func words(t time.Time) string {
	d := t.In(standard.Zone)
	return fmt.Sprintf("%d年%d月%d日", d.Year(), d.Month(), d.Day())
}

// marks writes points with two decimals.
func marks(m bank.Marks) string {
	sign := ""
	if m < 0 {
		sign, m = "\u2212", -m
	}
	return fmt.Sprintf("%s%d.%02d", sign, m/100, m%100)
}

// ErrWithheld is returned for a result that is known and not said (暂缓公布).
var ErrWithheld = errors.New("transcript: the result is withheld")

// Write returns the sheet as a PDF. It returns a *print.GlyphError where a
// name has a character that cannot be set.
func (p *Printer) Write(s *Sheet) ([]byte, error) {
	if s.Record.Outcome.Result == result.Withheld {
		return nil, ErrWithheld
	}
	font, err := p.Source.Font()
	if err != nil {
		return nil, err
	}
	title := "职业技能等级认定成绩单"
	if s.Sample {
		title += "（示例）"
	}
	frame := print.Frame{
		Margins: print.Margins{Top: 28, Right: 20, Bottom: 24, Left: 25},
		Head:    [3]string{s.Body, "", "成绩单 Transcript"},
		Foot:    "打印时间 Printed " + s.Printed.In(standard.Zone).Format(time.DateTime),
	}
	if s.Sample {
		frame.Mark = "示例"
	}
	f := print.NewFlow(font, print.Info{
		Title: title + " " + s.Admission, Author: s.Body, Subject: s.Sitting, Language: "zh-CN", Created: s.Record.At,
	}, frame)
	f.Down(4)
	f.Paragraph("H1", title, print.Style{Size: 22, Bold: true, Align: print.Center})
	f.Paragraph("P", "Transcript of Vocational Skill Level Assessment"+sample(s.Sample), print.Style{Size: 9.5, Align: print.Center, Lang: "en"})
	f.Down(8)
	s.person(f)
	f.Down(8)
	s.components(f)
	f.Down(6)
	s.overall(f)
	s.close(f)
	return f.Bytes()
}

func sample(yes bool) string {
	if yes {
		return " (sample)"
	}
	return ""
}

// person is who the sheet is about, in two columns of labels and values.
func (s *Sheet) person(f *print.Flow) {
	occupation := s.Record.Occupation
	rows := [][2][2]string{
		{{"姓名", "Name"}, {s.Name, ""}}, {{"证件号码", "ID number"}, {s.Document, ""}},
		{{"准考证号", "Admission no."}, {s.Admission, ""}}, {{"场次", "Sitting"}, {s.Sitting, ""}},
		{{"职业", "Occupation"}, {occupation.Name, occupation.Code}}, {{"等级", "Level"}, {s.LevelTitle, s.LevelTitleEN}},
	}
	t := print.Table{Size: 11, Columns: []print.Column{{Head: "项目", Width: 27}, {Head: "内容"}, {Head: "项目", Width: 27}, {Head: "内容"}}}
	for i := 0; i+1 < len(rows); i += 2 {
		var cells []print.Cell
		for _, pair := range rows[i : i+2] {
			cells = append(cells, print.Cell{Text: pair[0][0], Note: pair[0][1]}, print.Cell{Text: pair[1][0], Note: pair[1][1], Bold: true})
		}
		t.Rows = append(t.Rows, cells)
	}
	f.Plain(t)
}

func (s *Sheet) components(f *print.Flow) {
	t := print.Table{Size: 11, Columns: []print.Column{
		{Head: "项目\nComponent", Width: 40}, {Head: "满分\nFull", Width: 19, Align: print.Right}, {Head: "合格线\nPass", Width: 19, Align: print.Right},
		{Head: "得分\nScore", Width: 21, Align: print.Right}, {Head: "结果\nResult", Width: 24, Align: print.Center}, {Head: "说明\nNote"},
	}}
	for _, c := range s.Record.Outcome.Components {
		name := c.Kind.Names()
		if name[0] == "" {
			name = [2]string{string(c.Kind), ""}
		}
		awarded, verdict, note := component(&c)
		t.Rows = append(t.Rows, []print.Cell{
			{Text: name[0], Note: name[1]}, {Text: marks(c.Full)}, {Text: marks(c.Pass)}, {Text: awarded, Bold: true},
			{Text: verdict[0], Note: verdict[1], Bold: true}, {Text: note[0], Note: note[1]},
		})
	}
	f.Table(t)
}

// component says what a component came to: the score, the verdict and a note.
func component(c *result.Component) (awarded string, verdict, note [2]string) {
	awarded = "--"
	switch c.State {
	case result.Scored, result.Carried:
		awarded = marks(c.Awarded)
	case result.Absent:
		note = [2]string{"缺考", "absent"}
	case result.Vetoed:
		note = [2]string{"出现否定项", "failed by a veto item"}
	case result.Cheated:
		note = [2]string{"违纪，成绩无效", "void for misconduct"}
	case result.Pending:
		note = [2]string{"尚未出分", "not scored yet"}
	default:
		note = [2]string{"未参加", "not taken"}
	}
	if c.State == result.Carried {
		note = [2]string{"沿用 " + day(c.On) + " 的成绩，保留到 " + day(c.Until), "carried over"}
	}
	switch c.Verdict {
	case result.Passed:
		verdict = [2]string{"合格", "passed"}
	case result.Failed:
		verdict = [2]string{"不合格", "failed"}
		if c.State == result.Scored {
			note = [2]string{"差 " + marks(-c.Distance), ""}
		}
	default:
		verdict = [2]string{"未定", "open"}
	}
	return awarded, verdict, note
}

func (s *Sheet) overall(f *print.Flow) {
	o, word := s.Record.Outcome, overall[s.Record.Outcome.Result]
	f.Room(20)
	f.Paragraph("H2", "总评 "+word[0]+"　"+word[1], print.Style{Size: 16, Bold: true})
	f.Paragraph("P", fmt.Sprintf("%d 项中 %d 项合格。各项都合格才合格，不互相补。", len(o.Components), o.Passed), print.Style{Size: 10.5})
	f.Paragraph("P", "Every component has to be passed; they do not compensate for each other.", print.Style{Size: 8.5, Lang: "en"})
	if s.Record.Version > 1 {
		cause := causes[s.Record.Cause]
		f.Down(3)
		f.Paragraph("P", fmt.Sprintf("本成绩为第 %d 版，%s%s，以前各版作废。", s.Record.Version, words(s.Record.At), cause[0]), print.Style{Size: 10.5, Bold: true})
		f.Paragraph("P", fmt.Sprintf("Version %d, %s on %s; earlier versions are void.", s.Record.Version, cause[1], day(s.Record.At)), print.Style{Size: 8.5, Lang: "en"})
	}
}

// close is who says so and when. Fifty millimetres over it stay free for a
// seal; none is drawn.
func (s *Sheet) close(f *print.Flow) {
	const free = 50.0
	f.Room(free + 14)
	f.Down(free - 14)
	f.Paragraph("P", s.Body, print.Style{Size: 12, Align: print.Right})
	f.Paragraph("P", words(s.Record.At), print.Style{Size: 12, Align: print.Right})
	f.Down(8)
	f.Rule(0.2)
	f.Down(1)
	f.Paragraph("P", "内容摘要 Digest (SHA-256) "+s.Digest(), print.Style{Size: 7.5})
	if s.Sample {
		f.Paragraph("P", "合格线、有效期等为示例参数，由评价机构设定。 Pass marks and periods are sample parameters that the assessing body sets.", print.Style{Size: 7.5})
	}
}
