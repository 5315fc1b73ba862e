// Package passkey speaks WebAuthn with browsers, by go-webauthn: it makes the
// offers and questions about passkeys and checks the answers. What an account
// has of passkeys, and that a question is answered once, personnel sees to.
package passkey
