package people

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost of argon2id. Production takes DefaultCost; tests may take less.
type Cost struct {
	Memory  uint32 // KiB
	Time    uint32
	Threads uint8
}

// DefaultCost follows RFC 9106, section 4, with 64 MiB halved and one more
// pass: exam centres run small machines.
func DefaultCost() Cost { return Cost{Memory: 32 * 1024, Time: 3, Threads: 2} }

// ErrWeak is returned for a password that is too short or too long.
var ErrWeak = errors.New("people: a password has 10 to 128 characters")

// HashPassword encodes a password by argon2id in the PHC string form. It
// returns ErrWeak for one that is too short or too long.
func HashPassword(password string, c Cost) (string, error) {
	if n := len([]rune(password)); n < 10 || n > 128 {
		return "", ErrWeak
	}
	salt := make([]byte, 16)
	rand.Read(salt) // never fails, by its documentation
	sum := argon2.IDKey([]byte(password), salt, c.Time, c.Memory, c.Threads, 32)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", c.Memory, c.Time, c.Threads, b64(salt), b64(sum)), nil
}

// CheckPassword tells whether password is the one that encoded stands for, in
// time that does not depend on where they differ. Any malformed encoding is
// no match.
func CheckPassword(encoded, password string) bool {
	f := strings.Split(encoded, "$")
	if len(f) != 6 || f[1] != "argon2id" || f[2] != "v=19" || len(password) > 4*128 {
		return false
	}
	var c Cost
	if _, err := fmt.Sscanf(f[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Time, &c.Threads); err != nil {
		return false
	}
	if c.Memory < 8 || c.Memory > 1<<20 || c.Time < 1 || c.Time > 16 || c.Threads < 1 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(f[4])
	want, err2 := base64.RawStdEncoding.DecodeString(f[5])
	if err1 != nil || err2 != nil || len(want) != 32 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, c.Time, c.Memory, c.Threads, 32)
	return subtle.ConstantTimeCompare(got, want) == 1
}
