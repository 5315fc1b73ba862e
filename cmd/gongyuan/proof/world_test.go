//go:build unix

package proof

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/256dpi/lungo"
	"github.com/google/uuid"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/bank/mongobank"
	"gongyuan/cmd/gongyuan/drill"
	"gongyuan/engine/audit"
	"gongyuan/engine/filing"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
)

const (
	adminLogin    = "admin"
	adminPassword = "proof-of-nothing-else"
)

// plan says what a world is made of.
type plan struct {
	copies   int
	ownStore bool     // a FerretDB that may be killed
	redis    []string // further arguments of redis-server
}

// world is one installation of processes, see the package's comment.
type world struct {
	cache    *cache
	store    *store // nil where it uses the run's
	copies   []*copyOf
	db       lungo.IDatabase // straight to the store, past the link
	mongoURL *url.URL
	database string

	took time.Duration // to make and start all this

	client, redis, mongo *link
}

func newWorld(t *testing.T, p plan) *world {
	t.Helper()
	if _, err := program(); err != nil { // before the clock runs
		t.Fatal(err)
	}
	began := time.Now()
	w := &world{cache: newCache(t, p.redis...), database: "gongyuan_proof_" + strings.ReplaceAll(uuid.NewString(), "-", "")[:12]}
	w.connect(t, p)
	w.furnish(t)
	front := newBalancer(t)
	w.client = newLink(t, "client", front.address())
	w.redis = newLink(t, "redis", w.cache.client.Options().Addr)
	w.mongo = newLink(t, "store", w.mongoURL.Host)
	environ := w.environ(t)
	for i := range p.copies {
		w.copies = append(w.copies, startCopy(t, fmt.Sprintf("copy %d", i+1), environ, front))
	}
	w.took = time.Since(began)
	return w
}

// connect opens the database past the link.
func (w *world) connect(t *testing.T, p plan) {
	t.Helper()
	address := os.Getenv("GONGYUAN_TEST_MONGODB_URL")
	if p.ownStore {
		w.store = newStore(t)
		address = w.store.url()
	} else if address == "" {
		t.Fatal("no servers to test with: run `make test`, or `go run ./cmd/testservers -- go test ./...`")
	}
	var err error
	if w.mongoURL, err = url.Parse(address); err != nil {
		t.Fatal(err)
	}
	if w.db, err = open(t.Context(), address, w.database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if !p.ownStore { // its own goes as a whole
			if err := w.db.Drop(ctx); err != nil {
				t.Errorf("drop the test's database: %v", err)
			}
		}
		_ = w.db.Client().Disconnect(ctx)
	})
}

// reconnect follows a store that has moved.
func (w *world) reconnect(t *testing.T) {
	t.Helper()
	if w.store == nil {
		return
	}
	db, err := open(t.Context(), w.store.url(), w.database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Client().Disconnect(context.Background()) })
	w.db = db
}

func open(ctx context.Context, address, name string) (lungo.IDatabase, error) {
	client, err := lungo.Connect(ctx, options.Client().ApplyURI(address).SetServerSelectionTimeout(10*time.Second))
	if err != nil {
		return nil, err
	}
	return client.Database(name), nil
}

type unrecorded struct{}

func (unrecorded) Record(context.Context, audit.Event) error { return nil }

type wall struct{}

func (wall) Now() time.Time { return time.Now() }

// furnish puts a bank, a blueprint and an administrator into the database.
func (w *world) furnish(t *testing.T) {
	t.Helper()
	questions, records := mongobank.New(w.db), mongostore.New(w.db)
	encoded, err := people.HashPassword(adminPassword, people.Cost{Memory: 64, Time: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	revisions, _ := banktest.Generate(7, 100)
	blueprint := bank.Blueprint{
		ID: "proof", Bank: banktest.Bank, Title: "证明方案", Duration: 90 * time.Minute, MaxPerPoint: 4,
		Sections: []bank.Section{
			{Type: bank.Single, Count: 6, Points: 400}, {Type: bank.Multiple, Count: 4, Points: 500, Rule: bank.HalfIfPartial},
			{Type: bank.Judgement, Count: 4, Points: 200}, {Type: bank.Blank, Count: 2, Points: 100},
		},
	}
	account := people.Account{
		ID: people.AccountID(uuid.NewString()), Login: adminLogin, Name: "管理员", Roles: []people.Role{people.Administrator}, Password: encoded,
	}
	for _, step := range []func(context.Context) error{
		questions.EnsureIndexes, records.EnsureIndexes,
		func(ctx context.Context) error {
			_, err := questions.Import(ctx, revisions, bank.ImportOptions{Bank: blueprint.Bank, Author: "test", Status: bank.Published, Now: time.Now()})
			return err
		},
		func(ctx context.Context) error { return questions.SaveBlueprint(ctx, blueprint) },
		func(ctx context.Context) error { return records.People().InsertAccount(ctx, account) },
		func(ctx context.Context) error { // only a filed body may open a sitting
			return filing.NewOffice(filing.Deps{Store: records.Filings(), Accounts: records.People(), Audit: unrecorded{}, Clock: wall{}}).Provide(ctx, "示例机构")
		},
	} {
		if err := step(t.Context()); err != nil {
			t.Fatalf("furnish: %v", err)
		}
	}
}

// environ is the environment of the copies: both stores by their links.
func (w *world) environ(t *testing.T) []string {
	t.Helper()
	mongo := *w.mongoURL
	mongo.Host = w.mongo.address()
	query := mongo.Query()
	query.Set("directConnection", "true") // a replica set would name its members past the link
	mongo.RawQuery = query.Encode()
	if mongo.Path == "" {
		mongo.Path = "/"
	}
	secret := base64.StdEncoding.EncodeToString([]byte("a secret of thirty-two bytes....")[:32])
	var environ []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GONGYUAN_") {
			environ = append(environ, v)
		}
	}
	return append(environ, "GONGYUAN_LISTEN=127.0.0.1:0", "GONGYUAN_MONGODB_URL="+mongo.String(),
		"GONGYUAN_DATABASE="+w.database, "GONGYUAN_REDIS_URL=redis://"+w.redis.address()+"/0",
		"GONGYUAN_DATA="+t.TempDir(), "GONGYUAN_SECRETS=1:"+secret)
}

// exam is the drill that a test holds; zero values take those of drill.
func (w *world) exam(candidates int) drill.Config {
	return drill.Config{
		URL: "http://" + w.client.address(), AdminLogin: adminLogin, AdminPassword: adminPassword, Candidates: candidates, Level: 3,
		Duration: time.Second, Ramp: 300 * time.Millisecond, Think: 60 * time.Millisecond,
	}
}

// hold holds the exam and fails the test unless everybody finished and nothing
// was lost, doubled or written where nothing may be; and unless the store holds
// one submission and one result of each attempt.
func (w *world) hold(t *testing.T, cfg drill.Config, trial drill.Trial) drill.Report {
	t.Helper()
	report, err := drill.Try(t.Context(), cfg, trial)
	if err != nil {
		t.Errorf("%v\nfindings %+v\nunfinished %v\nerrors %v\nseed %d", err, report.Findings, report.Unfinished, report.Errors, report.Seed)
	}
	if report.Acknowledged == 0 {
		t.Error("nothing was acknowledged, so nothing was tested")
	}
	w.reconnect(t)
	for _, name := range []string{"submissions", "theory_results"} {
		n, err := w.db.Collection(name).CountDocuments(t.Context(), bson.M{})
		if err != nil || n != int64(cfg.Candidates) {
			t.Errorf("%d of %s (%v), want %d", n, name, err, cfg.Candidates)
		}
	}
	return report
}
