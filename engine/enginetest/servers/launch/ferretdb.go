package launch

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// ferretTags leave out FerretDB's backends other than PostgreSQL.
const ferretTags = "ferretdb_no_sqlite,ferretdb_no_mysql"

// FerretDB is a running FerretDB.
type FerretDB struct {
	*Process
	url string
}

// BuildFerretDB returns the path of the FerretDB program, built from the nested
// module in the folder source. It is built once per state of that module and
// kept in the user's cache folder; a first build takes about a minute and a
// half on two cores, and building says so through progress.
func BuildFerretDB(ctx context.Context, source string, progress func(string)) (string, error) {
	name, err := ferretName(source)
	if err != nil {
		return "", fmt.Errorf("build ferretdb: %w", err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	folder := filepath.Join(cache, "gongyuan")
	program := filepath.Join(folder, name)
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { // #nosec G301 -- a folder of the tests
		return "", fmt.Errorf("build ferretdb: %w", err)
	}
	progress("building FerretDB once into " + program)
	// Two runs may build at the same time; each makes its own and the last
	// rename wins.
	unfinished := fmt.Sprintf("%s.%d", program, os.Getpid())
	defer os.Remove(unfinished)
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags", ferretTags, "-o", unfinished, ".") // #nosec G204 -- a server of the tests, with our own arguments
	build.Dir = source
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=")
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build ferretdb: %w\n%s", err, strings.TrimSpace(string(output)))
	}
	if err := os.Rename(unfinished, program); err != nil {
		return "", fmt.Errorf("build ferretdb: %w", err)
	}
	return program, nil
}

// ferretName names the program by a digest of all that it is built from.
func ferretName(source string) (string, error) {
	digest := sha256.New()
	for _, file := range []string{"main.go", "go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(source, file)) // #nosec G304 -- our own source
		if err != nil {
			return "", err
		}
		fmt.Fprintf(digest, "%s %d\n", file, len(content))
		digest.Write(content)
	}
	fmt.Fprintln(digest, runtime.Version(), ferretTags)
	return "ferretdb-" + hex.EncodeToString(digest.Sum(nil))[:16], nil
}

// StartFerretDB starts the program over the PostgreSQL at postgres, on a free
// loopback port. It keeps its log in folder, which must exist.
func StartFerretDB(ctx context.Context, program, postgres, folder string) (*FerretDB, error) {
	command := exec.Command(program, "-listen", "127.0.0.1:0", "-postgresql-url", postgres) // #nosec G204 -- a server of the tests, with our own arguments
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start ferretdb: %w", err)
	}
	command.Stdout = writer
	process, err := start("ferretdb", filepath.Join(folder, "ferretdb.log"), command)
	// The child holds its own end now; with ours closed, its death ends the read.
	if closeErr := writer.Close(); err == nil && closeErr != nil {
		process.Kill()
		err = closeErr
	}
	if err != nil {
		return nil, errors.Join(err, reader.Close())
	}
	// It says where it listens in the one line that it prints.
	address := make(chan string, 1)
	go func() {
		defer reader.Close()
		line, _ := bufio.NewReader(reader).ReadString('\n')
		address <- strings.TrimSpace(line)
	}()
	ferret := &FerretDB{Process: process}
	err = process.await(ctx, func() bool {
		select {
		case ferret.url = <-address:
		default:
		}
		return ferret.url != ""
	})
	if err != nil {
		process.Kill()
		return nil, err
	}
	return ferret, nil
}

// URL returns the address in the form of GONGYUAN_MONGODB_URL.
func (f *FerretDB) URL() string { return f.url }
