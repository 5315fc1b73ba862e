package enrol

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"
	"unicode"
)

// between stands between the names of files; cleanName leaves it in none.
const between = "\x00"

func joinNames(files []File) string {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name
	}
	return strings.Join(names, between)
}

// named fills in the names of an application's files.
func (d *Desk) named(a *Application) error {
	if len(a.Names) == 0 {
		return nil
	}
	text, err := d.in.Sealer.Open(a.Names, NamesContext(a.ID))
	if err != nil {
		return fmt.Errorf("names of an application's files: %w", err)
	}
	for i, name := range strings.Split(text, between) {
		if i < len(a.Files) {
			a.Files[i].Name = name
		}
	}
	return nil
}

func cleanName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = path.Base(strings.ReplaceAll(s, "\\", "/"))
	if r := []rune(s); len(r) > 80 {
		s = string(r[:80])
	}
	return s
}

// unclaimed is how long a file may belong to nobody: its application is on its
// way.
const unclaimed = time.Hour

// Purge deletes the files that no application names: of applications that were
// refused while their files came in, and those that others took the place of. It
// returns how many they were.
func (d *Desk) Purge(ctx context.Context) (int, error) {
	n, err := d.in.Store.DropOrphans(ctx, d.now().Add(-unclaimed))
	if err != nil {
		return n, fmt.Errorf("purge files of applications: %w", err)
	}
	return n, nil
}
