package enginetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/personnel"
)

// PersonnelStore is what keeps accounts and their sessions.
type PersonnelStore interface {
	personnel.Accounts
	personnel.Sessions
	people.SessionStore
}

// RunPersonnel is the suite that every store of accounts, sessions, second
// factors and passkeys must pass. The stores are empty and have their indexes.
func RunPersonnel(t *testing.T, store PersonnelStore, factors personnel.FactorStore, passkeys personnel.PasskeyStore) {
	t.Run("Accounts", func(t *testing.T) { accountVersions(t, store) })
	t.Run("Sessions", func(t *testing.T) { sessionsOf(t, store) })
	t.Run("Factors", func(t *testing.T) { factorOnce(t, factors) })
	t.Run("Passkeys", func(t *testing.T) { passkeysKept(t, passkeys) })
}

func accountVersions(t *testing.T, store personnel.Accounts) {
	ctx := t.Context()
	old := people.Account{ID: "old", Login: "old", Name: "甲", Roles: []people.Role{people.Administrator}, Password: "$x", Created: Start} // before versions
	check(t, store.InsertAccount(ctx, old))
	changed, err := store.ReplaceAccount(ctx, old)
	check(t, err)
	diff(t, "version", changed.Version, 1)
	_, err = store.ReplaceAccount(ctx, old)
	wantErr(t, "an old version", err, people.ErrConflict)
	changed.Sites = []string{"site-b", "site-a"}
	changed.Levels, changed.Roles, changed.Disabled, changed.GivenUntil = []int{3, 2}, []people.Role{people.Chair, people.Reviewer}, true, Start.Add(time.Hour)
	changed, err = store.ReplaceAccount(ctx, changed)
	check(t, err)
	got, err := store.Account(ctx, "old")
	check(t, err)
	diff(t, "what was kept", got, changed)
	_, err = store.ReplaceAccount(ctx, people.Account{ID: "none", Version: 1})
	wantErr(t, "no such account", err, people.ErrConflict)
}

func sessionsOf(t *testing.T, store PersonnelStore) {
	ctx := t.Context()
	sessions := people.NewSessions(store, time.Hour)
	begin := func(a people.Audience, who string) (token, family string) {
		token, family, err := sessions.Begin(ctx, people.Session{Audience: a, Subject: who, Address: "192.0.2.7", Agent: "示例"}, Start)
		check(t, err)
		return token, family
	}
	first, family := begin(people.Staff, "a")
	_, other := begin(people.Staff, "a")
	begin(people.Candidates, "a")
	begin(people.Staff, "b")
	_, _, err := sessions.Rotate(ctx, people.Staff, first, Start.Add(time.Minute))
	check(t, err)
	all, err := store.SessionsOf(ctx, people.Staff, "a")
	check(t, err)
	diff(t, "tokens", len(all), 3)
	diff(t, "from where", []string{all[0].Address, all[0].Agent}, []string{"192.0.2.7", "示例"})
	diff(t, "began", all[2].Began, Start)
	lives := func(family string, at time.Time) bool {
		ok, err := store.FamilyLives(ctx, family, at)
		check(t, err)
		return ok
	}
	diff(t, "lives", lives(family, Start.Add(time.Hour)), true) // by its second token
	diff(t, "has expired", lives(other, Start.Add(time.Hour)), false)
	check(t, store.EndOthers(ctx, people.Staff, "a", other))
	diff(t, "was ended", lives(family, Start), false)
	diff(t, "was kept", lives(other, Start), true)
	all, err = store.SessionsOf(ctx, people.Candidates, "a")
	check(t, err)
	diff(t, "of another audience", len(all), 1)
	_, _, err = sessions.Rotate(ctx, people.Staff, first, Start)
	wantErr(t, "a token of an ended session", err, people.ErrSession)
}

// factorOnce lets many use the same factor at once: one of them gets it.
func factorOnce(t *testing.T, store personnel.FactorStore) {
	ctx := t.Context()
	_, err := store.Factor(ctx, "a")
	wantErr(t, "none", err, people.ErrNotFound)
	check(t, store.DropFactor(ctx, "a"))
	f := personnel.Factor{Account: "a", Sealed: []byte{1, 2}, Recovery: []string{"x", "y"}}
	check(t, store.PutFactor(ctx, f))
	wantErr(t, "a second first", store.PutFactor(ctx, f), people.ErrConflict)
	got, err := store.Factor(ctx, "a")
	check(t, err)
	f.Version, f.Confirmed = 1, got.Confirmed
	diff(t, "what was kept", got, f)
	f.Confirmed, f.LastStep = Start, 7
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if store.PutFactor(ctx, f) == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	got, err = store.Factor(ctx, "a")
	check(t, err)
	f.Version = 2
	diff(t, "after a race", got, f)
	all, err := store.Factors(ctx)
	check(t, err)
	diff(t, "all", all, []personnel.Factor{f})
	check(t, store.DropFactor(ctx, "a"))
	_, err = store.Factor(ctx, "a")
	wantErr(t, "dropped", err, people.ErrNotFound)
	if n := won.Load(); n < 1 {
		t.Errorf("%d won the race", n)
	}
}

func passkeysKept(t *testing.T, store personnel.PasskeyStore) {
	ctx := t.Context()
	first := personnel.Passkey{ID: "k1", Account: "a", Name: "办公室电脑", Record: []byte(`{"n":1}`), Created: Start, Used: time.Time{}.UTC(), Suspect: time.Time{}.UTC(), Version: 1}
	second, other := first, first
	second.ID, second.Created, other.ID, other.Account = "k0", Start.Add(time.Minute), "k2", "b"
	for _, k := range []personnel.Passkey{second, first, other} {
		check(t, store.InsertPasskey(ctx, k))
	}
	other.ID = "k1"
	wantErr(t, "another's key", store.InsertPasskey(ctx, other), people.ErrDuplicate)
	got, err := store.PasskeysOf(ctx, "a")
	check(t, err)
	diff(t, "the oldest first", got, []personnel.Passkey{first, second})
	first.Used, first.Suspect, first.Record = Start.Add(time.Hour), Start.Add(2*time.Hour), []byte(`{"n":2}`)
	check(t, store.ReplacePasskey(ctx, first))
	wantErr(t, "an old version", store.ReplacePasskey(ctx, first), people.ErrConflict)
	check(t, store.DropPasskey(ctx, "k0"))
	check(t, store.DropPasskey(ctx, "k0"))
	first.Version = 2
	got, err = store.PasskeysOf(ctx, "a")
	check(t, err)
	diff(t, "what was kept", got, []personnel.Passkey{first})
	got, err = store.Passkeys(ctx)
	check(t, err)
	diff(t, "all", len(got), 2)
	wantErr(t, "a key that is gone", store.ReplacePasskey(ctx, second), people.ErrConflict)
}
