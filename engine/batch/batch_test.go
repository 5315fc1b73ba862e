package batch

import "testing"

// TestStates holds every state against every act.
func TestStates(t *testing.T) {
	t.Parallel()
	want := map[State]map[Act]State{
		Draft: {Propose: Proposed, Drop: Dropped}, Proposed: {Return: Draft, Void: Draft, Approve: Issuing}, Issuing: {Finish: Issued},
	}
	for _, s := range []State{Draft, Proposed, Issuing, Issued, Dropped} {
		for _, a := range []Act{Propose, Return, Void, Approve, Finish, Drop} {
			got, err := s.Next(a)
			to, may := want[s][a]
			if may != (err == nil) || may && got != to || !may && got != s {
				t.Errorf("%s %s: %s, %v", s, a, got, err)
			}
		}
	}
}

// TestSum is that every part of what is signed counts.
func TestSum(t *testing.T) {
	t.Parallel()
	base := Checked{Entry: Entry{Sitting: "s", Registration: "r"}, Name: "王甲", facts: "h", Level: "三级", Portrait: "p"}
	seen := map[string]bool{base.sum(): true}
	for name, change := range map[string]func(*Checked){
		"name": func(c *Checked) { c.Name = "王乙" }, "document": func(c *Checked) { c.facts = "x" }, "photograph": func(c *Checked) { c.Portrait = "q" },
		"left out": func(c *Checked) { c.Excluded = "缺" }, "finding": func(c *Checked) { c.find(FoundPortrait, "", false) },
		"accepted without a photograph": func(c *Checked) { c.find(FoundPortrait, "补拍来不及", false) },
		"sitting":                       func(c *Checked) { c.Sitting = "t" }, "registration": func(c *Checked) { c.Registration = "u" }, "level": func(c *Checked) { c.Level = "二级" },
	} {
		c := base
		change(&c)
		if seen[c.sum()] {
			t.Errorf("%s does not count", name)
		}
		seen[c.sum()] = true
	}
	same := base
	same.Sum, same.Number, same.Held = "x", "n", "h"
	if same.sum() != base.sum() {
		t.Error("what came of it counts")
	}
}
