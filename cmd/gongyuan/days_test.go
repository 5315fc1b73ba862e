package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// rosterIdentity makes a valid identity number.
func rosterIdentity(n int) string {
	body := fmt.Sprintf("6101041988%02d%02d%03d", n%12+1, n/12%28+1, n%1000)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(body[i]-'0')
	}
	return body + "10X98765432"[sum%11:sum%11+1]
}

// workbook makes a workbook of rows; an int or float is a number in it.
func workbook(t *testing.T, rows [][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// dirtyRoster is 200 rows of which 15 are defective and 20 are to be repaired.
func dirtyRoster() [][]any {
	rows := [][]any{{"姓名", "身份证件号", "工作单位", "延时分钟"}}
	for n := range 200 {
		rows = append(rows, []any{"考生" + string(rune('甲'+n%10)) + strings.Repeat("子", n/10%5), rosterIdentity(n), fmt.Sprintf("示例单位 %d", n%7), ""})
	}
	at := func(n int) []any { return rows[n+1] }
	for n := 20; n < 25; n++ {
		at(n)[1] = "'" + rosterIdentity(n)
		at(n + 5)[1] = rosterIdentity(n + 5)[:6] + " " + rosterIdentity(n + 5)[6:]
		at(n + 10)[1] = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r - '0' + '０'
			}
			return r
		}, rosterIdentity(n+10))
		at(n + 15)[1] = `="` + rosterIdentity(n+15) + `"`
	}
	at(3)[1] = 4.10105194912310e17
	at(7)[1] = "4.1E+17"
	at(11)[1] = rosterIdentity(11)[:15] + "000"
	at(50)[1] = rosterIdentity(50)[:17]
	at(51)[1] = "O" + rosterIdentity(51)[1:]
	at(52)[1] = rosterIdentity(52)[:6] + "99999999" + rosterIdentity(52)[14:]
	at(53)[1] = ""
	at(54)[0] = ""
	at(55)[1] = rosterIdentity(60)
	at(70)[3] = "很久"
	at(71)[3] = "-5"
	at(72)[1] = "110105491231002"
	at(73)[0] = "13900000000"
	at(74)[0] = strings.Repeat("长", 61)
	at(75)[1] = "无"
	return rows
}

func TestRosterImport(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(31, 400)
		s, _ := w.sittingOf(revs, testBlueprint(), 2, nil)
		admin, base := w.staff(people.Administrator), "/api/v1/sittings/"
		var made contract.Sitting
		w.call("POST", "/api/v1/sittings", admin, contract.SittingPlan{
			Title: "名单导入", Level: 3, Blueprint: s.Blueprint.ID, Opens: w.clock.Now().AddDate(0, 0, 1), Closes: w.clock.Now().AddDate(0, 0, 2), DurationMinutes: 90, Release: "at-once",
		}).must(t, 201).into(t, &made)
		base += made.Id
		file := contract.RosterFile{Name: "名单.xlsx", Data: workbook(t, dirtyRoster())}
		var judged contract.RosterJudged
		w.call("POST", base+"/roster-checks", admin, file).must(t, 200).into(t, &judged)
		if judged.Rows != 200 || judged.Dropped != 15 || judged.Changed != 20 {
			t.Fatalf("judged %d rows: %d kept, %d changed, %d dropped", judged.Rows, judged.Kept, judged.Changed, judged.Dropped)
		}
		for _, v := range judged.Verdicts {
			if strings.Contains(v.Old+v.New, rosterIdentity(20)[4:14]) {
				t.Fatalf("an identity number is shown: %+v", v)
			}
		}
		roster := func() []contract.Registration {
			var out []contract.Registration
			w.call("GET", base+"/registrations", admin, nil).must(t, 200).into(t, &out)
			return out
		}
		if n := len(roster()); n != 0 {
			t.Fatalf("the dry run registered %d", n)
		}
		w.call("POST", base+"/roster-imports", admin, contract.RosterConfirm{Name: file.Name, Data: file.Data, Digest: strings.Repeat("0", 64)}).must(t, 409)
		confirm := contract.RosterConfirm{Name: file.Name, Data: file.Data, Digest: judged.Digest}
		var done contract.RosterImport
		w.call("POST", base+"/roster-imports", admin, confirm).must(t, 201).into(t, &done)
		if n := len(roster()); n != judged.Kept+judged.Changed {
			t.Fatalf("%d on the roster, want %d", n, judged.Kept+judged.Changed)
		}
		// Done again it would be another thing: everybody is there already.
		if got := w.call("POST", base+"/roster-imports", admin, confirm); got.status != http.StatusConflict {
			t.Fatalf("the same list again: %d", got.status)
		}
		w.call("POST", base+"/roster-checks", admin, file).must(t, 200).into(t, &judged)
		if judged.Kept+judged.Changed != 0 {
			t.Errorf("%d would be registered twice", judged.Kept+judged.Changed)
		}
		// Nobody has a seat: no sealing.
		w.call("GET", base, admin, nil).must(t, 200).into(t, &made)
		if got := w.call("POST", base+"/acts", admin, contract.SittingAct{Act: "seal", Version: made.Version}); !strings.Contains(got.problem(), "not-seated") {
			t.Errorf("sealing without seats: %d %s", got.status, got.problem())
		}
		w.call("DELETE", base+"/roster-imports/"+done.Id, w.staff(people.Invigilator), nil).must(t, 403)
		w.call("DELETE", base+"/roster-imports/"+done.Id, admin, nil).must(t, 200)
		w.call("DELETE", base+"/roster-imports/"+done.Id, admin, nil).must(t, 409)
		if n := len(roster()); n != 0 {
			t.Errorf("%d are left after the undo", n)
		}
		for _, act := range []string{"roster.import", "roster.undo"} {
			found, err := w.engine.trail.Find(t.Context(), audit.Query{Act: act}, 5)
			if err != nil || len(found) == 0 || found[0].Object != "sitting:"+made.Id {
				t.Errorf("%s: %v, %v", act, found, err)
			}
		}
	})
}

