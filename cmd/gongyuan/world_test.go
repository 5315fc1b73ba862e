package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// world is a whole installation inside a test, with a clock that the test
// moves.
type world struct {
	t        testing.TB
	settings storeSettings
	clock    *enginetest.Clock
	engine   *engine
	app      *fiber.App
}

// eachWorld runs a test on the embedded stores and on real servers.
func eachWorld(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, newWorld(t, embeddedSettings(t)))
	})
	t.Run("servers", func(t *testing.T) {
		t.Parallel()
		mongo, redis := os.Getenv("GONGYUAN_TEST_MONGODB_URL"), os.Getenv("GONGYUAN_TEST_REDIS_URL")
		if mongo == "" || redis == "" {
			t.Fatal("no servers to test with: run `make test`, or `go run ./cmd/testservers -- go test ./...`")
		}
		name := "test_" + strings.ReplaceAll(uuid.NewString(), "-", "")[:16]
		settings := embeddedSettings(t)
		settings.MongodbURL, settings.RedisURL, settings.Database, settings.Prefix = mongo, redis, name, name+":"
		w := newWorld(t, settings)
		t.Cleanup(func() {
			e, err := quietEngine(context.Background(), &w.settings)
			if err == nil {
				err = e.stores.db.Drop(context.Background())
				e.close(context.Background())
			}
			if err != nil {
				t.Errorf("drop the test's database: %v", err)
			}
		})
		test(t, w)
	})
}

// staffAddress is where browsers of tests keep passkeys for.
const staffAddress = "http://localhost:8080"

func embeddedSettings(t testing.TB) storeSettings {
	t.Helper()
	return storeSettings{Database: "gongyuan", Prefix: "gy:", Data: t.TempDir(), StaffAddress: staffAddress, Body: bodySettings{
		BodyName: "示例机构", BodyKind: "S", BodyCode: "0000", BodyProvince: "61", BodySite: "000001", Restart: "level-year",
	}}
}

func newWorld(t testing.TB, settings storeSettings) *world {
	t.Helper()
	w := &world{t: t, settings: settings, clock: enginetest.NewClock(time.Now().UTC().Truncate(time.Minute))}
	w.start()
	t.Cleanup(w.stop)
	if err := w.engine.filings.Provide(t.Context(), settings.Body.BodyName); err != nil {
		t.Fatal(err)
	}
	return w
}

