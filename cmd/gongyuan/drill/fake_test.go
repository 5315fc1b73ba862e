package drill

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"gongyuan/api/contract"
)

// mood is how a fake installation behaves.
type mood struct {
	slow       bool   // now and then 202, 429, 503 before and 503 after the deed
	logins     int    // per second, 0 for no limit
	code       string // of the administrator's second factor
	forgets    bool   // acknowledges an answer and does not keep it
	forgetful  bool   // forgets acknowledged operations and asks for them again
	doubles    bool   // makes a submission of each submit
	lists      bool   // lists one result twice
	writesLate bool   // takes answers after the end
	writesOld  bool   // takes answers of pages that were taken over
	onSave     func()
}

// fake is an installation in memory that keeps the contract, as far as its
// mood lets it.
type fake struct {
	mood mood

	mu         sync.Mutex
	requests   int
	window     time.Time
	logins     int
	tokens     map[string]*fakeAttempt // access token or cookie to who it is; nil for the administrator
	admissions map[string]*fakeAttempt
	order      []*fakeAttempt
	sitting    contract.Sitting
	receipts   int
}

type fakeAttempt struct {
	id, admission, number, name string
	epoch, applied, durable     int64
	seen                        map[[2]int64]string // epoch and seq to content
	answers                     map[int]contract.Answer
	receipt                     *contract.Receipt
	late                        int
	forgot                      bool
}

// newFake serves until the test ends, and returns its address.
func newFake(t *testing.T, m mood) (*fake, string) {
	f := &fake{mood: m, tokens: map[string]*fakeAttempt{}, admissions: map[string]*fakeAttempt{}}
	mux := http.NewServeMux()
	handle := func(pattern string, h func(*http.Request, *fakeAttempt) (int, any)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { f.serve(w, r, h) })
	}
	handle("POST /api/v1/auth/login", f.login)
	handle("POST /api/v1/auth/candidate", f.loginCandidate)
	handle("POST /api/v1/auth/refresh", f.refresh)
	handle("GET /api/v1/blueprints", func(*http.Request, *fakeAttempt) (int, any) {
		return 200, []contract.Blueprint{{Id: "impossible"}, {Id: "theory"}}
	})
	handle("GET /api/v1/blueprints/{id}/check", func(r *http.Request, _ *fakeAttempt) (int, any) {
		return 200, contract.BlueprintCheck{Feasible: r.PathValue("id") == "theory"}
	})
	handle("POST /api/v1/sittings", f.plan)
	handle("GET /api/v1/sittings/{id}", func(*http.Request, *fakeAttempt) (int, any) { return 200, f.sitting })
	handle("GET /api/v1/sittings/{id}/registrations", f.registrations)
	handle("POST /api/v1/sittings/{id}/registrations", f.register)
	handle("POST /api/v1/sittings/{id}/acts", f.act)
	handle("GET /api/v1/sittings/{id}/results", f.results)
	handle("GET /api/v1/sittings/{id}/results/{attempt}", f.result)
	handle("GET /api/v1/candidate/exam", f.exam)
	handle("POST /api/v1/attempts/{attempt}/enter", f.enter)
	handle("POST /api/v1/attempts/{attempt}/ops", f.save)
	handle("POST /api/v1/attempts/{attempt}/beat", f.beat)
	handle("POST /api/v1/attempts/{attempt}/submit", f.submit)
	handle("GET /api/v1/attempts/{attempt}/receipt", f.showReceipt)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return f, s.URL
}

// quickAt is a quick drill at a fake of the mood.
func quickAt(t *testing.T, m mood) Config {
	_, address := newFake(t, m)
	return quickConfig(address)
}

