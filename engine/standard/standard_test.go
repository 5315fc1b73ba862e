package standard

import "testing"

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
