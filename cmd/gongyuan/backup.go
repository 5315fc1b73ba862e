package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gongyuan/cmd/gongyuan/backup"
	"gongyuan/cmd/gongyuan/embedded"
	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
)

// The acts of these commands in the record.
const (
	actBackup  = "installation.backup"
	actRestore = "installation.restore"
)

var errNotEmbedded = errors.New("备份命令用于内置数据库；MongoDB 用 mongodump，Redis 用其自身的持久化 (this command is for the embedded mode; for MongoDB take mongodump, for Redis its own persistence)")

type backupCommand struct {
	To          string        `required:"" type:"path" placeholder:"FILE" help:"File to write; one that is there is not replaced."`
	WithSecrets bool          `help:"Put the secrets in as well. Whoever has such a file can read every sealed identity number."`
	Stores      storeSettings `embed:""`
}

// Run writes the backup and reads it back.
func (c *backupCommand) Run(ctx context.Context) error { return c.run(ctx, os.Stdout) }

func (c *backupCommand) run(ctx context.Context, out io.Writer) (err error) {
	if c.Stores.MongodbURL != "" {
		return errNotEmbedded
	}
	if _, err := os.Lstat(c.To); err == nil {
		return fmt.Errorf("%s: %w", c.To, fs.ErrExist)
	}
	data := filepath.Join(c.Stores.Data, backup.Data)
	if _, err := os.Stat(data); err != nil {
		return fmt.Errorf("no data to back up: %w", err)
	}
	secrets, err := c.Stores.secrets()
	if err != nil {
		return err
	}
	// The copy stands where the backup goes, for the room that is there.
	folder, err := os.MkdirTemp(filepath.Dir(c.To), ".gongyuan-backup-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := c.copy(ctx, data, folder, secrets); err != nil {
		return err
	}
	m := backup.Manifest{Made: time.Now().UTC().Truncate(time.Second), Program: version, Database: c.Stores.Database}
	if err := inspect(ctx, folder, &m, secrets); err != nil {
		return fmt.Errorf("the copy: %w", err)
	}
	names := []string{backup.Data}
	if c.WithSecrets {
		if err := os.WriteFile(filepath.Join(folder, backup.Secrets), []byte(people.FormatSecrets(secrets)), 0o600); err != nil {
			return err
		}
		names = append(names, backup.Secrets)
	}
	if err := backup.Write(c.To, folder, names, m, secrets); err != nil {
		return err
	}
	return c.tell(out, &m)
}

// copy takes the backup down in the record and copies the data. The program
// that serves holds the file: while it runs, it does both.
func (c *backupCommand) copy(ctx context.Context, data, folder string, secrets []people.Secret) (err error) {
	to, err := os.OpenFile(filepath.Join(folder, backup.Data), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- a file that the operator names
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Sync(), to.Close()) }()
	asked := copyAsked{filepath.Base(c.To), c.WithSecrets}
	db, err := embedded.Open(data)
	if errors.Is(err, embedded.ErrInUse) {
		return copyThrough(ctx, c.Stores.Data, asked, to)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	store := mongostore.New(db.Database(c.Stores.Database))
	if err := rightSecrets(ctx, store, secrets); err != nil {
		return err
	}
	trail, err := trailOf(db, c.Stores.Database, secrets)
	if err != nil {
		return err
	}
	return audit.Do(ctx, trail, asked.event(), func() error { return db.CopyTo(to) })
}

func trailOf(db *embedded.Mongo, database string, secrets []people.Secret) (*audit.Trail, error) {
	return audit.New(mongostore.New(db.Database(database)).Audit(), secrets, attempt.NewSteadyClock())
}

// inspect opens the data in a folder, walks its pages and reads the record of
// acts into the manifest. A record that does not hold together is told and no
// reason against a backup.
func inspect(ctx context.Context, folder string, m *backup.Manifest, secrets []people.Secret) (err error) {
	db, err := embedded.Open(filepath.Join(folder, backup.Data))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.CheckPages(); err != nil {
		return err
	}
	if err := rightSecrets(ctx, mongostore.New(db.Database(m.Database)), secrets); err != nil {
		return err
	}
	trail, err := trailOf(db, m.Database, secrets)
	if err != nil {
		return err
	}
	head, err := trail.Verify(ctx, audit.Head{})
	if err != nil && !errors.Is(err, audit.ErrBroken) {
		return err
	}
	if err != nil {
		m.Broken = err.Error()
	}
	m.Audit = backup.Head{Index: head.Index, Seal: hex.EncodeToString(head.Seal)}
	return nil
}

