package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/archive"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// serveOn serves on a real connection, which what is sent as a stream needs.
func (w *world) serveOn() string {
	w.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	app := w.app
	go func() { _ = app.Listener(listener) }()
	w.t.Cleanup(func() { _ = app.ShutdownWithTimeout(time.Second) })
	return "http://" + listener.Addr().String()
}

func download(t *testing.T, url, token string) (int, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, raw
}

// finished is a sitting that was taken by all but the last, and released.
func finished(t *testing.T, w *world) (sitting.Sitting, []person) {
	t.Helper()
	revs, _ := banktest.Generate(20, 400)
	s, persons := w.sittingOf(revs, testBlueprint(), 3, nil)
	for _, p := range persons[:2] {
		takeRight(t, w, p)
	}
	closeSitting(t, w, string(s.ID))
	refused(t, "an archive before the release", w.call("POST", "/api/v1/sittings/"+string(s.ID)+"/archives", w.staff(people.Administrator), nil), 409, "wrong-state")
	releaseRound(t, w, string(s.ID))
	return s, persons
}

// TestArchive archives a sitting, checks the file with the command that knows
// no database, and reads it by a request that a second person approved.
func TestArchive(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		first, second, auditor := w.member(people.Administrator), w.member(people.Administrator), w.staff(people.Auditor)
		s, persons := finished(t, w)
		at := w.serveOn()
		base := "/api/v1/sittings/" + string(s.ID)
		var made contract.Archive
		w.call("POST", base+"/archives", first.token, nil).must(t, 201).into(t, &made)
		if made.Counts["attempt"] != 3 || made.Counts["paper"] != 3 || made.Counts["submission"] != 2 || made.Counts["candidate"] != 3 || made.Counts["operation"] == 0 || made.Counts["audit"] == 0 || made.Counts["revision"] == 0 || made.Counts["result"] != 3 {
			t.Errorf("lines: %v", made.Counts)
		}
		w.call("POST", base+"/archives/1/check", auditor, nil).must(t, 200)
		refused(t, "an archive that is not there", w.call("POST", base+"/archives/9/check", auditor, nil), 404, "not-found")
		file := takeArchive(t, at+base, first.token)
		readWithoutStore(t, w, file, persons)
		askAndRead(t, w, at, base, persons, first, second)
		for act, want := range map[string]int{"archive.make": 1, "archive.seal": 1, "archive.take": 1, "archive.ask": 1, "archive.approve": 1, "archive.read": 1} {
			if n := recorded(t, w, act); n != want {
				t.Errorf("%s was recorded %d times, want %d", act, n, want)
			}
		}
		var list []contract.Archive
		admin := w.staff(people.Administrator)
		w.call("POST", base+"/archives", admin, nil).must(t, 201)
		w.call("GET", base+"/archives", admin, nil).must(t, 200).into(t, &list)
		if len(list) != 2 || list[1].Number != "2" {
			t.Errorf("after a second archive: %+v", list)
		}
	})
}

func takeArchive(t *testing.T, base, token string) string {
	t.Helper()
	status, raw := download(t, base+"/archives/1/file", token)
	if status != 200 || !bytes.HasPrefix(raw, []byte("gongyuan archive 1\n")) {
		t.Fatalf("the file: %d, %d bytes", status, len(raw))
	}
	file := filepath.Join(t.TempDir(), "sitting.gya")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// readWithoutStore verifies and reads a file by the secrets alone.
func readWithoutStore(t *testing.T, w *world, file string, persons []person) {
	t.Helper()
	at := archiveSettings{Data: w.settings.Data, File: file}
	var out bytes.Buffer
	if err := (&archiveVerifyCommand{at}).verify(&out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "answers: 2 / 2\n") || strings.Count(out.String(), "2 / 2") != 2 {
		t.Errorf("verify says:\n%s", out.String())
	}
	out.Reset()
	if err := (&archiveReadCommand{archiveSettings: at, Kind: []string{"candidate"}}).print(&out); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), persons[0].number) || strings.Count(out.String(), "\n") != 3 {
		t.Errorf("candidates, masked:\n%s", out.String())
	}
	out.Reset()
	if err := (&archiveReadCommand{archiveSettings: at, Identity: true}).print(&out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), persons[0].number) {
		t.Error("the whole archive lacks a candidate's number")
	}
	sealedByKeysAlone(t, w, file)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := (&archiveVerifyCommand{at}).verify(&out); err == nil || out.Len() > 0 {
		t.Errorf("one bit was changed: %v\n%s", err, out.String())
	}
	at.Data = t.TempDir()
	if err := (&archiveVerifyCommand{at}).verify(&out); err == nil {
		t.Error("verified without any key")
	}
}

