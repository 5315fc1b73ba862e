package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongyuan/cmd/gongyuan/backup"
	"gongyuan/cmd/gongyuan/embedded"
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
		if err := command.run(ctx, &strings.Builder{}); !errors.Is(err, embedded.ErrInUse) {
			t.Errorf("while the program runs: %v", err)
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

// leftNothing tells of what stands in a folder beside what should.
func leftNothing(t *testing.T, dir string, but ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != len(but) {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
