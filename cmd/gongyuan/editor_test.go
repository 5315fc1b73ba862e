package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http/httptest"
	"strings"
	"testing"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// newPicture is a small image as a browser would send it.
func newPicture(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for x := range 40 {
		img.Set(x, 10, color.Black)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const secretWord = "秘密反馈"

// itemWith is a judgement that shows a picture and keeps secrets in every
// field that candidates must not see.
func itemWith(picture string) contract.ItemContent {
	text := func(s string) *string { return &s }
	return contract.ItemContent{
		Type: "C", Point: "A-A-A-001", Difficulty: 2, Stem: "如图[img:" + picture + "|灭火器位置示意]，H<sub>2</sub>O <b>不能</b>扑救电气火灾。",
		Options: &[]contract.ItemOption{{Text: "正确", Feedback: text(secretWord)}, {Text: "错误", Feedback: text(secretWord)}},
		Key:     &[]string{"A"}, Explanation: text(secretWord), Source: text(secretWord),
	}
}

// TestEditor writes an item with a picture, has a second person approve it,
// and finds it in a drawn paper with nothing that its candidate must not see.
func TestEditor(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		author, second := w.member(people.Editor), w.member(people.Editor)
		base := "/api/v1/banks/" + string(banktest.Bank) + "/items"
		revs, _ := banktest.Generate(33, 400)
		opts := bank.ImportOptions{Bank: banktest.Bank, Author: "test", Status: bank.Published, Now: w.clock.Now()}
		if _, err := w.engine.bank.Import(t.Context(), revs, opts); err != nil {
			t.Fatal(err)
		}
		var pic contract.Picture
		w.call("POST", "/api/v1/pictures", author.token, map[string]any{"data": newPicture(t)}).must(t, 201).into(t, &pic)
		if r := w.call("POST", "/api/v1/pictures", author.token, map[string]any{"data": []byte("<svg/>")}).must(t, 422); r.problem() != "invalid" {
			t.Errorf("a drawing: %s", r.raw)
		}
		var item contract.ItemDetail
		w.call("POST", base, author.token, contract.NewItem{Content: itemWith(pic.Id)}).must(t, 201).into(t, &item)
		path := base + "/" + item.Row.Code
		item.Content.Stem += "（　　）"
		save := contract.DraftSave{Version: item.Draft, Base: item.Base, Content: item.Content}
		w.call("PUT", path+"/draft", author.token, save).must(t, 200).into(t, &item)
		if r := w.call("PUT", path+"/draft", second.token, save).must(t, 409); r.problem() != "item-conflict" {
			t.Errorf("a save over another's: %s", r.raw)
		}
		step := func(token string, want int, step contract.ItemStep, change func(*contract.StepRequest)) reply {
			t.Helper()
			note := "示例"
			r := contract.StepRequest{Step: step, Version: item.Row.Version, Draft: &item.Draft, Note: &note}
			if change != nil {
				change(&r)
			}
			got := w.call("POST", path+"/steps", token, r).must(t, want)
			if want == 200 {
				var done contract.StepDone
				got.into(t, &done)
				item = *done.Item
			}
			return got
		}
		publish := func(r *contract.StepRequest) { yes := true; r.Publish = &yes }
		step(author.token, 200, contract.ItemStepSubmit, nil)
		if r := step(author.token, 422, contract.ItemStepApprove, nil); r.problem() != "author-approves" {
			t.Errorf("the author approves: %s", r.raw)
		}
		var queue contract.ReviewQueue
		w.call("GET", "/api/v1/reviews", second.token, nil).must(t, 200).into(t, &queue)
		if len(queue.Review) != 1 || queue.Review[0].Code != item.Row.Code {
			t.Errorf("queue: %+v", queue)
		}
		step(second.token, 200, contract.ItemStepApprove, publish)

		// Every item that could be drawn in its place is retired by a batch.
		bp := testBlueprint()
		_, persons := w.sittingOf(revs, bp, 3, func(s *sitting.Sitting) {
			w.retireOthers(second.token, item.Row.Code)
			bp.Sections, bp.Weights, bp.Difficulty = []bank.Section{{Type: bank.Judgement, Count: 1, Points: 100}}, nil, nil
			s.Blueprint = bp
		})
		var entered contract.Entered
		r := w.enter(persons[0], w.candidate(persons[0])).must(t, 200)
		r.into(t, &entered)
		if !strings.Contains(string(r.raw), pic.Id) || strings.Contains(string(r.raw), secretWord) {
			t.Errorf("the candidate's paper: %s", r.raw)
		}
		image := w.send(httptest.NewRequest("GET", "/api/v1/pictures/"+pic.Id, nil)).must(t, 200)
		if image.header.Get("Content-Type") != "image/png" || image.header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(image.header.Get("Cache-Control"), "immutable") || !bytes.Equal(image.raw, newPicture(t)) {
			t.Errorf("picture: %v, %d bytes", image.header, len(image.raw))
		}
		w.call("GET", path, author.token, nil).must(t, 200).into(t, &item)
		if len(item.Uses) != 1 || item.Uses[0].Papers != 3 || item.Uses[0].Revision != 1 || item.Row.Uses != 1 {
			t.Errorf("uses: %+v", item.Uses)
		}

		// A correction that alters the key says so.
		item.Content.Key = &[]string{"B"}
		w.call("PUT", path+"/draft", author.token, contract.DraftSave{Base: item.Base, Content: item.Content}).must(t, 200).into(t, &item)
		if r := step(author.token, 409, contract.ItemStepSubmit, nil); r.problem() != "key-change" {
			t.Errorf("a change of the key: %s", r.raw)
		}
		step(author.token, 200, contract.ItemStepSubmit, func(r *contract.StepRequest) { yes := true; r.KeyMeant = &yes })
		var diff contract.RevisionDiff
		w.call("GET", path+"/diff?after=2", second.token, nil).must(t, 200).into(t, &diff)
		if !diff.AltersKey || diff.Fields[0].Before != "A" || diff.Fields[0].After != "B" {
			t.Errorf("diff: %+v", diff)
		}
	})
}

// retireOthers retires every judgement but one, and takes back and does again
// the first batch.
func (w *world) retireOthers(token, code string) {
	w.t.Helper()
	base := "/api/v1/banks/" + string(banktest.Bank)
	for round := 0; ; round++ {
		var page contract.ItemPage
		w.call("GET", base+"/items?type=C&status=published&limit=100", token, nil).must(w.t, 200).into(w.t, &page)
		var codes []string
		for _, i := range page.Items {
			if i.Code != code {
				codes = append(codes, i.Code)
			}
		}
		if len(codes) == 0 {
			return
		}
		id := fmt.Sprintf("00000000-0000-4000-8000-%012d", round)
		var done contract.BatchResult
		w.call("POST", base+"/batches", token, map[string]any{"id": id, "act": "retire", "items": codes, "note": "测试"}).must(w.t, 200).into(w.t, &done)
		if done.Done != len(codes) || len(done.Refused) != 0 {
			w.t.Fatalf("retired %d of %d: %+v", done.Done, len(codes), done.Refused)
		}
		if round == 0 {
			w.call("POST", base+"/batches/"+id+"/undo", token, map[string]any{}).must(w.t, 200).into(w.t, &done)
			if done.Done != len(codes) {
				w.t.Fatalf("undone %d of %d: %+v", done.Done, len(codes), done.Refused)
			}
		}
	}
}