// serve authenticates, lets nobody in whom the contract does not, and encodes.
func (f *fake) serve(w http.ResponseWriter, r *http.Request, h func(*http.Request, *fakeAttempt) (int, any)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var who *fakeAttempt
	if !slices.Contains([]string{"/api/v1/auth/login", "/api/v1/auth/candidate", "/api/v1/auth/refresh"}, r.URL.Path) {
		known := false
		if token, ok := cutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			who, known = f.tokens[token]
		}
		candidates := r.PathValue("id") == "" && r.PathValue("attempt") != "" || r.URL.Path == "/api/v1/candidate/exam"
		if !known || candidates != (who != nil) || candidates && r.PathValue("attempt") != "" && r.PathValue("attempt") != who.id {
			f.reply(w, 401, problem(401, "unauthenticated"))
			return
		}
	}
	f.requests++
	if trouble := f.requests % 13; f.mood.slow && trouble < 2 && r.URL.Path != "/api/v1/sittings" {
		if trouble == 1 && r.PathValue("attempt") != "" {
			h(r, who)
		}
		status, kind := 503, "unavailable"
		if f.requests%2 == 0 {
			status, kind = 429, "busy"
		}
		f.reply(w, status, problem(status, kind))
		return
	}
	status, body := h(r, who)
	if s, ok := body.(contract.Session); ok {
		name := "gongyuan_candidate"
		if f.tokens[s.AccessToken] == nil {
			name = "gongyuan_staff"
		}
		http.SetCookie(w, &http.Cookie{Name: name, Value: s.AccessToken, Path: "/api/v1/auth", HttpOnly: true})
	}
	f.reply(w, status, body)
}

func cutPrefix(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || s[:len(prefix)] != prefix {
		return "", false
	}
	return s[len(prefix):], true
}

func (f *fake) reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	if p, ok := body.(contract.Problem); ok {
		w.Header().Set("Content-Type", "application/problem+json")
		if p.RetryAfterSeconds != nil {
			w.Header().Set("Retry-After", strconv.Itoa(*p.RetryAfterSeconds))
		}
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}

func problem(status int, kind string) contract.Problem {
	return contract.Problem{Type: problemURN + kind, Title: kind, Status: status, RequestId: "r"}
}

func read[T any](r *http.Request) T {
	var v T
	_ = json.NewDecoder(r.Body).Decode(&v) // a body that was cut off is empty, and refused as such
	return v
}

// fakeLife makes tokens end within a drill.
const fakeLife = 300 * time.Millisecond

func (f *fake) session(who *fakeAttempt) contract.Session {
	token := fmt.Sprintf("token-%d", len(f.tokens))
	f.tokens[token] = who
	now := time.Now()
	return contract.Session{AccessToken: token, ExpiresAt: now.Add(fakeLife), ServerNow: now}
}

func (f *fake) login(r *http.Request, _ *fakeAttempt) (int, any) {
	if in := read[contract.LoginRequest](r); in.Login != "admin" || in.Password != "secret" {
		return 401, problem(401, "invalid-login")
	} else if f.mood.code != "" && (in.Code == nil || *in.Code != f.mood.code) {
		return 401, problem(401, "code-needed")
	}
	return 200, f.session(nil)
}

func (f *fake) loginCandidate(r *http.Request, _ *fakeAttempt) (int, any) {
	if now := time.Now(); now.Sub(f.window) > time.Second {
		f.window, f.logins = now, 0
	}
	if f.logins++; f.mood.logins > 0 && f.logins > f.mood.logins {
		p, s := problem(429, "too-many-attempts"), 1
		p.RetryAfterSeconds = &s
		return 429, p
	}
	in := read[contract.CandidateLoginRequest](r)
	a := f.admissions[in.Admission]
	if a == nil || a.number != in.IdNumber {
		return 401, problem(401, "invalid-login")
	}
	return 200, f.session(a)
}

func (f *fake) refresh(r *http.Request, _ *fakeAttempt) (int, any) {
	for _, cookie := range r.Cookies() {
		if who, ok := f.tokens[cookie.Value]; ok && (who == nil) == (cookie.Name == "gongyuan_staff") {
			return 200, f.session(who)
		}
	}
	return 401, problem(401, "unauthenticated")
}

func (f *fake) plan(r *http.Request, _ *fakeAttempt) (int, any) {
	in := read[contract.SittingPlan](r)
	if in.Blueprint != "theory" || !in.Closes.After(in.Opens) || in.DurationMinutes < 1 {
		return 422, problem(422, "invalid")
	}
	f.sitting = contract.Sitting{Id: "s1", Title: in.Title, State: contract.SittingStateDraft, Version: 1}
	return 201, f.sitting
}

