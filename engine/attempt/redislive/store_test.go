package redislive_test

import (
	"testing"

	"github.com/redis/go-redis/v9"

	"gongyuan/engine/attempt"
	"gongyuan/engine/attempt/redislive"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
)

func open(t testing.TB, client redis.UniversalClient, prefix string) *redislive.Store {
	t.Helper()
	store, err := redislive.New(client, prefix)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestLive(t *testing.T) {
	t.Parallel()
	servers.EachRedis(t, func(t *testing.T, client *redis.Client, prefix string) {
		enginetest.RunLive(t, func(t *testing.T) attempt.Live { return open(t, client, prefix) })
	})
}

// TestScriptsForgotten runs on a server that has forgotten every script, as one
// has after a restart.
func TestScriptsForgotten(t *testing.T) {
	t.Parallel()
	server, _ := servers.OwnRedis(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	store := open(t, client, "test:")
	id := enginetest.NewAttemptID()
	step := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if err := client.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
	}
	first := attempt.Begin{
		Attempt: id, Candidate: enginetest.Candidate, Slots: 3, Deadline: enginetest.Start, Due: enginetest.Start, Version: 1,
	}
	second := first
	second.Attempt = enginetest.NewAttemptID()
	states, err := store.Start(t.Context(), []attempt.Begin{first, second})
	step("start of several", err)
	if len(states) != 2 || states[0].Epoch != 1 || states[1].Epoch != 1 {
		t.Errorf("states %+v, want two of epoch 1", states)
	}
	before := enginetest.Start.Add(-1)
	_, err = store.Enter(t.Context(), id, enginetest.Candidate, 1, before)
	step("enter", err)
	st, err := store.Save(t.Context(), id, enginetest.Candidate, enginetest.Ops(1, 1, 3, 3), before)
	step("save", err)
	if st.AppliedSeq != 3 {
		t.Errorf("applied %d, want 3", st.AppliedSeq)
	}
}
