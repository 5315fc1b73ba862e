package challenge

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"gongyuan/engine/people"
)

// What a challenge asks for: 16 numbers at 16,384 tries each on average. A
// browser of 2015 tries some 300,000 a second.
const (
	Puzzles  = 16
	Bits     = 14
	Lifetime = 5 * time.Minute
)

// Challenge is what has to be solved.
type Challenge struct {
	Token   string // goes back with the solutions; what stands before its first dot begins each text
	Puzzles int
	Bits    int
}

// ErrRefused is a solution that does not solve, or of a challenge that is not
// ours, not for this address or too old.
var ErrRefused = errors.New("challenge: refused")

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Gate makes and checks challenges. It is safe for concurrent use; copies of
// the program with the same secrets know each other's challenges.
type Gate struct {
	keys  [][]byte // the first signs
	clock Clock
}

// NewGate derives the keys from the installation's secrets.
func NewGate(secrets []people.Secret, clock Clock) (*Gate, error) {
	if len(secrets) == 0 {
		return nil, errors.New("challenge: no secret")
	}
	g := &Gate{clock: clock}
	for _, s := range secrets {
		key, err := hkdf.Key(sha256.New, s.Key, nil, "gongyuan challenge v1", 32)
		if err != nil {
			return nil, fmt.Errorf("challenge: derive key: %w", err)
		}
		g.keys = append(g.keys, key)
	}
	return g, nil
}

// New returns a challenge for whoever asks from an address.
func (g *Gate) New(address string) Challenge {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	head := b64.EncodeToString(id[:]) + "." + strconv.FormatInt(g.clock.Now().Add(Lifetime).Unix(), 10)
	return Challenge{Token: head + "." + b64.EncodeToString(sign(g.keys[0], head, address)), Puzzles: Puzzles, Bits: Bits}
}

var b64 = base64.RawURLEncoding.Strict()

func sign(key []byte, head, address string) []byte {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%d %d %s %s", Puzzles, Bits, head, address)
	return mac.Sum(nil)
}

// Check returns the id of the challenge that the numbers solve, for the caller
// to note as used until Lifetime has passed. It returns ErrRefused for all
// others.
func (g *Gate) Check(token string, numbers []int64, address string) (id string, err error) {
	head, signature, ok := cutLast(token)
	id, expires, ok2 := strings.Cut(head, ".")
	until, err := strconv.ParseInt(expires, 10, 64)
	raw, err2 := b64.DecodeString(signature)
	if !ok || !ok2 || err != nil || err2 != nil || len(id) != 22 || len(numbers) != Puzzles {
		return "", ErrRefused
	}
	ours := false
	for _, key := range g.keys {
		ours = ours || hmac.Equal(raw, sign(key, head, address))
	}
	if !ours || g.clock.Now().Unix() > until {
		return "", ErrRefused
	}
	for i, n := range numbers {
		if !Solves(id, i, n) {
			return "", ErrRefused
		}
	}
	return id, nil
}

func cutLast(token string) (head, last string, ok bool) {
	at := strings.LastIndexByte(token, '.')
	if at < 0 {
		return "", "", false
	}
	return token[:at], token[at+1:], true
}

// Solves tells whether SHA-256 of "id:puzzle:number" begins with Bits zeros.
func Solves(id string, puzzle int, number int64) bool {
	sum := sha256.Sum256([]byte(id + ":" + strconv.Itoa(puzzle) + ":" + strconv.FormatInt(number, 10)))
	return bits.LeadingZeros32(uint32(sum[0])<<24|uint32(sum[1])<<16|uint32(sum[2])<<8|uint32(sum[3])) >= Bits
}

// Solve returns the numbers of a challenge. It is what a browser does; the
// drill and the tests use it.
func Solve(c Challenge) []int64 {
	id, _, _ := strings.Cut(c.Token, ".")
	out := make([]int64, c.Puzzles)
	for i := range out {
		for !Solves(id, i, out[i]) {
			out[i]++
		}
	}
	return out
}
