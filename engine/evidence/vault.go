package evidence

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"gongyuan/engine/people"
)

// Vault seals what is stored, by AES-256-GCM under keys that are derived from
// the installation's secrets. What it writes names the secret, so that secrets
// can rotate: the first seals, all open. It is safe for concurrent use.
type Vault struct {
	first string
	aeads map[string]cipher.AEAD
}

// NewVault derives the keys (HKDF-SHA-256, "gongyuan evidence v1").
func NewVault(secrets []people.Secret) (*Vault, error) {
	if len(secrets) == 0 {
		return nil, errors.New("evidence: no secret")
	}
	v := &Vault{first: secrets[0].ID, aeads: map[string]cipher.AEAD{}}
	for _, s := range secrets {
		key, err := hkdf.Key(sha256.New, s.Key, nil, "gongyuan evidence v1", 32)
		if err != nil {
			return nil, fmt.Errorf("evidence: derive key: %w", err)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("evidence: cipher: %w", err)
		}
		if v.aeads[s.ID], err = cipher.NewGCM(block); err != nil {
			return nil, fmt.Errorf("evidence: cipher: %w", err)
		}
	}
	return v, nil
}

// seal encrypts content. What it is about, such as the file's name, is
// authenticated with it: a sealed content cannot be moved to another file.
func (v *Vault) seal(content []byte, about string) []byte {
	aead := v.aeads[v.first]
	nonce := make([]byte, aead.NonceSize())
	rand.Read(nonce) // never fails, by its documentation
	out := make([]byte, 0, 1+len(v.first)+len(nonce)+len(content)+aead.Overhead())
	out = append(append(out, byte(len(v.first))), v.first...)
	return aead.Seal(append(out, nonce...), nonce, content, []byte(about))
}

// open reverses seal. It returns ErrSealed where the key is not known, it is
// about something else, or a bit was changed.
func (v *Vault) open(sealed []byte, about string) ([]byte, error) {
	if len(sealed) < 1 || len(sealed) < 1+int(sealed[0]) {
		return nil, ErrSealed
	}
	rest := sealed[1+sealed[0]:]
	aead, ok := v.aeads[string(sealed[1:1+sealed[0]])]
	if !ok || len(rest) < aead.NonceSize() {
		return nil, ErrSealed
	}
	content, err := aead.Open(nil, rest[:aead.NonceSize()], rest[aead.NonceSize():], []byte(about))
	if err != nil {
		return nil, ErrSealed
	}
	return content, nil
}

// Seal encrypts what others keep, under what it is about.
func (v *Vault) Seal(content []byte, about string) []byte { return v.seal(content, about) }

// Open reverses Seal. It returns ErrSealed where it cannot.
func (v *Vault) Open(sealed []byte, about string) ([]byte, error) { return v.open(sealed, about) }
