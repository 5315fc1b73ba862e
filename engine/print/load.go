package print

import (
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"sync"
)

// FontFile is where the built web app keeps the font of printed pages.
const FontFile = "fonts/NotoSerifSC-Regular.ttf.gz"

// fontLimit bounds what a font file unpacks to.
const fontLimit = 64 << 20

// Source is a font that is unpacked when it is first used: an installation
// that prints nothing does not keep it in memory. It is safe for concurrent
// use.
type Source struct{ load func() (*Font, error) }

// NewSource returns the font of a file that gzip has packed. Where the file is
// missing, Font returns an fs.ErrNotExist.
func NewSource(files fs.FS, name string) *Source {
	return &Source{sync.OnceValues(func() (*Font, error) { return readFont(files, name) })}
}

// Font returns the font.
func (s *Source) Font() (*Font, error) { return s.load() }

func readFont(files fs.FS, name string) (*Font, error) {
	file, err := files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	defer file.Close()
	packed, err := gzip.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrFont, name, err)
	}
	data, err := io.ReadAll(io.LimitReader(packed, fontLimit))
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrFont, name, err)
	}
	return ParseFont(data)
}
