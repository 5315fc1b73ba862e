package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// made is a new account with its one-time password.
func (w *world) made(admin, login string, roles ...string) contract.GivenPassword {
	w.t.Helper()
	var out contract.GivenPassword
	w.call("POST", "/api/v1/staff", admin, map[string]any{"login": login, "name": "新人", "roles": roles}).must(w.t, 201).into(w.t, &out)
	return out
}

func (w *world) login(login, password, code string) reply {
	w.t.Helper()
	return w.call("POST", "/api/v1/auth/login", "", map[string]any{"login": login, "password": password, "code": code})
}

// changed is the account as an administrator keeps it.
func (w *world) changed(admin string, a *contract.StaffAccount, disabled bool, roles ...string) reply {
	w.t.Helper()
	return w.call("PUT", "/api/v1/staff/"+a.Id, admin, map[string]any{"name": a.Name, "roles": roles, "levels": a.Levels, "sites": []string{}, "disabled": disabled, "version": a.Version})
}

const chosen = "chosen by myself"

// TestAccounts takes an account from its making to its end.
func TestAccounts(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		admin := w.staff(people.Administrator)
		one := w.made(admin, "New.Editor", "editor", "editor")
		if one.Account.Login != "new.editor" || len(one.Account.Roles) != 1 || one.Account.GivenUntil == nil {
			t.Fatalf("made %+v", one.Account)
		}
		for name, c := range map[string]struct{ login, role, pointer string }{
			"taken": {"new.editor", "editor", "/login"}, "form": {"名字", "editor", "/login"}, "candidate": {"x1", "candidate", "/roles"},
		} {
			r := w.call("POST", "/api/v1/staff", admin, map[string]any{"login": c.login, "name": "某", "roles": []string{c.role}}).must(t, 422)
			if !strings.Contains(fmt.Sprint(r.json["errors"]), c.pointer) {
				t.Errorf("%s: %s", name, r.raw)
			}
		}
		// The given password opens nothing but the choice of an own one.
		given := w.login("new.editor", one.Password, "").must(t, 200)
		if given.json["needs"] != "own-password" {
			t.Errorf("needs %v", given.json["needs"])
		}
		token := w.token(given)
		if r := w.call("GET", "/api/v1/banks", token, nil); r.problem() != "needs-password" {
			t.Errorf("with the given password: %d %s", r.status, r.raw)
		}
		choose := func(old, password string) reply {
			return w.call("POST", "/api/v1/me/password", token, map[string]any{"old": old, "password": password})
		}
		choose("wrong", chosen).must(t, 422)
		choose(one.Password, one.Password).must(t, 422)
		choose(one.Password, "short").must(t, 422)
		choose(one.Password, "my new.editor password").must(t, 422)
		choose(one.Password, chosen).must(t, 204)
		w.call("GET", "/api/v1/banks", token, nil).must(t, 200)
		w.login("new.editor", one.Password, "").must(t, 401)
		w.login("new.editor", chosen, "").must(t, 200)
		// Roles count from this moment on.
		var list contract.StaffList
		w.call("GET", "/api/v1/staff", admin, nil).must(t, 200).into(t, &list)
		var now contract.StaffAccount
		for _, a := range list.Accounts {
			if a.Login == "new.editor" {
				now = a
			}
		}
		w.changed(admin, &one.Account, false, "invigilator").must(t, 409) // its version is old
		w.changed(admin, &now, false, "invigilator").must(t, 200).into(t, &now)
		w.call("GET", "/api/v1/banks", token, nil).must(t, 403)
		w.call("GET", "/api/v1/sittings", token, nil).must(t, 200)
		w.changed(admin, &now, false, "auditor", "editor").must(t, 422)
		// A reset ends what is open.
		var reset contract.GivenPassword
		w.call("POST", "/api/v1/staff/"+now.Id+"/password", admin, map[string]any{"version": now.Version}).must(t, 200).into(t, &reset)
		w.call("GET", "/api/v1/sittings", token, nil).must(t, 401)
		w.login("new.editor", chosen, "").must(t, 401)
		w.clock.Advance(73 * time.Hour)
		if r := w.login("new.editor", reset.Password, ""); r.problem() != "password-run-out" {
			t.Errorf("after three days: %d %s", r.status, r.raw)
		}
		entries, err := w.engine.trail.Find(t.Context(), audit.Query{Object: "account:" + now.Id}, 20)
		if err != nil {
			t.Fatal(err)
		}
		var acts []string
		for _, e := range entries {
			acts = append(acts, e.Act)
			if strings.Contains(string(e.Before)+string(e.After), "argon2") {
				t.Errorf("%s: a password in the record", e.Act)
			}
		}
		if got := strings.Join(acts, " "); got != "account.password-reset account.change account.password-change account.make" {
			t.Errorf("recorded: %s", got)
		}
	})
}

