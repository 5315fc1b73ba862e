package certificate_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"gongyuan/engine/certificate"
)

const site = "https://exam.example.org"

// TestCredential reads a credential as a stranger would, by the standards'
// names of its members, and then by our own verification.
func TestCredential(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.issue(t, 1)
	file, err := w.Credential(t.Context(), c.Number, site)
	check(t, err)
	again, err := w.Credential(t.Context(), c.Number, site)
	check(t, err)
	diff(t, "the same bytes", again, file)
	text, ok := strings.CutPrefix(file.ID, "data:application/vc+jwt,")
	if !ok || file.Type != "EnvelopedVerifiableCredential" || file.Text() != text {
		t.Fatalf("envelope: %+v", file)
	}
	parts := strings.Split(text, ".")
	var head, body map[string]any
	for i, into := range []*map[string]any{&head, &body} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		check(t, err)
		check(t, json.Unmarshal(raw, into))
	}
	diff(t, "header", head, map[string]any{"alg": "EdDSA", "kid": w.JWKS().Keys[0].KID, "typ": "vc+jwt"})
	subject := body["credentialSubject"].(map[string]any)
	diff(t, "members", []any{body["@context"], body["type"], body["validFrom"], body["iss"], subject["type"], subject["licenseNumber"], subject["achievement"].(map[string]any)["achievementType"]}, []any{
		[]any{"https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"},
		[]any{"VerifiableCredential", "OpenBadgeCredential"}, "2027-05-22T00:00:00+08:00", site, []any{"AchievementSubject"}, string(c.Number), "Certification",
	})
	if _, has := body["vc"]; has {
		t.Error("VC 2.0 has no vc claim")
	}
	got, err := certificate.VerifyCredential(text, w.JWKS())
	check(t, err)
	diff(t, "holder", got.Subject.Identifier[0].Value, c.Name)

	middle := len(text) / 2
	for name, bad := range map[string]string{
		"a letter changed": text[:middle] + string(text[middle]^1) + text[middle+1:], "a statement": c.Statement, "nothing": "",
		"no signature": parts[0] + "." + parts[1] + ".",
	} {
		_, err := certificate.VerifyCredential(bad, w.JWKS())
		wantErr(t, name, err, certificate.ErrStatement)
	}
	_, err = certificate.VerifyStatement(text, w.JWKS())
	wantErr(t, "a credential is no statement", err, certificate.ErrStatement)
	_, err = w.Revoke(t.Context(), c.Number, "误发", "staff-1", "staff-2")
	check(t, err)
	_, err = w.Credential(t.Context(), c.Number, site)
	wantErr(t, "of a revoked one", err, certificate.ErrState)
	_, err = w.Credential(t.Context(), "S000061000001273000009", site)
	wantErr(t, "of none", err, certificate.ErrNotFound)
}
