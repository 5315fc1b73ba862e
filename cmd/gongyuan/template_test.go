package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"gongyuan/api/contract"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
)

const templatesPath = "/api/v1/certificate-templates"

// TestTemplate keeps a version of the body's certificate: it is previewed,
// pinned by what is issued after it, and a proposal made before it is void.
func TestTemplate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	s, _, _ := scored(t, w)
	release(t, w, string(s.ID))
	first, second := w.staff(people.Administrator), w.staff(people.Administrator)
	var form contract.TemplateForm
	w.call("GET", templatesPath+"/0", first, nil).must(t, 200).into(t, &form)
	svg := w.call("POST", templatesPath+"/preview", first, contract.TemplatePreview{Form: form}).must(t, 200)
	for d := xml.NewDecoder(bytes.NewReader(svg.raw)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the preview is no XML: %v", err)
		}
	}
	for _, want := range []string{"职业技能等级证书", "样 张", "王甲", "机构盖章处"} {
		if !strings.Contains(string(svg.raw), want) {
			t.Errorf("the preview lacks %s", want)
		}
	}

	var b contract.Batch
	w.call("POST", batchesPath, first, contract.NewBatch{Sittings: []string{string(s.ID)}}).must(t, 201).into(t, &b)
	path := batchesPath + "/" + b.Id
	w.faceless(first, &b)
	w.call("POST", path, first, contract.BatchAct{Act: contract.ProposeBatch, Digest: &b.Current}).must(t, 200).into(t, &b)

	changed := form
	changed.Title = "技能证书"
	bad := changed
	bad.Fields = append([]contract.TemplateLine{}, form.Fields...)
	bad.Fields[1].Text = "{salary}"
	got := w.call("POST", templatesPath, first, contract.NewTemplate{After: 0, Why: "改标题", Form: bad})
	refused(t, "an unknown field", got, 422, "invalid")
	if !strings.Contains(string(got.raw), "/form/fields/1/text") {
		t.Errorf("the field is not named: %s", got.raw)
	}
	refused(t, "the same in a preview", w.call("POST", templatesPath+"/preview", first, contract.TemplatePreview{Form: bad}), 422, "invalid")
	w.call("POST", templatesPath, first, contract.NewTemplate{After: 0, Why: "改标题", Form: changed}).must(t, 201)
	refused(t, "over another version", w.call("POST", templatesPath, first, contract.NewTemplate{After: 0, Why: "改标题", Form: changed}), 409, "conflict")

	refused(t, "what the new version changed", w.call("POST", path, second, contract.BatchAct{Act: contract.ApproveBatch, Digest: &b.Digest}), 409, "conflict")
	w.call("GET", path, first, nil).must(t, 200).into(t, &b)
	w.call("POST", path, first, contract.BatchAct{Act: contract.ProposeBatch, Digest: &b.Current}).must(t, 200).into(t, &b)
	w.call("POST", path, second, contract.BatchAct{Act: contract.ApproveBatch, Digest: &b.Digest}).must(t, 200)
	b = w.issued(b.Id)
	number := *b.Entries[0].Number
	c, err := w.engine.registry.Certificate(t.Context(), certificate.Number(number))
	if err != nil || c.Template != 1 {
		t.Fatalf("issued after version %d, %v", c.Template, err)
	}
	before := w.call("GET", "/api/v1/certificates/"+number+"/document", first, nil).must(t, 200).raw
	changed.Title = "另一种证书"
	w.call("POST", templatesPath, second, contract.NewTemplate{After: 1, Why: "再改标题", Form: changed}).must(t, 201)
	w.restart()
	if after := w.call("GET", "/api/v1/certificates/"+number+"/document", w.staff(people.Administrator), nil).must(t, 200).raw; !bytes.Equal(before, after) {
		t.Error("a later version changed what was issued")
	}
	var list []contract.TemplateVersion
	w.call("GET", templatesPath, w.staff(people.Administrator), nil).must(t, 200).into(t, &list)
	if len(list) != 3 || list[0].Number != 2 || list[2].Number != 0 || *list[0].Why != "再改标题" {
		t.Errorf("versions: %+v", list)
	}
	if n := recorded(t, w, "certificate-template.save"); n != 2 {
		t.Errorf("recorded %d times, want 2", n)
	}
}
