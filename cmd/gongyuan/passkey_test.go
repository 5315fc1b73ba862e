package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/audit"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/people"
)

func asJSON(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func (w *world) own(token string) contract.OwnAccount {
	w.t.Helper()
	var own contract.OwnAccount
	w.call("GET", "/api/v1/me", token, nil).must(w.t, 200).into(w.t, &own)
	return own
}

// offered begins to add a passkey and returns the options. An account that has a
// factor proves it.
func (w *world) offered(token string, proof map[string]any) []byte {
	w.t.Helper()
	var offer contract.PasskeyOffer
	w.call("POST", "/api/v1/me/passkeys/offer", token, signingIn(proof)).must(w.t, 200).into(w.t, &offer)
	return asJSON(w.t, offer.Options)
}

// signingIn is the own password, with a proof where there is one.
func signingIn(proof map[string]any) map[string]any {
	body := map[string]any{"password": memberPassword}
	if proof != nil {
		body["proof"] = proof
	}
	return body
}

// provenBy answers the question of the own session.
func (w *world) provenBy(token string, key *enginetest.SoftKey) map[string]any {
	w.t.Helper()
	var ask contract.PasskeyOffer
	w.call("POST", "/api/v1/me/passkeys/question", token, nil).must(w.t, 200).into(w.t, &ask)
	return map[string]any{"answer": json.RawMessage(key.Get(w.t, asJSON(w.t, ask.Options)))}
}

func (w *world) addKey(token, name string, answer []byte) reply {
	w.t.Helper()
	return w.call("POST", "/api/v1/me/passkeys", token, map[string]any{"name": name, "answer": json.RawMessage(answer)})
}

// keyed adds a passkey and returns it with the recovery codes that came of it.
func (w *world) keyed(token, name string, proof map[string]any) (*enginetest.SoftKey, []string) {
	w.t.Helper()
	soft := enginetest.NewSoftKey(w.t, staffAddress)
	var codes contract.RecoveryCodes
	w.addKey(token, name, soft.Create(w.t, w.offered(token, proof))).must(w.t, 200).into(w.t, &codes)
	return soft, codes.Codes
}

// question is what signing in asks the passkeys of an account.
func (w *world) question(login string) contract.PasskeyQuestion {
	w.t.Helper()
	var p contract.Problem
	w.login(login, memberPassword, "").must(w.t, 401).into(w.t, &p)
	if !strings.HasSuffix(p.Type, ":code-needed") || p.Passkey == nil {
		w.t.Fatalf("signing in asks no passkey: %+v", p)
	}
	return *p.Passkey
}

func (w *world) answered(login, password, ticket string, answer []byte) reply {
	w.t.Helper()
	return w.call("POST", "/api/v1/auth/login", "", map[string]any{"login": login, "password": password, "passkey": map[string]any{"ticket": ticket, "answer": json.RawMessage(answer)}})
}

// TestPasskeys adds passkeys, signs in by them, and takes them away.
func TestPasskeys(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		m := w.member(people.CertificateOfficer)
		if own := w.own(m.token); own.PasskeyOrigin == nil || *own.PasskeyOrigin != staffAddress || len(own.Passkeys) != 0 {
			t.Fatalf("before: %+v", own)
		}
		w.call("POST", "/api/v1/me/passkeys/offer", m.token, map[string]any{"password": "wrong"}).must(t, 422)
		first, codes := w.keyed(m.token, "办公室的钥匙", nil)
		w.clock.Advance(time.Second)
		// An open session and the password do not give it another factor.
		for _, path := range []string{"/api/v1/me/passkeys/offer", "/api/v1/me/factor"} {
			w.call("POST", path, m.token, signingIn(nil)).must(t, 422)
			w.call("POST", path, m.token, signingIn(map[string]any{"code": "aaaa-aaaa-aaaa"})).must(t, 422)
		}
		second, none := w.keyed(m.token, "手机", w.provenBy(m.token, first))
		if len(codes) != 10 || len(none) != 0 {
			t.Errorf("%d recovery codes with the first, %d with the second", len(codes), len(none))
		}
		own := w.own(m.token)
		if !own.Account.Factor || own.App || own.RecoveryLeft != 10 || len(own.Passkeys) != 2 || own.Passkeys[0].Name != "办公室的钥匙" || own.Passkeys[1].Used != nil {
			t.Errorf("after: %+v", own)
		}
		q := w.question(m.login)
		answer := first.Get(t, asJSON(t, q.Options))
		w.answered(m.login, "wrong", q.Ticket, answer).must(t, 401)
		token := w.token(w.answered(m.login, memberPassword, q.Ticket, answer))
		if r := w.answered(m.login, memberPassword, q.Ticket, answer); r.problem() != "passkey-stale" {
			t.Errorf("an answer again: %d %s", r.status, r.raw)
		}
		if own := w.own(token); own.Passkeys[0].Used == nil || !own.Passkeys[0].Used.Equal(w.clock.Now()) || own.Passkeys[1].Used != nil {
			t.Errorf("used: %+v", own.Passkeys)
		}
		// The recovery codes are the way back, each once.
		w.token(w.login(m.login, memberPassword, codes[0]))
		if r := w.login(m.login, memberPassword, codes[0]); r.problem() != "wrong-code" {
			t.Errorf("a recovery code again: %d %s", r.status, r.raw)
		}
		// A key is taken away by another's proof; the last takes the codes along.
		remove := func(id string, proof map[string]any) reply {
			return w.call("POST", "/api/v1/me/passkeys/"+id+"/removal", token, proof)
		}
		remove(own.Passkeys[0].Id, map[string]any{}).must(t, 422)
		var ask contract.PasskeyOffer
		w.call("POST", "/api/v1/me/passkeys/question", token, nil).must(t, 200).into(t, &ask)
		proof := map[string]any{"answer": json.RawMessage(second.Get(t, asJSON(t, ask.Options)))}
		remove("none", proof).must(t, 404)
		remove(own.Passkeys[0].Id, proof).must(t, 204)
		remove(own.Passkeys[1].Id, proof).must(t, 422) // its question was answered
		remove(own.Passkeys[1].Id, map[string]any{"code": codes[1]}).must(t, 204)
		if own := w.own(token); own.Account.Factor || own.RecoveryLeft != 0 || len(own.Passkeys) != 0 {
			t.Errorf("after the last: %+v", own)
		}
		w.token(w.login(m.login, memberPassword, ""))
		var acts []string
		entries, err := w.engine.trail.Find(t.Context(), audit.Query{Object: "account:" + m.id}, 20)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			acts = append(acts, strings.TrimPrefix(e.Act, "account."))
		}
		if got := strings.Join(acts, " "); got != "passkey-remove recovery-code passkey-remove recovery-code passkey-add passkey-add" {
			t.Errorf("recorded: %s", got)
		}
	})
}

