package people

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// ErrSealed is returned by Open for bytes that no known key has sealed.
var ErrSealed = errors.New("people: cannot be opened with the keys at hand")

// Sealer keeps identity numbers unreadable at rest. What it writes names the
// secret, so that secrets can rotate: the first seals and hashes, all open.
// It is safe for concurrent use.
type Sealer struct {
	first string
	aeads map[string]cipher.AEAD
	hash  []byte
}

// NewSealer derives sealing and look-up keys (HKDF-SHA-256) from the secrets.
// The look-up key comes from the last secret, the oldest, because hashes kept
// in the database cannot be made again without opening what they stand for.
func NewSealer(secrets []Secret) (*Sealer, error) {
	if len(secrets) == 0 {
		return nil, errors.New("people: no secret")
	}
	s := &Sealer{first: secrets[0].ID, aeads: map[string]cipher.AEAD{}}
	for _, secret := range secrets {
		if len(secret.Key) != 32 || secret.ID == "" || len(secret.ID) > 16 {
			return nil, fmt.Errorf("people: secret %q: want an id of 1–16 characters and a key of 32 bytes", secret.ID)
		}
		if _, twice := s.aeads[secret.ID]; twice {
			return nil, fmt.Errorf("people: secret %q is named twice", secret.ID)
		}
		key, err := hkdf.Key(sha256.New, secret.Key, nil, "gongyuan seal v1", 32)
		if err != nil {
			return nil, fmt.Errorf("people: derive key: %w", err)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("people: cipher: %w", err)
		}
		if s.aeads[secret.ID], err = cipher.NewGCM(block); err != nil {
			return nil, fmt.Errorf("people: cipher: %w", err)
		}
	}
	var err error
	s.hash, err = hkdf.Key(sha256.New, secrets[len(secrets)-1].Key, nil, "gongyuan lookup v1", 32)
	if err != nil {
		return nil, fmt.Errorf("people: derive key: %w", err)
	}
	return s, nil
}

// Seal encrypts text by AES-256-GCM. The context, for example the candidate's
// id, is authenticated: a sealed text cannot be moved to another record.
func (s *Sealer) Seal(text, context string) []byte {
	aead := s.aeads[s.first]
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce) // never fails, by its documentation
	out := append([]byte{byte(len(s.first))}, s.first...)
	out = append(out, nonce...)
	return aead.Seal(out, nonce, []byte(text), []byte(context))
}

// Open reverses Seal. It returns ErrSealed where the key is not known, the
// context differs or a bit was changed.
func (s *Sealer) Open(sealed []byte, context string) (string, error) {
	if len(sealed) < 1 || len(sealed) < 1+int(sealed[0]) {
		return "", ErrSealed
	}
	rest := sealed[1+sealed[0]:]
	aead, ok := s.aeads[string(sealed[1:1+sealed[0]])]
	if !ok || len(rest) < aead.NonceSize() {
		return "", ErrSealed
	}
	text, err := aead.Open(nil, rest[:aead.NonceSize()], rest[aead.NonceSize():], []byte(context))
	if err != nil {
		return "", ErrSealed
	}
	return string(text), nil
}

// KeyOf returns the id of the secret that sealed a text, "" where that cannot be
// told.
func KeyOf(sealed []byte) string {
	if len(sealed) < 1 || len(sealed) < 1+int(sealed[0]) {
		return ""
	}
	return string(sealed[1 : 1+sealed[0]])
}

// Hash returns the keyed hash (HMAC-SHA-256, hex) by which a number is found.
func (s *Sealer) Hash(text string) string {
	m := hmac.New(sha256.New, s.hash)
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}
