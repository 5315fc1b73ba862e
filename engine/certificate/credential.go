package certificate

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// What a credential is made of: W3C Verifiable Credentials 2.0 and Open Badges
// 3.0, secured as a compact JWS by W3C "Securing Verifiable Credentials using
// JOSE and COSE" (application/vc+jwt) with the same key as statements. JOSE was
// chosen over an embedded proof because the keys are published as a JWKS
// already and no canonical form of JSON is needed.
const (
	typCredential = "vc+jwt"
	vcContext     = "https://www.w3.org/ns/credentials/v2"
	badgeContext  = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
)

// Credential is a certificate as an OpenBadgeCredential. The registered claims
// of RFC 7519 that Open Badges asks for stand beside its own members.
type Credential struct {
	Context    []string          `json:"@context"`
	ID         string            `json:"id"`
	Type       []string          `json:"type"`
	Name       string            `json:"name"`
	Issuer     CredentialIssuer  `json:"issuer"`
	ValidFrom  string            `json:"validFrom"`
	ValidUntil string            `json:"validUntil,omitempty"`
	Subject    CredentialSubject `json:"credentialSubject"`
	ISS        string            `json:"iss"`
	JTI        string            `json:"jti"`
	NBF        int64             `json:"nbf"`
	EXP        int64             `json:"exp,omitempty"`
}

// CredentialIssuer is the certifying body.
type CredentialIssuer struct {
	ID   string   `json:"id"`
	Type []string `json:"type"`
	Name string   `json:"name"`
}

// CredentialSubject is the holder, named as in a Statement.
type CredentialSubject struct {
	Type        []string              `json:"type"`
	Identifier  []CredentialIdentity  `json:"identifier"`
	License     string                `json:"licenseNumber"` // the certificate's number
	Achievement CredentialAchievement `json:"achievement"`
}

// CredentialIdentity is an IdentityObject of Open Badges, not hashed.
type CredentialIdentity struct {
	Type   string `json:"type"`
	Hashed bool   `json:"hashed"`
	Value  string `json:"identityHash"`
	Kind   string `json:"identityType"`
}

// CredentialAchievement is the occupation and level.
type CredentialAchievement struct {
	ID             string             `json:"id"`
	Type           []string           `json:"type"`
	Kind           string             `json:"achievementType"`
	Name           string             `json:"name"`
	Description    string             `json:"description"`
	Specialization string             `json:"specialization,omitempty"`
	Criteria       CredentialCriteria `json:"criteria"`
}

// CredentialCriteria says what was asked for.
type CredentialCriteria struct {
	Narrative string `json:"narrative"`
}

// Enveloped is how a credential is kept in a file: JSON by VC 2.0, with the
// signed text as its id.
type Enveloped struct {
	Context string `json:"@context"`
	ID      string `json:"id"`
	Type    string `json:"type"`
}

const envelope = "data:application/vc+jwt,"

// Text returns the signed text of an envelope, or "" where there is none.
func (e *Enveloped) Text() string {
	text, ok := strings.CutPrefix(e.ID, envelope)
	if !ok || e.Context != vcContext || e.Type != "EnvelopedVerifiableCredential" {
		return ""
	}
	return text
}

// Credential returns a certificate as a signed Verifiable Credential in its
// envelope. address is where the public reaches this installation; it is the
// issuer's id. The same certificate makes the same bytes for as long as the
// first secret stays. It returns ErrNotFound, or ErrState for a revoked one.
func (r *Registry) Credential(ctx context.Context, n Number, address string) (Enveloped, error) {
	c, err := r.byNumber(ctx, n)
	if err != nil {
		return Enveloped{}, err
	}
	if c.State() != Valid {
		return Enveloped{}, fmt.Errorf("a credential of a certificate that is %s: %w", c.State(), ErrState)
	}
	text, err := r.keys.sign(typCredential, credentialOf(&c, address))
	if err != nil {
		return Enveloped{}, err
	}
	return Enveloped{vcContext, envelope + text, "EnvelopedVerifiableCredential"}, nil
}

func credentialOf(c *Certificate, address string) Credential {
	from := c.Date.begins()
	id := address + "/verify?number=" + string(c.Number)
	out := Credential{
		Context: []string{vcContext, badgeContext}, ID: id, Type: []string{"VerifiableCredential", "OpenBadgeCredential"},
		Name: certificateTitle, Issuer: CredentialIssuer{address, []string{"Profile"}, c.Body}, ValidFrom: from.Format(time.RFC3339),
		Subject: CredentialSubject{
			Type: []string{"AchievementSubject"}, License: string(c.Number),
			Identifier: []CredentialIdentity{
				{"IdentityObject", false, c.Name, "name"}, {"IdentityObject", false, c.DocumentMasked, "ext:maskedDocument"},
			},
			Achievement: CredentialAchievement{
				ID:   fmt.Sprintf("urn:gongyuan:occupation:%s:level:%d", c.Occupation.Code, c.Level),
				Type: []string{"Achievement"}, Kind: "Certification", Name: c.Occupation.Name + " " + c.LevelTitle,
				Description: c.Occupation.Code + " " + c.Occupation.Name + "，" + c.LevelTitle, Criteria: CredentialCriteria{certificateText},
			},
		},
		ISS: address, JTI: id, NBF: from.Unix(),
	}
	if c.Direction != NoDirection {
		out.Subject.Achievement.Specialization = c.Direction
	}
	if c.Expires != "" {
		end := c.Expires.begins().AddDate(0, 0, 1).Add(-time.Second)
		out.ValidUntil, out.EXP = end.Format(time.RFC3339), end.Unix()
	}
	return out
}

// VerifyCredential reads a signed credential with the body's published keys. It
// needs no network. It returns ErrStatement, with the reason, for anything that
// these keys have not signed as a credential or that contradicts itself.
// Whether it has run out is the caller's to ask.
func VerifyCredential(text string, keys JWKS) (Credential, error) {
	var c Credential
	if err := open(text, typCredential, keys, &c); err != nil {
		return Credential{}, fmt.Errorf("%w: %w", ErrStatement, err)
	}
	number := Number(c.Subject.License)
	from, err := time.Parse(time.RFC3339, c.ValidFrom)
	switch _, bad := number.Parse(); {
	case bad != nil:
		return Credential{}, fmt.Errorf("%w: %w", ErrStatement, bad)
	case len(c.Context) == 0 || c.Context[0] != vcContext || len(c.Type) == 0 || c.Type[0] != "VerifiableCredential":
		return Credential{}, fmt.Errorf("%w: it is no Verifiable Credential 2.0", ErrStatement)
	case err != nil || from.Unix() != c.NBF || c.ISS != c.Issuer.ID || c.JTI != c.ID || !strings.HasSuffix(c.ID, "="+string(number)):
		return Credential{}, fmt.Errorf("%w: its claims and its members contradict each other", ErrStatement)
	}
	return c, nil
}
