package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gongyuan/api/contract"
	"gongyuan/bank/banktest"
	"gongyuan/bank/draw"
	"gongyuan/engine/attempt"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// panel appoints three examiners for a component of the sitting.
func (w *world) panel(s sitting.Sitting, kind contract.AssessKind) []member {
	w.t.Helper()
	admin := w.staff(people.Administrator)
	var sheets []contract.ScoreSheet
	w.call("GET", fmt.Sprintf("/api/v1/sheets?level=%d", s.Level), admin, nil).must(w.t, 200).into(w.t, &sheets)
	plan := contract.PanelPlan{Kind: kind, Rule: contract.Mean}
	for _, sheet := range sheets {
		if sheet.Kind == kind {
			plan.Sheet = sheet.Id
		}
	}
	var members []member
	for range 3 {
		m := w.examiner(admin)
		members = append(members, m)
		plan.Examiners = append(plan.Examiners, m.id)
	}
	w.hold(members[0].id, people.Examiner, people.Chair)
	w.call("POST", "/api/v1/sittings/"+string(s.ID)+"/panels", admin, plan).must(w.t, 201)
	return members
}

// examiner makes somebody who is qualified for every level.
func (w *world) examiner(admin string) member {
	w.t.Helper()
	m, path, now := w.member(people.Examiner), "/api/v1/examiners/", w.clock.Now()
	w.call("PUT", path+m.id, admin, contract.ExaminerChange{
		Grade: contract.ExaminerGradeSenior, CardNumber: "示例" + m.login, CardUntil: now.AddDate(3, 0, 0).Format("2006-01-02"), Employer: m.login,
	}).must(w.t, 200)
	w.call("POST", path+m.id+"/assessments", admin, contract.NewYearAssessment{
		Year: now.In(standard.Zone).Year(), Result: contract.NewYearAssessmentResultPassed,
	}).must(w.t, 201)
	return m
}

// score fills in a whole sheet, taking marks off the first row, and signs it.
func score(t testing.TB, w *world, m member, path string, sheet contract.ScoreSheet, off int64, veto bool) {
	t.Helper()
	change := contract.ScoreChange{}
	for _, sec := range sheet.Sections {
		for _, row := range sec.Rows {
			line := contract.RowScore{Row: row.Id, Touched: true, Deductions: []contract.DeductionCount{}}
			if take := min(off, int64(row.Full)); take > 0 {
				line.Other, line.Note = take, "示例扣分"
				off -= take
			}
			change.Rows = append(change.Rows, line)
		}
	}
	for _, v := range sheet.Vetoes {
		x := contract.VetoScore{Veto: v.Id, State: "no"}
		if veto {
			x.State, x.Fact = "yes", "看到的事实"
		}
		change.Vetoes = append(change.Vetoes, x)
	}
	var saved contract.Score
	w.call("PUT", path, m.token, change).must(t, 200).into(t, &saved)
	w.call("POST", path+"/lock", m.token, contract.ScoreLock{Version: saved.Version}).must(t, 200)
	if again := w.call("PUT", path, m.token, change); again.status != 409 {
		t.Errorf("a signed score was changed: %d", again.status)
	}
}

// TestLine goes the whole way of level 3: theory, skill scored by three
// examiners, one outcome, a certificate, its look-up, its revocation.
func TestLine(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		revs, _ := banktest.Generate(20, 400)
		bp := testBlueprint()
		s, persons := w.sittingOf(revs, bp, 3, nil)
		for _, p := range persons[:2] { // the third is absent
			takeRight(t, w, p)
		}
		members := w.panel(s, contract.AssessKindSkill)
		base := "/api/v1/sittings/" + string(s.ID) + "/assess/skill"
		var list contract.TaskList
		w.call("GET", base, members[1].token, nil).must(t, 200).into(t, &list)
		if len(list.Tasks) != 3 || list.Chair || len(list.Standings) != 0 {
			t.Fatalf("an examiner's tasks: %d, chair %v, %d standings", len(list.Tasks), list.Chair, len(list.Standings))
		}
		for i, m := range members {
			// 80, 75, 70 for the first; 55, 90, 90 for the second, which is too wide.
			score(t, w, m, base+"/001", list.Sheet, int64(2000+500*i), false)
			score(t, w, m, base+"/002", list.Sheet, []int64{4500, 1000, 1000}[i], false)
			score(t, w, m, base+"/003", list.Sheet, 0, i == 0) // one saw a veto
		}
		for draw, want := range map[string]int{"001": 409, "002": 200, "003": 200} {
			ruling := contract.Judgement{Ruling: contract.Stand, Reason: "组长复核"}
			if draw == "003" {
				ruling.Ruling = contract.Uphold
			}
			if got := w.call("POST", base+"/"+draw+"/decide", members[1].token, ruling); got.status != 403 {
				t.Errorf("somebody else than the chair decided %s: %d", draw, got.status)
			}
			w.call("POST", base+"/"+draw+"/decide", members[0].token, ruling).must(t, want)
		}
		admin := w.member(people.Administrator)
		rows := outcomes(t, w, s, admin)
		checkOutcomes(t, rows)
		release(t, w, string(s.ID))
		checkDraw(t, w, s, admin)
		rows = outcomes(t, w, s, admin)
		certify(t, w, s, admin, rows)
	})
}

