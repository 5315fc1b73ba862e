package main

import (
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/api/contract"
	"gongyuan/engine/batch"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

const batchesPath = "/api/v1/certificate-batches"

// certify makes a batch of registrations, has one person propose and another
// confirm it, leaves out whom nothing can be issued to, and waits for the end.
func (w *world) certify(id sitting.ID, registrations ...string) contract.Batch {
	w.t.Helper()
	first, second := w.staff(people.Administrator), w.staff(people.Administrator)
	var b contract.Batch
	w.call("POST", batchesPath, first, contract.NewBatch{Sittings: []string{string(id)}, Registrations: &registrations}).must(w.t, 201).into(w.t, &b)
	path, reason := batchesPath+"/"+b.Id, "不能发证"
	w.faceless(first, &b)
	for _, e := range b.Entries {
		for _, f := range e.Findings {
			if f.Blocking {
				w.call("POST", path, first, contract.BatchAct{Act: contract.ExcludeEntry, Version: &b.Version, Registration: &e.Registration, Reason: &reason}).must(w.t, 200).into(w.t, &b)
				break
			}
		}
	}
	if b.Tally.Included == 0 {
		return b
	}
	w.call("POST", path, first, contract.BatchAct{Act: contract.ProposeBatch, Digest: &b.Current}).must(w.t, 200).into(w.t, &b)
	w.call("POST", path, second, contract.BatchAct{Act: contract.ApproveBatch, Digest: &b.Digest}).must(w.t, 200)
	return w.issued(b.Id)
}

// faceless accepts that the photographs of a batch are missing.
func (w *world) faceless(by string, b *contract.Batch) {
	w.t.Helper()
	reason := "补拍来不及"
	for _, e := range b.Entries {
		if slices.ContainsFunc(e.Findings, func(f contract.BatchFinding) bool { return f.Code == batch.FoundPortrait }) {
			ask := contract.BatchAct{Act: contract.AcceptEntry, Version: &b.Version, Registration: &e.Registration, Reason: &reason}
			w.call("POST", batchesPath+"/"+b.Id, by, ask).must(w.t, 200).into(w.t, b)
		}
	}
}

// issued waits until a batch is done.
func (w *world) issued(id string) contract.Batch {
	w.t.Helper()
	w.engine.behind.Wait()
	var b contract.Batch
	w.call("GET", batchesPath+"/"+id, w.staff(people.Administrator), nil).must(w.t, 200).into(w.t, &b)
	if b.State != contract.BatchIssued {
		w.t.Fatalf("the batch is %s", b.State)
	}
	return b
}

// numbers are those of a batch, by registration.
func numbers(b contract.Batch) map[string]string {
	out := map[string]string{}
	for _, e := range b.Entries {
		if e.Number != nil {
			out[e.Registration] = *e.Number
		}
	}
	return out
}

// TestBatch is the way of a batch: notice, check, leaving out, two signatures,
// a change in between, the numbers, and the same people again.
func TestBatch(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		s, _, _ := scored(t, w)
		first, second := w.member(people.Administrator), w.member(people.Administrator)
		ask := contract.NewBatch{Sittings: []string{string(s.ID)}}
		refused(t, "before the release", w.call("POST", batchesPath, first.token, ask), 422, "invalid")
		release(t, w, string(s.ID))
		var b contract.Batch
		w.call("POST", batchesPath, first.token, ask).must(t, 201).into(t, &b)
		if b.Tally.Entries != 3 || b.Tally.Blocked != 3 || b.State != contract.BatchDraft || b.Entries[0].Portrait || len(b.Entries[0].Findings) != 1 {
			t.Fatalf("taken in: %+v", b)
		}
		path := batchesPath + "/" + b.Id
		act := func(by member, a contract.BatchAct) reply { return w.call("POST", path, by.token, a) }
		reason := "本人要求暂缓"
		refused(t, "without photographs", act(first, contract.BatchAct{Act: contract.ProposeBatch, Digest: &b.Current}), 409, "batch-blocked")
		accept := contract.BatchAct{Act: contract.AcceptEntry, Version: &b.Version, Registration: &b.Entries[0].Registration}
		refused(t, "accepted without a reason", act(first, accept), 422, "invalid")
		accept.Reason = &reason
		act(first, accept).must(t, 200).into(t, &b)
		act(first, contract.BatchAct{Act: contract.UnacceptEntry, Version: &b.Version, Registration: accept.Registration}).must(t, 200)
		b = contract.Batch{}
		w.call("GET", path, first.token, nil).must(t, 200).into(t, &b)
		if b.Tally.Blocked != 3 || b.Entries[0].Faceless != nil {
			t.Errorf("taken back: %+v", b.Tally)
		}
		w.faceless(first.token, &b)
		if b.Tally.Blocked != 0 || *b.Entries[0].Faceless != "补拍来不及" {
			t.Errorf("accepted: %+v", b.Tally)
		}
		left := b.Entries[2].Registration
		exclude := contract.BatchAct{Act: contract.ExcludeEntry, Version: &b.Version, Registration: &left}
		refused(t, "without a reason", act(first, exclude), 422, "invalid")
		exclude.Reason = &reason
		old := b.Current
		act(first, exclude).must(t, 200).into(t, &b)
		stale := b.Version - 1
		exclude.Version = &stale
		refused(t, "over a batch that moved on", act(first, exclude), 409, "conflict")
		refused(t, "what was seen before", act(first, contract.BatchAct{Act: contract.ProposeBatch, Digest: &old}), 409, "conflict")
		act(first, contract.BatchAct{Act: contract.ProposeBatch, Digest: &b.Current}).must(t, 200).into(t, &b)
		refused(t, "by the same person", act(first, contract.BatchAct{Act: contract.ApproveBatch, Digest: &b.Digest}), 422, "second-person")

		w.ruling(s, first, contract.NewRuling{Registration: b.Entries[0].Registration, Kind: "withheld", Why: "身份待核实"})
		refused(t, "after a change", act(second, contract.BatchAct{Act: contract.ApproveBatch, Digest: &b.Digest}), 409, "conflict")
		w.call("GET", path, first.token, nil).must(t, 200).into(t, &b)
		if b.State != contract.BatchDraft || b.Tally.Blocked != 1 || b.Digest != "" {
			t.Fatalf("after a change the batch is %s, %+v", b.State, b.Tally)
		}
		refused(t, "with somebody withheld", act(first, contract.BatchAct{Act: contract.ProposeBatch, Digest: &b.Current}), 409, "batch-blocked")
		act(first, contract.BatchAct{Act: contract.ExcludeEntry, Version: &b.Version, Registration: &b.Entries[0].Registration, Reason: &reason}).must(t, 200).into(t, &b)
		act(first, contract.BatchAct{Act: contract.ProposeBatch, Digest: &b.Current}).must(t, 200).into(t, &b)
		act(second, contract.BatchAct{Act: contract.ReturnBatch, Reason: &reason}).must(t, 200).into(t, &b)
		act(first, contract.BatchAct{Act: contract.ProposeBatch, Digest: &b.Current}).must(t, 200).into(t, &b)
		act(second, contract.BatchAct{Act: contract.ApproveBatch, Digest: &b.Digest}).must(t, 200)
		b = w.issued(b.Id)
		if len(numbers(b)) != 1 || b.Tally.Issued != 1 || b.Tally.Excluded != 2 || b.Second == nil || *b.Second != second.login {
			t.Errorf("issued: %+v", b)
		}
		refused(t, "once more", act(second, contract.BatchAct{Act: contract.ApproveBatch, Digest: &b.Digest}), 409, "wrong-state")
		for name, want := range map[string]int{"create": 1, "accept": 4, "unaccept": 1, "exclude": 2, "propose": 3, "void": 1, "return": 1, "approve": 1, "issued": 1} {
			if n := recorded(t, w, "certificate-batch."+name); n != want {
				t.Errorf("%s recorded %d times, want %d", name, n, want)
			}
		}
		w.clock.Advance(time.Minute)
		if got := w.certify(s.ID, left); numbers(got)[left] == "" {
			t.Errorf("who was left out is certified in a later batch: %+v", got)
		}
		var list []contract.BatchSummary
		w.call("GET", batchesPath+"?sitting="+string(s.ID), first.token, nil).must(t, 200).into(t, &list)
		if len(list) != 2 || list[1].Id != b.Id || list[1].Issued != 1 {
			t.Errorf("list: %+v", list)
		}
	})
}

