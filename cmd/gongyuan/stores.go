package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/256dpi/lungo"
	"github.com/redis/go-redis/v9"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"

	"gongyuan/cmd/gongyuan/embedded"
)

// stores are the open databases of one run.
type stores struct {
	db lungo.IDatabase
	// ledger is the same database by connections of its own: what an exam
	// writes never waits for a connection that a list or a report holds.
	ledger   lungo.IDatabase
	redis    redis.UniversalClient
	ownRedis bool            // it runs in this program
	ownMongo *embedded.Mongo // nil where it is a server
	folder   string          // of ownMongo
	closers  []func(context.Context) error
	describe []string // for the log: what is used, without passwords
}

// connectTimeout bounds how long a start waits for a server.
const connectTimeout = 5 * time.Second

// silence is how long a database may leave a request without any answer. Work
// in the background has no deadline of its own, and a server that hangs while
// its connection stands would otherwise keep it waiting for ever: marking and
// the sweeps ask again after an error. Building an index is the longest request.
const silence = time.Minute

// open connects to what the settings name, or opens the embedded stores. An
// error is one line that says what to do.
func (s *storeSettings) open(ctx context.Context) (*stores, error) {
	out := &stores{}
	if err := s.openMongo(ctx, out); err != nil {
		return nil, err
	}
	if err := s.openRedis(ctx, out); err != nil {
		return nil, errors.Join(err, out.close(ctx))
	}
	return out, nil
}

func (s *storeSettings) openMongo(ctx context.Context, out *stores) error {
	if s.MongodbURL == "" {
		path := filepath.Join(s.Data, "gongyuan.db")
		db, err := embedded.Open(path)
		if err != nil {
			return fmt.Errorf("embedded database %s: %w", path, err)
		}
		out.db = db.Database(s.Database)
		out.ledger, out.ownMongo, out.folder = out.db, db, s.Data
		out.closers = append(out.closers, func(context.Context) error { return db.Close() })
		out.describe = append(out.describe, "database: embedded, "+path)
		return nil
	}
	journal := true
	opts := options.Client().ApplyURI(s.MongodbURL).
		SetServerSelectionTimeout(connectTimeout).SetConnectTimeout(connectTimeout).SetSocketTimeout(silence).SetAppName("gongyuan").
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal}).
		SetReadConcern(readconcern.Majority()).SetRetryWrites(true)
	if err := opts.Validate(); err != nil {
		return fmt.Errorf("GONGYUAN_MONGODB_URL is not a MongoDB URL: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*connectTimeout)
	defer cancel()
	for _, db := range []*lungo.IDatabase{&out.db, &out.ledger} {
		client, err := lungo.Connect(ctx, opts)
		if err == nil {
			out.closers = append(out.closers, client.Disconnect)
			err = client.Ping(ctx, nil)
		}
		if err != nil {
			err = fmt.Errorf("mongodb at %s cannot be reached; check GONGYUAN_MONGODB_URL and that the server runs: %w", redacted(s.MongodbURL), err)
			return errors.Join(err, out.close(context.WithoutCancel(ctx)))
		}
		*db = client.Database(s.Database)
	}
	out.describe = append(out.describe, "database: "+redacted(s.MongodbURL))
	return nil
}

// redisLog takes what the client would print by itself: a connection that is
// lost and found again is no line for an operator.
type redisLog struct{}

func (redisLog) Printf(ctx context.Context, format string, v ...any) {
	slog.DebugContext(ctx, "redis client: "+fmt.Sprintf(format, v...))
}

func (s *storeSettings) openRedis(ctx context.Context, out *stores) error {
	address, shown := s.RedisURL, redacted(s.RedisURL)
	if address == "" {
		server, err := embedded.NewRedis()
		if err != nil {
			return err
		}
		address, shown, out.ownRedis = server.URL(), "embedded, in memory", true
		out.closers = append(out.closers, func(context.Context) error { server.Close(); return nil })
	}
	client, err := newRedis(address)
	if err != nil {
		return fmt.Errorf("GONGYUAN_REDIS_URL is not a Redis URL: %w", err)
	}
	redis.SetLogger(redisLog{})
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := client.Ping(ctx).Err(); err != nil {
		_ = client.Close()
		return fmt.Errorf("redis at %s cannot be reached; check GONGYUAN_REDIS_URL and that the server runs: %w", shown, err)
	}
	out.redis = client
	out.closers = append(out.closers, func(context.Context) error { return client.Close() })
	out.describe = append(out.describe, "live state: "+shown)
	return nil
}

// newRedis returns a client of a single Redis, or of a cluster where the URL
// names further nodes. It does not connect. Who calls the client has patience
// of his own and his time in the context, so a try here is short.
func newRedis(address string) (redis.UniversalClient, error) {
	const dial, reply = time.Second, 3 * time.Second
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("it cannot be read") // the reason would show the password
	}
	if !u.Query().Has("addr") {
		opts, err := redis.ParseURL(address)
		if err != nil {
			return nil, err
		}
		opts.DialTimeout, opts.DialerRetries = cmp.Or(opts.DialTimeout, dial), cmp.Or(opts.DialerRetries, 1)
		opts.ReadTimeout, opts.WriteTimeout = cmp.Or(opts.ReadTimeout, reply), cmp.Or(opts.WriteTimeout, reply)
		opts.ContextTimeoutEnabled = true
		return redis.NewClient(opts), nil
	}
	opts, err := redis.ParseClusterURL(address)
	if err != nil {
		return nil, err
	}
	opts.DialTimeout, opts.DialerRetries = cmp.Or(opts.DialTimeout, dial), cmp.Or(opts.DialerRetries, 1)
	opts.ReadTimeout, opts.WriteTimeout = cmp.Or(opts.ReadTimeout, reply), cmp.Or(opts.WriteTimeout, reply)
	opts.ContextTimeoutEnabled = true
	// A master that died tells nobody who follows it: the client has to look.
	opts.ClusterStateReloadInterval = time.Second
	return redis.NewClusterClient(opts), nil
}

// health tells whether both stores answer.
func (s *stores) health(ctx context.Context) error {
	err := s.redis.Ping(ctx).Err()
	if client := s.db.Client(); client != nil {
		err = errors.Join(err, client.Ping(ctx, nil))
	}
	return err
}

// close closes in the reverse order of opening.
func (s *stores) close(ctx context.Context) error {
	var err error
	for i := len(s.closers) - 1; i >= 0; i-- {
		err = errors.Join(err, s.closers[i](ctx))
	}
	return err
}

// redacted shows a URL without its user and password.
func redacted(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "the given URL"
	}
	if nodes := u.Query()["addr"]; len(nodes) > 0 {
		return u.Scheme + "://" + strings.Join(append([]string{u.Host}, nodes...), ",") + " (cluster)"
	}
	return u.Scheme + "://" + u.Host
}