func outcomes(t *testing.T, w *world, s sitting.Sitting, admin member) []contract.OutcomeRow {
	t.Helper()
	var rows []contract.OutcomeRow
	w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/outcomes", admin.token, nil).must(t, 200).into(t, &rows)
	return rows
}

// checkDraw does what anybody can do once results are released: holds the
// secret against the digest that was published at the sealing, and draws every
// paper again.
func checkDraw(t *testing.T, w *world, s sitting.Sitting, admin member) {
	t.Helper()
	var proof contract.DrawProof
	w.call("GET", "/api/v1/sittings/"+string(s.ID)+"/draw", admin.token, nil).must(t, 200).into(t, &proof)
	if proof.Secret == nil || len(proof.Papers) != 3 {
		t.Fatalf("proof = %+v", proof)
	}
	secret, err := hex.DecodeString(*proof.Secret)
	if err != nil || draw.Digest(secret) != s.SecretDigest || proof.SecretDigest != s.SecretDigest {
		t.Fatalf("the secret does not fit the digest %s: %v", s.SecretDigest, err)
	}
	revs, err := w.engine.bank.Published(t.Context(), s.Blueprint.Bank)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := draw.NewPool(revs).Plan(s.Blueprint)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range proof.Papers {
		seed := draw.Seed(secret, string(s.ID), *p.Candidate, p.Number)
		again, err := plan.Draw(draw.Request{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		kept, err := w.engine.attempts.Paper(t.Context(), attempt.AttemptID(p.Attempt))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(kept, again, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("attempt %s drawn again (-kept +again):\n%s", p.Attempt, diff)
		}
	}
}

// checkOutcomes finds each of the three skill results once: 75 and 78.33 by
// the mean, and the upheld veto.
func checkOutcomes(t *testing.T, rows []contract.OutcomeRow) {
	t.Helper()
	seen := map[string]int{}
	for _, r := range rows {
		for _, c := range r.Components {
			if c.Kind == "skill" {
				awarded := int64(-1)
				if c.Awarded != nil {
					awarded = int64(*c.Awarded)
				}
				seen[fmt.Sprintf("%s %d", c.State, awarded)]++
			}
		}
	}
	for _, want := range []string{"scored 7500", "scored 7833", "vetoed 0"} {
		if seen[want] != 1 {
			t.Errorf("skill results %v, want one %q", seen, want)
		}
	}
}

// takeRight takes the theory exam with every answer right.
func takeRight(t *testing.T, w *world, p person) {
	t.Helper()
	token := w.candidate(p)
	var e contract.Entered
	w.enter(p, token).must(t, 200).into(t, &e)
	paper, err := w.engine.attempts.Paper(t.Context(), attemptID(p))
	if err != nil {
		t.Fatal(err)
	}
	lookup, err := w.engine.recent.lookup(t.Context(), paper)
	if err != nil {
		t.Fatal(err)
	}
	req := contract.SaveRequest{Epoch: e.Epoch}
	for i, slot := range paper.Slots {
		rev, _ := lookup(slot.Ref)
		var letters, texts []string
		for at, id := range slot.Order {
			for _, key := range rev.Key.Options {
				if key == id {
					letters = append(letters, string(rune('A'+at)))
				}
			}
		}
		for _, accepted := range rev.Key.Blanks {
			texts = append(texts, accepted[0])
		}
		req.Ops = append(req.Ops, contract.Operation{Seq: int64(i + 1), Slot: slot.Number, Response: contract.Response{Choice: &letters, Text: &texts}})
	}
	w.call("POST", "/api/v1/attempts/"+p.attempt+"/ops", token, req).must(t, 200)
	w.call("POST", "/api/v1/attempts/"+p.attempt+"/submit", token, map[string]any{"epoch": e.Epoch, "lastSeq": len(req.Ops)}).must(t, 200)
}

// certify issues to everybody, of whom only the qualified get one, looks it up
// and revokes it.
func certify(t *testing.T, w *world, s sitting.Sitting, admin member, rows []contract.OutcomeRow) {
	t.Helper()
	var all []string
	name := map[string]string{}
	for _, r := range rows {
		all = append(all, r.Registration)
		if r.Verdict == "qualified" {
			name[r.Registration] = r.Name
		}
	}
	path := "/api/v1/sittings/" + string(s.ID) + "/certificates"
	b := w.certify(s.ID, all...)
	if len(name) == 0 || len(numbers(b)) != len(name) || b.Tally.Excluded != 3-len(name) {
		t.Fatalf("%d qualified, %+v", len(name), b.Tally)
	}
	var list []contract.Certificate
	w.call("GET", path, admin.token, nil).must(t, 200).into(t, &list)
	c := list[len(list)-1]
	holder := name[*c.Registration]
	if numbers(b)[*c.Registration] != c.Number || len(c.Number) != 22 {
		t.Errorf("number %s, in the batch %v", c.Number, numbers(b))
	}
	if v := w.verify(c.Number, holder); len(v.Certificates) != 1 || v.Certificates[0].State != "valid" || strings.Contains(fmt.Sprint(v), "199001015") {
		t.Errorf("look-up: %+v", v)
	}
	if v := w.verify(c.Number, "别人"); len(v.Certificates) != 0 {
		t.Errorf("look-up with another name: %+v", v)
	}
	var full contract.CertificatePrint
	w.call("GET", "/api/v1/certificates/"+c.Number, admin.token, nil).must(t, 200).into(t, &full)
	keys, err := certificate.ParseJWKS(w.call("GET", "/.well-known/jwks.json", "", nil).must(t, 200).raw)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := certificate.VerifyStatement(full.Statement, keys); err != nil {
		t.Errorf("the statement: %v", err)
	}
	i := len(full.Statement) / 2
	forged := full.Statement[:i] + string(full.Statement[i]^1) + full.Statement[i+1:]
	if _, err := certificate.VerifyStatement(forged, keys); err == nil {
		t.Error("a changed letter in the statement was not noticed")
	}
	scanned(t, w, full.Statement, contract.Genuine, "valid")
	scanned(t, w, forged, contract.Forged)
	w.call("GET", path+"/document", "", nil).must(t, 401)
	for _, from := range []string{"/api/v1/certificates/" + c.Number + "/document", path + "/document"} {
		if doc := w.call("GET", from, admin.token, nil).must(t, 200); !bytes.HasPrefix(doc.raw, []byte("%PDF-")) {
			t.Errorf("%s is no PDF", from)
		}
	}
	m := motioned{w, c.Number, holder, admin, w.member(people.Administrator)}
	m.reissued(t)
	proved(t, w, admin, c.Number, full.Statement)
	m.revoked(t)
	if v := w.verify(c.Number, holder); len(v.Certificates) != 1 || v.Certificates[0].State != "revoked" {
		t.Errorf("look-up after the revocation: %+v", v)
	}
	scanned(t, w, full.Statement, contract.Genuine, "revoked")
	w.call("GET", "/api/v1/certificates/"+c.Number+"/document", admin.token, nil).must(t, 409)
}

// scanned asks about the statement of a QR code.
func scanned(t *testing.T, w *world, statement string, signature contract.Signature, states ...contract.CertificateState) {
	t.Helper()
	var v contract.Verified
	w.call("POST", "/api/v1/verify", "", contract.VerifyRequest{Statement: &statement}).must(t, 200).into(t, &v)
	if v.Signature == nil || *v.Signature != signature || len(v.Certificates) != len(states) || len(states) == 1 && v.Certificates[0].State != states[0] {
		t.Errorf("the QR code's statement: %+v, want %s %v", v, signature, states)
	}
}

// motioned is a certificate about which one administrator proposes and another
// decides.
type motioned struct {
	w              *world
	number, holder string
	first, second  member
}

func (m *motioned) path() string { return "/api/v1/certificates/" + m.number + "/motions" }

// reissued proposes a reissue with evidence and has it approved.
func (m *motioned) reissued(t *testing.T) {
	t.Helper()
	w := m.w
	var full contract.CertificatePrint
	propose := contract.NewMotion{Kind: contract.MotionReissue, Reason: "遗失", Evidence: "声明，档案 3 卷"}
	refused(t, "without evidence", w.call("POST", m.path(), m.first.token, contract.NewMotion{Kind: contract.MotionReissue, Reason: "遗失", Evidence: "  "}), 422, "invalid")
	letter := w.supported(m.number, m.first, m.second)
	propose.Files = &[]string{letter}
	refused(t, "with a file of somebody else", w.call("POST", m.path(), m.second.token, propose), 422, "invalid")
	w.call("POST", m.path(), m.first.token, propose).must(t, 201)
	w.call("GET", "/api/v1/certificates/"+m.number, m.second.token, nil).must(t, 200).into(t, &full)
	if files := full.Motions[0].Files; len(files) != 1 || files[0].Id != letter {
		t.Errorf("what the second person sees: %+v", files)
	}
	w.call("GET", "/api/v1/files/"+letter, m.second.token, nil).must(t, 200)
	w.call("GET", "/api/v1/files/"+letter, w.staff(people.Editor), nil).must(t, 403)
	refused(t, "taken away after the proposal", w.call("DELETE", "/api/v1/files/"+letter+"?why=x", m.first.token, nil), 409, "file-closed")
	propose.Files = nil
	refused(t, "a second motion", w.call("POST", m.path(), m.second.token, propose), 409, "conflict")
	refused(t, "by the same person", w.call("POST", m.path()+"/1", m.first.token, contract.MotionDecision{Approve: true}), 422, "second-person")
	w.call("POST", m.path()+"/1", m.second.token, contract.MotionDecision{Approve: true}).must(t, 200).into(t, &full)
	w.call("POST", m.path()+"/1", m.second.token, contract.MotionDecision{Approve: true}).must(t, 200).into(t, &full)
	if v := w.verify(m.number, m.holder); v.Certificates[0].Reissues == nil || *v.Certificates[0].Reissues != 1 || *full.Certificate.Reissues != 1 {
		t.Errorf("after the reissue: %+v", v)
	}
}

// revoked proposes a revocation, which is returned, and once more.
func (m *motioned) revoked(t *testing.T) {
	t.Helper()
	w := m.w
	var full contract.CertificatePrint
	propose := contract.NewMotion{Kind: contract.MotionRevoke, Reason: "姓名有误", Evidence: "声明，档案 3 卷"}
	w.call("POST", m.path(), m.first.token, propose).must(t, 201)
	back := "请补证据"
	w.call("POST", m.path()+"/2", m.second.token, contract.MotionDecision{Reason: &back}).must(t, 200)
	w.call("POST", m.path(), m.first.token, propose).must(t, 201)
	w.call("POST", m.path()+"/3", m.second.token, contract.MotionDecision{Approve: true}).must(t, 200).into(t, &full)
	if len(full.Motions) != 3 || full.Motions[1].State != contract.MotionReturned || full.Certificate.State != "revoked" {
		t.Errorf("motions: %+v", full.Motions)
	}
	// What was refused is recorded too, as an attempt.
	for act, want := range map[string]int{"propose": 6, "approve": 4, "return": 1} {
		if n := recorded(t, w, "certificate-motion."+act); n != want {
			t.Errorf("certificate-motion.%s recorded %d times, want %d", act, n, want)
		}
	}
}

// supported uploads what a motion is to rest on, which only who uploaded it has
// in hand before it is proposed, and returns the file.
func (w *world) supported(number string, by, other member) string {
	w.t.Helper()
	path := "/api/v1/certificates/" + number + "/evidence"
	var kept contract.StoredFile
	w.upload(path, by.token, "声明.jpg", aPhoto(w.t, 20), nil).must(w.t, 200).into(w.t, &kept)
	for who, want := range map[string]int{by.token: 1, other.token: 0} {
		var all []contract.StoredFile
		w.call("GET", path, who, nil).must(w.t, 200).into(w.t, &all)
		if len(all) != want {
			w.t.Errorf("%d files in hand, want %d", len(all), want)
		}
	}
	return kept.Id
}
