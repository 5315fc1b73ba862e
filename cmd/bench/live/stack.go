package live

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/256dpi/lungo"
	"github.com/redis/go-redis/v9"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"

	"gongyuan/engine/enginetest/servers/launch"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
)

// secretText is the master secret of the installations under test. The bench
// knows it so that it can sign candidates' tokens by itself: signing in is no
// part of any figure.
var secretText = "1:" + base64.StdEncoding.EncodeToString([]byte("a secret of nobody's for figures"))

func secrets() []people.Secret {
	return []people.Secret{{ID: "1", Key: []byte("a secret of nobody's for figures")}}
}

const database = "gongyuan"

// servers are the stores that figures need, each started when it is first
// asked for, all in one folder.
type servers struct {
	folder    string
	redis     *launch.Redis
	postgres  *launch.Postgres
	ferret    *process
	ferretAt  string // host and port
	ferretExe string
	client    *redis.Client
	records   *mongostore.Store
	db        lungo.IDatabase
	stops     []func()
}

func newServers() (*servers, error) {
	folder, err := os.MkdirTemp("", "gongyuan-bench-")
	if err != nil {
		return nil, fmt.Errorf("folder: %w", err)
	}
	// PostgreSQL may run as another user and must reach its folder inside.
	return &servers{folder: folder}, os.Chmod(folder, 0o755)
}

func (s *servers) stop() {
	for i := len(s.stops) - 1; i >= 0; i-- {
		s.stops[i]()
	}
	_ = os.RemoveAll(s.folder) // what is left is in the system's temporary folder
}

func (s *servers) subfolder(name string) (string, error) {
	path := filepath.Join(s.folder, name)
	return path, os.MkdirAll(path, 0o700)
}

// startRedis starts Redis with its append-only file synced every second, which
// is what the README asks for.
func (s *servers) startRedis(ctx context.Context) error {
	if s.redis != nil {
		return nil
	}
	folder, err := s.subfolder("redis")
	if err != nil {
		return err
	}
	if s.redis, err = launch.StartRedis(ctx, launch.RedisOptions{Folder: folder}); err != nil {
		return err
	}
	s.stops = append(s.stops, func() { s.redis.Stop() })
	s.client = redis.NewClient(&redis.Options{Addr: s.redis.Addr(), PoolSize: 128})
	return s.client.Ping(ctx).Err()
}

// restartRedis starts Redis on the folder and port of the one that was killed.
func (s *servers) restartRedis(ctx context.Context) (err error) {
	s.redis, err = launch.StartRedis(ctx, launch.RedisOptions{Folder: filepath.Join(s.folder, "redis"), Port: s.redis.Port})
	return err
}

// startStore starts FerretDB over PostgreSQL and connects to it.
func (s *servers) startStore(ctx context.Context, say func(string, ...any)) error {
	if s.ferret != nil {
		return nil
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	if s.ferretExe, err = launch.BuildFerretDB(ctx, filepath.Join(root, "cmd", "ferretdb"), func(text string) { say("%s", text) }); err != nil {
		return err
	}
	folder, err := s.subfolder("postgres")
	if err != nil {
		return err
	}
	if s.postgres, err = launch.StartPostgres(ctx, folder); err != nil {
		return err
	}
	s.stops = append(s.stops, func() { s.postgres.Stop() })
	if s.ferretAt, err = freeAddress(); err != nil {
		return err
	}
	if err := s.startFerret(ctx); err != nil {
		return err
	}
	s.stops = append(s.stops, func() { s.ferret.stop() })
	journal := true
	client, err := lungo.Connect(ctx, options.Client().ApplyURI(s.mongodbURL()).SetMaxPoolSize(64).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal}))
	if err != nil {
		return fmt.Errorf("connect to the store: %w", err)
	}
	s.db = client.Database(database)
	s.records = mongostore.New(s.db)
	return s.records.EnsureIndexes(ctx)
}

// startFerret starts FerretDB, again on the same port if it was killed.
func (s *servers) startFerret(ctx context.Context) (err error) {
	s.ferret, err = startProcess("ferretdb", s.folder, exec.Command(s.ferretExe, "-listen", s.ferretAt, "-postgresql-url", s.postgres.URL()))
	if err != nil {
		return err
	}
	return s.ferret.await(ctx, func() bool { return listens(s.ferretAt) })
}

