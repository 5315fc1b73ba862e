package exchange

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gongyuan/bank"
)

// Limits on a file. What is over them is refused, never cut.
const (
	MaxFile  = 64 << 20  // bytes of a file as it comes
	MaxItems = 50_000    // items of one file
	MaxRaw   = 512 << 10 // bytes of an item that is kept as it is
	MaxMedia = 8 << 20   // bytes of one media file
)

// What readers refuse as a whole. The others say what is wrong.
var (
	ErrFormat   = errors.New("exchange: not a file of this format")
	ErrTooLarge = errors.New("exchange: the file is too large")
	ErrEncoding = errors.New("exchange: the text is not UTF-8, UTF-16 or GB 18030; save it as UTF-8")
	ErrNothing  = errors.New("exchange: the file holds no items")
	ErrBank     = errors.New("exchange: the bank is not named")
	ErrReadOnly = errors.New("exchange: this format is read only")
)

// Options steer an import.
type Options struct {
	Bank bank.ID
	// Point is where items stand whose file names no assessment point. Where it
	// is empty, such items are dropped with a verdict.
	Point bank.PointCode
	// Held is what the bank holds: the newest revision of each item. By it an
	// item without a code is known again, so that the same file twice changes
	// nothing, and a code is not given twice.
	Held     []bank.Revision
	Progress func(items int) // may be nil
	Fixes    []bank.Fix      // corrections of single fields of the file
}

// Format is one file format.
type Format struct {
	Name      string // "qti-2.2", as the command line and the API spell it
	Title     Text
	Extension string // with the dot
	Media     string // media type
	// Detect tells from the first bytes whether a file may be of this format.
	Detect func(Sample) bool
	// Read and Write are nil where the format is only written or only read.
	// Read never panics; an error means that nothing was read. Write returns a
	// verdict for every item: kept, or what of it the format could not carry.
	Read  func(r io.Reader, opts Options) (Import, error)
	Write func(w io.Writer, b Bundle) ([]Verdict, error)
}

// Sample is what a format is recognised by.
type Sample struct {
	Name  string   // of the file, in lower case; may be empty
	Head  []byte   // its first bytes
	Files []string // of an archive: the paths inside, in lower case
	Text  string   // Head as text, empty where it is none
}

// ReadAll reads a file that may be at most limit bytes long.
func ReadAll(r io.Reader, limit int64) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("exchange: read: %w", err)
	}
	if int64(len(raw)) > limit {
		return nil, fmt.Errorf("%w: over %d MB", ErrTooLarge, limit>>20)
	}
	return raw, nil
}

// ReadLines reads a text file of at most limit bytes and most lines.
func ReadLines(r io.Reader, limit int64, most int) ([]string, error) {
	raw, err := ReadAll(r, limit)
	if err != nil {
		return nil, err
	}
	s, err := DecodeText(raw)
	if err != nil {
		return nil, err
	}
	if strings.Count(s, "\n") > most {
		return nil, fmt.Errorf("%w: over %d lines", ErrTooLarge, most)
	}
	return strings.Split(s, "\n"), nil
}

// HasFile tells whether the archive holds a file of that path, in any case.
func (s Sample) HasFile(path string) bool {
	return slices.Contains(s.Files, strings.ToLower(path))
}

// Begins tells whether the file begins with an XML element of one of these
// names, whatever stands before it.
func (s Sample) Begins(names ...string) bool {
	rest := s.Text
	for {
		at := strings.IndexByte(rest, '<')
		if at < 0 || strings.TrimSpace(rest[:at]) != "" {
			return false
		}
		rest = rest[at+1:]
		if !strings.HasPrefix(rest, "?") && !strings.HasPrefix(rest, "!") {
			break
		}
		end := ">"
		if strings.HasPrefix(rest, "!--") {
			end = "-->"
		}
		_, after, found := strings.Cut(rest, end)
		if !found {
			return false
		}
		rest = after
	}
	name := rest
	if i := strings.IndexAny(name, " \t\r\n/>"); i >= 0 {
		name = name[:i]
	}
	if _, local, ok := strings.Cut(name, ":"); ok {
		name = local
	}
	return slices.Contains(names, name)
}