func TestRosterErr(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	revs, _ := banktest.Generate(32, 400)
	s, _ := w.sittingOf(revs, testBlueprint(), 1, nil)
	admin, path := w.staff(people.Administrator), "/api/v1/sittings/"+string(s.ID)+"/roster-checks"
	for name, c := range map[string]struct {
		data   []byte
		status int
		says   string
	}{
		"no workbook":     {[]byte("PK\x03\x04 nothing"), 422, "Excel"},
		"no text":         {[]byte{0, 1, 2, 3}, 422, "CSV"},
		"no headings":     {[]byte("甲,乙\n1,2\n"), 422, "姓名"},
		"no rows":         {[]byte("姓名,身份证件号\n"), 422, "没有内容"},
		"sealed already":  {[]byte("姓名,身份证件号\n周壬," + rosterIdentity(1) + "\n"), 409, ""},
		"nothing at all ": {[]byte{' '}, 422, ""},
	} {
		got := w.call("POST", path, admin, contract.RosterFile{Name: "x", Data: c.data})
		if got.status != c.status || !strings.Contains(string(got.raw), c.says) {
			t.Errorf("%s: %d %s", name, got.status, got.raw)
		}
	}
	got := w.call("GET", "/api/v1/roster-template", admin, nil).must(t, 200)
	cells, err := readCells(got.raw)
	if err != nil || len(cells) != 1 || cells[0][1].Text != "身份证件号" {
		t.Errorf("template %v, %v", cells, err)
	}
}

// staffed sets up a site with rooms and a draft with people, and returns the
// draft's path.
func staffed(t *testing.T, w *world, admin string, n int) string {
	t.Helper()
	revs, _ := banktest.Generate(33, 400)
	done, _ := w.sittingOf(revs, testBlueprint(), 1, nil)
	var s contract.Sitting
	w.call("POST", "/api/v1/sittings", admin, contract.SittingPlan{
		Title: "排座", Level: 3, Blueprint: done.Blueprint.ID, Opens: w.clock.Now().AddDate(0, 0, 1), Closes: w.clock.Now().AddDate(0, 0, 2), DurationMinutes: 90, Release: "at-once",
	}).must(t, 201).into(t, &s)
	base := "/api/v1/sittings/" + s.Id
	rows := [][]any{{"姓名", "身份证件号", "工作单位", "无障碍座位", "单独考场"}}
	for i := range n {
		rows = append(rows, []any{"考生" + leftPad(i), rosterIdentity(i), fmt.Sprint("单位", i%6), map[bool]string{true: "是"}[i == 1], map[bool]string{true: "是"}[i == 2]})
	}
	for i := 1; i < len(rows); i++ {
		rows[i][0] = "考生" + strings.Repeat("甲", i%5+1) + strings.Repeat("乙", i/5+1)
	}
	file := workbook(t, rows)
	var judged contract.RosterJudged
	w.call("POST", base+"/roster-checks", admin, contract.RosterFile{Name: "n", Data: file}).must(t, 200).into(t, &judged)
	w.call("POST", base+"/roster-imports", admin, contract.RosterConfirm{Name: "n", Data: file, Digest: judged.Digest}).must(t, 201)
	return base
}

