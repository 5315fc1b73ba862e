package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"strings"

	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
)

// endKind is the kind of the last line.
const endKind = "end"

// Line is one line of an archive.
type Line struct {
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
}

// Keyring is what a reader holds: secrets open, published keys check the seal.
type Keyring struct {
	Secrets []people.Secret
	Keys    certificate.JWKS
}

// Report is what a file turned out to be.
type Report struct {
	Header Header
	Seal   certificate.ArchiveSeal
	Counts map[string]int // lines of each kind; nil where the secret was not at hand
}

// source reads the parts of a file, in order, and sums them up.
type source struct {
	in   *bufio.Reader
	sum  hash.Hash
	size int64
}

func (s *source) take(n int) ([]byte, error) {
	out := make([]byte, n)
	if _, err := io.ReadFull(s.in, out); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf("%w: it ends after %d bytes", ErrBroken, s.size)
		}
		return nil, err
	}
	s.sum.Write(out)
	s.size += int64(n)
	return out, nil
}

func (s *source) length(most int) (int, error) {
	raw, err := s.take(4)
	if err != nil {
		return 0, err
	}
	n := binary.BigEndian.Uint32(raw)
	if n > uint32(most) {
		return 0, fmt.Errorf("%w: a part of %d bytes", ErrBroken, n)
	}
	return int(n), nil
}

// header reads magic and header, and what is authenticated with the chunks.
func (s *source) header() (Header, []byte, error) {
	head, err := s.take(len(magic))
	if err != nil {
		return Header{}, nil, err
	}
	if string(head) != magic {
		if bytes.HasPrefix(head, []byte(family)) {
			return Header{}, nil, fmt.Errorf("%w, or is of %w (it begins with %q)", ErrBroken, ErrFormat, head)
		}
		return Header{}, nil, fmt.Errorf("%w: it does not begin as an archive", ErrBroken)
	}
	n, err := s.length(mostHeader)
	if err != nil {
		return Header{}, nil, err
	}
	raw, err := s.take(n)
	if err != nil {
		return Header{}, nil, err
	}
	var h Header
	if err := json.Unmarshal(raw, &h); err != nil {
		return Header{}, nil, fmt.Errorf("%w: the header is not JSON", ErrBroken)
	}
	about := sha256.Sum256(raw)
	return h, about[:], nil
}

// seal reads and checks what stands behind the chunks.
func (s *source) seal(h *Header, keys certificate.JWKS) (certificate.ArchiveSeal, error) {
	size, sum := s.size, hex.EncodeToString(s.sum.Sum(nil))
	raw, err := io.ReadAll(io.LimitReader(s.in, mostSeal+1))
	if err != nil {
		return certificate.ArchiveSeal{}, err
	}
	if bytes.ContainsAny(raw, " \t\r\n\v\f\u0085\u00a0") {
		return certificate.ArchiveSeal{}, fmt.Errorf("%w: the seal has white space in it", ErrBroken)
	}
	seal, err := certificate.OpenArchiveSeal(string(raw), keys)
	if err != nil {
		if strings.Contains(err.Error(), "not in the key set") {
			return seal, fmt.Errorf("%w: %w: %w", ErrBroken, ErrKey, err)
		}
		return seal, fmt.Errorf("%w: seal: %w", ErrBroken, err)
	}
	if seal.Size != size || seal.SHA256 != sum || seal.Sitting != h.Sitting || seal.Made != h.Made {
		return seal, fmt.Errorf("%w: the seal is of another content", ErrBroken)
	}
	return seal, nil
}

// plaintext decrypts chunk by chunk up to the end mark.
type plaintext struct {
	*source
	aead  cipher.AEAD
	about []byte
	n     uint64
	have  []byte
	last  bool
	over  bool // the end mark was met
}

