package main

import (
	"testing"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/filing"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// TestSite: a sitting names a site of the body, and opens only while the site
// is filed.
func TestSite(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		admin := w.staff(people.Administrator)
		revs, _ := banktest.Generate(10, 400)
		like, _ := w.sittingOf(revs, testBlueprint(), 1, nil)
		today := filing.Today(w.clock.Now())
		var site contract.Filing
		w.call("POST", "/api/v1/filings", admin, map[string]any{"kind": "site", "own": false, "subject": map[string]any{"name": "示例站点", "of": "own"}, "on": today}).must(t, 201).into(t, &site)
		plan := map[string]any{
			"title": "站点场次", "level": int(like.Level), "blueprint": like.Blueprint.ID, "opens": w.clock.Now(), "closes": w.clock.Now().Add(time.Hour), "durationMinutes": 60,
			"release": "at-once", "explain": false, "site": "none", "oneSealer": true,
		}
		if got := w.call("POST", "/api/v1/sittings", admin, plan); got.status != 422 {
			t.Errorf("a site that is none: %d %s", got.status, got.raw)
		}
		plan["site"] = site.Id
		var made contract.Sitting
		w.call("POST", "/api/v1/sittings", admin, plan).must(t, 201).into(t, &made)
		if made.Site == nil || made.SiteName == nil || *made.Site != site.Id || *made.SiteName != "示例站点" {
			t.Fatalf("planned %+v", made)
		}
		path := "/api/v1/sittings/" + made.Id
		entry := map[string]any{"name": "考生站", "idNumber": withCheck("00000019900101888"), "room": "01", "seat": "01"}
		w.call("POST", path+"/registrations", admin, map[string]any{"candidates": []any{entry}}).must(t, 201)
		act := func(act string) reply {
			t.Helper()
			x, err := w.engine.sittings.Sitting(t.Context(), sitting.ID(made.Id))
			if err != nil {
				t.Fatal(err)
			}
			return w.call("POST", path+"/acts", admin, map[string]any{"act": act, "version": x.Version})
		}
		act("seal").must(t, 200)
		if got := act("open"); got.problem() != "site-not-filed" {
			t.Errorf("opened at a site that is not filed: %d %s", got.status, got.raw)
		}
		for i, a := range []string{"assess", "opine", "review", "file"} {
			body := map[string]any{"version": i + 1, "act": a, "on": today, "document": "示例"}
			if a == "file" {
				body["from"], body["until"] = today, today
			}
			w.call("POST", "/api/v1/filings/"+site.Id+"/steps", admin, body).must(t, 200)
		}
		act("open").must(t, 200)
	})
}
