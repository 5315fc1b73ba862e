package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/engine/attempt"
	"gongyuan/engine/attempt/redislive"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/mongostore"
)

// slowJournal gives w an engine whose journal takes nothing before it is
// opened, and which answers saves long before that.
func (w *world) slowJournal() (open func()) {
	w.t.Helper()
	e := w.engine
	journal := &enginetest.FailingJournal{Journal: mongostore.New(e.stores.db).Journal()}
	opened := make(chan struct{})
	journal.Before(func([]attempt.JournalEntry) error { <-opened; return nil })
	live, err := redislive.New(e.stores.redis, w.settings.Prefix)
	if err != nil {
		w.t.Fatal(err)
	}
	before := e.attempts
	w.t.Cleanup(func() {
		if err := before.Close(context.Background()); err != nil {
			w.t.Error(err)
		}
	})
	e.attempts = attempt.New(attempt.Config{
		Live: live, Journal: journal, Records: e.records, News: live, Clock: e.clock, Log: e.log,
		MayStart: e.mayStart, Marker: e.mark, DurableWait: time.Millisecond,
	})
	if w.app, err = e.app(&serverSettings{}, newMetrics()); err != nil {
		w.t.Fatal(err)
	}
	return sync.OnceFunc(func() { close(opened) })
}

// listen serves the app on a socket, as Fiber reuses the memory of a connection
// only there, and returns a client that keeps few connections and its base.
func (w *world) listen(connections int) (client *http.Client, base string) {
	w.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- w.app.Listener(listener) }()
	transport := &http.Transport{MaxConnsPerHost: connections, MaxIdleConnsPerHost: connections}
	w.t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := w.app.Shutdown(); err != nil {
			w.t.Error(err)
		}
		if err := <-done; err != nil {
			w.t.Error(err)
		}
	})
	return &http.Client{Transport: transport}, "http://" + listener.Addr().String()
}

// post sends a request and returns its status.
func post(ctx context.Context, client *http.Client, url, token string, body any) (int, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(raw))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// TestNothingOutlivesItsRequest saves for many candidates over few connections
// while the journal is slow: the answers are on their way to it when Fiber uses
// the memory of their requests for the next. The journal must hold what was
// sent, attempt by attempt.
func TestNothingOutlivesItsRequest(t *testing.T) {
	t.Parallel()
	const candidates, rounds, connections = 12, 6, 3
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(11, 400)
		_, persons := w.sittingOf(revs, testBlueprint(), candidates, nil)
		open := w.slowJournal()
		defer open()
		tokens, entered := make([]string, candidates), make([]contract.Entered, candidates)
		for i, p := range persons {
			tokens[i] = w.candidate(p)
			w.enter(p, tokens[i]).must(t, 200).into(t, &entered[i])
		}
		client, base := w.listen(connections)
		sent := map[string][]contract.Operation{}
		for round := range rounds {
			var wg sync.WaitGroup
			for i, p := range persons {
				// Each candidate gives other answers, so that a mix-up shows.
				req := batchOf(entered[i].Epoch, int64(2*round+1), entered[i], (2*round+i)%20, (2*round+i)%20+2)
				sent[p.attempt] = append(sent[p.attempt], req.Ops...)
				wg.Go(func() {
					status, err := post(t.Context(), client, base+"/api/v1/attempts/"+p.attempt+"/ops", tokens[i], req)
					if err != nil || status != http.StatusAccepted {
						t.Errorf("save of candidate %d: %d, %v; want 202", i, status, err)
					}
				})
			}
			wg.Wait()
		}
		open()
		if err := w.engine.attempts.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, p := range persons {
			checkJournal(t, w, p, entered[i], sent[p.attempt])
		}
	})
}

// checkJournal holds the journal of an attempt against what its page sent.
func checkJournal(t *testing.T, w *world, p person, e contract.Entered, sent []contract.Operation) {
	t.Helper()
	ops, err := w.engine.attempts.Operations(t.Context(), attemptID(p))
	if err != nil {
		t.Fatal(err)
	}
	line := func(seq int64, slot int, response string) string {
		return fmt.Sprintf("%d: slot %d: %s", seq, slot, response)
	}
	var got, want []string
	for _, op := range ops {
		got = append(got, line(int64(op.Seq), op.Slot, op.Response))
	}
	for _, op := range sent {
		var r bank.Response
		if op.Response.Choice != nil {
			r.Choice = *op.Response.Choice
		}
		if op.Response.Text != nil {
			r.Text = *op.Response.Text
		}
		want = append(want, line(op.Seq, op.Slot, r.Encode()))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("journal of %s in epoch %d (-sent +stored):\n%s", p.attempt, e.Epoch, d)
	}
}
