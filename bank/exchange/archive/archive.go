// Package archive opens the zip files that question banks come in, with bounds
// on how many entries they have, how much they unpack to and where their paths
// lead. Nothing is ever written to a disk.
package archive

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"gongyuan/bank/exchange"
)

// Limits on an archive.
const (
	MaxEntries  = 20_000
	MaxUnpacked = 256 << 20 // bytes, over everything that is read
	maxRatio    = 200       // unpacked to packed, of an entry over a megabyte
)

// What is refused.
var (
	ErrArchive = fmt.Errorf("archive: not a zip archive: %w", exchange.ErrFormat)
	ErrLimit   = fmt.Errorf("archive: it unpacks to too much: %w", exchange.ErrTooLarge)
	ErrMissing = errors.New("archive: no such file in it")
	ErrPath    = errors.New("archive: the path leads out of it")
)

// Archive is an open zip file. It is not safe for concurrent use.
type Archive struct {
	files  map[string]*zip.File
	names  []string // in their order
	Unsafe []string // entries with a path that leads out, which are left alone
	left   int64
}

// Open opens an archive.
func Open(raw []byte) (*Archive, error) {
	r, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("%w: %w", ErrArchive, err)
	}
	if len(r.File) > MaxEntries {
		return nil, fmt.Errorf("%w: over %d files", ErrLimit, MaxEntries)
	}
	a := &Archive{files: map[string]*zip.File{}, left: MaxUnpacked}
	for _, f := range r.File {
		if strings.HasSuffix(f.Name, "/") || strings.HasSuffix(f.Name, `\`) {
			continue
		}
		name, ok := clean(f.Name)
		if !ok || !f.Mode().IsRegular() {
			a.Unsafe = append(a.Unsafe, f.Name)
			continue
		}
		if _, twice := a.files[name]; twice {
			a.Unsafe = append(a.Unsafe, f.Name)
			continue
		}
		a.files[name] = f
		a.names = append(a.names, name)
	}
	return a, nil
}

// clean makes a path relative to the archive. It reports false for one that
// leads out of it.
func clean(name string) (string, bool) {
	name = strings.ReplaceAll(name, `\`, "/")
	if name == "" || len(name) > 512 || !utf8.ValidString(name) || strings.ContainsRune(name, 0) || strings.HasPrefix(name, "/") || strings.Contains(name, ":") {
		return "", false
	}
	name = path.Clean(name)
	return name, name != "." && name != ".." && !strings.HasPrefix(name, "../")
}

// Names lists the files in their order.
func (a *Archive) Names() []string { return a.names }

// Resolve returns the path that href means to the file at from, or an error
// where it leads out, or is no path at all.
func Resolve(from, href string) (string, error) {
	href, _, _ = strings.Cut(href, "#")
	href, _, _ = strings.Cut(href, "?")
	if un, err := url.PathUnescape(href); err == nil {
		href = un
	}
	if strings.HasPrefix(href, "/") {
		return "", fmt.Errorf("%q: %w", href, ErrPath)
	}
	// A path may climb as long as it stays inside.
	name, ok := clean(path.Join(path.Dir(from), strings.ReplaceAll(href, `\`, "/")))
	if !ok {
		return "", fmt.Errorf("%q: %w", href, ErrPath)
	}
	return name, nil
}

// Has tells whether the archive holds a file.
func (a *Archive) Has(name string) bool { return a.files[name] != nil }

// Size is how large a file says it is, 0 where there is none.
func (a *Archive) Size(name string) int64 {
	if f := a.files[name]; f != nil {
		return int64(min(f.UncompressedSize64, 1<<62))
	}
	return 0
}

// Read returns the bytes of a file of at most limit bytes.
func (a *Archive) Read(name string, limit int64) ([]byte, error) {
	f := a.files[name]
	if f == nil {
		return nil, fmt.Errorf("%q: %w", name, ErrMissing)
	}
	limit = min(limit, a.left)
	if f.UncompressedSize64 > uint64(limit) || f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/maxRatio > f.CompressedSize64 {
		return nil, fmt.Errorf("%q: %w", name, ErrLimit)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %q: %w", ErrArchive, name, err)
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %q: %w", ErrArchive, name, err)
	}
	if int64(len(raw)) > limit {
		return nil, fmt.Errorf("%q: %w", name, ErrLimit)
	}
	a.left -= int64(len(raw))
	return raw, nil
}