func TestSeating(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		admin := w.staff(people.Administrator)
		base := staffed(t, w, admin, 24)
		if got := w.call("POST", base+"/seatings", admin, contract.SeatingAsk{}); !strings.Contains(got.problem(), "no-rooms") {
			t.Fatalf("without rooms: %d %s", got.status, got.problem())
		}
		var site contract.VenueSite
		w.call("POST", "/api/v1/venues/sites", admin, contract.VenueSite{Name: "示例考点"}).must(t, 200).into(t, &site)
		w.call("POST", "/api/v1/venues/sites", admin, contract.VenueSite{Name: "示例考点"}).must(t, 422)
		w.setsRules(t, admin)
		room := func(name string, plan ...string) string {
			var r contract.VenueRoom
			w.call("POST", "/api/v1/venues/rooms", admin, contract.VenueRoom{Site: *site.Id, Name: name, Plan: plan, Addresses: []string{"10.0.3.7/24"}}).must(t, 200).into(t, &r)
			if r.Addresses[0] != "10.0.3.0/24" {
				t.Errorf("network %v", r.Addresses)
			}
			return *r.Id
		}
		rooms := []contract.RoomUse{
			{Room: room("01", "aoo.ooo", "ooo.oox", "ooo.ooo"), Invigilators: []string{w.member(people.Invigilator).id}},
			{Room: room("02", "ooo", "ooo", "ooo"), Invigilators: []string{w.member(people.Invigilator).id, w.member(people.Invigilator).id}},
			{Room: room("03", "o"), Apart: true, Invigilators: []string{w.member(people.Invigilator).id, w.member(people.Invigilator).id}},
		}
		w.call("PUT", base+"/rooms", admin, contract.SittingRoomsPut{Rooms: append(rooms, rooms[0])}).must(t, 422)
		var plan contract.SittingRooms
		w.call("PUT", base+"/rooms", admin, contract.SittingRoomsPut{Rooms: rooms}).must(t, 200).into(t, &plan)
		w.call("PUT", base+"/rooms", admin, contract.SittingRoomsPut{Rooms: rooms}).must(t, 409)
		var first, second contract.Seating
		w.call("POST", base+"/seatings", admin, contract.SeatingAsk{}).must(t, 201).into(t, &first)
		w.call("POST", base+"/seatings", admin, contract.SeatingAsk{}).must(t, 201).into(t, &second)
		if first.Seed == second.Seed || first.Seated != 24 || first.Unseated != 0 {
			t.Fatalf("%+v, %+v", first, second)
		}
		seats := func() map[string]string {
			var all []contract.Registration
			w.call("GET", base+"/registrations", admin, nil).must(t, 200).into(t, &all)
			out := map[string]string{}
			for _, r := range all {
				out[r.Id] = r.Room + "/" + r.Seat
				if r.Needs != nil && r.Needs.Accessible && out[r.Id] != "/" && out[r.Id] != "01/01" || r.Needs != nil && r.Needs.Apart && r.Room != "" && r.Room != "03" {
					t.Errorf("%s sits at %s", r.Name, out[r.Id])
				}
			}
			return out
		}
		for id, at := range seats() {
			if at != "/" {
				t.Fatalf("the proposal moved %s to %s", id, at)
			}
		}
		w.call("POST", base+"/seatings/"+first.Id, admin, nil).must(t, 200)
		if got := w.call("POST", base+"/seatings/"+second.Id, admin, nil); !strings.Contains(got.problem(), "seating-changed") {
			t.Errorf("an old proposal: %d %s", got.status, got.problem())
		}
		w.call("POST", base+"/seatings/"+first.Id, admin, nil).must(t, 200) // done again it is the same
		at := seats()
		var a, b string
		for id, seat := range at {
			if seat == "02/01" {
				a = id
			} else if seat == "02/02" {
				b = id
			}
		}
		w.call("POST", base+"/places", admin, contract.PlaceMove{Registration: a, Room: "02", Seat: "02"}).must(t, 422)
		w.call("POST", base+"/places", admin, contract.PlaceMove{Registration: a, Room: "01", Seat: "12"}).must(t, 422) // not to be used
		w.call("POST", base+"/places", admin, contract.PlaceMove{Registration: a, Room: "02", Seat: "02", Swap: true}).must(t, 204)
		if now := seats(); now[a] != "02/02" || now[b] != "02/01" {
			t.Errorf("after the swap %s and %s", now[a], now[b])
		}
		var s contract.Sitting
		w.call("GET", base, admin, nil).must(t, 200).into(t, &s)
		w.seal(base, admin)
		w.call("POST", base+"/places", admin, contract.PlaceMove{Registration: a, Room: "02", Seat: "01", Swap: true}).must(t, 422)
		reason := "屏幕损坏"
		w.call("POST", base+"/places", admin, contract.PlaceMove{Registration: a, Room: "02", Seat: "01", Swap: true, Reason: &reason}).must(t, 204)
		found, err := w.engine.trail.Find(t.Context(), audit.Query{Act: "seating.move"}, 5)
		if err != nil || len(found) != 2 || found[0].Why != reason {
			t.Errorf("recorded %v, %v", found, err)
		}
		w.call("GET", base+"/rooms", admin, nil).must(t, 200).into(t, &plan)
		if len(plan.Findings) != 1 || plan.Findings[0].Flaw != contract.RoomFlawStaff || plan.Findings[0].Room != "01" || plan.Findings[0].Need != 2 {
			t.Errorf("findings %+v", plan.Findings)
		}
	})
}

