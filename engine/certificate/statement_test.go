package certificate_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"gongyuan/engine/certificate"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/people"
)

// forge signs any header and payload with the tests' own key.
func forge(t *testing.T, header, payload string) string {
	t.Helper()
	seed, err := hkdf.Key(sha256.New, enginetest.CertificateSecrets()[0].Key, nil, "gongyuan certificate ed25519 v1", ed25519.SeedSize)
	check(t, err)
	input := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	return input + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(ed25519.NewKeyFromSeed(seed), []byte(input)))
}

func part(t *testing.T, text string, i int) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[i])
	check(t, err)
	return string(raw)
}

func TestStatement(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.issue(t, 1)
	keys := w.JWKS()
	header, payload := part(t, c.Statement, 0), part(t, c.Statement, 1)

	t.Run("OK says what the page says", func(t *testing.T) {
		t.Parallel()
		got, err := certificate.VerifyStatement(c.Statement, keys)
		check(t, err)
		diff(t, "statement", got, certificate.Statement{
			Version: 1, Number: "S000061000001273000001", Name: "示例1", Document: "E000*****0001",
			OccupationCode: "3-02-02-00", Occupation: "保卫管理员", Direction: "--", Level: 3, LevelTitle: "三级/高级工",
			Body: "示例职业技能评价中心", Date: "2027-05-22",
		})
		if strings.Contains(payload, enginetest.Qualified("s", 1).DocumentNumber) {
			t.Error("the document number is readable in the statement")
		}
		diff(t, "the forger writes what sign writes", forge(t, header, payload), c.Statement)
	})
	t.Run("OK after rotation, and over a published set", func(t *testing.T) {
		t.Parallel()
		newer := people.Secret{ID: "2", Key: bytes.Repeat([]byte{9}, 32)}
		rotated, err := certificate.NewKeys(append([]people.Secret{newer}, enginetest.CertificateSecrets()...))
		check(t, err)
		raw, err := json.Marshal(rotated.JWKS())
		check(t, err)
		set, err := certificate.ParseJWKS(raw)
		check(t, err)
		_, err = certificate.VerifyStatement(c.Statement, set)
		check(t, err)
		only, err := certificate.NewKeys([]people.Secret{newer})
		check(t, err)
		_, err = certificate.VerifyStatement(c.Statement, only.JWKS())
		wantErr(t, "another body's key", err, certificate.ErrStatement)
	})
}

func TestStatementRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.issue(t, 1)
	keys := w.JWKS()
	head, err := w.log.Head(t.Context())
	check(t, err)
	header, payload := part(t, c.Statement, 0), part(t, c.Statement, 1)

	t.Run("ErrStatement any character changed", func(t *testing.T) {
		t.Parallel()
		for i := range c.Statement {
			for _, put := range "A_9." {
				if rune(c.Statement[i]) == put {
					continue
				}
				bad := c.Statement[:i] + string(put) + c.Statement[i+1:]
				if _, err := certificate.VerifyStatement(bad, keys); err == nil {
					t.Fatalf("character %d changed to %c is accepted", i, put)
				}
			}
		}
	})
	t.Run("ErrStatement payloads", func(t *testing.T) {
		t.Parallel()
		for name, p := range map[string]string{
			"one more member": strings.Replace(payload, "{", `{"x":1,`, 1),
			"goes on":         payload + "{}",
			"version":         strings.Replace(payload, `"v":1`, `"v":2`, 1),
			"number":          strings.Replace(payload, "S0000", "X0000", 1),
			"level":           strings.Replace(payload, `"level":3`, `"level":2`, 1),
			"year":            strings.Replace(payload, "2027-05", "2026-05", 1),
			"date":            strings.Replace(payload, "2027-05-22", "2027-02-30", 1),
			"empty":           "",
		} {
			_, err := certificate.VerifyStatement(forge(t, header, p), keys)
			wantErr(t, name, err, certificate.ErrStatement)
		}
	})
	t.Run("ErrStatement other texts", func(t *testing.T) {
		t.Parallel()
		for _, text := range []string{"", "..", "a.b", head.Signed, c.Statement + ".", c.Statement + "=", strings.Repeat("a", 1<<20)} {
			_, err := certificate.VerifyStatement(text, keys)
			wantErr(t, "text", err, certificate.ErrStatement)
		}
	})
}

func TestStatementHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, keys := w.issue(t, 1), w.JWKS()
	header, payload := part(t, c.Statement, 0), part(t, c.Statement, 1)
	kid := keys.Keys[0].KID
	for name, h := range map[string]string{
		"none":      strings.Replace(header, "EdDSA", "none", 1),
		"HS256":     strings.Replace(header, "EdDSA", "HS256", 1),
		"head":      strings.Replace(header, "gongyuan-certificate+jws", "gongyuan-log-head+jws", 1),
		"no typ":    `{"alg":"EdDSA","kid":"` + kid + `"}`,
		"crit":      strings.Replace(header, "{", `{"crit":["x"],`, 1),
		"jwk":       strings.Replace(header, "}", `,"jwk":{}}`, 1),
		"twice":     strings.Replace(header, "{", `{"alg":"none",`, 1),
		"order":     `{"kid":"` + kid + `","alg":"EdDSA","typ":"gongyuan-certificate+jws"}`,
		"case":      strings.Replace(header, `"alg"`, `"ALG"`, 1),
		"space":     header + " ",
		"other kid": strings.Replace(header, kid, strings.ToUpper(kid), 1),
		"empty":     "{}",
		"not JSON":  "x",
	} {
		_, err := certificate.VerifyStatement(forge(t, h, payload), keys)
		wantErr(t, name, err, certificate.ErrStatement)
	}
}

func TestParseJWKS(t *testing.T) {
	t.Parallel()
	keys, err := certificate.NewKeys(enginetest.CertificateSecrets())
	check(t, err)
	good, err := json.Marshal(keys.JWKS())
	check(t, err)
	raw := string(good)
	t.Run("OK other kinds are passed over", func(t *testing.T) {
		t.Parallel()
		set, err := certificate.ParseJWKS([]byte(strings.Replace(raw, `[`, `[{"kty":"RSA","n":"x"},`, 1)))
		check(t, err)
		diff(t, "keys", set, keys.JWKS())
	})
	t.Run("Err", func(t *testing.T) {
		t.Parallel()
		for name, bad := range map[string]string{
			"nothing": "", "no key": `{"keys":[]}`, "kid": strings.Replace(raw, `"kid":"`, `"kid":"A`, 1),
			"short": strings.Replace(raw, `"x":"`, `"x":"AAAA`, 1), "only RSA": `{"keys":[{"kty":"RSA"}]}`,
		} {
			if _, err := certificate.ParseJWKS([]byte(bad)); err == nil {
				t.Errorf("%s: accepted", name)
			}
		}
		if _, err := certificate.NewKeys(nil); err == nil {
			t.Error("keys without a secret")
		}
	})
}