func (c *backupCommand) tell(out io.Writer, m *backup.Manifest) error {
	var b strings.Builder
	fmt.Fprintf(&b, "备份完成并已核对 backed up and read back: %s\n操作记录 record: %d:%s\n", c.To, m.Audit.Index, m.Audit.Seal)
	if m.Broken != "" {
		fmt.Fprintf(&b, "注意：操作记录不完整 NOTE: the record does not hold together: %s\n", m.Broken)
	}
	if c.WithSecrets {
		b.WriteString("备份含密钥，请妥善保管 It holds the secrets: keep it as safe as them.\n")
	} else {
		b.WriteString("备份不含密钥：请另存 secrets 文件或 GONGYUAN_SECRETS，没有它无法恢复 It does not hold the secrets: keep them elsewhere, nothing can be restored without them.\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

type restoreCommand struct {
	From    string `required:"" type:"existingfile" placeholder:"FILE" help:"The backup."`
	Data    string `required:"" type:"path" placeholder:"FOLDER" help:"Data folder to make; there must be none, or an empty one."`
	Secrets string `type:"existingfile" placeholder:"FILE" help:"File of the secrets, where the backup does not hold them."`
}

// Run makes the data folder, or leaves everything as it was.
func (c *restoreCommand) Run(ctx context.Context) error { return c.run(ctx, os.Stdout) }

func (c *restoreCommand) run(ctx context.Context, out io.Writer) (err error) {
	if entries, err := os.ReadDir(c.Data); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s 不是空文件夹，不覆盖 (the folder is not empty; nothing is overwritten)", c.Data)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var secrets []people.Secret
	if c.Secrets != "" {
		text, err := os.ReadFile(c.Secrets)
		if err != nil {
			return err
		}
		if secrets, err = people.ParseSecrets(string(text)); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(c.Data), 0o700); err != nil {
		return err
	}
	folder, err := os.MkdirTemp(filepath.Dir(c.Data), ".gongyuan-restore-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	m, err := c.prepare(ctx, folder, secrets)
	if err != nil {
		return err
	}
	if err := os.Remove(c.Data); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(folder, c.Data); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "已恢复并核对 restored and checked: %s\n备份于 made %s, 操作记录 record: %d:%s\n所有人须重新登录 everybody has to sign in again\n",
		c.Data, m.Made.Format(time.RFC3339), m.Audit.Index, m.Audit.Seal)
	return err
}

// prepare extracts the backup and checks all of it.
func (c *restoreCommand) prepare(ctx context.Context, folder string, secrets []people.Secret) (backup.Manifest, error) {
	m, err := backup.Extract(c.From, folder, secrets)
	if err != nil {
		return m, err
	}
	file := filepath.Join(folder, backup.Secrets)
	if secrets == nil { // the backup brought them along, and they are its own
		text, err := os.ReadFile(file) // #nosec G304 -- a file that the operator names
		if err != nil {
			return m, err
		}
		if secrets, err = people.ParseSecrets(string(text)); err != nil {
			return m, err
		}
	} else if err := writeSecrets(file, []byte(people.FormatSecrets(secrets))); err != nil {
		return m, err
	}
	now := m
	now.Broken = ""
	if err := inspect(ctx, folder, &now, secrets); err != nil {
		return m, err
	}
	if now.Audit != m.Audit || now.Broken != m.Broken {
		return m, fmt.Errorf("%w: record %d:%s %s", backup.ErrDamaged, now.Audit.Index, now.Audit.Seal, now.Broken)
	}
	return m, reopen(ctx, folder, &m, secrets)
}

// reopen takes the restoring down and ends every session: one that was ended
// after the backup must not live again.
func reopen(ctx context.Context, folder string, m *backup.Manifest, secrets []people.Secret) (err error) {
	db, err := embedded.Open(filepath.Join(folder, backup.Data))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	trail, err := trailOf(db, m.Database, secrets)
	if err != nil {
		return err
	}
	event := audit.Event{Actor: audit.System, Act: actRestore, Object: "installation", After: map[string]any{"made": m.Made, "record": m.Audit.Index}}
	return audit.Do(ctx, trail, event, func() error {
		far := time.Now().AddDate(1000, 0, 0)
		return mongostore.New(db.Database(m.Database)).People().PurgeSessions(ctx, far)
	})
}
