package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

func aPDF(text string) []byte {
	return []byte("%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n%" + text + "\ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n")
}

func aPhoto(t testing.TB, side int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range img.Pix {
		img.Pix[i] = byte(i * i)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// octets sends bytes.
func (w *world) octets(path, token, kind string, body []byte) reply {
	w.t.Helper()
	req := httptest.NewRequestWithContext(w.t.Context(), "PUT", path, bytes.NewReader(body))
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Authorization", "Bearer "+token)
	return w.send(req)
}

// upload announces a file at a path and sends it whole.
func (w *world) upload(path, token, name string, raw []byte, more map[string]any) reply {
	w.t.Helper()
	sum := sha256.Sum256(raw)
	body := map[string]any{"id": uuid.NewString(), "name": name, "size": len(raw), "sha256": hex.EncodeToString(sum[:])}
	for k, v := range more {
		body[k] = v
	}
	var up contract.Uploading
	w.call("POST", path, token, body).must(w.t, 201).into(w.t, &up)
	for n := range up.Parts {
		part := raw[n*up.PartSize : min(len(raw), (n+1)*up.PartSize)]
		w.octets(fmt.Sprintf("/api/v1/files/%s/parts/%d", up.Id, n), token, "application/octet-stream", part).must(w.t, 204)
	}
	return w.call("POST", "/api/v1/files/"+up.Id+"/complete", token, nil)
}

func (r reply) file(t *testing.T) contract.StoredFile {
	t.Helper()
	var f contract.StoredFile
	r.must(t, 200).into(t, &f)
	return f
}

// TestFiles goes the way of a comprehensive review: materials of candidates,
// blind reading, a signed sheet that must be attached, portraits and seats
// where the panel shows them, and what is taken down of it.
func TestFiles(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(30, 400)
		s, persons := w.sittingOf(revs, testBlueprint(), 2, func(s *sitting.Sitting) { s.Level = 2 })
		admin, mine, other := w.staff(people.Administrator), w.candidate(persons[0]), w.candidate(persons[1])
		base := "/api/v1/sittings/" + string(s.ID)
		thesis := w.upload("/api/v1/candidate/materials", mine, "考生00的论文.pdf", aPDF("thesis"), nil).file(t)
		var regs []contract.Registration
		w.call("GET", base+"/registrations", admin, nil).must(t, 200).into(t, &regs)
		of := func(p person) string {
			for _, r := range regs {
				if r.Admission == p.admission {
					return base + "/registrations/" + r.Id + "/files"
				}
			}
			t.Fatal("no such registration")
			return ""
		}
		w.clock.Advance(time.Second)
		annex := w.upload(of(persons[0]), admin, "证明.pdf", aPDF("annex"), map[string]any{"kind": "material"}).file(t)
		face := w.upload(of(persons[0]), admin, "照片.jpg", aPhoto(t, 60), map[string]any{"kind": "portrait"}).file(t)
		panel := w.panel(s, contract.AssessKindReview)
		draw := drawOf(t, w, base, admin, persons[0])
		sheet := base + "/assess/review/" + draw

		t.Run("refused", func(t *testing.T) {
			w := &world{t: t, app: w.app}
			r := w.upload("/api/v1/candidate/materials", mine, "论文.pdf", []byte("<html><script>alert(1)</script>"), nil).must(t, 422)
			if got := fmt.Sprint(r.json["errors"]); !strings.Contains(got, "/file") || !strings.Contains(got, "PDF、JPEG、PNG") {
				t.Errorf("errors = %s", got)
			}
			w.octets("/api/v1/files/"+thesis.Id+"/parts/0", mine, "text/plain", []byte("x")).must(t, 400)
			w.octets("/api/v1/files/"+thesis.Id+"/parts/0", mine, "application/octet-stream", make([]byte, 600<<10)).must(t, 422)
			w.octets("/api/v1/files/"+thesis.Id+"/parts/0", other, "application/octet-stream", []byte("x")).must(t, 404)
			huge := map[string]any{"id": uuid.NewString(), "name": "x.pdf", "size": 30 << 20, "sha256": strings.Repeat("a", 64)}
			w.call("POST", "/api/v1/candidate/materials", mine, huge).must(t, 422)
		})
		t.Run("who reads", func(t *testing.T) {
			stranger := w.staff(people.Examiner)
			for _, c := range []struct {
				file, who, token string
				want             int
			}{
				{thesis.Id, "candidate", mine, 200}, {thesis.Id, "another candidate", other, 404}, {thesis.Id, "examiner", panel[0].token, 200},
				{thesis.Id, "stranger", stranger, 404}, {thesis.Id, "administrator", admin, 200}, {annex.Id, "candidate", mine, 200},
				{face.Id, "candidate", mine, 404}, {face.Id, "examiner", panel[0].token, 404}, {face.Id, "administrator", admin, 200},
			} {
				r := w.call("GET", "/api/v1/files/"+c.file, c.token, nil)
				if r.status != c.want {
					t.Errorf("%s by %s: %d, want %d", c.file, c.who, r.status, c.want)
				}
			}
			r := w.call("GET", "/api/v1/files/"+thesis.Id, panel[1].token, nil).must(t, 200)
			for name, want := range map[string]string{
				"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
				"Content-Disposition": "attachment; filename*=UTF-8''%E6%9D%90%E6%96%99%201.pdf",
			} {
				if got := r.header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if !bytes.Equal(r.raw, aPDF("thesis")) {
				t.Error("another content")
			}
			var files contract.CaseFiles
			w.call("GET", sheet+"/files", panel[0].token, nil).must(t, 200).into(t, &files)
			if len(files.Materials) != 2 || files.Materials[0].Name != "材料 1.pdf" || files.Materials[0].ByCandidate != nil {
				t.Errorf("materials = %+v", files.Materials)
			}
		})
		t.Run("faces and seats", func(t *testing.T) {
			var faces []contract.Face
			w.call("GET", base+"/faces/review", panel[0].token, nil).must(t, 200).into(t, &faces)
			if len(faces) != 0 {
				t.Errorf("shown without being allowed: %+v", faces)
			}
			terms := contract.PanelTerms{ShowFaces: true}
			w.call("PUT", base+"/terms/review", admin, terms).must(t, 200).into(t, &terms)
			w.call("PUT", base+"/terms/review", admin, contract.PanelTerms{}).must(t, 409)
			w.call("GET", base+"/faces/review", panel[0].token, nil).must(t, 200).into(t, &faces)
			w.call("GET", "/api/v1/files/"+face.Id, panel[0].token, nil).must(t, 200)
			shown := 0
			for _, f := range faces {
				if f.Portrait != nil && *f.Portrait == face.Id && f.Draw == draw && f.Room == "01" {
					shown++
				}
			}
			if len(faces) != 2 || shown != 1 {
				t.Errorf("faces = %+v", faces)
			}
		})
		t.Run("a required attachment", func(t *testing.T) {
			var list contract.TaskList
			w.call("GET", base+"/assess/review", panel[0].token, nil).must(t, 200).into(t, &list)
			change := wholeSheet(list.Sheet)
			var saved contract.Score
			w.call("PUT", sheet, panel[0].token, change).must(t, 200).into(t, &saved)
			if saved.ElapsedSeconds == nil || *saved.ElapsedSeconds != 61 {
				t.Errorf("measured time = %v", saved.ElapsedSeconds)
			}
			if r := w.call("POST", sheet+"/lock", panel[0].token, contract.ScoreLock{Version: saved.Version}).must(t, 409); r.problem() != "score-incomplete" {
				t.Errorf("problem = %s", r.problem())
			}
			photo := aPhoto(t, 900)
			if len(photo) < 600_000 {
				t.Fatalf("the photo has one part only: %d", len(photo))
			}
			f := w.upload(sheet+"/files", panel[0].token, "评审表.jpg", photo, map[string]any{"slot": "signed"}).file(t)
			w.call("GET", "/api/v1/files/"+f.Id, panel[1].token, nil).must(t, 404)
			w.call("POST", sheet+"/lock", panel[0].token, contract.ScoreLock{Version: saved.Version}).must(t, 200)
			w.call("DELETE", "/api/v1/files/"+f.Id, panel[0].token, nil).must(t, 409)
		})
		t.Run("closed by scoring", func(t *testing.T) {
			var own contract.OwnMaterials
			w.call("GET", "/api/v1/candidate/materials", mine, nil).must(t, 200).into(t, &own)
			if own.State.Open || !own.State.Begun || len(own.Files) != 2 || own.Most != 20 {
				t.Errorf("own materials = %+v", own)
			}
			w.call("DELETE", "/api/v1/files/"+thesis.Id, mine, nil).must(t, 409)
			var all []contract.Dossier
			w.call("GET", base+"/materials", admin, nil).must(t, 200).into(t, &all)
			if len(all) != 2 || !all[0].Closed || all[1].Closed || all[0].Portrait == nil {
				t.Errorf("dossiers = %+v", all)
			}
		})
		t.Run("a design asks for attachments", func(t *testing.T) {
			var list contract.TaskList
			w.call("GET", base+"/assess/review", panel[0].token, nil).must(t, 200).into(t, &list)
			sheet := list.Sheet
			design := contract.SheetDesign{
				Id: sheet.Id, Base: sheet.Version, Level: sheet.Level, Kind: sheet.Kind, Title: sheet.Title, Minutes: sheet.Minutes, Sample: &sheet.Sample,
				Vetoes: sheet.Vetoes, Sections: sheet.Sections, Attachments: &[]contract.SheetAttachment{{Id: "room", Label: " 现场照片 ", Required: true}},
			}
			var kept contract.ScoreSheet
			w.call("POST", "/api/v1/sheets", admin, design).must(t, 201).into(t, &kept)
			if kept.Attachments == nil || len(*kept.Attachments) != 1 || (*kept.Attachments)[0].Label != "现场照片" {
				t.Errorf("attachments = %+v", kept.Attachments)
			}
			(*design.Attachments)[0].Label, design.Base = "x", kept.Version
			r := w.call("POST", "/api/v1/sheets", admin, design).must(t, 422)
			if got := fmt.Sprint(r.json["errors"]); !strings.Contains(got, "/attachments/0/label") {
				t.Errorf("errors = %s", got)
			}
		})
		entries, err := w.engine.trail.Find(context.Background(), audit.Query{Objects: "file:"}, 50)
		if err != nil || len(entries) != 4 {
			t.Errorf("%d entries of files in the record, want 4: %v", len(entries), err)
		}
	})
}

// wholeSheet is a change that scores every row in full and decides every veto.
func wholeSheet(sheet contract.ScoreSheet) contract.ScoreChange {
	elapsed := 61
	change := contract.ScoreChange{ElapsedSeconds: &elapsed}
	for _, sec := range sheet.Sections {
		for _, row := range sec.Rows {
			change.Rows = append(change.Rows, contract.RowScore{Row: row.Id, Touched: true, Deductions: []contract.DeductionCount{}})
		}
	}
	for _, v := range sheet.Vetoes {
		change.Vetoes = append(change.Vetoes, contract.VetoScore{Veto: v.Id, State: "no"})
	}
	return change
}

// drawOf is the draw number of somebody before the review panel.
func drawOf(t *testing.T, w *world, base, admin string, p person) string {
	t.Helper()
	var all []contract.Dossier
	w.call("GET", base+"/materials", admin, nil).must(t, 200).into(t, &all)
	for _, d := range all {
		if d.Admission == p.admission && d.Draw != nil {
			return *d.Draw
		}
	}
	t.Fatal("not drawn")
	return ""
}
