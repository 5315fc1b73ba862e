package main

import (
	"bytes"
	"image"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// photograph is a grey JPEG.
func photograph(t *testing.T, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, width, height)), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// enrolling is somebody who applies at a sitting with a window.
type enrolling struct {
	*world
	admin, base, form string
	send              contract.EnrolSend
}

// post asks as anybody may. The limits of look-ups are tested elsewhere.
func (e *enrolling) post(t *testing.T, path string, body any) reply {
	t.Helper()
	if err := e.engine.limiter.Clear(t.Context(), "verify-free:0.0.0.0"); err != nil {
		t.Fatal(err)
	}
	return e.call("POST", path, "", body)
}

func (e *enrolling) look(t *testing.T, number, document string) reply {
	t.Helper()
	return e.post(t, "/api/v1/enrolment-status", contract.EnrolAsk{Number: number, IdNumber: document})
}

// queue returns the one application.
func (e *enrolling) queue(t *testing.T) contract.Enrolment {
	t.Helper()
	var list contract.EnrolList
	e.call("GET", e.base+"/enrolment", e.admin, nil).must(t, 200).into(t, &list)
	if len(list.Applications) != 1 {
		t.Fatalf("%d applications", len(list.Applications))
	}
	return list.Applications[0]
}

func (e *enrolling) decide(t *testing.T, what contract.EnrolDecideDecision, reason string, want int) {
	t.Helper()
	one := e.queue(t)
	e.call("POST", e.base+"/enrolment/"+one.Id, e.admin, contract.EnrolDecide{Decision: what, Reason: &reason, Version: one.Version}).must(t, want)
}

// TestEnrolment lets somebody apply, be returned, apply again and be admitted
// once.
func TestEnrolment(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		admin := w.staff(people.Administrator)
		base := w.seated(t, admin, 1)
		id := base[len("/api/v1/sittings/"):]
		form := "/api/v1/enrolments/" + id
		w.call("GET", form, "", nil).must(t, 404) // no window
		opens, closes := w.clock.Now().Add(-time.Hour), w.clock.Now().Add(time.Hour)
		w.call("PUT", base+"/enrolment", admin, contract.EnrolWindow{On: true, Opens: &closes, Closes: &opens}).must(t, 422)
		w.call("PUT", base+"/enrolment", admin, contract.EnrolWindow{On: true, Opens: &opens, Closes: &closes}).must(t, 200)
		w.call("PUT", base+"/enrolment", admin, contract.EnrolWindow{On: true, Opens: &opens, Closes: &closes}).must(t, 409)
		var public contract.EnrolForm
		w.call("GET", form, "", nil).must(t, 200).into(t, &public)
		if !public.Open || len(public.Conditions) != 5 {
			t.Fatalf("the form: %+v", public)
		}
		number := rosterIdentity(77)
		send := contract.EnrolSend{
			Name: "报名甲", IdNumber: number, Phone: "139 0000 0000", Employer: "示例单位", Condition: "3-1", Photo: photograph(t, 390, 546),
			Evidence: []contract.EnrolGiven{{Name: "学历.jpg", Data: photograph(t, 40, 30)}},
		}
		e := &enrolling{w, admin, base, form, send}
		e.refusesWrong(t)
		status := e.sent(t)
		e.decided(t, &status)
		e.rostered(t, *status.Number)
		for act, n := range map[string]int{"enrol.window": 1, "enrol.read": 1, "enrol.return": 1, "enrol.admit": 1} {
			found, err := w.engine.trail.Find(t.Context(), audit.Query{Act: act}, 5)
			if err != nil || len(found) < n {
				t.Errorf("%s: recorded %d times (%v)", act, len(found), err)
			}
		}
		w.clock.Advance(2 * time.Hour)
		send.IdNumber = rosterIdentity(79)
		if got := e.post(t, form, send); got.problem() != "enrol-closed" {
			t.Errorf("after the window: %d %s", got.status, got.problem())
		}
	})
}

// refusesWrong sends what is wrong field by field.
func (e *enrolling) refusesWrong(t *testing.T) {
	t.Helper()
	for field, spoil := range map[string]func(*contract.EnrolSend){
		"/name":       func(s *contract.EnrolSend) { s.Name = " " },
		"/idNumber":   func(s *contract.EnrolSend) { s.IdNumber = "110" },
		"/phone":      func(s *contract.EnrolSend) { s.Phone = "abc" },
		"/condition":  func(s *contract.EnrolSend) { s.Condition = "1-1" },
		"/evidence":   func(s *contract.EnrolSend) { s.Evidence = []contract.EnrolGiven{} },
		"/evidence/0": func(s *contract.EnrolSend) { s.Evidence = []contract.EnrolGiven{{Name: "a.exe", Data: []byte("MZ")}} },
		"/photo":      func(s *contract.EnrolSend) { s.Photo = photograph(t, 400, 420) },
	} {
		bad := e.send
		spoil(&bad)
		got := e.post(t, e.form, bad)
		if got.status != 422 || !bytes.Contains(got.raw, []byte(`"pointer":"`+field+`"`)) {
			t.Errorf("%s: %d %s", field, got.status, got.raw)
		}
	}
}