// Read implements io.Reader.
func (p *plaintext) Read(into []byte) (int, error) {
	for len(p.have) == 0 {
		if p.over {
			return 0, io.EOF
		}
		n, err := p.length(chunkSize + p.aead.Overhead())
		if err != nil {
			return 0, err
		}
		if n == 0 {
			if !p.last {
				return 0, fmt.Errorf("%w: the last chunk is missing", ErrBroken)
			}
			p.over = true
			return 0, io.EOF
		}
		sealed, err := p.take(n)
		if err != nil {
			return 0, err
		}
		if p.last {
			return 0, fmt.Errorf("%w: there is more after the last chunk", ErrBroken)
		}
		if p.have, err = p.aead.Open(nil, nonce(p.n, false), sealed, p.about); err != nil {
			if p.have, err = p.aead.Open(nil, nonce(p.n, true), sealed, p.about); err != nil {
				return 0, fmt.Errorf("%w: chunk %d does not match", ErrBroken, p.n)
			}
			p.last = true
		}
		p.n++
	}
	n := copy(into, p.have)
	p.have = p.have[n:]
	return n, nil
}

// skip passes the chunks over without reading them.
func (s *source) skip() error {
	for {
		n, err := s.length(chunkSize + 16)
		if err != nil || n == 0 {
			return err
		}
		if _, err := s.take(n); err != nil {
			return err
		}
	}
}

// Read reads a file line by line, without the last, and checks all of it. What
// it tells of lines counts only once it has returned without an error: whoever
// must not act on a line of a broken file reads it twice. Where see is nil and
// the secret is not at hand, the seal alone is checked. Errors: ErrBroken,
// ErrKey, what see says.
func Read(in io.Reader, ring Keyring, see func(Line) error) (Report, error) {
	s := &source{in: bufio.NewReaderSize(in, chunkSize), sum: sha256.New()}
	h, about, err := s.header()
	if err != nil {
		return Report{}, err
	}
	out := Report{Header: h}
	secret, known := ring.secret(h.Key)
	switch {
	case known:
		out.Counts, err = s.lines(&h, about, secret, see)
	case see != nil:
		return out, fmt.Errorf("%w: secret %q", ErrKey, h.Key)
	default:
		err = s.skip()
	}
	if err != nil {
		return out, err
	}
	out.Seal, err = s.seal(&h, ring.Keys)
	return out, err
}

func (r *Keyring) secret(id string) ([]byte, bool) {
	for _, s := range r.Secrets {
		if s.ID == id {
			return s.Key, true
		}
	}
	return nil, false
}

// lines reads all lines and holds their numbers against the last.
func (s *source) lines(h *Header, about, secret []byte, see func(Line) error) (map[string]int, error) {
	aead, err := chunkKey(secret, h.Salt)
	if err != nil {
		return nil, err
	}
	chunks := &plaintext{source: s, aead: aead, about: about}
	unzipped, err := gzip.NewReader(chunks)
	if err != nil {
		return nil, broken(err)
	}
	counts, d := map[string]int{}, json.NewDecoder(unzipped)
	for {
		var l Line
		if err := d.Decode(&l); err != nil {
			return nil, broken(err)
		}
		if l.Kind == endKind {
			if err := ends(l, counts, d); err != nil {
				return nil, err
			}
			// The rest of the stream: the end mark has to be met.
			if _, err := io.Copy(io.Discard, chunks); err != nil {
				return nil, broken(err)
			}
			return counts, nil
		}
		counts[l.Kind]++
		if see != nil {
			if err := see(l); err != nil {
				return nil, err
			}
		}
	}
}

func ends(l Line, counts map[string]int, d *json.Decoder) error {
	var end struct {
		Counts map[string]int `json:"counts"`
	}
	if err := json.Unmarshal(l.Data, &end); err != nil || !maps.Equal(end.Counts, counts) {
		return fmt.Errorf("%w: the lines are not those that the end counts", ErrBroken)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: there is more after the end", ErrBroken)
	}
	return nil
}

func broken(err error) error {
	if errors.Is(err, ErrBroken) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrBroken, err)
}
