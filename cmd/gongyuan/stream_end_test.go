package main

import (
	"testing"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/people"
)

// TestStreamsEnd keeps boards open while the account behind them is disabled,
// its session ended, its role taken or its limits drawn: each is over within a
// second. Boards are the only streams of staff.
func TestStreamsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	d, admin := newDay(t, w, 1), w.staff(people.Administrator)
	for name, end := range map[string]func(m member){
		"disabled": func(m member) { w.rewritten(m, func(a *people.Account) { a.Disabled = true }) },
		"role":     func(m member) { w.rewritten(m, func(a *people.Account) { a.Roles = []people.Role{people.Editor} }) },
		"site":     func(m member) { w.rewritten(m, func(a *people.Account) { a.Sites = []string{"elsewhere"} }) },
		"level":    func(m member) { w.rewritten(m, func(a *people.Account) { a.Levels = []int{9} }) },
		"session": func(m member) {
			var sessions []contract.StaffSession
			w.call("GET", "/api/v1/staff/"+m.id+"/sessions", admin, nil).must(t, 200).into(t, &sessions)
			w.call("DELETE", "/api/v1/staff/"+m.id+"/sessions/"+sessions[0].Id, admin, nil).must(t, 204)
		},
	} {
		m := w.member(people.Invigilator)
		events := d.listen(d.path("/board/events"), m.token)
		expect(t, events, "board", func(string) bool { return true })
		began := time.Now()
		end(m)
		for open, late := true, time.After(20*time.Second); open; { // patience is for slow machines; the figure is told
			select {
			case _, open = <-events:
			case <-late:
				t.Fatalf("%s: the stream goes on", name)
			}
		}
		t.Logf("%s: over after %s", name, time.Since(began).Round(time.Millisecond))
	}
}

// rewritten changes an account as it is kept.
func (w *world) rewritten(m member, change func(*people.Account)) {
	w.t.Helper()
	a, err := w.engine.people.Account(w.t.Context(), people.AccountID(m.id))
	if err == nil {
		change(&a)
		_, err = w.engine.people.ReplaceAccount(w.t.Context(), a)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.engine.gate.Forget(a.ID)
}
