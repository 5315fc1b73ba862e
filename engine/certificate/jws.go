package certificate

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// What a signature is for. A statement is never taken for a head.
const (
	typStatement = "gongyuan-certificate+jws"
	typHead      = "gongyuan-log-head+jws"
)

// maxSigned bounds what is read of a signed text.
const maxSigned = 8 << 10

// header is the whole protected header; its members are in this order.
type header struct {
	Alg string `json:"alg"`
	KID string `json:"kid"`
	Typ string `json:"typ"`
}

var b64 = base64.RawURLEncoding.Strict()

// sign returns a compact JWS (RFC 7515) with EdDSA (RFC 8037) over the JSON of
// what is given.
func (k *Keys) sign(typ string, payload any) (string, error) {
	body, err := json.Marshal(payload)
	if err != nil {
		return "", fmt.Errorf("certificate: sign: %w", err)
	}
	input := headerSegment(typ, k.kid) + "." + b64.EncodeToString(body)
	return input + "." + b64.EncodeToString(ed25519.Sign(k.private, []byte(input))), nil
}

func headerSegment(typ, kid string) string {
	raw, _ := json.Marshal(header{Alg: "EdDSA", KID: kid, Typ: typ}) // three strings always marshal
	return b64.EncodeToString(raw)
}

// open checks a compact JWS and decodes its payload. The header must be, byte
// for byte, the one that sign writes for the key that it names: another
// algorithm, a critical extension, a key brought along or a second member of
// one name cannot pass. Errors say why and wrap nothing.
func open(text, typ string, keys JWKS, payload any) error {
	text = strings.TrimSpace(text)
	if len(text) > maxSigned {
		return errors.New("too long")
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return errors.New("not three parts separated by dots")
	}
	raw, err := b64.DecodeString(parts[0])
	if err != nil {
		return errors.New("the header is not base64url")
	}
	var h header
	if err := json.Unmarshal(raw, &h); err != nil {
		return errors.New("the header is not JSON")
	}
	switch {
	case h.Alg != "EdDSA":
		return fmt.Errorf("the algorithm is %q, not EdDSA", h.Alg)
	case h.Typ != typ:
		return fmt.Errorf("the type is %q, not %s", h.Typ, typ)
	case parts[0] != headerSegment(typ, h.KID):
		return errors.New("the header has more than alg, kid and typ")
	}
	key, ok := keys.find(h.KID)
	if !ok {
		return fmt.Errorf("the key %q is not in the key set", h.KID)
	}
	signature, err := b64.DecodeString(parts[2])
	if err != nil || !ed25519.Verify(key, []byte(parts[0]+"."+parts[1]), signature) {
		return errors.New("the signature does not match")
	}
	body, err := b64.DecodeString(parts[1])
	if err != nil {
		return errors.New("the payload is not base64url")
	}
	return strictJSON(body, payload)
}

func strictJSON(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return errors.New("the payload is not what this type holds")
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("the payload goes on after its end")
	}
	return nil
}
