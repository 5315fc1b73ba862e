package sitting

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
)

// PaperKey is the key, of 32 bytes, that encrypts the paper of an attempt until
// the start: HKDF-SHA256 (RFC 5869) of the sitting's secret, with
// "gongyuan paper 1:" and the attempt as info. It is derived and kept nowhere.
// It returns ErrState before the papers are sealed.
func (s *Sitting) PaperKey(attempt string) ([]byte, error) {
	if len(s.Secret) == 0 {
		return nil, fmt.Errorf("sitting %s has no secret: %w", s.ID, ErrState)
	}
	key, err := hkdf.Key(sha256.New, s.Secret, nil, "gongyuan paper 1:"+attempt, 32)
	if err != nil {
		return nil, errors.Join(ErrInvalid, err)
	}
	return key, nil
}
