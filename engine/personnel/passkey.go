package personnel

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// Passkey (通行密钥) is a key that a device or a security stick holds for an
// account. Only its public half is here.
type Passkey struct {
	ID      string // the credential's, base64url
	Account people.AccountID
	Name    string
	Record  []byte // what the Ceremony has to know of it
	Created time.Time
	Used    time.Time // zero for one that was never used
	// Suspect is when its counter went back: two devices hold the key. It is good
	// for nothing from then on. Zero for a sound one.
	Suspect time.Time
	Version int // 0 for one that is not stored yet
}

// PasskeyStore keeps passkeys.
type PasskeyStore interface {
	// InsertPasskey returns people.ErrDuplicate for a key that is there.
	InsertPasskey(ctx context.Context, k Passkey) error
	// ReplacePasskey stores k with Version+1 if the stored version is still
	// k.Version, else it returns people.ErrConflict.
	ReplacePasskey(ctx context.Context, k Passkey) error
	// PasskeysOf lists the keys of an account, the oldest first.
	PasskeysOf(ctx context.Context, id people.AccountID) ([]Passkey, error)
	// Passkeys lists all.
	Passkeys(ctx context.Context) ([]Passkey, error)
	// DropPasskey removes one. None is no error.
	DropPasskey(ctx context.Context, id string) error
}

// Ceremony is the conversation with browsers about passkeys (WebAuthn). State
// is what has to be known when the answer comes, and nobody else may see.
type Ceremony interface {
	// Offer asks a browser for a new key of the account, not one of those it has.
	Offer(a *people.Account, have []Passkey) (options json.RawMessage, state []byte, err error)
	// Enrol returns the new key: ID and Record. It returns ErrCode for an answer
	// that is none to the offer.
	Enrol(a *people.Account, state, answer []byte) (Passkey, error)
	// Ask asks a browser for a signature by one of the keys.
	Ask(a *people.Account, have []Passkey) (options json.RawMessage, state []byte, err error)
	// Prove returns the key that signed, its Record brought up to date. It returns
	// ErrCode for an answer that is none to the question, and ErrSuspect, with the
	// key, where the key's counter did not grow.
	Prove(a *people.Account, have []Passkey, state, answer []byte) (Passkey, error)
	// Origin is the address at which browsers use the keys.
	Origin() string
}

// Challenges keeps the state of ceremonies for a while. It is shared by all
// copies of the program.
type Challenges interface {
	Keep(ctx context.Context, key string, state []byte, life time.Duration) error
	// Take returns the state and forgets it: of several who ask, one gets it. It
	// returns people.ErrNotFound for the others, and once its time is over.
	Take(ctx context.Context, key string) ([]byte, error)
}

// Errors of passkeys.
var (
	// ErrSuspect tells that a passkey's counter went back: it was copied.
	ErrSuspect = errors.New("personnel: the passkey was copied")
	// ErrNoPasskeys tells that passkeys cannot be used here.
	ErrNoPasskeys = errors.New("personnel: no passkeys at this address")
	// ErrStale tells that a passkey's question has run out or was answered.
	ErrStale = fmt.Errorf("%w: the question has run out", ErrCode)
)

// A ceremony may take a while: somebody looks for the stick.
const ceremonyLife = 5 * time.Minute

// maxPasskeys is how many an account may have.
const maxPasskeys = 10

// kept is a ceremony's state, bound to whom it is for.
type kept struct {
	Account people.AccountID `json:"account"`
	State   []byte           `json:"state"`
}

// Keys of challenges. One per session and purpose: a new question voids the one
// before.
func enrolKey(family string) string { return "enrol:" + family }
func proveKey(ticket string) string { return "prove:" + digest(ticket) }
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
func (f *Factors) hasCeremony() bool { return f.in.Ceremony != nil }

func (f *Factors) keep(ctx context.Context, key string, id people.AccountID, state []byte) error {
	raw, err := json.Marshal(kept{id, state})
	if err != nil {
		return err
	}
	return f.in.Challenges.Keep(ctx, key, raw, ceremonyLife)
}

// take returns the state of a ceremony, once. It returns ErrStale for one that
// is over, or another's.
func (f *Factors) take(ctx context.Context, key string, id people.AccountID) ([]byte, error) {
	raw, err := f.in.Challenges.Take(ctx, key)
	if errors.Is(err, people.ErrNotFound) {
		return nil, ErrStale
	}
	if err != nil {
		return nil, err
	}
	var k kept
	if err := json.Unmarshal(raw, &k); err != nil {
		return nil, err
	}
	if k.Account != id {
		return nil, ErrStale
	}
	return k.State, nil
}

// Origin is the address at which passkeys are used, "" where they are not.
func (f *Factors) Origin() string {
	if !f.hasCeremony() {
		return ""
	}
	return f.in.Ceremony.Origin()
}

// PasskeysOf lists the passkeys of an account, the oldest first.
func (f *Factors) PasskeysOf(ctx context.Context, id people.AccountID) ([]Passkey, error) {
	return f.in.Passkeys.PasskeysOf(ctx, id)
}

