package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gongyuan/cmd/gongyuan/embedded"
	"gongyuan/engine/audit"
)

// doorName is the socket in the data folder through which `gongyuan backup` is
// given a copy while the program serves. Whoever may open it may read the data
// file beside it as well.
const doorName = "gongyuan.sock"

// errNoDoor says that the program which holds the data does not serve.
var errNoDoor = errors.New("占用数据的程序没有在服务：请等它结束，或先停止它 (what holds the data does not serve: wait until it ends, or stop it)")

// copyTime bounds the handing out of one copy.
const copyTime = 10 * time.Minute

// copyAsked is what a backup asks of the program that serves.
type copyAsked struct {
	File    string `json:"file"`
	Secrets bool   `json:"secrets"`
}

// event is how a backup stands in the record.
func (c copyAsked) event() audit.Event {
	return audit.Event{Actor: audit.System, Act: actBackup, Object: "installation", After: map[string]any{"file": c.File, "secrets": c.Secrets}}
}

// door gives out copies of the embedded database, one at a time.
type door struct {
	folder string
	data   *embedded.Mongo
	trail  audit.Recorder
	busy   sync.Mutex
}

// open lets backups in until ctx ends. A socket that a killed program left
// is replaced: the data file is this program's alone.
func (d *door) open(ctx context.Context) error {
	path := filepath.Join(d.folder, doorName)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	if err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return errors.Join(err, listener.Close())
	}
	server := &http.Server{Handler: d, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: copyTime}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() { _ = server.Serve(listener) }()
	return nil
}

// letBackupsIn opens the door of the embedded database. Without it the program
// serves all the same.
func (e *engine) letBackupsIn(ctx context.Context) {
	if e.stores.ownMongo == nil {
		return
	}
	d := &door{folder: e.stores.folder, data: e.stores.ownMongo, trail: e.trail}
	if err := d.open(ctx); err != nil {
		e.log.Warn("a backup will need the program to be stopped", "error", err)
	}
}

// ServeHTTP records the backup, copies the data as of one commit and sends the
// copy. It copies to a file first: while the database is read it cannot grow, so
// how slowly somebody takes the copy must not matter to an exam.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !d.busy.TryLock() {
		http.Error(w, "另一份备份正在进行 (another backup is being made)", http.StatusConflict)
		return
	}
	defer d.busy.Unlock()
	var asked copyAsked
	if err := json.NewDecoder(io.LimitReader(r.Body, 4<<10)).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var file *os.File
	err := audit.Do(r.Context(), d.trail, asked.event(), func() (err error) {
		if file, err = os.CreateTemp(d.folder, ".backup-"); err != nil {
			return err
		}
		if err = d.data.CopyTo(file); err == nil {
			_, err = file.Seek(0, io.SeekStart)
		}
		return err
	})
	if file != nil {
		defer func() { _ = errors.Join(file.Close(), os.Remove(file.Name())) }()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if _, err := io.Copy(w, file); err != nil {
		panic(http.ErrAbortHandler) // whoever reads it misses the last chunk
	}
}

// copyThrough asks the program that serves from a data folder for a copy.
func copyThrough(ctx context.Context, folder string, asked copyAsked, to io.Writer) error {
	path := filepath.Join(folder, doorName)
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
		if err != nil {
			err = fmt.Errorf("%w: %w", errNoDoor, err)
		}
		return conn, err
	}}}
	defer client.CloseIdleConnections()
	body, err := json.Marshal(asked)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://gongyuan/backup", bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
		return fmt.Errorf("the program that serves: %s", bytes.TrimSpace(said))
	}
	_, err = io.Copy(to, resp.Body)
	return err
}
