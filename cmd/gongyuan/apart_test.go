package main

import (
	"testing"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/people"
	"gongyuan/engine/personnel"
)

// TestApart makes and resets accounts, and asks which of them are two persons.
func TestApart(t *testing.T) {
	t.Parallel()
	settings := embeddedSettings(t)
	settings.Apart = 24 * time.Hour
	w := newWorld(t, settings)
	e, ctx := w.engine, t.Context()
	lead, other := w.member(people.Administrator), w.member(people.Administrator)
	made := func(by people.AccountID, login string) people.AccountID {
		t.Helper()
		a, _, err := e.personnel.Make(ctx, by, login, personnel.Particulars{Name: login, Roles: []people.Role{people.Administrator}})
		if err != nil {
			t.Fatal(err)
		}
		return a.ID
	}
	apart := func(a, b people.AccountID, want bool) {
		t.Helper()
		for _, pair := range [][2]people.AccountID{{a, b}, {b, a}} {
			if got, err := e.personnel.Apart(ctx, pair[0], pair[1]); got != want || err != nil {
				t.Errorf("%s and %s are two persons: %v (%v), want %v", pair[0], pair[1], got, err, want)
			}
		}
	}
	first, second := people.AccountID(lead.id), people.AccountID(other.id)
	apart(first, first, false)
	apart(first, second, true)
	mine, theirs := made(first, "mine"), made(second, "theirs")
	apart(first, mine, false) // made by the other
	apart(second, mine, true) // by a third
	apart(mine, theirs, true) // by two
	further := made(mine, "further")
	apart(first, further, false) // by an account of the own
	apart(made(first, "twin"), further, false)
	apart(theirs, further, true)

	w.clock.Advance(24 * time.Hour)
	for _, a := range []people.AccountID{mine, further} {
		apart(first, a, true)
	}
	// A password that is given with a second factor in its owner's hand opens
	// nothing; without one it does, and so does taking the factor off.
	owner := w.member(people.CertificateOfficer)
	id := people.AccountID(owner.id)
	w.enrolled(owner.token, nil)
	reset := func() {
		t.Helper()
		a, err := e.people.Account(ctx, id)
		if err == nil {
			_, _, err = e.personnel.Reset(ctx, first, id, a.Version)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	reset()
	apart(first, id, true)
	if err := e.personnel.ResetFactor(ctx, first, id); err != nil {
		t.Fatal(err)
	}
	apart(first, id, false)
	w.clock.Advance(24 * time.Hour)
	apart(first, id, true)
	reset()
	apart(first, id, false)
}

// TestApartAtTheRoutes has an administrator ask for sealing, make an account and
// seal with it.
func TestApartAtTheRoutes(t *testing.T) {
	t.Parallel()
	settings := embeddedSettings(t)
	settings.Apart = 24 * time.Hour
	w := newWorld(t, settings)
	first := w.staff(people.Administrator)
	base := w.seated(t, first, 2)
	w.act(base, first, "ask-seal").must(t, 200)
	var given contract.GivenPassword
	w.call("POST", "/api/v1/staff", first, map[string]any{"login": "second", "name": "第二人", "roles": []string{"administrator"}}).must(t, 201).into(t, &given)
	token := w.token(w.login("second", given.Password, ""))
	w.call("POST", "/api/v1/me/password", token, map[string]any{"old": given.Password, "password": memberPassword}).must(t, 204)
	if got := w.act(base, token, "seal"); got.problem() != "second-person" {
		t.Errorf("sealed with an account of the own: %d %s", got.status, got.raw)
	}
	w.act(base, w.staff(people.Administrator), "seal").must(t, 200)
}
