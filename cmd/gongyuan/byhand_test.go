package main

import (
	"bytes"
	"testing"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/people"
)

// TestByHand lets two candidates go on with paper: what two people read alike
// enters, what they read differently waits for a third; one paper is typed in
// while the exam goes on and one after its end.
func TestByHand(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(20, 400)
		s, persons := w.sittingOf(revs, testBlueprint(), 2, nil)
		base := "/api/v1/sittings/" + string(s.ID)
		staff := []member{w.member(people.Invigilator), w.member(people.Invigilator), w.member(people.Administrator)}
		token := w.candidate(persons[0])
		w.enter(persons[0], token).must(t, 200)
		give := func(p person) contract.PaperSheet {
			var out contract.PaperSheet
			w.call("POST", base+"/attempts/"+p.attempt+"/paper-sheet", staff[0].token, contract.PaperSheetReason{Reason: "考场断电"}).must(t, 201).into(t, &out)
			return out
		}
		refused(t, "without a reason", w.call("POST", base+"/attempts/"+persons[0].attempt+"/paper-sheet", staff[0].token, contract.PaperSheetReason{Reason: " "}), 422, "invalid")
		first, second := give(persons[0]), give(persons[1]) // the second had not begun
		refused(t, "the page writes no more", w.call("POST", "/api/v1/attempts/"+persons[0].attempt+"/beat", token, map[string]any{"epoch": 1}), 409, "taken-over")
		pdf := w.call("GET", base+"/paper-sheets/"+first.Code+"/document", staff[1].token, nil).must(t, 200).raw
		if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
			t.Fatalf("the paper is no PDF: %.20s", pdf)
		}
		typeAlike(t, w, base, first, staff)
		typeOtherwise(t, w, base, second, persons[1], staff)
		for act, want := range map[string]int{"paper.give": 2, "paper.print": 1, "paper.type": 4, "paper.settle": 1} {
			if n := recorded(t, w, act); n != want {
				t.Errorf("%s was recorded %d times, want %d", act, n, want)
			}
		}
		releaseRound(t, w, string(s.ID))
		refused(t, "a paper after the end", w.call("POST", base+"/attempts/"+persons[0].attempt+"/paper-sheet", staff[0].token, contract.PaperSheetReason{Reason: "再印一份"}), 409, "paper-state")
	})
}

func answers(letters ...string) contract.PaperAnswers {
	out := contract.PaperAnswers{Answers: []contract.PaperAnswer{}}
	for i, l := range letters {
		if l != "" {
			out.Answers = append(out.Answers, contract.PaperAnswer{Slot: i + 1, Response: contract.Response{Choice: &[]string{l}}})
		}
	}
	return out
}

// typeAlike types a paper twice while the exam goes on.
func typeAlike(t *testing.T, w *world, base string, sheet contract.PaperSheet, staff []member) {
	t.Helper()
	path := base + "/paper-sheets/" + sheet.Code
	refused(t, "no such letter", w.call("POST", path+"/typed", staff[0].token, answers("Z")), 422, "invalid")
	w.call("POST", path+"/typed", staff[0].token, answers("A", "B")).must(t, 200)
	refused(t, "the same person again", w.call("POST", path+"/typed", staff[0].token, answers("A", "B")), 422, "other-person")
	var detail contract.PaperSheetDetail
	w.call("GET", path, staff[1].token, nil).must(t, 200).into(t, &detail)
	if detail.Slots[0].Readings != nil || len(detail.Slots[0].Letters) == 0 || !detail.Sheet.MayType {
		t.Errorf("the second sees %+v", detail.Slots[0])
	}
	var done contract.PaperSheet
	w.call("POST", path+"/typed", staff[1].token, answers("A", "B")).must(t, 200).into(t, &done)
	if done.State != contract.PaperEntered || done.Saved != 2 || done.SetAside != 0 {
		t.Errorf("typed alike: %+v", done)
	}
	refused(t, "a third time", w.call("POST", path+"/typed", staff[2].token, answers("C")), 409, "paper-state")
	closeSitting(t, w, base[len("/api/v1/sittings/"):])
}

// typeOtherwise types a paper differently, after the end.
func typeOtherwise(t *testing.T, w *world, base string, sheet contract.PaperSheet, p person, staff []member) {
	t.Helper()
	path := base + "/paper-sheets/" + sheet.Code
	w.call("POST", path+"/typed", staff[0].token, answers("A", "B", "A")).must(t, 200)
	var now contract.PaperSheet
	w.call("POST", path+"/typed", staff[1].token, answers("A", "C", "")).must(t, 200).into(t, &now)
	if now.State != contract.PaperDiffers {
		t.Fatalf("typed differently: %+v", now)
	}
	settled := contract.PaperAnswers{Answers: []contract.PaperAnswer{{Slot: 2, Response: contract.Response{Choice: &[]string{"C"}}}}}
	refused(t, "settled by who typed", w.call("POST", path+"/settled", staff[1].token, settled), 422, "other-person")
	refused(t, "one of two is settled", w.call("POST", path+"/settled", staff[2].token, settled), 422, "invalid")
	settled.Answers = append(settled.Answers, contract.PaperAnswer{Slot: 3})
	w.call("POST", path+"/settled", staff[2].token, settled).must(t, 200).into(t, &now)
	if now.State != contract.PaperEntered || now.SetAside != 2 {
		t.Errorf("settled: %+v", now)
	}
	sub, err := w.engine.attempts.Submission(t.Context(), attemptID(p))
	if err != nil {
		t.Fatal(err)
	}
	if sub.Answered != 2 || sub.Round != 1 || sub.Answers[2].Response == "" || sub.Answers[3].Response != "" {
		t.Errorf("what counts: %+v", sub)
	}
	var detail contract.PaperSheetDetail
	w.call("GET", path, staff[0].token, nil).must(t, 200).into(t, &detail)
	if len(*detail.Slots[1].Readings) != 2 || (*detail.Slots[1].Settled.Choice)[0] != "C" {
		t.Errorf("what the record shows: %+v", detail.Slots[1])
	}
}