func (f *fake) register(r *http.Request, _ *fakeAttempt) (int, any) {
	for _, c := range read[contract.RegisterRequest](r).Candidates {
		a := &fakeAttempt{
			id: fmt.Sprintf("a%04d", len(f.order)), admission: *c.Admission, number: c.IdNumber, name: c.Name,
			seen: map[[2]int64]string{}, answers: map[int]contract.Answer{},
		}
		if f.admissions[a.admission] != nil || c.Room == "" || c.Seat == "" {
			return 422, problem(422, "invalid")
		}
		f.admissions[a.admission] = a
		f.order = append(f.order, a)
	}
	return 201, []contract.Registration{}
}

func (f *fake) registrations(*http.Request, *fakeAttempt) (int, any) {
	out := []contract.Registration{}
	for _, a := range f.order {
		out = append(out, contract.Registration{Admission: a.admission, Attempt: a.id, Name: a.name})
	}
	return 200, out
}

func (f *fake) act(r *http.Request, _ *fakeAttempt) (int, any) {
	in := read[contract.SittingAct](r)
	next := map[contract.SittingActAct]contract.SittingState{"seal": "sealed", "open": "open", "close": "closed"}[in.Act]
	before := map[contract.SittingState]contract.SittingState{"sealed": "draft", "open": "sealed", "closed": "open"}[next]
	switch {
	case f.sitting.State == next:
		return 200, f.sitting
	case in.Version != f.sitting.Version:
		return 409, problem(409, "conflict")
	case f.sitting.State != before:
		return 409, problem(409, "wrong-state")
	}
	f.sitting.State = next
	f.sitting.Version++
	if next == "closed" {
		for _, a := range f.order {
			if a.epoch > 0 && a.receipt == nil {
				f.close(a, contract.ReceiptMannerCollected)
			}
		}
	}
	return 200, f.sitting
}

func (f *fake) exam(_ *http.Request, a *fakeAttempt) (int, any) {
	var out contract.CandidateExam
	out.Attempt.Id, out.MayStart = a.id, contract.MayStartNotYet
	if f.sitting.State == "open" {
		out.MayStart = contract.MayStartNow
	}
	return 200, out
}

// fakePaper has a question of each kind.
func fakePaper() contract.Paper {
	var p contract.Paper
	for i := range 12 {
		s := contract.PaperSlot{Number: i + 1, Type: contract.ItemTypeB}
		switch i % 4 {
		case 1:
			s.Type = contract.ItemTypeG
		case 2:
			s.Type, s.Blanks = contract.ItemTypeT, 2
		case 3:
			s.Type = contract.ItemTypeD
		}
		for j := range 4 {
			if i%4 < 2 {
				s.Options = append(s.Options, contract.PaperOption{Letter: string(rune('A' + j))})
			}
		}
		p.Slots = append(p.Slots, s)
	}
	return p
}

func clock() contract.Clock {
	now := time.Now()
	return contract.Clock{ServerNow: now, Deadline: now.Add(time.Hour), DeadlineVersion: 1}
}

func (f *fake) enter(r *http.Request, a *fakeAttempt) (int, any) {
	in := read[contract.EnterRequest](r)
	if len(in.DeviceId) < 8 || !in.RulesAccepted {
		return 409, problem(409, "rules-not-accepted")
	}
	if a.receipt != nil {
		return 409, problem(409, "attempt-closed")
	}
	a.epoch++
	a.applied, a.durable = 0, 0
	if f.mood.slow && a.epoch == 1 {
		return 409, problem(409, "taken-over") // as if another entry had come first
	}
	paper := fakePaper()
	out := contract.Entered{Attempt: a.id, Epoch: a.epoch, Paper: &paper, Clock: clock()}
	for _, n := range slices.Sorted(maps.Keys(a.answers)) {
		out.Answers = append(out.Answers, a.answers[n])
	}
	return 200, out
}

