package passkey

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"gongyuan/engine/people"
	"gongyuan/engine/personnel"
)

// ErrAddress tells that browsers keep no passkeys for an address: it names no
// host, or is neither https nor on the same computer.
var ErrAddress = errors.New("passkey: no address for passkeys")

// Ceremony is WebAuthn for the program at one address. It is safe for
// concurrent use.
type Ceremony struct {
	lib    *webauthn.WebAuthn
	origin string
}

var _ personnel.Ceremony = (*Ceremony)(nil)

// New returns the Ceremony of the program that is reached at the address. The
// relying party is the address's host. Browsers want https and a host name;
// http is good on the same computer only, where its numbers stand for
// localhost. It returns ErrAddress for any other.
func New(address, name string) (*Ceremony, error) {
	at, err := url.Parse(address)
	if err != nil || at.Hostname() == "" {
		return nil, ErrAddress
	}
	host := at.Hostname()
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		host = "localhost"
	}
	if net.ParseIP(host) != nil || at.Scheme != "https" && (at.Scheme != "http" || host != "localhost") {
		return nil, ErrAddress
	}
	origin := at.Scheme + "://" + host
	if at.Port() != "" && (at.Scheme != "https" || at.Port() != "443") && (at.Scheme != "http" || at.Port() != "80") {
		origin += ":" + at.Port()
	}
	lib, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: name, RPOrigins: []string{origin}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	return &Ceremony{lib, origin}, nil
}

// Origin implements personnel.Ceremony.
func (c *Ceremony) Origin() string { return c.origin }

// user is an account as the library wants it.
type user struct {
	account *people.Account
	keys    []webauthn.Credential
}

func (u *user) WebAuthnID() []byte                         { return []byte(u.account.ID) }
func (u *user) WebAuthnName() string                       { return u.account.Login }
func (u *user) WebAuthnDisplayName() string                { return u.account.Name }
func (u *user) WebAuthnCredentials() []webauthn.Credential { return u.keys }

func userOf(a *people.Account, have []personnel.Passkey) (*user, error) {
	u := &user{a, make([]webauthn.Credential, len(have))}
	for i, k := range have {
		if err := json.Unmarshal(k.Record, &u.keys[i]); err != nil {
			return nil, fmt.Errorf("passkey %s: %w", k.ID, err)
		}
	}
	return u, nil
}

// begun is what a ceremony begins with; the state is the library's session.
func begun(options any, session *webauthn.SessionData) (json.RawMessage, []byte, error) {
	out, err := json.Marshal(options)
	if err != nil {
		return nil, nil, err
	}
	state, err := json.Marshal(session)
	return out, state, err
}

// Offer implements personnel.Ceremony.
func (c *Ceremony) Offer(a *people.Account, have []personnel.Passkey) (json.RawMessage, []byte, error) {
	u, err := userOf(a, have)
	if err != nil {
		return nil, nil, err
	}
	creation, session, err := c.lib.BeginRegistration(u, webauthn.WithExclusions(webauthn.Credentials(u.keys).CredentialDescriptors()))
	if err != nil {
		return nil, nil, fmt.Errorf("passkey: offer: %w", err)
	}
	return begun(creation.Response, session)
}

// refused makes an answer that the library does not take an ErrCode, which
// keeps what it says for the log.
func refused(err error) error {
	var p *protocol.Error
	if errors.As(err, &p) {
		return fmt.Errorf("%w: %s: %s", personnel.ErrCode, p.Details, p.DevInfo)
	}
	return fmt.Errorf("%w: %w", personnel.ErrCode, err)
}

// Enrol implements personnel.Ceremony.
func (c *Ceremony) Enrol(a *people.Account, state, answer []byte) (personnel.Passkey, error) {
	var session webauthn.SessionData
	if err := json.Unmarshal(state, &session); err != nil {
		return personnel.Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return personnel.Passkey{}, refused(err)
	}
	key, err := c.lib.CreateCredential(&user{account: a}, session, parsed)
	if err != nil {
		return personnel.Passkey{}, refused(err)
	}
	record, err := json.Marshal(key)
	return personnel.Passkey{ID: idOf(key.ID), Record: record}, err
}

func idOf(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// Ask implements personnel.Ceremony.
func (c *Ceremony) Ask(a *people.Account, have []personnel.Passkey) (json.RawMessage, []byte, error) {
	u, err := userOf(a, have)
	if err != nil {
		return nil, nil, err
	}
	assertion, session, err := c.lib.BeginLogin(u)
	if err != nil {
		return nil, nil, fmt.Errorf("passkey: ask: %w", err)
	}
	return begun(assertion.Response, session)
}

// Prove implements personnel.Ceremony. A counter that stays at zero is of a
// device that does not count.
func (c *Ceremony) Prove(a *people.Account, have []personnel.Passkey, state, answer []byte) (personnel.Passkey, error) {
	var session webauthn.SessionData
	if err := json.Unmarshal(state, &session); err != nil {
		return personnel.Passkey{}, err
	}
	u, err := userOf(a, have)
	if err != nil {
		return personnel.Passkey{}, err
	}
	// A key that was taken away, or shut out, since the question was asked is
	// allowed no more; the others still are.
	session.AllowedCredentialIDs = webauthnIDs(u.keys)
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return personnel.Passkey{}, refused(err)
	}
	signed, err := c.lib.ValidateLogin(u, session, parsed)
	if err != nil {
		return personnel.Passkey{}, refused(err)
	}
	for _, k := range have {
		if k.ID != idOf(signed.ID) {
			continue
		}
		if signed.Authenticator.CloneWarning {
			return k, personnel.ErrSuspect
		}
		k.Record, err = json.Marshal(signed)
		return k, err
	}
	return personnel.Passkey{}, personnel.ErrCode
}

func webauthnIDs(keys []webauthn.Credential) [][]byte {
	out := make([][]byte, len(keys))
	for i := range keys {
		out[i] = keys[i].ID
	}
	return out
}
