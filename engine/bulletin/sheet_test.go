package bulletin_test

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"time"

	"gongyuan/engine/bulletin"
	"gongyuan/engine/print"
)

func TestWrite(t *testing.T) {
	t.Parallel()
	p := &bulletin.Printer{Source: print.NewSource(os.DirFS("../../frontend/dist"), print.FontFile)}
	s := &bulletin.Sheet{
		Title: "2026 年第 4 季度季报", About: "示例", Body: "示例职业技能评价中心", Foot: "示例", Language: "zh-CN", Mark: "示例", Of: "范围", Columns: []string{"登记", "发证"},
		Tables:   []bulletin.Table{{Title: "按城市", Rows: [][]string{{"甲市", "1", "—"}}}, {Title: "没有行"}},
		RateHead: "合格率", Rates: []bulletin.Rate{{"理论合格率", "50.0%", 500}, {"总评合格率", "无人参加", -1}},
		Staff: "机构", People: [][2]string{{"评价机构", "1"}}, Rules: "示例", Created: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
	}
	first, err := p.Write(s)
	if err != nil || !bytes.HasPrefix(first, []byte("%PDF-")) {
		t.Fatalf("%.20s %v", first, err)
	}
	s.Tables[0].Rows[0][0] = "\U0010FFFD"
	var glyph *print.GlyphError
	if _, err := p.Write(s); !errors.As(err, &glyph) {
		t.Errorf("a character that cannot be set: %v", err)
	}
}
