package draw

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"math/rand/v2"
)

// seedLabel keeps the seeds of this scheme apart from every other use of the
// same secret, and from later schemes.
const seedLabel = "gongyuan/draw/1"

// Seed derives the seed of one paper: HMAC-SHA-256 under the sitting's secret
// over label, sitting, candidate and attempt. Each text is preceded by its
// length in eight bytes, so that no two different inputs share a message.
func Seed(secret []byte, sitting, candidate string, attempt int) [32]byte {
	mac := hmac.New(sha256.New, secret)
	var number [8]byte
	for _, field := range []string{seedLabel, sitting, candidate} {
		binary.BigEndian.PutUint64(number[:], uint64(len(field)))
		mac.Write(number[:])
		mac.Write([]byte(field))
	}
	binary.BigEndian.PutUint64(number[:], uint64(int64(attempt)))
	mac.Write(number[:])
	return [32]byte(mac.Sum(nil))
}

// Digest is what is published of a secret when a sitting is sealed: its
// SHA-256 in lower-case hex.
func Digest(secret []byte) string {
	sum := sha256.Sum256(secret)
	return hex.EncodeToString(sum[:])
}

// random is a stream of numbers out of a seed. Only ChaCha8's own output is
// relied upon, which the documentation of math/rand/v2 fixes; how it becomes
// a number below a bound is written here, so that no release of Go can change
// a paper.
type random struct{ source rand.ChaCha8 }

// stream sets the generator to the stream of that purpose. Choosing items and
// ordering them are different purposes, so that a second attempt at choosing
// leaves the order of the options alone.
func (r *random) stream(seed [32]byte, purpose string) {
	r.source.Seed(sha256.Sum256(append(seed[:], purpose...)))
}

// below returns a number from 0 to n-1, each with the same probability.
// Source: Lemire, "Fast random integer generation in an interval", 2019.
func (r *random) below(n int) int {
	bound := uint64(n)
	high, low := bits.Mul64(r.source.Uint64(), bound)
	if low < bound {
		for least := -bound % bound; low < least; {
			high, low = bits.Mul64(r.source.Uint64(), bound)
		}
	}
	return int(high)
}

// shuffle is the Fisher–Yates shuffle in Durstenfeld's form.
func shuffle[T any](r *random, list []T) {
	for i := len(list) - 1; i > 0; i-- {
		j := r.below(i + 1)
		list[i], list[j] = list[j], list[i]
	}
}