// sealedByKeysAlone checks a file where there is nothing but the file and the
// body's published keys, and with those of another body.
func sealedByKeysAlone(t *testing.T, w *world, file string) {
	t.Helper()
	elsewhere := t.TempDir()
	for name, of := range map[string]*world{"own": w, "other": newWorld(t, embeddedSettings(t))} {
		keys := filepath.Join(elsewhere, name)
		if err := os.WriteFile(keys, of.call("GET", "/.well-known/jwks.json", "", nil).must(t, 200).raw, 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		err := (&archiveVerifyCommand{archiveSettings{Data: elsewhere, Keys: keys, File: file}}).verify(&out)
		switch {
		case name == "own" && (err != nil || !strings.Contains(out.String(), "only the seal was checked")):
			t.Errorf("by the published keys: %v\n%s", err, out.String())
		case name == "other" && (!errors.Is(err, archive.ErrKey) || out.Len() > 0):
			t.Errorf("by the keys of another body: %v\n%s", err, out.String())
		}
	}
}

func askAndRead(t *testing.T, w *world, at, base string, persons []person, first, second member) {
	t.Helper()
	path := base + "/archive-requests"
	refused(t, "no reason", w.call("POST", path, first.token, contract.NewArchiveRequest{Archive: "1", Reason: " "}), 422, "invalid")
	none := "none"
	refused(t, "nobody of the sitting", w.call("POST", path, first.token, contract.NewArchiveRequest{Archive: "1", Reason: "申请复核答卷", Registration: &none}), 422, "invalid")
	var asked contract.ArchiveRequest
	w.call("POST", path, first.token, contract.NewArchiveRequest{Archive: "1", Reason: "申请复核答卷", Registration: &persons[0].registration}).must(t, 201).into(t, &asked)
	lines := path + "/" + asked.Id + "/lines"
	decide := func(m member, to contract.ArchiveRequestState) reply {
		return w.call("POST", path+"/"+asked.Id+"/decision", m.token, contract.ArchiveDecision{Decision: to})
	}
	refused(t, "read before the approval", w.call("GET", lines, first.token, nil), 409, "wrong-state")
	refused(t, "approved by who asked", decide(first, contract.ArchiveApproved), 422, "second-person")
	refused(t, "refused without a reason", decide(second, contract.ArchiveRefused), 422, "invalid")
	decide(second, contract.ArchiveApproved).must(t, 200).into(t, &asked)
	if asked.Until == nil || asked.MayDecide || *asked.Candidate == "" {
		t.Errorf("approved: %+v", asked)
	}
	refused(t, "decided otherwise", w.call("POST", path+"/"+asked.Id+"/decision", second.token, contract.ArchiveDecision{Decision: contract.ArchiveRefused, Reason: &asked.Reason}), 409, "wrong-state")
	refused(t, "read by who did not ask", w.call("GET", lines, second.token, nil), 403, "forbidden")
	status, raw := download(t, at+lines, first.token)
	if status != 200 {
		t.Fatalf("read: %d %s", status, raw)
	}
	counts := map[string]int{}
	for d := json.NewDecoder(bytes.NewReader(raw)); d.More(); {
		var l struct{ Kind string }
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		counts[l.Kind]++
	}
	if counts["candidate"] != 1 || counts["paper"] != 1 || counts["submission"] != 1 || counts["operation"] == 0 || counts["revision"] == 0 || counts["sitting"] != 0 {
		t.Errorf("of one candidate: %v", counts)
	}
	for _, p := range persons[1:] {
		if bytes.Contains(raw, []byte(p.registration)) || bytes.Contains(raw, []byte(p.attempt)) {
			t.Errorf("of one candidate, and another is named: %s", p.name)
		}
	}
	w.clock.Advance(archiveAccess)
	refused(t, "a week later", w.call("GET", lines, w.token(w.call("POST", "/api/v1/auth/login", "", map[string]any{"login": first.login, "password": memberPassword})), nil), 403, "access-over")
}

func (w *world) retained(token string) contract.Retention {
	w.t.Helper()
	var out contract.Retention
	w.call("GET", "/api/v1/retention", token, nil).must(w.t, 200).into(w.t, &out)
	return out
}

// TestRetention lets years pass: what is due is listed, what is needed is held,
// and two people delete the rest.
func TestRetention(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		s, persons := finished(t, w)
		admins := []member{w.member(people.Administrator), w.member(people.Administrator)}
		sign := func(i int) string {
			return w.token(w.call("POST", "/api/v1/auth/login", "", map[string]any{"login": admins[i].login, "password": memberPassword}))
		}
		before := w.retained(sign(0))
		if len(before.Lots) != 0 || before.Stocks[0].Count == 0 || before.Stocks[1].Count != 5 {
			t.Fatalf("on the day: %+v", before)
		}
		w.clock.Advance(5 * 366 * 24 * time.Hour)
		first, second := sign(0), sign(1)
		due := w.retained(first)
		if len(due.Lots) != 3 || slices.ContainsFunc(due.Lots, func(l contract.RetentionLot) bool { return *l.Hold != contract.HoldUnarchived }) {
			t.Fatalf("without an archive: %+v", due.Lots)
		}
		refused(t, "nothing may go", w.call("POST", "/api/v1/retention", first, contract.DeletionProposal{Digest: due.Digest, Reason: "到期"}), 409, "wrong-state")
		w.call("POST", "/api/v1/sittings/"+string(s.ID)+"/archives", first, nil).must(t, 201)
		keptForAnInquiry(t, w, "/api/v1/sittings/"+string(s.ID)+"/keeping", first, second)
		deleteDue(t, w, first, second)
		after := w.retained(first)
		if len(after.Lots) != 0 || after.Stocks[0].Count != 0 || after.Stocks[1].Count != 0 {
			t.Errorf("afterwards: %+v", after)
		}
		for act, want := range map[string]int{"retention.propose": 2, "retention.cancel": 1, "retention.confirm": 1, "retention.delete": 3} {
			if n := recorded(t, w, act); n != want {
				t.Errorf("%s was recorded %d times, want %d", act, n, want)
			}
		}
		// The result stands, and the archive still holds what is gone.
		var detail contract.OutcomeDetail
		w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/outcomes/"+persons[0].registration, first, nil).must(t, 200).into(t, &detail)
		if len(detail.Versions) != 1 {
			t.Errorf("the result has %d versions", len(detail.Versions))
		}
		w.call("POST", "/api/v1/sittings/"+string(s.ID)+"/archives/1/check", first, nil).must(t, 200)
		w.call("POST", "/api/v1/sittings/"+string(s.ID)+"/archives", first, nil).must(t, 201)
	})
}