func TestDayPapers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	revs, _ := banktest.Generate(34, 400)
	s, persons := w.sittingOf(revs, testBlueprint(), 3, nil)
	w.enter(persons[0], w.candidate(persons[0])).must(t, 200)
	invigilator := w.staff(people.Invigilator)
	for _, kind := range []string{"tickets", "doors", "cards", "sign-in", "attendance", "protocol"} {
		got := w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/papers/"+kind, invigilator, nil).must(t, 200)
		if !strings.HasPrefix(string(got.raw), "%PDF-") {
			t.Errorf("%s: %.40q", kind, got.raw)
		}
	}
	w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/papers/money", invigilator, nil).must(t, 422)
	w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/papers/doors?room=99", invigilator, nil).must(t, 409)
	w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/papers/doors", w.staff(people.Editor), nil).must(t, 403)
	found, err := w.engine.trail.Find(t.Context(), audit.Query{Act: "day.print"}, 20)
	if err != nil || len(found) < 6 {
		t.Errorf("recorded %d, %v", len(found), err)
	}
}

// setsRules sets the rules of rooms, as the record shows, and sets them back to
// what the sample says.
func (w *world) setsRules(t *testing.T, admin string) {
	t.Helper()
	const path = "/api/v1/venues/rules"
	var all contract.Venues
	w.call("GET", "/api/v1/venues", admin, nil).must(t, 200).into(t, &all)
	if !all.Rules.Sample || all.Rules.Version != 0 {
		t.Errorf("rules nobody set: %+v", all.Rules)
	}
	rules := all.Rules
	rules.CandidatesPerInvigilator = 0
	if got := w.call("PUT", path, admin, rules).must(t, 422); !strings.Contains(string(got.raw), "/candidatesPerInvigilator") {
		t.Errorf("no field is named: %s", got.raw)
	}
	rules.CandidatesPerInvigilator = 7
	w.call("PUT", path, admin, rules).must(t, 200).into(t, &rules)
	if rules.CandidatesPerInvigilator != 7 || rules.Sample || rules.Version != 1 {
		t.Errorf("rules as set: %+v", rules)
	}
	refused(t, "an old version", w.call("PUT", path, admin, all.Rules), 409, "conflict")
	found, err := w.engine.trail.Find(t.Context(), audit.Query{Act: "venue.rules"}, 1)
	if err != nil || len(found) != 1 || !strings.Contains(string(found[0].After), `"candidatesPerInvigilator":7`) || !strings.Contains(string(found[0].Before), `"sample":true`) {
		t.Errorf("recorded %+v, %v", found, err)
	}
	all.Rules.Version = 1
	w.call("PUT", path, admin, all.Rules).must(t, 200)
}