// TestPasskeysRefused lets nobody in by a question of another account or
// session, by another address, by a copied key or after its time.
func TestPasskeysRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	m, thief := w.member(people.Editor), w.member(people.Editor)
	soft, codes := w.keyed(m.token, "钥匙", nil)
	stolen, _ := w.keyed(thief.token, "钥匙", nil)
	refused := func(name, want string, r reply) {
		t.Helper()
		if r.status != 401 || r.problem() != want {
			t.Errorf("%s: %d %s, want %s", name, r.status, r.raw, want)
		}
	}
	q := w.question(thief.login)
	refused("a question of another account", "passkey-stale", w.answered(m.login, memberPassword, q.Ticket, stolen.Get(t, asJSON(t, q.Options))))
	q = w.question(m.login)
	refused("another's key", "wrong-code", w.answered(m.login, memberPassword, q.Ticket, stolen.Get(t, asJSON(t, q.Options))))
	far := soft.Copy()
	far.Origin = "http://localhost:8081"
	q = w.question(m.login)
	refused("another address", "wrong-code", w.answered(m.login, memberPassword, q.Ticket, far.Get(t, asJSON(t, q.Options))))
	// An offer is its session's own.
	options := w.offered(m.token, w.provenBy(m.token, soft))
	w.keyed(thief.token, "another", w.provenBy(thief.token, stolen))
	elsewhere := w.token(w.login(m.login, memberPassword, codes[0]))
	w.addKey(elsewhere, "elsewhere", enginetest.NewSoftKey(t, staffAddress).Create(t, options)).must(t, 422)
	// Two devices hold one key: whichever is behind is found out.
	copied := soft.Copy()
	for range 2 {
		q = w.question(m.login)
		w.token(w.answered(m.login, memberPassword, q.Ticket, soft.Get(t, asJSON(t, q.Options))))
	}
	q = w.question(m.login)
	refused("a copy", "passkey-suspect", w.answered(m.login, memberPassword, q.Ticket, copied.Get(t, asJSON(t, q.Options))))
	var p contract.Problem
	w.login(m.login, memberPassword, "").must(t, 401).into(t, &p)
	if p.Passkey != nil {
		t.Error("a key that was copied is still asked for")
	}
	token := w.token(w.login(m.login, memberPassword, codes[1]))
	if own := w.own(token); !own.Passkeys[0].Suspect || !own.Account.Factor {
		t.Errorf("a copied key: %+v", own.Passkeys)
	}
	// An administrator helps who lost it all.
	w.call("DELETE", "/api/v1/staff/"+m.id+"/factor", w.staff(people.Administrator), nil).must(t, 204)
	w.call("GET", "/api/v1/me", token, nil).must(t, 401)
	w.clock.Advance(6 * time.Minute)
	w.token(w.login(m.login, memberPassword, ""))
}

