package bank_test

import (
	"strings"
	"testing"

	"gongyuan/bank"

	"github.com/google/go-cmp/cmp"
)

func TestRichText(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("0a", 16)
	for name, c := range map[string]struct {
		text, plain string
		pictures    []bank.PictureID
		wordless    int
	}{
		"OK plain":             {"a < b 且 c > d", "a < b 且 c > d", nil, 0},
		"OK spans":             {"H<sub>2</sub>O，<b>不</b>应，10<sup>3</sup>", "H2O，不应，103", nil, 0},
		"OK picture":           {"如图[img:" + id + "|示意图]所示", "如图示意图所示", []bank.PictureID{bank.PictureID(id)}, 0},
		"OK picture twice":     {"[img:" + id + "][img:" + id + "| ]", " ", []bank.PictureID{bank.PictureID(id)}, 2},
		"Err unknown tag":      {"<script>alert(1)</script>", "<script>alert(1)</script>", nil, 0},
		"Err attribute":        {`<b onclick="x">y</b>`, `<b onclick="x">y</b>`, nil, 0},
		"Err nested":           {"<b><sub>x</sub></b>", "<b>x</b>", nil, 0},
		"Err other closing":    {"<b>x</sub>", "<b>x</sub>", nil, 0},
		"Err address":          {"[img:http://x/y]", "[img:http://x/y]", nil, 0},
		"Err digest too short": {"[img:0a0a]", "[img:0a0a]", nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := bank.Plain(c.text); got != c.plain {
				t.Errorf("Plain = %q, want %q", got, c.plain)
			}
			if diff := cmp.Diff(c.pictures, bank.PictureIDs(c.text)); diff != "" {
				t.Errorf("PictureIDs: %s", diff)
			}
			if got := bank.PicturesWithoutWords(c.text); got != c.wordless {
				t.Errorf("without words: %d, want %d", got, c.wordless)
			}
		})
	}
}

func TestCleanText(t *testing.T) {
	t.Parallel()
	in := "\ufeff 第一行\r\n第二\u0000行\u202e\u200b\r末\xff行 \n"
	if got, want := bank.CleanText(in), "第一行\n第二行\n末行"; got != want {
		t.Errorf("CleanText = %q, want %q", got, want)
	}
}

func TestSegments(t *testing.T) {
	t.Parallel()
	got := bank.Segments("<b>看图</b>[img:00112233445566778899aabbccddeeff|平面图]面积 10<sup>2</sup> H<sub>2</sub>O [img:00112233445566778899aabbccddeeff]")
	want := []bank.Segment{
		{Text: "看图"}, {Picture: "00112233445566778899aabbccddeeff", Words: "平面图"}, {Text: "面积 10^2 H_2O "}, {Picture: "00112233445566778899aabbccddeeff"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := bank.Segments("  "); got != nil {
		t.Errorf("%v", got)
	}
}
