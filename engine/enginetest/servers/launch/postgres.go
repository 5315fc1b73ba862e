package launch

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// ErrNoPostgres says that PostgreSQL's programs are neither on the path nor
// where Debian puts them.
var ErrNoPostgres = errors.New("no PostgreSQL server programs under /usr/lib/postgresql/*/bin or on the PATH")

// Postgres is a running PostgreSQL. It can be reached through its socket only,
// so it needs no port and nobody else reaches it.
type Postgres struct {
	*Process
	socket string
}

// FindPostgres returns the folder of PostgreSQL's programs, the newest version
// of several.
func FindPostgres() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	slices.SortFunc(found, func(a, b string) int { return postgresVersion(b) - postgresVersion(a) })
	if len(found) > 0 {
		return filepath.Dir(found[0]), nil
	}
	path, err := exec.LookPath("postgres")
	if err != nil {
		return "", ErrNoPostgres
	}
	return filepath.Dir(path), nil
}

func postgresVersion(path string) int {
	version, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return version
}

// StartPostgres makes a new cluster in folder, which must exist, and starts it.
// Nothing is synced to the disk: it is for tests that never outlive the
// machine. PostgreSQL refuses to run as root, so under root it runs as the user
// postgres, to whom the folder is given.
func StartPostgres(ctx context.Context, folder string) (*Postgres, error) {
	programs, err := FindPostgres()
	if err != nil {
		return nil, err
	}
	attributes, err := postgresUser(folder)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(folder, "data")
	log := filepath.Join(folder, "postgres.log")

	initialize := exec.CommandContext(ctx, filepath.Join(programs, "initdb"), "--pgdata", data, // #nosec G204 -- a server of the tests, with our own arguments
		"--username", "gongyuan", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
	initialize.Dir = folder
	initialize.SysProcAttr = detached(attributes())
	if output, err := initialize.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, strings.TrimSpace(string(output)))
	}

	command := exec.Command(filepath.Join(programs, "postgres"), "-D", data, "-k", folder, // #nosec G204 -- a server of the tests, with our own arguments
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "synchronous_commit=off",
		"-c", "full_page_writes=off", "-c", "max_connections=200")
	command.Dir = folder
	command.SysProcAttr = attributes()
	process, err := start("postgres", log, command)
	if err != nil {
		return nil, err
	}
	postgres := &Postgres{Process: process, socket: folder}
	ready := func() bool {
		return exec.Command(filepath.Join(programs, "pg_isready"), "--quiet", "--host", folder).Run() == nil // #nosec G204 -- a server of the tests, with our own arguments
	}
	if err := process.await(ctx, ready); err != nil {
		process.Kill()
		return nil, err
	}
	return postgres, nil
}

// URL returns the connection string of the database postgres.
func (p *Postgres) URL() string {
	query := url.Values{"host": {p.socket}, "pool_max_conns": {"90"}}
	return "postgres://gongyuan@/postgres?" + query.Encode()
}

// Stop ends the server without waiting for its clients.
func (p *Postgres) Stop() { p.stop(syscall.SIGINT) }

// Kill ends the server at once. Its own children notice within moments.
func (p *Postgres) Kill() {
	// SIGQUIT makes the server kill its children before it ends; a killed one
	// would leave them to find out by themselves.
	p.stop(syscall.SIGQUIT)
}