// TestOwnAccountIsAnothers refuses administrators their own account.
func TestOwnAccountIsAnothers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	me := w.member(people.Administrator)
	own := contract.StaffAccount{Id: me.id, Name: "甲", Levels: []int{}, Version: 1}
	for _, r := range []reply{
		w.changed(me.token, &own, false, "administrator", "editor"), w.changed(me.token, &own, true, "administrator"),
		w.call("POST", "/api/v1/staff/"+me.id+"/password", me.token, map[string]any{"version": 1}), w.call("DELETE", "/api/v1/staff/"+me.id+"/factor", me.token, nil),
	} {
		if r.problem() != "own-account" {
			t.Errorf("%d %s, want own-account", r.status, r.raw)
		}
	}
}

// TestEndedWithinASecond ends an account, and sessions, on one copy of the
// program while another has just served them.
func TestEndedWithinASecond(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		other := w
		if w.settings.MongodbURL != "" { // the embedded database has one copy
			other = &world{t: t, settings: w.settings, clock: w.clock}
			other.start()
			t.Cleanup(other.stop)
		}
		admin, m := w.staff(people.Administrator), w.member(people.Invigilator)
		second := w.token(w.login(m.login, memberPassword, ""))
		see := func(token string) int { return other.call("GET", "/api/v1/sittings", token, nil).status }
		if see(m.token) != 200 || see(second) != 200 {
			t.Fatal("not signed in")
		}
		var sessions []contract.StaffSession
		w.call("GET", "/api/v1/staff/"+m.id+"/sessions", admin, nil).must(t, 200).into(t, &sessions)
		if len(sessions) != 2 {
			t.Fatalf("%d sessions, want 2", len(sessions))
		}
		var own contract.OwnAccount
		w.call("GET", "/api/v1/me", second, nil).must(t, 200).into(t, &own)
		for _, s := range own.Sessions {
			if !s.Current {
				w.call("DELETE", "/api/v1/me/sessions/"+s.Id, second, nil).must(t, 204)
				w.call("DELETE", "/api/v1/me/sessions/"+s.Id, second, nil).must(t, 404)
			}
		}
		w.clock.Advance(time.Second)
		if a, b := see(m.token), see(second); a != 401 || b != 200 {
			t.Errorf("a second after one session was ended: %d %d, want 401 200", a, b)
		}
		var list contract.StaffList
		w.call("GET", "/api/v1/staff", admin, nil).must(t, 200).into(t, &list)
		for _, a := range list.Accounts {
			if a.Id == m.id {
				w.changed(admin, &a, true, "invigilator").must(t, 200)
			}
		}
		w.clock.Advance(time.Second)
		if got := see(second); got != 401 {
			t.Errorf("a second after the account was ended: %d, want 401", got)
		}
		w.login(m.login, memberPassword, "").must(t, 401)
	})
}

// TestLevelLimit keeps an account to the sittings of its levels.
func TestLevelLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	revs, _ := banktest.Generate(31, 400)
	s, _ := w.sittingOf(revs, testBlueprint(), 1, func(s *sitting.Sitting) { s.Level = 3 })
	m := w.member(people.Invigilator)
	a, err := w.engine.people.Account(t.Context(), people.AccountID(m.id))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		levels []int
		status int
		listed int
	}{{nil, 200, 1}, {[]int{3, 2}, 200, 1}, {[]int{2}, 403, 0}} {
		a.Levels = c.levels
		if a, err = w.engine.people.ReplaceAccount(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		w.engine.gate.Forget(a.ID)
		for _, path := range []string{"", "/board", "/registrations"} {
			if r := w.call("GET", "/api/v1/sittings/"+string(s.ID)+path, m.token, nil); r.status != c.status {
				t.Errorf("levels %v: %s %d, want %d", c.levels, path, r.status, c.status)
			}
		}
		var page struct{ Sittings []contract.Sitting }
		w.call("GET", "/api/v1/sittings", m.token, nil).must(t, 200).into(t, &page)
		if len(page.Sittings) != c.listed {
			t.Errorf("levels %v: %d sittings listed, want %d", c.levels, len(page.Sittings), c.listed)
		}
	}
}

