package personnel

import (
	"crypto/hmac"
	"crypto/sha1" // #nosec G505 -- what authenticator apps compute; HMAC does not need collision resistance
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"time"
)

// Time-based one-time passwords by RFC 6238 with what every authenticator app
// knows: HMAC-SHA-1, six digits, steps of 30 seconds from the Unix epoch.
const (
	stepLength = 30 // seconds
	codeDigits = 6
	secretSize = 20 // bytes, RFC 4226 section 4 R6
)

// stepAt is the number of the step that an instant falls into.
func stepAt(at time.Time) int64 { return at.Unix() / stepLength }

// codeOf is the code of a step: RFC 4226, section 5.3.
func codeOf(secret []byte, step int64, digits int) string {
	mac := hmac.New(sha1.New, secret)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	mod := uint32(1)
	for range digits {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%mod)
}

// stepOf returns the step whose code it is: that of now, or one beside it, for
// clocks that differ and people who type (RFC 6238, section 5.2). A step that is
// not after last was used before and does not count.
func stepOf(secret []byte, code string, now time.Time, last int64) (int64, bool) {
	found, ok := int64(0), false
	for _, d := range []int64{0, -1, 1} {
		step := stepAt(now) + d
		if subtle.ConstantTimeCompare([]byte(codeOf(secret, step, codeDigits)), []byte(code)) == 1 && step > last && !ok {
			found, ok = step, true
		}
	}
	return found, ok
}