func (f *fake) save(r *http.Request, a *fakeAttempt) (int, any) {
	in := read[contract.SaveRequest](r)
	if f.mood.onSave != nil {
		f.mood.onSave()
	}
	switch {
	case len(in.Ops) == 0 || len(in.Ops) > 64:
		return 400, problem(400, "malformed")
	case a.receipt != nil && !f.mood.writesLate:
		p := problem(409, "attempt-closed")
		a.late += len(in.Ops)
		p.LateKept = &a.late
		return 409, p
	case in.Epoch < a.epoch && f.mood.writesOld:
		return 200, contract.Saved{AppliedSeq: in.Ops[0].Seq, DurableSeq: in.Ops[0].Seq, Clock: clock()}
	case in.Epoch < a.epoch:
		return 409, problem(409, "taken-over")
	case in.Epoch > a.epoch:
		return 400, problem(400, "malformed")
	case in.Ops[0].Seq > a.applied+1:
		p, expected := problem(409, "seq-gap"), a.applied+1
		p.ExpectedSeq = &expected
		return 409, p
	}
	for i, op := range in.Ops {
		raw, _ := json.Marshal(op)
		k := [2]int64{in.Epoch, op.Seq}
		if op.Seq != in.Ops[0].Seq+int64(i) || a.seen[k] != "" && a.seen[k] != string(raw) {
			return 409, problem(409, "seq-conflict")
		}
	}
	return f.apply(a, in)
}

func (f *fake) apply(a *fakeAttempt, in contract.SaveRequest) (int, any) {
	for _, op := range in.Ops {
		if op.Seq <= a.applied {
			continue
		}
		raw, _ := json.Marshal(op)
		a.applied = op.Seq
		a.seen[[2]int64{in.Epoch, op.Seq}] = string(raw)
		if f.mood.forgets && op.Slot == 1 {
			continue
		}
		a.answers[op.Slot] = contract.Answer{Slot: op.Slot, Response: op.Response, Flagged: op.Flagged}
	}
	if f.mood.slow && f.requests%7 == 0 {
		return 202, contract.Saved{AppliedSeq: a.applied, DurableSeq: a.durable, Clock: clock()}
	}
	a.durable = a.applied
	out := contract.Saved{AppliedSeq: a.applied, DurableSeq: a.durable, Clock: clock()}
	if f.mood.forgetful && !a.forgot {
		a.forgot = true
		a.applied, a.durable = 0, 0
		a.seen = map[[2]int64]string{}
		clear(a.answers)
	}
	return 200, out
}

func (f *fake) beat(r *http.Request, a *fakeAttempt) (int, any) {
	if read[contract.BeatRequest](r).Epoch < a.epoch {
		return 409, problem(409, "taken-over")
	}
	return 200, contract.Beat{State: contract.AttemptStateRunning, Clock: clock()}
}

func (f *fake) submit(r *http.Request, a *fakeAttempt) (int, any) {
	in := read[contract.SubmitRequest](r)
	if a.receipt == nil || f.mood.doubles {
		if in.Epoch < a.epoch {
			return 409, problem(409, "taken-over")
		}
		if in.LastSeq != a.applied {
			p, expected := problem(409, "seq-gap"), a.applied+1
			p.ExpectedSeq = &expected
			return 409, p
		}
		f.close(a, contract.ReceiptMannerCandidate)
	}
	return 200, a.receipt
}

func (f *fake) close(a *fakeAttempt, manner contract.ReceiptManner) {
	answered := 0
	for _, x := range a.answers {
		if canonical(x.Response) != "" {
			answered++
		}
	}
	f.receipts++
	a.receipt = &contract.Receipt{
		Attempt: a.id, SubmittedAt: time.Now(), Manner: manner, Answered: answered, Total: 12, Code: fmt.Sprintf("%04d", f.receipts),
	}
}

func (f *fake) showReceipt(_ *http.Request, a *fakeAttempt) (int, any) {
	if a.receipt == nil {
		return 409, problem(409, "not-submitted")
	}
	r := *a.receipt
	r.Late = a.late
	return 200, r
}

func (f *fake) results(*http.Request, *fakeAttempt) (int, any) {
	rows := []contract.ResultRow{}
	for _, a := range f.order {
		rows = append(rows, contract.ResultRow{Attempt: a.id, Name: a.name})
	}
	if f.mood.lists {
		rows = append(rows, rows[0])
	}
	return 200, rows
}

func (f *fake) result(r *http.Request, _ *fakeAttempt) (int, any) {
	for _, a := range f.order {
		if a.id != r.PathValue("attempt") {
			continue
		}
		out := contract.ResultDetail{Receipt: a.receipt}
		for _, s := range fakePaper().Slots {
			out.Slots = append(out.Slots, contract.ReviewSlot{Slot: s, Response: a.answers[s.Number].Response})
		}
		return 200, out
	}
	return 404, problem(404, "not-found")
}