// authenticator is an app that holds a secret, written anew from RFC 6238.
func authenticator(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.DecodeString(strings.ReplaceAll(secret, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/30)
	sum := mac.Sum(nil)
	n := binary.BigEndian.Uint32(sum[sum[19]&15:]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%1_000_000)
}

// enrolled sets up a second factor and returns its secret and recovery codes.
func (w *world) enrolled(token string, proof map[string]any) (string, []string) {
	w.t.Helper()
	var offer contract.FactorOffer
	w.call("POST", "/api/v1/me/factor", token, signingIn(proof)).must(w.t, 200).into(w.t, &offer)
	if !strings.HasPrefix(offer.Uri, "otpauth://totp/") || len(offer.Qr) < 400 {
		w.t.Errorf("offer %+v", offer)
	}
	w.call("POST", "/api/v1/me/factor/confirmation", token, map[string]any{"code": "000000"}).must(w.t, 422)
	var codes contract.RecoveryCodes
	w.call("POST", "/api/v1/me/factor/confirmation", token, map[string]any{"code": authenticator(w.t, offer.Secret, w.clock.Now())}).must(w.t, 200).into(w.t, &codes)
	return offer.Secret, codes.Codes
}

// TestSecondFactor signs in with codes, each good once.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		admin, m := w.staff(people.Administrator), w.member(people.CertificateOfficer)
		secret, recovery := w.enrolled(m.token, nil)
		sign := func(code string) reply { return w.login(m.login, memberPassword, code) }
		if r := sign(""); r.status != 401 || r.problem() != "code-needed" {
			t.Errorf("without a code: %d %s", r.status, r.raw)
		}
		if r := sign(authenticator(t, secret, w.clock.Now())); r.problem() != "wrong-code" {
			t.Errorf("the code of the confirmation again: %d %s", r.status, r.raw)
		}
		w.clock.Advance(30 * time.Second)
		code := authenticator(t, secret, w.clock.Now())
		token := w.token(sign(code[:3] + " " + code[3:]))
		if r := sign(code); r.problem() != "wrong-code" {
			t.Errorf("a code again: %d %s", r.status, r.raw)
		}
		if len(recovery) != 10 {
			t.Fatalf("%d recovery codes", len(recovery))
		}
		w.token(sign(strings.ToUpper(recovery[3])))
		if r := sign(recovery[3]); r.problem() != "wrong-code" {
			t.Errorf("a recovery code again: %d %s", r.status, r.raw)
		}
		var own contract.OwnAccount
		w.call("GET", "/api/v1/me", token, nil).must(t, 200).into(t, &own)
		if !own.Account.Factor || own.RecoveryLeft != 9 {
			t.Errorf("own account: factor %v, %d left", own.Account.Factor, own.RecoveryLeft)
		}
		w.renewsRecovery(m, token, secret, recovery)
		// An administrator helps who lost the device.
		w.call("DELETE", "/api/v1/staff/"+m.id+"/factor", admin, nil).must(t, 204)
		w.call("GET", "/api/v1/me", token, nil).must(t, 401)
		w.token(sign(""))
	})
}

// renewsRecovery makes a new set with both factors shown again; the old set is
// void, and the record says so.
func (w *world) renewsRecovery(m member, token, secret string, old []string) {
	t := w.t
	t.Helper()
	renew := func(token, password string, proof map[string]any) reply {
		return w.call("POST", "/api/v1/me/recovery-codes", token, map[string]any{"password": password, "proof": proof})
	}
	for name, r := range map[string]reply{
		"password": renew(token, "not my password", map[string]any{"code": old[5]}),
		"code":     renew(token, memberPassword, map[string]any{"code": "000000"}),
		"no code":  renew(token, memberPassword, map[string]any{}),
		"used":     renew(token, memberPassword, map[string]any{"code": old[3]}),
	} {
		if r.status != 422 {
			t.Errorf("with a wrong %s: %d %s", name, r.status, r.raw)
		}
	}
	if r := renew(w.member(people.Editor).token, memberPassword, map[string]any{"code": "000000"}); r.status != 404 {
		t.Errorf("without a second factor: %d %s", r.status, r.raw)
	}
	w.clock.Advance(time.Minute)
	var codes contract.RecoveryCodes
	renew(token, memberPassword, map[string]any{"code": authenticator(t, secret, w.clock.Now())}).must(t, 200).into(t, &codes)
	if len(codes.Codes) != 10 || slices.Contains(codes.Codes, old[5]) {
		t.Fatalf("new codes: %v", codes.Codes)
	}
	if r := w.login(m.login, memberPassword, old[5]); r.problem() != "wrong-code" {
		t.Errorf("a code of the old set: %d %s", r.status, r.raw)
	}
	w.token(w.login(m.login, memberPassword, codes.Codes[0]))
	entries, err := w.engine.trail.Find(t.Context(), audit.Query{Act: "account.recovery-renew", Object: "account:" + m.id}, 5)
	if err != nil || len(entries) != 1 || string(entries[0].Before) != `{"left":9}` {
		t.Errorf("the record: %+v, %v", entries, err)
	}
}