// mongodbURL keeps the program from asking FerretDB for more at once than it has
// connections for: an update holds one while it waits for another, so that as
// many updates as connections wait for ever.
func (s *servers) mongodbURL() string { return "mongodb://" + s.ferretAt + "/?maxPoolSize=12" }

// storeTime is the processor time of FerretDB and PostgreSQL.
func (s *servers) storeTime() (time.Duration, error) {
	ferret, err := cpuTime(s.ferret.pid())
	if err != nil {
		return 0, err
	}
	postgres, err := familyTime(s.postgres.Pid())
	return ferret + postgres, err
}

// program is the path of gongyuan, built from the sources that are here.
func (s *servers) program(ctx context.Context) (string, error) {
	path := filepath.Join(s.folder, "gongyuan")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", path, "gongyuan/cmd/gongyuan")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build gongyuan: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	return path, nil
}

func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}

// installation is one program that serves candidates, and what it stands on.
type installation struct {
	suffix  string // of figures' IDs: "" with the real store, "-fixed" without
	servers *servers
	command func() *exec.Cmd
	api     *process
	address string
	pprof   string
	// store is the processor time of the store; nil where it has no process.
	store func() (time.Duration, error)
	// kept is what permanent storage holds of attempts.
	kept func(ctx context.Context, all []*candidate) (map[string]kept, error)
	// candidates are all that were made; used counts those of them that some
	// figure has taken.
	candidates []*candidate
	used       int
}

// kept is what permanent storage holds of one attempt.
type kept struct {
	LastSeq   int64 `json:"lastSeq"`   // of the submission, or of the journal before it
	Submitted bool  `json:"submitted"` //
	Marked    int   `json:"marked"`    // how many results there are of it
}

// start starts the program, or starts it again after a kill.
func (i *installation) start(ctx context.Context) (err error) {
	if i.api, err = startProcess("api"+i.suffix, i.servers.folder, i.command()); err != nil {
		return err
	}
	return i.api.await(ctx, func() bool { return ready("http://" + i.address + "/readyz") })
}

func ready(url string) bool {
	resp, err := http.Get(url)
	if err != nil {
		return false
	}
	return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
}

// realInstallation is `gongyuan serve` on Redis and FerretDB.
func realInstallation(ctx context.Context, s *servers, say func(string, ...any)) (*installation, error) {
	if err := s.startRedis(ctx); err != nil {
		return nil, err
	}
	if err := s.startStore(ctx, say); err != nil {
		return nil, err
	}
	program, err := s.program(ctx)
	if err != nil {
		return nil, err
	}
	i := &installation{servers: s, store: s.storeTime, kept: s.keptInStore}
	if i.address, err = freeAddress(); err != nil {
		return nil, err
	}
	if i.pprof, err = freeAddress(); err != nil {
		return nil, err
	}
	i.command = func() *exec.Cmd {
		c := exec.Command(program, "serve", "--listen", i.address, "--pprof", i.pprof, "--log-level", "warn", "--second-factor", "offered",
			"--mongodb-url", s.mongodbURL(), "--redis-url", s.redis.URL(), "--database", database, "--data", s.folder)
		c.Env = append(os.Environ(), "GONGYUAN_SECRETS="+secretText)
		return c
	}
	if err := i.start(ctx); err != nil {
		return nil, err
	}
	s.stops = append(s.stops, func() { i.api.stop() })
	return i, nil
}

// usage is the processor time that each part has used so far.
type usage struct{ api, redis, store time.Duration }

func (i *installation) usage() (u usage, err error) {
	if u.api, err = cpuTime(i.api.pid()); err != nil {
		return u, err
	}
	if u.redis, err = cpuTime(i.servers.redis.Pid()); err != nil || i.store == nil {
		return u, err
	}
	u.store, err = i.store()
	return u, err
}

func (u usage) since(before usage) usage {
	return usage{u.api - before.api, u.redis - before.redis, u.store - before.store}
}

func (u usage) all() time.Duration { return u.api + u.redis + u.store }

// take returns n candidates whom no figure has taken yet.
func (i *installation) take(n int) ([]*candidate, error) {
	if i.used+n > len(i.candidates) {
		return nil, fmt.Errorf("only %d candidates are left of %d", len(i.candidates)-i.used, len(i.candidates))
	}
	out := i.candidates[i.used:][:n]
	i.used += n
	return out, nil
}
