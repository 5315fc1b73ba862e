package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongyuan/cmd/gongyuan/backup"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

func TestBackup(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	admin := w.member(people.Administrator)
	ctx, dir := t.Context(), t.TempDir()
	to := filepath.Join(dir, "one.backup")
	command := backupCommand{To: to, Stores: w.settings}

	t.Run("ErrInUse", func(t *testing.T) {
		if err := command.run(ctx, &strings.Builder{}); !errors.Is(err, errNoDoor) {
			t.Errorf("while the data is held and nothing serves: %v", err)
		}
		if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("something was written: %v", err)
		}
	})
	w.stop()
	var out strings.Builder
	if err := command.run(ctx, &out); err != nil || !strings.Contains(out.String(), "备份不含密钥") {
		t.Fatalf("backup: %v\n%s", err, out.String())
	}
	secrets := filepath.Join(w.settings.Data, backup.Secrets)

	t.Run("ErrSecretsGone", func(t *testing.T) {
		if err := os.Rename(secrets, secrets+".away"); err != nil {
			t.Fatal(err)
		}
		err := (&backupCommand{To: filepath.Join(dir, "none.backup"), Stores: w.settings}).run(ctx, &out)
		if _, made := os.Stat(secrets); !errors.Is(err, errSecretsGone) || made == nil {
			t.Errorf("without the secrets: %v, a new file %v", err, made)
		}
		other := w.settings
		other.Secrets = "1:" + strings.Repeat("A", 43) + "="
		if err := (&backupCommand{To: filepath.Join(dir, "none.backup"), Stores: other}).run(ctx, &out); !errors.Is(err, errLookup) {
			t.Errorf("with others: %v", err)
		}
		if err := os.Rename(secrets+".away", secrets); err != nil {
			t.Fatal(err)
		}
		leftNothing(t, dir, "one.backup")
	})
	t.Run("ErrNotEmpty", func(t *testing.T) {
		before, _ := os.ReadFile(secrets)
		err := (&restoreCommand{From: to, Data: w.settings.Data, Secrets: secrets}).run(ctx, &out)
		after, _ := os.ReadFile(secrets)
		if err == nil || !bytes.Equal(before, after) {
			t.Errorf("restore over data: %v", err)
		}
	})
	t.Run("ErrSecrets", func(t *testing.T) {
		err := (&restoreCommand{From: to, Data: filepath.Join(dir, "none")}).run(ctx, &out)
		if !errors.Is(err, backup.ErrSecrets) {
			t.Errorf("without secrets: %v", err)
		}
		leftNothing(t, dir, "one.backup")
	})
	t.Run("ErrDamaged", func(t *testing.T) {
		raw, err := os.ReadFile(to)
		if err != nil {
			t.Fatal(err)
		}
		raw[len(raw)/2] ^= 4
		bad := filepath.Join(t.TempDir(), "bad")
		if err := os.WriteFile(bad, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		err = (&restoreCommand{From: bad, Data: filepath.Join(dir, "none"), Secrets: secrets}).run(ctx, &out)
		if !errors.Is(err, backup.ErrDamaged) {
			t.Errorf("a changed backup: %v", err)
		}
		leftNothing(t, dir, "one.backup")
	})
	t.Run("OK", func(t *testing.T) {
		again := w.settings
		again.Data = filepath.Join(dir, "again")
		if err := (&restoreCommand{From: to, Data: again.Data, Secrets: secrets}).run(ctx, &out); err != nil {
			t.Fatal(err)
		}
		x := newWorld(t, again)
		x.call("GET", "/api/v1/me", admin.token, nil).must(t, 401) // a session of before the backup
		signed := x.call("POST", "/api/v1/auth/login", "", map[string]string{"login": admin.login, "password": memberPassword})
		signed.must(t, 200)
		found, err := x.engine.trail.Find(ctx, audit.Query{Object: "installation"}, 10)
		if err != nil || len(found) != 2 || found[0].Act != actRestore || found[1].Act != actBackup {
			t.Errorf("recorded: %v, %v", found, err)
		}
		if _, err := x.engine.trail.Verify(ctx, audit.Head{}); err != nil {
			t.Error(err)
		}
	})
	t.Run("OK with its secrets", func(t *testing.T) {
		full := filepath.Join(dir, "full.backup")
		if err := (&backupCommand{To: full, WithSecrets: true, Stores: w.settings}).run(ctx, &out); err != nil {
			t.Fatal(err)
		}
		data := filepath.Join(dir, "full")
		if err := (&restoreCommand{From: full, Data: data}).run(ctx, &out); err != nil {
			t.Fatal(err)
		}
		want, _ := os.ReadFile(secrets)
		if got, err := os.ReadFile(filepath.Join(data, backup.Secrets)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("secrets: %v", err)
		}
	})
}

// TestBackupWhileItServes takes copies of a program that serves and writes: each
// is of one moment, and no other backup of that moment is let in.
func TestBackupWhileItServes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	ctx, dir := t.Context(), t.TempDir()
	door := &door{folder: w.settings.Data, data: w.engine.stores.ownMongo, trail: w.engine.trail}
	if err := os.WriteFile(filepath.Join(w.settings.Data, doorName), nil, 0o600); err != nil { // of a program that was killed
		t.Fatal(err)
	}
	if err := door.open(ctx); err != nil {
		t.Fatal(err)
	}
	made := make(chan int)
	writing, stop := context.WithCancel(ctx)
	go func() {
		n := 0
		for ; writing.Err() == nil; n++ {
			if err := w.engine.trail.Record(ctx, audit.Event{Actor: audit.System, Act: "test.write", Object: "test"}); err != nil {
				t.Error(err)
			}
		}
		made <- n
	}()
	for _, name := range []string{"one", "two"} {
		to := filepath.Join(dir, name)
		if err := (&backupCommand{To: to, Stores: w.settings}).run(ctx, &strings.Builder{}); err != nil {
			t.Fatal(err)
		}
		again := w.settings
		again.Data = filepath.Join(dir, name+"-restored")
		if err := (&restoreCommand{From: to, Data: again.Data, Secrets: filepath.Join(w.settings.Data, backup.Secrets)}).run(ctx, &strings.Builder{}); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if n := <-made; n < 10 {
		t.Errorf("only %d writes beside it", n)
	}
	door.busy.Lock()
	if err := (&backupCommand{To: filepath.Join(dir, "three"), Stores: w.settings}).run(ctx, &strings.Builder{}); err == nil || !strings.Contains(err.Error(), "another backup") {
		t.Errorf("two at once: %v", err)
	}
	door.busy.Unlock()
	leftNothing(t, dir, "one", "two", "one-restored", "two-restored")
	leftNothing(t, w.settings.Data, doorName, backup.Data, backup.Secrets)
	if n := recorded(t, w, actBackup); n != 2 {
		t.Errorf("%d backups are recorded", n)
	}
}

// leftNothing tells of what stands in a folder beside what should.
func leftNothing(t *testing.T, dir string, but ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(but) {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