// TestCodeLimit stops guessing codes by somebody who knows the password.
func TestCodeLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	m := w.member(people.Editor)
	w.enrolled(m.token, nil)
	last := 0
	for i := range 9 {
		last = w.login(m.login, memberPassword, fmt.Sprintf("%06d", i)).status
	}
	if last != 429 {
		t.Errorf("the ninth guess of a code: %d, want 429", last)
	}
}

// TestDemandedFactor lets those who can change results do nothing but set one
// up, where the installation demands it.
func TestDemandedFactor(t *testing.T) {
	t.Parallel()
	settings := embeddedSettings(t)
	settings.SecondFactor = demanded
	w := newWorld(t, settings)
	for _, role := range people.StaffRoles() {
		m := w.member(role)
		needs := role != people.Invigilator && role != people.Auditor
		if r := w.call("GET", "/api/v1/sittings/none", m.token, nil); (r.problem() == "needs-factor") != (needs && role != people.Editor && role != people.Reviewer) {
			t.Errorf("%s: %d %s", role, r.status, r.raw)
		}
		r := w.login(m.login, memberPassword, "").must(t, 200)
		if (r.json["needs"] == "second-factor") != needs {
			t.Errorf("%s: needs %v", role, r.json["needs"])
		}
	}
	m := w.member(people.Administrator)
	secret, _ := w.enrolled(m.token, nil)
	w.call("GET", "/api/v1/staff", m.token, nil).must(t, 200)
	w.clock.Advance(time.Minute)
	w.call("POST", "/api/v1/me/factor/removal", m.token, map[string]any{"code": authenticator(t, secret, w.clock.Now())}).must(t, 204)
	if r := w.call("GET", "/api/v1/staff", m.token, nil); r.problem() != "needs-factor" {
		t.Errorf("after its removal: %d %s", r.status, r.raw)
	}
}

// TestRefreshAfterEnd gives no new token to an ended account.
func TestRefreshAfterEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	admin, m := w.staff(people.Administrator), w.member(people.Editor)
	cookie := w.login(m.login, memberPassword, "").must(t, 200).header.Get("Set-Cookie")
	refresh := func() reply {
		req := httptest.NewRequest("POST", "/api/v1/auth/refresh", strings.NewReader(`{"audience":"staff"}`))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Cookie", strings.Split(cookie, ";")[0])
		return w.send(req)
	}
	token := w.token(refresh())
	w.call("GET", "/api/v1/banks", token, nil).must(t, 200)
	w.changed(admin, &contract.StaffAccount{Id: m.id, Name: "乙", Levels: []int{}, Version: 1}, true, "editor").must(t, 200)
	refresh().must(t, 401)
	w.call("GET", "/api/v1/banks", token, nil).must(t, 401)
}

// TestReviewerOnlyReviews lets a reviewer approve, return and comment, and take
// no other step.
func TestReviewerOnlyReviews(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	reviewer, editor := w.staff(people.Reviewer), w.staff(people.Editor)
	for _, step := range []contract.ItemStep{"approve", "return", "comment", "submit", "withdraw", "publish", "retire", "restore", "assign", "discard", "doubt", "keep"} {
		take := func(token string) int {
			return w.call("POST", "/api/v1/banks/sample/items/none/steps", token, map[string]any{"step": step, "version": 1, "note": "示例"}).status
		}
		allowed := step == "approve" || step == "return" || step == "comment"
		if got := take(reviewer); (got == 403) == allowed {
			t.Errorf("%s as a reviewer: %d", step, got)
		}
		if got := take(editor); got == 403 {
			t.Errorf("%s as an editor: %d", step, got)
		}
	}
}
