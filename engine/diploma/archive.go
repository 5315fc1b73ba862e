package diploma

import (
	"archive/zip"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"sync"
)

// window is how many sheets are in memory at a time.
const window = 32

// Archive writes certificates as a zip with a document each, named by their
// numbers, in order. at returns a sheet; it is called in order, and no more
// than a window ahead of what is written, so that thousands need little memory.
// Entries are stored with their sizes in front, so that a reader knows from
// the first byte of each how far the archive is. Errors are those of Check and
// of at; what was written then is no archive.
func (p *Printer) Archive(w io.Writer, count int, at func(i int) (Sheet, error)) error {
	if count == 0 {
		return errors.New("diploma: nothing to print")
	}
	out := zip.NewWriter(w)
	for from := 0; from < count; from += window {
		sheets, err := some(at, from, min(window, count-from))
		if err != nil {
			return err
		}
		docs := make([][]byte, len(sheets))
		err = p.spread(len(sheets), func(i int) (err error) {
			docs[i], err = p.Write(sheets[i : i+1])
			return err
		})
		if err != nil {
			return err
		}
		for i, doc := range docs {
			if err := store(out, &sheets[i], doc); err != nil {
				return err
			}
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("diploma: archive: %w", err)
	}
	return nil
}

// store adds a document. It is compressed in itself already.
func store(out *zip.Writer, s *Sheet, doc []byte) error {
	size := uint64(len(doc))
	entry, err := out.CreateRaw(&zip.FileHeader{
		Name: string(s.Certificate.Number) + ".pdf", Method: zip.Store, Modified: s.Certificate.Issued,
		CRC32: crc32.ChecksumIEEE(doc), CompressedSize64: size, UncompressedSize64: size,
	})
	if err == nil {
		_, err = entry.Write(doc)
	}
	if err != nil {
		return fmt.Errorf("diploma: archive: %w", err)
	}
	return nil
}

// spread does a window's work on all processors. One window is worked on at a
// time, so that two who print at once do not take the machine from those who
// sit an exam.
func (p *Printer) spread(n int, do func(i int) error) error {
	p.busy.Lock()
	defer p.busy.Unlock()
	next := make(chan int)
	errs := make([]error, n)
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				errs[i] = do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	return errors.Join(errs...)
}
