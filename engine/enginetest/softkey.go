package enginetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"testing"
)

// SoftKey is a security key of tests: one passkey (ES256) that answers as a
// browser would, written from the WebAuthn recommendation.
type SoftKey struct {
	Origin string
	Count  uint32 // of the signatures; the next one says Count+1
	id     []byte
	user   string
	key    *ecdsa.PrivateKey
}

// NewSoftKey returns a key that no offer was made to yet.
func NewSoftKey(t testing.TB, origin string) *SoftKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	id := make([]byte, 16)
	rand.Read(id) // never fails, by its documentation
	return &SoftKey{Origin: origin, id: id, key: key}
}

// Copy is a second device with the same key.
func (k *SoftKey) Copy() *SoftKey { c := *k; return &c }

// options are what both kinds of options share.
type options struct {
	Challenge string `json:"challenge"`
	RPID      string `json:"rpId"`
	RP        struct {
		ID string `json:"id"`
	} `json:"rp"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
}

func b64(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// present begins an authenticator's data, and is what the browser adds.
func (k *SoftKey) present(t testing.TB, raw []byte, kind string, flags byte) (opts options, data, client []byte) {
	t.Helper()
	check(t, json.Unmarshal(raw, &opts))
	if opts.RPID == "" {
		opts.RPID = opts.RP.ID
	}
	client, err := json.Marshal(map[string]any{"type": kind, "challenge": opts.Challenge, "origin": k.Origin, "crossOrigin": false})
	check(t, err)
	party := sha256.Sum256([]byte(opts.RPID))
	data = append(party[:], flags)
	return opts, binary.BigEndian.AppendUint32(data, k.Count), client
}

func (k *SoftKey) answer(t testing.TB, response map[string]any) []byte {
	t.Helper()
	out, err := json.Marshal(map[string]any{"id": b64(k.id), "rawId": b64(k.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	check(t, err)
	return out
}

// Create answers an offer.
func (k *SoftKey) Create(t testing.TB, raw []byte) []byte {
	t.Helper()
	opts, data, client := k.present(t, raw, "webauthn.create", 0x45) // somebody was there and known; a key follows
	k.user = opts.User.ID
	public, err := k.key.PublicKey.Bytes()
	check(t, err)
	x, y := public[1:33], public[33:]
	data = append(data, make([]byte, 16)...) // of no make
	data = append(data, 0, byte(len(k.id)))
	data = append(data, k.id...)
	cose := slices.Concat([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32}, x, []byte{0x22, 0x58, 32}, y)
	data = append(data, cose...)
	object := slices.Concat([]byte{0xa3, 0x63}, []byte("fmt"), []byte{0x64}, []byte("none"), []byte{0x67}, []byte("attStmt"), []byte{0xa0, 0x68}, []byte("authData"), []byte{0x58, byte(len(data))}, data)
	return k.answer(t, map[string]any{"attestationObject": b64(object), "clientDataJSON": b64(client), "transports": []string{"usb"}})
}

// Get answers a question.
func (k *SoftKey) Get(t testing.TB, raw []byte) []byte {
	t.Helper()
	k.Count++
	_, data, client := k.present(t, raw, "webauthn.get", 0x05)
	digest := sha256.Sum256(client)
	sum := sha256.Sum256(append(slices.Clone(data), digest[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.key, sum[:])
	check(t, err)
	return k.answer(t, map[string]any{"authenticatorData": b64(data), "clientDataJSON": b64(client), "signature": b64(signature), "userHandle": k.user})
}
