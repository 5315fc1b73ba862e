package result

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Codes makes the codes (查询码) with which candidates look up their results:
// eight characters that follow from the registration and the installation's
// secret, so that nothing is kept. It is safe for concurrent use.
type Codes struct{ key []byte }

// codeAlphabet is Douglas Crockford's: no letter that reads like a digit.
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var codeEncoding = base32.NewEncoding(codeAlphabet).WithPadding(base32.NoPadding)

// codeBytes are forty bits: a guess is right once in a million million, and
// guesses are limited by number and address.
const codeBytes = 5

// NewCodes derives the key (HKDF-SHA-256) from the last secret, the oldest:
// codes stand on printed lists and must outlive a change of secrets.
func NewCodes(secrets []people.Secret) (*Codes, error) {
	if len(secrets) == 0 {
		return nil, errors.New("result: no secret to derive codes from")
	}
	key, err := hkdf.Key(sha256.New, secrets[len(secrets)-1].Key, nil, "gongyuan result code v1", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("result: derive key: %w", err)
	}
	return &Codes{key}, nil
}

// Code returns the code of a registration, such as "7K3M-Q9XA".
func (c *Codes) Code(id sitting.RegistrationID) string {
	code := c.plain(id)
	return code[:4] + "-" + code[4:]
}

func (c *Codes) plain(id sitting.RegistrationID) string {
	mac := hmac.New(sha256.New, c.key)
	mac.Write([]byte(id))
	return codeEncoding.EncodeToString(mac.Sum(nil)[:codeBytes])
}

// Fits tells whether a code as typed is that of the registration. Letters may
// be small or wide, O and I stand for digits, hyphens and spaces for nothing.
// It takes as long for a wrong code as for the right one, and for no
// registration ("") as for one.
func (c *Codes) Fits(id sitting.RegistrationID, typed string) bool {
	want := c.plain(id)
	same := hmac.Equal([]byte(want), []byte(normalCode(typed)))
	return same && id != ""
}

// normalCode makes the form in which codes are compared.
func normalCode(typed string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' { // full width
			r -= '！' - '!'
		}
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		switch r {
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		case '-', ' ', '\u3000', '\u00A0', '—', '–', '−', '\t':
			return -1
		}
		return r
	}, typed)
}
