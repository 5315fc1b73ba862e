package certificate

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"gongyuan/engine/people"
)

// Keys are the signing keys of an installation, one per master secret: the
// first signs, all are published, so that what an older one has signed can
// still be verified. It is safe for concurrent use.
type Keys struct {
	private ed25519.PrivateKey
	kid     string
	public  JWKS
}

// JWK is a public Ed25519 key by RFC 8037.
type JWK struct {
	KTY string `json:"kty"`
	CRV string `json:"crv"`
	X   string `json:"x"`
	KID string `json:"kid"`
	Use string `json:"use,omitempty"`
	Alg string `json:"alg,omitempty"`
}

// JWKS is a set of public keys as published (RFC 7517).
type JWKS struct {
	Keys []JWK `json:"keys"`
}

// NewKeys derives the keys (HKDF-SHA-256, one Ed25519 seed per secret). A
// secret that is taken off the list takes its key out of the published set, so
// secrets stay on the list for as long as certificates signed under them do.
func NewKeys(secrets []people.Secret) (*Keys, error) {
	if len(secrets) == 0 {
		return nil, errors.New("certificate: no secret to derive keys from")
	}
	k := &Keys{}
	for i, secret := range secrets {
		if len(secret.Key) != 32 {
			return nil, fmt.Errorf("certificate: secret %q: want a key of 32 bytes", secret.ID)
		}
		seed, err := hkdf.Key(sha256.New, secret.Key, nil, "gongyuan certificate ed25519 v1", ed25519.SeedSize)
		if err != nil {
			return nil, fmt.Errorf("certificate: derive key: %w", err)
		}
		private := ed25519.NewKeyFromSeed(seed)
		jwk := publicKey(private.Public().(ed25519.PublicKey))
		k.public.Keys = append(k.public.Keys, jwk)
		if i == 0 {
			k.private, k.kid = private, jwk.KID
		}
	}
	return k, nil
}

// JWKS returns the public keys, for publishing.
func (k *Keys) JWKS() JWKS { return JWKS{append([]JWK(nil), k.public.Keys...)} }

// publicKey names a key by its thumbprint (RFC 7638), so that the id says
// nothing of the secret and cannot be given to another key.
func publicKey(public ed25519.PublicKey) JWK {
	x := base64.RawURLEncoding.EncodeToString(public)
	return JWK{KTY: "OKP", CRV: "Ed25519", X: x, KID: thumbprint(x), Use: "sig", Alg: "EdDSA"}
}

func thumbprint(x string) string {
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + x + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// ParseJWKS reads a published set. Keys of other kinds are passed over, as the
// RFC asks; a set without a usable key, or with one that is not what its id
// says, is an error.
func ParseJWKS(raw []byte) (JWKS, error) {
	var all, out JWKS
	if err := json.Unmarshal(raw, &all); err != nil {
		return JWKS{}, fmt.Errorf("certificate: key set: %w", err)
	}
	for _, key := range all.Keys {
		if key.KTY != "OKP" || key.CRV != "Ed25519" {
			continue
		}
		if _, err := key.public(); err != nil {
			return JWKS{}, err
		}
		out.Keys = append(out.Keys, key)
	}
	if len(out.Keys) == 0 {
		return JWKS{}, errors.New("certificate: key set: no Ed25519 key in it")
	}
	return out, nil
}

func (k JWK) public() (ed25519.PublicKey, error) {
	x, err := base64.RawURLEncoding.Strict().DecodeString(k.X)
	if err != nil || len(x) != ed25519.PublicKeySize || k.KID != thumbprint(k.X) {
		return nil, fmt.Errorf("certificate: key set: key %q is not what its id says", k.KID)
	}
	return x, nil
}

// find returns the key of an id.
func (s JWKS) find(kid string) (ed25519.PublicKey, bool) {
	for _, key := range s.Keys {
		if key.KID == kid && key.KTY == "OKP" && key.CRV == "Ed25519" {
			public, err := key.public()
			return public, err == nil
		}
	}
	return nil, false
}