// TestBatchGoesOn cuts a batch off between the confirmation and the numbers.
func TestBatchGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	s, _, _ := scored(t, w)
	release(t, w, string(s.ID))
	first, signer := w.staff(people.Administrator), w.member(people.Administrator)
	second := signer.token
	var b contract.Batch
	w.call("POST", batchesPath, first, contract.NewBatch{Sittings: []string{string(s.ID)}}).must(t, 201).into(t, &b)
	path := batchesPath + "/" + b.Id
	w.faceless(first, &b)
	w.call("POST", path, first, contract.BatchAct{Act: contract.ProposeBatch, Digest: &b.Current}).must(t, 200).into(t, &b)
	behind := w.engine.batches.Behind
	w.engine.batches.Behind = func(func()) {} // the program dies here
	w.call("POST", path, second, contract.BatchAct{Act: contract.ApproveBatch, Digest: &b.Digest}).must(t, 200).into(t, &b)
	if b.State != contract.BatchIssuing || b.Tally.Issued != 0 {
		t.Fatalf("confirmed: %s %+v", b.State, b.Tally)
	}
	w.engine.batches.Behind = behind
	// What was signed stays signed, whatever becomes of who signed it.
	if _, err := w.engine.stores.db.Collection("accounts").UpdateOne(t.Context(), bson.M{"_id": signer.id}, bson.M{"$set": bson.M{"disabled": true}}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.engine.batches.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if b = w.issued(b.Id); b.Tally.Issued != 3 || b.Done == nil || b.Done.After(w.clock.Now().Add(time.Hour)) {
		t.Errorf("gone on: %+v", b.Tally)
	}
}
