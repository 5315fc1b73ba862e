package standard

import (
	"strings"
	"testing"
)

// TestSample holds the shipped standard against what the notice says: three
// levels, theory and skill for all, review for the upper two, labelled 示例.
func TestSample(t *testing.T) {
	t.Parallel()
	s, err := Sample()
	if err != nil {
		t.Fatal(err)
	}
	if !s.Sample || s.Occupation.Code != "3-02-02-00" || len(s.Schemes) != 3 {
		t.Errorf("standard = %+v", s)
	}
	for level, kinds := range map[Level][]Kind{3: {Theory, Skill}, 2: {Theory, Skill, Review}, 1: {Theory, Skill, Review}} {
		scheme, ok := s.Scheme(level)
		if !ok || scheme.Title == "" || scheme.TitleEN == "" || len(scheme.Components) != len(kinds) {
			t.Fatalf("level %d: %+v", level, scheme)
		}
		for _, k := range kinds {
			c, ok := scheme.Component(k)
			if !ok || c.Full != 10000 || c.Pass != 6000 {
				t.Errorf("level %d %s: %+v, %v", level, k, c, ok)
			}
		}
	}
	if _, ok := s.Scheme(4); ok {
		t.Error("the occupation has no level 4")
	}
	if three, _ := s.Scheme(3); len(three.Components) > 0 {
		if _, ok := three.Component(Review); ok {
			t.Error("level 3 has no review")
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	whole, err := data.ReadFile("data/security-manager.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"misspelt rule":   {`"noticeDays"`, `"noticeDay"`},
		"even panel":      {`"least": 3`, `"least": 4`},
		"unknown grade":   {`"senior"`, `"expert"`},
		"pass above full": {`"pass": 6000`, `"pass": 16000`},
		"level twice":     {`"level": 2`, `"level": 3`},
		"no name":         {`"name": "保卫管理员"`, `"name": ""`},
		"below 0":         {`"months": 24`, `"months": -1`},
		"unknown kind":    {`"kind": "skill"`, `"kind": "oral"`},
		"no JSON":         {`{`, ``},
	} {
		if _, err := Parse([]byte(strings.Replace(string(whole), change[0], change[1], 1))); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