// start starts the program, or starts it again on the same stores.
func (w *world) start() {
	w.t.Helper()
	e, err := newEngine(w.t.Context(), &w.settings, w.clock, slog.New(slog.NewTextHandler(w.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		w.t.Fatal(err)
	}
	if err := e.attempts.Rebuild(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	if err := e.provide(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	app, err := e.app(&serverSettings{}, newMetrics())
	if err != nil {
		w.t.Fatal(err)
	}
	w.engine, w.app = e, app
}

func (w *world) stop() {
	if w.engine == nil {
		return
	}
	if err := w.engine.close(context.Background()); err != nil {
		w.t.Errorf("stop: %v", err)
	}
	w.engine = nil
}

// restart stops the program and starts it again: in embedded mode the live
// state is lost with it.
func (w *world) restart() {
	w.t.Helper()
	w.stop()
	w.start()
}

// reply is an answer of the program.
type reply struct {
	status int
	header http.Header
	raw    []byte
	json   map[string]any
}

// call sends a request as a browser would.
func (w *world) call(method, path, token string, body any) reply {
	w.t.Helper()
	var in io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		in = bytes.NewReader(raw)
	}
	req := httptest.NewRequestWithContext(w.t.Context(), method, path, in)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return w.send(req)
}

func (w *world) send(req *http.Request) reply {
	w.t.Helper()
	resp, err := w.app.Test(req, 30_000)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	r := reply{status: resp.StatusCode, header: resp.Header, raw: raw}
	_ = json.Unmarshal(raw, &r.json) // not every answer is an object
	return r
}

// must ends the test unless the answer has the status.
func (r reply) must(t testing.TB, status int) reply {
	t.Helper()
	if r.status != status {
		t.Fatalf("status = %d, want %d: %s", r.status, status, r.raw)
	}
	return r
}

// problem is the last part of the problem's type.
func (r reply) problem() string {
	kind, _ := r.json["type"].(string)
	return strings.TrimPrefix(kind, "urn:gongyuan:problem:")
}

func (r reply) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal(r.raw, v); err != nil {
		t.Fatalf("%v: %s", err, r.raw)
	}
}

// staff makes an account with the role and signs it in.
func (w *world) staff(role people.Role) string {
	w.t.Helper()
	return w.member(role).token
}

// member is somebody of the staff.
type member struct{ id, login, token string }

const memberPassword = "a long password"

func (w *world) member(role people.Role) member {
	w.t.Helper()
	login := string(role) + "-" + uuid.NewString()[:8]
	encoded, err := people.HashPassword(memberPassword, people.Cost{Memory: 64, Time: 1, Threads: 1})
	if err != nil {
		w.t.Fatal(err)
	}
	id := uuid.NewString()
	err = w.engine.people.InsertAccount(w.t.Context(), people.Account{
		ID: people.AccountID(id), Login: login, Name: login, Roles: []people.Role{role}, Password: encoded, Version: 1,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return member{id, login, w.token(w.call("POST", "/api/v1/auth/login", "", map[string]any{"login": login, "password": memberPassword}))}
}

// hold makes these the roles of an account.
func (w *world) hold(id string, roles ...people.Role) {
	w.t.Helper()
	a, err := w.engine.people.Account(w.t.Context(), people.AccountID(id))
	if err == nil {
		a.Roles = roles
		_, err = w.engine.people.ReplaceAccount(w.t.Context(), a)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.engine.gate.Forget(a.ID)
}

func (w *world) token(r reply) string {
	w.t.Helper()
	r.must(w.t, 200)
	token, _ := r.json["accessToken"].(string)
	return token
}

// sittingOf makes an open sitting on a bank for n made-up candidates and
// returns it with its registrations.
func (w *world) sittingOf(revs []bank.Revision, bp bank.Blueprint, n int, change func(*sitting.Sitting)) (sitting.Sitting, []person) {
	w.t.Helper()
	ctx := w.t.Context()
	if _, err := w.engine.bank.Import(ctx, revs, bank.ImportOptions{Bank: bp.Bank, Author: "test", Status: bank.Published, Now: w.clock.Now()}); err != nil {
		w.t.Fatal(err)
	}
	if err := w.engine.bank.SaveBlueprint(ctx, bp); err != nil {
		w.t.Fatal(err)
	}
	plan := sitting.Sitting{
		Title: "测试场次", Occupation: w.engine.standard.Occupation, Level: 3, Blueprint: bp, Opens: w.clock.Now(), Closes: w.clock.Now().Add(4 * time.Hour),
		Duration: bp.Duration, Release: sitting.AfterRelease, Explain: true, OneSealer: true,
	}
	if change != nil {
		change(&plan)
	}
	s, err := w.engine.office.Plan(ctx, plan, "test")
	if err != nil {
		w.t.Fatal(err)
	}
	entries := make([]sitting.Entry, n)
	persons := make([]person, n)
	for i := range entries {
		persons[i].number = withCheck("000000199001015" + leftPad(i))
		entries[i] = sitting.Entry{Name: "考生" + leftPad(i), IDNumber: persons[i].number, Room: "01", Seat: leftPad(i)}
	}
	regs, err := w.engine.office.Register(ctx, s.ID, entries)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, act := range []sitting.Act{sitting.Seal, sitting.OpenIt} {
		if s, err = w.engine.sittings.Sitting(ctx, s.ID); err != nil {
			w.t.Fatal(err)
		}
		if s, err = w.engine.office.Do(ctx, s.ID, s.Version, act, "test"); err != nil {
			w.t.Fatal(err)
		}
	}
	for i, r := range regs {
		if r, err = w.engine.sittings.Registration(ctx, r.ID); err != nil {
			w.t.Fatal(err)
		}
		persons[i].name, persons[i].admission, persons[i].attempt, persons[i].registration = entries[i].Name, r.Admission, r.Attempt, string(r.ID)
	}
	return s, persons
}

func leftPad(i int) string {
	return string([]byte{byte('0' + i/10%10), byte('0' + i%10)})
}

// person is a candidate as they sit down.
type person struct{ name, admission, number, attempt, registration string }

func (w *world) candidate(p person) string {
	w.t.Helper()
	return w.token(w.call("POST", "/api/v1/auth/candidate", "", map[string]any{"admission": p.admission, "idNumber": p.number}))
}

func (w *world) enter(p person, token string) reply {
	w.t.Helper()
	return w.call("POST", "/api/v1/attempts/"+p.attempt+"/enter", token,
		map[string]any{"deviceId": "device-0001", "deviceLabel": "01 考场 01 座", "rulesAccepted": true})
}

// sweep does what the program does each second.
func (w *world) sweep() attempt.Swept {
	w.t.Helper()
	swept, err := w.engine.attempts.Sweep(w.t.Context(), w.clock.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return swept
}

func attemptID(p person) attempt.AttemptID { return attempt.AttemptID(p.attempt) }