// OfferPasskey begins to add a passkey, for the session that asks. It returns
// ErrNoPasskeys, or a *FieldError where there are too many.
func (f *Factors) OfferPasskey(ctx context.Context, a *people.Account, family string) (json.RawMessage, error) {
	if !f.hasCeremony() {
		return nil, ErrNoPasskeys
	}
	have, err := f.in.Passkeys.PasskeysOf(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	if len(have) >= maxPasskeys {
		return nil, &FieldError{"/name", "passkeys-many"}
	}
	options, state, err := f.in.Ceremony.Offer(a, have)
	if err != nil {
		return nil, err
	}
	return options, f.keep(ctx, enrolKey(family), a.ID, state)
}

// AddPasskey takes the new key. Where it is the account's first factor, it
// returns recovery codes, each good once: they are shown now and never again.
// It returns a *FieldError, ErrCode for an answer that is none to the offer of
// this session, people.ErrDuplicate for a key that is there.
func (f *Factors) AddPasskey(ctx context.Context, a *people.Account, family, name string, answer []byte) ([]string, error) {
	name = people.OneLine(name)
	if n := len([]rune(name)); n == 0 {
		return nil, &FieldError{"/name", "required"}
	} else if n > 40 {
		return nil, &FieldError{"/name", "length-1-40"}
	}
	if !f.hasCeremony() {
		return nil, ErrNoPasskeys
	}
	state, err := f.take(ctx, enrolKey(family), a.ID)
	if err != nil {
		return nil, err
	}
	k, err := f.in.Ceremony.Enrol(a, state, answer)
	if err != nil {
		return nil, err
	}
	k.Account, k.Name, k.Created, k.Version = a.ID, name, f.now(), 1
	had, err := f.Has(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	var codes []string
	event := audit.Event{Actor: string(a.ID), Act: "account.passkey-add", Object: "account:" + string(a.ID), After: map[string]string{"name": name}}
	err = audit.Do(ctx, f.in.Audit, event, func() error {
		if !had { // the way back is there before the key that may be lost
			have, err := f.factor(ctx, a.ID)
			if err != nil {
				return err
			}
			codes = f.recover(&have)
			if err := f.in.Store.PutFactor(ctx, have); err != nil {
				return err
			}
		}
		return f.in.Passkeys.InsertPasskey(ctx, k)
	})
	return codes, err
}

// sound are the keys that are good for a proof.
func sound(keys []Passkey) []Passkey {
	return slices.DeleteFunc(slices.Clone(keys), func(k Passkey) bool { return !k.Suspect.IsZero() })
}

// Question is what a browser is asked for a passkey's signature.
type Question struct {
	Ticket  string // comes back with the answer; who has it alone may answer
	Options json.RawMessage
}

// Ask makes a question to the account's passkeys that is good for one answer.
// ticket is what the answer is bound to, "" for a new secret: somebody who signs
// in has no session yet. It returns nil for an account without passkeys.
func (f *Factors) Ask(ctx context.Context, a *people.Account, ticket string) (*Question, error) {
	if !f.hasCeremony() {
		return nil, nil
	}
	have, err := f.in.Passkeys.PasskeysOf(ctx, a.ID)
	if have = sound(have); err != nil || len(have) == 0 {
		return nil, err
	}
	options, state, err := f.in.Ceremony.Ask(a, have)
	if err != nil {
		return nil, err
	}
	if ticket == "" {
		var raw [32]byte
		rand.Read(raw[:]) // never fails, by its documentation
		ticket = hex.EncodeToString(raw[:])
	}
	return &Question{ticket, options}, f.keep(ctx, proveKey(ticket), a.ID, state)
}

// prove takes a passkey's answer.
func (f *Factors) prove(ctx context.Context, id people.AccountID, p Proof) error {
	if !f.hasCeremony() {
		return ErrNoPasskeys
	}
	state, err := f.take(ctx, proveKey(p.Ticket), id)
	if err != nil {
		return err
	}
	have, err := f.in.Passkeys.PasskeysOf(ctx, id)
	if err != nil {
		return err
	}
	k, err := f.in.Ceremony.Prove(&people.Account{ID: id}, sound(have), state, p.Answer)
	if errors.Is(err, ErrSuspect) {
		return errors.Join(err, f.suspect(ctx, k))
	}
	if err != nil {
		return err
	}
	k.Used = f.now()
	err = f.in.Passkeys.ReplacePasskey(ctx, k)
	if errors.Is(err, people.ErrConflict) { // it was used at the same moment, or taken away
		return ErrCode
	}
	return err
}

// suspect shuts a key out that two devices hold.
func (f *Factors) suspect(ctx context.Context, k Passkey) error {
	k.Suspect = f.now()
	event := audit.Event{Actor: string(k.Account), Act: "account.passkey-suspect", Object: "account:" + string(k.Account), After: map[string]string{"name": k.Name}}
	return audit.Do(ctx, f.in.Audit, event, func() error { return f.in.Passkeys.ReplacePasskey(ctx, k) })
}

// RemovePasskey takes an own passkey away. It needs a proof. The recovery codes
// go with the last factor. It returns people.ErrNotFound for a key that is not
// the account's.
func (f *Factors) RemovePasskey(ctx context.Context, id people.AccountID, key string, p Proof) error {
	have, err := f.in.Passkeys.PasskeysOf(ctx, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(have, func(k Passkey) bool { return k.ID == key })
	if i < 0 {
		return people.ErrNotFound
	}
	if err := f.Check(ctx, id, p); err != nil {
		return err
	}
	app, err := f.App(ctx, id)
	if err != nil {
		return err
	}
	event := audit.Event{Actor: string(id), Act: "account.passkey-remove", Object: "account:" + string(id), Before: map[string]string{"name": have[i].Name}}
	return audit.Do(ctx, f.in.Audit, event, func() error {
		if len(have) == 1 && !app {
			return f.dropAll(ctx, id)
		}
		return f.in.Passkeys.DropPasskey(ctx, key)
	})
}