// sent sends the application, once, and finds it by number and document alone.
func (e *enrolling) sent(t *testing.T) contract.EnrolStatus {
	t.Helper()
	var status contract.EnrolStatus
	e.post(t, e.form, e.send).must(t, 201).into(t, &status)
	if status.Number == nil || *status.State != "sent" {
		t.Fatalf("sent: %+v", status)
	}
	if got := e.post(t, e.form, e.send); got.problem() != "enrol-there" {
		t.Errorf("twice: %d %s", got.status, got.problem())
	}
	e.look(t, *status.Number, e.send.IdNumber).must(t, 200)
	for _, wrong := range [][2]string{{*status.Number, rosterIdentity(78)}, {"BM23456789AB", e.send.IdNumber}, {*status.Number, "x"}} {
		if got := e.look(t, wrong[0], wrong[1]); got.problem() != "no-enrolment" {
			t.Errorf("%v: %d %s", wrong, got.status, got.problem())
		}
	}
	return status
}

// decided has it returned, sent again and admitted.
func (e *enrolling) decided(t *testing.T, status *contract.EnrolStatus) {
	t.Helper()
	one := e.queue(t)
	var photo contract.EnrolContent
	e.call("POST", e.base+"/enrolment/"+one.Id+"/files/"+one.Files[0].Id, e.admin, nil).must(t, 200).into(t, &photo)
	if photo.Type != "image/jpeg" || len(photo.Data) == 0 {
		t.Errorf("the photograph is %s", photo.Type)
	}
	e.decide(t, "return", "", 422)
	e.decide(t, "return", "证明看不清，请重新拍照。", 200)
	e.decide(t, "admit", "", 409)
	e.look(t, *status.Number, e.send.IdNumber).must(t, 200).into(t, status)
	if *status.State != "returned" || status.Reason == nil {
		t.Errorf("returned: %+v", status)
	}
	again := e.send
	again.Number = status.Number
	e.post(t, e.form, again).must(t, 201)
	e.decide(t, "admit", "", 200)
	e.call("POST", e.base+"/enrolment/"+one.Id, e.admin, contract.EnrolDecide{Decision: "admit", Version: e.queue(t).Version}).must(t, 409)
}

// rostered finds the candidate on the roster, and the ticket by the number of
// the application and of the admission.
func (e *enrolling) rostered(t *testing.T, applied string) {
	t.Helper()
	var roster []contract.Registration
	e.call("GET", e.base+"/registrations", e.admin, nil).must(t, 200).into(t, &roster)
	admission := ""
	for _, r := range roster {
		if r.Name == e.send.Name {
			admission = r.Admission
		}
	}
	if len(roster) != 2 || admission == "" {
		t.Fatalf("the roster: %+v", roster)
	}
	for _, r := range roster {
		if r.Name == e.send.Name {
			e.portrayed(t, strings.TrimPrefix(e.base, "/api/v1/sittings/"), r.Id)
		}
	}
	// The ticket, by the application and by the admission number.
	for _, n := range []string{applied, admission} {
		var found contract.EnrolStatus
		e.look(t, n, e.send.IdNumber).must(t, 200).into(t, &found)
		if found.Ticket == nil || found.Ticket.Admission != admission || found.Ticket.Name != e.send.Name {
			t.Errorf("the ticket of %s: %+v", n, found)
		}
	}
	if got := e.look(t, admission, rosterIdentity(78)); got.problem() != "no-enrolment" {
		t.Errorf("a ticket by another's document: %d", got.status)
	}
}

// portrayed wants the registration of a sitting to have a portrait, and the
// files that nobody names to be purged.
func (w *world) portrayed(t *testing.T, id, registration string) {
	t.Helper()
	faces, err := w.engine.files.Portraits(t.Context(), sitting.ID(id))
	if err != nil || faces[sitting.RegistrationID(registration)] == "" {
		t.Errorf("the photograph is no portrait: %v, %v", faces, err)
	}
	if n, err := w.engine.days.Enrols.Purge(t.Context()); n != 0 || err != nil {
		t.Errorf("purged %d that may be on their way, %v", n, err)
	}
	was := w.clock.Now()
	w.clock.Advance(90 * time.Minute)
	// Two of the application that was returned, two of the one that was refused
	// as a second of the same person.
	if n, err := w.engine.days.Enrols.Purge(t.Context()); n != 4 || err != nil {
		t.Errorf("purged %d, want 4, %v", n, err)
	}
	w.clock.Set(was)
}