// TestPasskeyIsTheDemandedFactor lets a passkey do where a factor is demanded,
// and an app and passkeys stand side by side.
func TestPasskeyIsTheDemandedFactor(t *testing.T) {
	t.Parallel()
	settings := embeddedSettings(t)
	settings.SecondFactor = demanded
	w := newWorld(t, settings)
	m := w.member(people.Administrator)
	if r := w.call("GET", "/api/v1/staff", m.token, nil); r.problem() != "needs-factor" {
		t.Fatalf("before: %d %s", r.status, r.raw)
	}
	soft, _ := w.keyed(m.token, "钥匙", nil)
	w.call("GET", "/api/v1/staff", m.token, nil).must(t, 200)
	secret, codes := w.enrolled(m.token, w.provenBy(m.token, soft))
	if own := w.own(m.token); len(codes) != 0 || own.RecoveryLeft != 10 || !own.App {
		t.Errorf("an app beside a passkey: %d new codes, %+v", len(codes), own)
	}
	w.clock.Advance(time.Minute)
	w.token(w.login(m.login, memberPassword, authenticator(t, secret, w.clock.Now())))
	w.clock.Advance(time.Minute)
	w.call("POST", "/api/v1/me/factor/removal", m.token, map[string]any{"code": authenticator(t, secret, w.clock.Now())}).must(t, 204)
	if own := w.own(m.token); own.App || !own.Account.Factor || own.RecoveryLeft != 10 {
		t.Errorf("without the app: %+v", own)
	}
	w.call("GET", "/api/v1/staff", m.token, nil).must(t, 200)
	q := w.question(m.login)
	w.token(w.answered(m.login, memberPassword, q.Ticket, soft.Get(t, asJSON(t, q.Options))))
	id := w.own(m.token).Passkeys[0].Id
	var ask contract.PasskeyOffer
	w.call("POST", "/api/v1/me/passkeys/question", m.token, nil).must(t, 200).into(t, &ask)
	w.call("POST", "/api/v1/me/passkeys/"+id+"/removal", m.token, map[string]any{"answer": json.RawMessage(soft.Get(t, asJSON(t, ask.Options)))}).must(t, 204)
	if r := w.call("GET", "/api/v1/staff", m.token, nil); r.problem() != "needs-factor" {
		t.Errorf("after the last: %d %s", r.status, r.raw)
	}
}

// TestNoPasskeysByNumbers offers no passkeys where the address is no name.
func TestNoPasskeysByNumbers(t *testing.T) {
	t.Parallel()
	settings := embeddedSettings(t)
	settings.StaffAddress = "https://10.0.0.7"
	w := newWorld(t, settings)
	m := w.member(people.Editor)
	if own := w.own(m.token); own.PasskeyOrigin != nil {
		t.Errorf("origin %s", *own.PasskeyOrigin)
	}
	if r := w.call("POST", "/api/v1/me/passkeys/offer", m.token, map[string]any{"password": memberPassword}); r.problem() != "no-passkeys" {
		t.Errorf("%d %s", r.status, r.raw)
	}
}