// keptForAnInquiry holds everything that is due until another person ends it.
func keptForAnInquiry(t *testing.T, w *world, path, first, second string) {
	t.Helper()
	var k contract.Keeping
	w.call("POST", path, first, contract.KeepingChange{Keep: true, Reason: "公安机关调取"}).must(t, 200)
	w.call("GET", path, w.staff(people.Auditor), nil).must(t, 200).into(t, &k)
	if !k.Kept || k.MayChange || *k.Reason != "公安机关调取" {
		t.Errorf("kept: %+v", k)
	}
	if due := w.retained(first); slices.ContainsFunc(due.Lots, func(l contract.RetentionLot) bool { return l.Hold == nil || *l.Hold != contract.HoldKept }) {
		t.Errorf("kept, and may go: %+v", due.Lots)
	}
	refused(t, "ended by who asked", w.call("POST", path, first, contract.KeepingChange{Reason: "调取完毕"}), 422, "second-person")
	w.call("POST", path, second, contract.KeepingChange{Reason: "调取完毕"}).must(t, 200).into(t, &k)
	if k.Kept || !k.MayChange {
		t.Errorf("ended: %+v", k)
	}
}

func deleteDue(t *testing.T, w *world, first, second string) {
	t.Helper()
	const path = "/api/v1/retention"
	due := w.retained(first)
	if len(due.Lots) != 3 || due.Lots[0].Hold != nil {
		t.Fatalf("archived: %+v", due.Lots)
	}
	refused(t, "another list", w.call("POST", path, first, contract.DeletionProposal{Digest: strings.Repeat("0", 64), Reason: "到期"}), 409, "retention-changed")
	refused(t, "no reason", w.call("POST", path, first, contract.DeletionProposal{Digest: due.Digest}), 422, "invalid")
	propose := func() contract.Deletion {
		var d contract.Deletion
		w.call("POST", path, first, contract.DeletionProposal{Digest: due.Digest, Reason: "保存期限已满"}).must(t, 201).into(t, &d)
		return d
	}
	why := "再核对一次"
	d := propose()
	refused(t, "taken back without a reason", w.call("POST", path+"/"+d.Id, second, contract.DeletionDecision{Act: contract.DeletionCancel}), 422, "invalid")
	w.call("POST", path+"/"+d.Id, second, contract.DeletionDecision{Act: contract.DeletionCancel, Reason: &why}).must(t, 200)
	refused(t, "taken back already", w.call("POST", path+"/"+d.Id, second, contract.DeletionDecision{Act: contract.DeletionConfirm}), 409, "wrong-state")
	d = propose()
	confirm := contract.DeletionDecision{Act: contract.DeletionConfirm}
	refused(t, "confirmed by who proposed", w.call("POST", path+"/"+d.Id, first, confirm), 422, "second-person")
	w.call("POST", path+"/"+d.Id, second, confirm).must(t, 200).into(t, &d)
	if d.State != contract.DeletionDone || d.Deleted != due.Lots[0].Count+due.Lots[1].Count+due.Lots[2].Count {
		t.Errorf("confirmed: %s, %d deleted", d.State, d.Deleted)
	}
	w.call("POST", path+"/"+d.Id, second, confirm).must(t, 200)
}
