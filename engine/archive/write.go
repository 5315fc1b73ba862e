package archive

import (
	"compress/gzip"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
)

const (
	family    = "gongyuan archive " // what archives of every format begin with
	magic     = family + "1\n"
	chunkSize = 64 << 10
	// mostHeader bounds what a reader takes for a header, mostSeal for a seal.
	mostHeader = 4 << 10
	mostSeal   = 8 << 10
)

// Header stands in the clear: enough to know what a file is and which keys it
// needs, and nothing of anybody.
type Header struct {
	Sitting string `json:"sitting"`
	Title   string `json:"title"`
	Body    string `json:"body"` // who made it, as filed
	Made    string `json:"made"` // RFC 3339, UTC
	Key     string `json:"key"`  // id of the secret that encrypts
	Salt    []byte `json:"salt"` // 32 random bytes, base64
	Signer  string `json:"signer"`
}

// Signer seals files; *certificate.Keys is one.
type Signer interface {
	SealArchive(s certificate.ArchiveSeal) (string, error)
	KID() string
}

// chunkKey derives the key of one file.
func chunkKey(secret []byte, salt []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, salt, "gongyuan archive v1", 32)
	if err != nil {
		return nil, fmt.Errorf("archive: derive key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("archive: cipher: %w", err)
	}
	return cipher.NewGCM(block)
}

// nonce numbers a chunk and tells whether it is the last.
func nonce(n uint64, last bool) []byte {
	out := make([]byte, 12)
	binary.BigEndian.PutUint64(out[3:11], n)
	if last {
		out[11] = 1
	}
	return out
}

// Writer writes one file, a line after the other, and holds no more than a
// chunk of it. It is not safe for concurrent use.
type Writer struct {
	header Header
	signer Signer
	out    io.Writer
	sum    hash.Hash // of everything written
	size   int64

	aead  cipher.AEAD
	about []byte // authenticated with each chunk
	chunk []byte // not yet encrypted
	n     uint64

	zip    *gzip.Writer
	counts map[string]int
	err    error
}

// NewWriter begins a file. The header's Key, Salt and Signer are set here.
func NewWriter(out io.Writer, h Header, secret people.Secret, signer Signer, made time.Time) (*Writer, error) {
	h.Key, h.Signer, h.Made, h.Salt = secret.ID, signer.KID(), made.UTC().Format(time.RFC3339), make([]byte, 32)
	rand.Read(h.Salt) // never fails, by its documentation
	raw, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("archive: header: %w", err)
	}
	if len(raw) > mostHeader {
		return nil, errors.New("archive: the header is too long")
	}
	w := &Writer{header: h, signer: signer, out: out, sum: sha256.New(), counts: map[string]int{}, chunk: make([]byte, 0, chunkSize)}
	if w.aead, err = chunkKey(secret.Key, h.Salt); err != nil {
		return nil, err
	}
	about := sha256.Sum256(raw)
	w.about = about[:]
	w.zip = gzip.NewWriter((*chunks)(w))
	w.put([]byte(magic))
	w.put(binary.BigEndian.AppendUint32(nil, uint32(len(raw))))
	w.put(raw)
	return w, w.err
}

// put writes to the file and keeps the first error.
func (w *Writer) put(data []byte) {
	if w.err != nil {
		return
	}
	w.sum.Write(data)
	w.size += int64(len(data))
	if _, err := w.out.Write(data); err != nil {
		w.err = fmt.Errorf("archive: write: %w", err)
	}
}

// chunks cuts what is written to it into chunks. The last is kept back: only
// Close knows that it is the last.
type chunks Writer

// Write implements io.Writer.
func (c *chunks) Write(data []byte) (int, error) {
	w, all := (*Writer)(c), len(data)
	for len(data) > 0 {
		if len(w.chunk) == chunkSize {
			w.seal(false)
		}
		n := min(len(data), chunkSize-len(w.chunk))
		w.chunk = append(w.chunk, data[:n]...)
		data = data[n:]
	}
	return all, w.err
}

func (w *Writer) seal(last bool) {
	sealed := w.aead.Seal(nil, nonce(w.n, last), w.chunk, w.about)
	w.put(binary.BigEndian.AppendUint32(nil, uint32(len(sealed))))
	w.put(sealed)
	w.chunk = w.chunk[:0]
	w.n++
}

// line is one line as it stands in the file.
type line struct {
	Kind string `json:"kind"`
	Data any    `json:"data"`
}

// Put writes one line.
func (w *Writer) Put(kind string, v any) error {
	if w.err != nil {
		return w.err
	}
	data, err := plain(v)
	if err != nil {
		return fmt.Errorf("archive: %s: %w", kind, err)
	}
	w.counts[kind]++
	return w.write(line{kind, data})
}

func (w *Writer) write(l line) error {
	raw, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("archive: %s: %w", l.Kind, err)
	}
	_, err = w.zip.Write(append(raw, '\n'))
	return err
}

// Made is what became of a file.
type Made struct {
	Header Header
	Size   int64  // of the whole file
	SHA256 string // hex, of everything before the seal
	Counts map[string]int
}

// Close ends the file with its seal. What was written without Close is no
// archive.
func (w *Writer) Close() (Made, error) {
	if err := w.write(line{endKind, map[string]any{"counts": w.counts}}); err != nil {
		return Made{}, err
	}
	if err := w.zip.Close(); err != nil {
		return Made{}, err
	}
	w.seal(true)
	w.put(make([]byte, 4))
	s := certificate.ArchiveSeal{Sitting: w.header.Sitting, Made: w.header.Made, Size: w.size, SHA256: hex.EncodeToString(w.sum.Sum(nil))}
	text, err := w.signer.SealArchive(s)
	if err != nil {
		return Made{}, err
	}
	w.put([]byte(text))
	return Made{Header: w.header, Size: w.size, SHA256: s.SHA256, Counts: w.counts}, w.err
}
