package personnel

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// Factor is what an account has of the second factor besides passkeys: the
// secret of an authenticator app and what is left of the recovery codes. The
// secret is kept sealed, the codes by their keyed hash.
type Factor struct {
	Account   people.AccountID
	Sealed    []byte
	Confirmed time.Time // when a first code proved that the app has the secret; zero before, and without an app
	LastStep  int64     // the newest step that was used: no code counts twice
	Recovery  []string
	Version   int // 0 for one that is not stored yet
}

// FactorStore keeps second factors, one per account.
type FactorStore interface {
	// Factor returns people.ErrNotFound where there is none.
	Factor(ctx context.Context, id people.AccountID) (Factor, error)
	// Factors lists all.
	Factors(ctx context.Context) ([]Factor, error)
	// PutFactor stores f with Version+1 if the stored version is still f.Version,
	// 0 meaning none, else it returns people.ErrConflict.
	PutFactor(ctx context.Context, f Factor) error
	// DropFactor removes it. None is no error.
	DropFactor(ctx context.Context, id people.AccountID) error
}

// Errors of the second factor.
var (
	// ErrCodeNeeded tells that a code is asked for besides the password.
	ErrCodeNeeded = errors.New("personnel: a code is needed")
	// ErrHasFactor tells that the account has an authenticator app already.
	ErrHasFactor = errors.New("personnel: there is an authenticator app")
	// ErrCode tells that a code is wrong, was used before or has run out.
	ErrCode = errors.New("personnel: wrong code")
)

// Demanding lists the roles of those who can change results, keys or
// certificates: the second factor is demanded of them, where it is demanded.
func Demanding() []people.Role {
	return []people.Role{people.Administrator, people.Editor, people.Reviewer, people.Examiner, people.Chair, people.CertificateOfficer}
}

// Factors is the second step of signing in. It is safe for concurrent use, also
// by several copies of the program.
type Factors struct{ in FactorDeps }

// FactorDeps is what Factors works with.
type FactorDeps struct {
	Store    FactorStore
	Passkeys PasskeyStore
	// Ceremony is nil where passkeys cannot be used: the program is reached at no
	// address that browsers keep passkeys for.
	Ceremony   Ceremony
	Challenges Challenges
	Sealer     *people.Sealer
	Audit      audit.Recorder
	Clock      Clock
	Demanded   bool // whether the roles of Demanding need a second factor
}

// NewFactors returns Factors.
func NewFactors(d FactorDeps) *Factors { return &Factors{d} }

// SealContext is what an account's secret is sealed for.
func SealContext(id people.AccountID) string { return "factor:" + string(id) }

// factor is what the account has besides passkeys; its version is 0 for nothing.
func (f *Factors) factor(ctx context.Context, id people.AccountID) (Factor, error) {
	have, err := f.in.Store.Factor(ctx, id)
	if errors.Is(err, people.ErrNotFound) {
		return Factor{Account: id}, nil
	}
	return have, err
}

// App tells whether the account has an authenticator app.
func (f *Factors) App(ctx context.Context, id people.AccountID) (bool, error) {
	have, err := f.factor(ctx, id)
	return err == nil && !have.Confirmed.IsZero(), err
}

// Has tells whether the account has a second factor: an app or a passkey.
func (f *Factors) Has(ctx context.Context, id people.AccountID) (bool, error) {
	app, err := f.App(ctx, id)
	if app || err != nil {
		return app, err
	}
	keys, err := f.in.Passkeys.PasskeysOf(ctx, id)
	return len(keys) > 0, err
}

// Holders lists who has one.
func (f *Factors) Holders(ctx context.Context) (map[people.AccountID]bool, error) {
	all, err := f.in.Store.Factors(ctx)
	if err != nil {
		return nil, err
	}
	out := map[people.AccountID]bool{}
	for _, x := range all {
		if !x.Confirmed.IsZero() {
			out[x.Account] = true
		}
	}
	keys, err := f.in.Passkeys.Passkeys(ctx)
	for _, k := range keys {
		out[k.Account] = true
	}
	return out, err
}

// Demands tells whether the account may do nothing but set one up.
func (f *Factors) Demands(ctx context.Context, a *people.Account) (bool, error) {
	if !f.in.Demanded || !a.Has(Demanding()...) {
		return false, nil
	}
	has, err := f.Has(ctx, a.ID)
	return !has, err
}

// Demanded tells whether the installation demands second factors at all.
func (f *Factors) Demanded() bool { return f.in.Demanded }

// Offer is what an authenticator app is given, shown once.
type Offer struct {
	Secret string // base32, in groups of four
	URI    string // otpauth://totp/…, for apps on the same device
}

// Begin makes a secret for the account. It counts from Confirm on; one that was
// begun before and never confirmed is gone. It returns ErrHasFactor for
// an account that has a factor.
func (f *Factors) Begin(ctx context.Context, a *people.Account, issuer string) (Offer, error) {
	have, err := f.factor(ctx, a.ID)
	if err != nil {
		return Offer{}, err
	}
	if !have.Confirmed.IsZero() {
		return Offer{}, ErrHasFactor
	}
	raw := make([]byte, secretSize)
	rand.Read(raw) // never fails, by its documentation
	secret := base32.StdEncoding.EncodeToString(raw)
	have.Sealed = f.in.Sealer.Seal(secret, SealContext(a.ID))
	if err := f.in.Store.PutFactor(ctx, have); err != nil {
		return Offer{}, err
	}
	values := url.Values{"secret": {secret}, "issuer": {issuer}}
	return Offer{
		Secret: strings.Join(chunks(secret, 4), " "),
		URI:    fmt.Sprintf("otpauth://totp/%s?%s", url.PathEscape(issuer+":"+a.Login), strings.ReplaceAll(values.Encode(), "+", "%20")),
	}, nil
}

func chunks(s string, n int) []string {
	var out []string
	for c := range slices.Chunk([]byte(s), n) {
		out = append(out, string(c))
	}
	return out
}

// recoveryCodes is how many an account gets.
const recoveryCodes = 10

// Confirm makes the begun secret the second factor by its first code. Where it
// is the account's first, it returns recovery codes, each good once: they are
// shown now and never again. It returns ErrCode for a wrong code,
// people.ErrNotFound where nothing was begun, ErrHasFactor where all is done.
func (f *Factors) Confirm(ctx context.Context, id people.AccountID, code string) ([]string, error) {
	have, err := f.in.Store.Factor(ctx, id)
	if err != nil {
		return nil, err
	}
	if !have.Confirmed.IsZero() {
		return nil, ErrHasFactor
	}
	step, err := f.step(&have, code)
	if err != nil {
		return nil, err
	}
	keys, err := f.in.Passkeys.PasskeysOf(ctx, id)
	if err != nil {
		return nil, err
	}
	have.Confirmed, have.LastStep = f.now(), step
	var codes []string
	if len(keys) == 0 {
		codes = f.recover(&have)
	}
	event := audit.Event{Actor: string(id), Act: "account.factor-add", Object: "account:" + string(id)}
	return codes, audit.Do(ctx, f.in.Audit, event, func() error { return f.in.Store.PutFactor(ctx, have) })
}

func (f *Factors) now() time.Time { return f.in.Clock.Now().UTC().Truncate(time.Millisecond) }

// recover gives a factor new recovery codes and returns them; those from before
// are void.
func (f *Factors) recover(have *Factor) []string {
	codes := make([]string, recoveryCodes)
	have.Recovery = nil
	for i := range codes {
		codes[i] = oneTime()[:14]
		have.Recovery = append(have.Recovery, f.recoveryHash(have.Account, codes[i]))
	}
	return codes
}

func (f *Factors) step(have *Factor, code string) (int64, error) {
	if len(have.Sealed) == 0 {
		return 0, ErrCode
	}
	secret, err := f.in.Sealer.Open(have.Sealed, SealContext(have.Account))
	if err != nil {
		return 0, err
	}
	raw, err := base32.StdEncoding.DecodeString(secret)
	if err != nil {
		return 0, fmt.Errorf("personnel: secret: %w", err)
	}
	step, ok := stepOf(raw, plainCode(code), f.in.Clock.Now(), have.LastStep)
	if !ok {
		return 0, ErrCode
	}
	return step, nil
}

// plainCode is a code without what people type between its characters.
func plainCode(code string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-' || r == '\u3000' || r == '\u00a0':
			return -1
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return r
	}, code))
}

func (f *Factors) recoveryHash(id people.AccountID, code string) string {
	return f.in.Sealer.Hash("recovery:" + string(id) + ":" + plainCode(code))
}

// Proof is what somebody shows of a second factor: a code of the app, a
// recovery code, or what a passkey answered.
type Proof struct {
	Code   string
	Answer []byte // of the browser, as JSON
	// Ticket is the challenge that the answer is to: of Ask for signing in, the
	// own session for acts within it.
	Ticket string
}

// Check takes a proof of the account's second factor and uses it up: none is
// good twice, on whatever copy of the program. An account without a factor
// needs none. It returns ErrCodeNeeded for no proof, ErrCode for a wrong one,
// ErrSuspect for a passkey that was copied.
func (f *Factors) Check(ctx context.Context, id people.AccountID, p Proof) error {
	has, err := f.Has(ctx, id)
	switch {
	case err != nil || !has:
		return err
	case len(p.Answer) > 0:
		return f.prove(ctx, id, p)
	case plainCode(p.Code) == "":
		return ErrCodeNeeded
	}
	return f.checkCode(ctx, id, p.Code)
}

func (f *Factors) checkCode(ctx context.Context, id people.AccountID, code string) error {
	have, err := f.factor(ctx, id)
	if err != nil {
		return err
	}
	recovered := slices.Index(have.Recovery, f.recoveryHash(id, code))
	if recovered >= 0 {
		have.Recovery = slices.Delete(have.Recovery, recovered, recovered+1)
	} else if have.Confirmed.IsZero() { // a secret that was only begun proves nothing
		return ErrCode
	} else if have.LastStep, err = f.step(&have, code); err != nil {
		return err
	}
	err = f.in.Store.PutFactor(ctx, have)
	if errors.Is(err, people.ErrConflict) { // somebody used a code at the same moment
		return ErrCode
	}
	if err == nil && recovered >= 0 {
		err = f.in.Audit.Record(ctx, audit.Event{
			Actor: string(id), Act: "account.recovery-code", Object: "account:" + string(id), After: map[string]int{"left": len(have.Recovery)},
		})
	}
	return err
}

// Renew returns a new set of recovery codes, shown now and never again; those
// from before are void. It needs a proof, and returns people.ErrNotFound to an
// account without a second factor.
func (f *Factors) Renew(ctx context.Context, id people.AccountID, p Proof) ([]string, error) {
	has, err := f.Has(ctx, id)
	switch {
	case err != nil:
		return nil, err
	case !has:
		return nil, people.ErrNotFound
	}
	if err := f.Check(ctx, id, p); err != nil {
		return nil, err
	}
	have, err := f.factor(ctx, id)
	if err != nil {
		return nil, err
	}
	event := audit.Event{Actor: string(id), Act: "account.recovery-renew", Object: "account:" + string(id), Before: map[string]int{"left": len(have.Recovery)}}
	codes := f.recover(&have)
	if err := audit.Do(ctx, f.in.Audit, event, func() error { return f.in.Store.PutFactor(ctx, have) }); err != nil {
		return nil, err // what was not kept must not be written down
	}
	return codes, nil
}

// Left tells how many recovery codes are left.
func (f *Factors) Left(ctx context.Context, id people.AccountID) (int, error) {
	have, err := f.factor(ctx, id)
	return len(have.Recovery), err
}

// Remove takes the own app away, for a new device. It needs a proof. The
// recovery codes go with the last factor.
func (f *Factors) Remove(ctx context.Context, id people.AccountID, p Proof) error {
	if err := f.Check(ctx, id, p); err != nil {
		return err
	}
	have, err := f.factor(ctx, id)
	if err != nil {
		return err
	}
	keys, err := f.in.Passkeys.PasskeysOf(ctx, id)
	if err != nil {
		return err
	}
	event := audit.Event{Actor: string(id), Act: "account.factor-remove", Object: "account:" + string(id)}
	return audit.Do(ctx, f.in.Audit, event, func() error {
		if len(keys) == 0 {
			return f.in.Store.DropFactor(ctx, id)
		}
		have.Sealed, have.Confirmed, have.LastStep = nil, time.Time{}, 0
		return f.in.Store.PutFactor(ctx, have)
	})
}

// dropAll takes every factor of an account away.
func (f *Factors) dropAll(ctx context.Context, id people.AccountID) error {
	keys, err := f.in.Passkeys.PasskeysOf(ctx, id)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := f.in.Passkeys.DropPasskey(ctx, k.ID); err != nil {
			return err
		}
	}
	return f.in.Store.DropFactor(ctx, id)
}

// ResetFactor takes app, passkeys and recovery codes of somebody who lost the
// device, and ends their sessions. An administrator does it, never for the own account.
func (o *Office) ResetFactor(ctx context.Context, by, id people.AccountID) error {
	if err := o.may(ctx, by, true); err != nil {
		return err
	}
	if by == id {
		return ErrOwn
	}
	a, err := o.in.Accounts.Account(ctx, id)
	if err != nil {
		return err
	}
	handed(&a, by, o.in.Clock.Now().UTC().Truncate(time.Millisecond))
	return audit.Do(ctx, o.in.Audit, o.event(by, id, "factor-reset"), func() error {
		if _, err := o.in.Accounts.ReplaceAccount(ctx, a); err != nil {
			return err
		}
		if err := o.in.Factors.dropAll(ctx, id); err != nil {
			return err
		}
		return o.endOthers(ctx, id, "")
	})
}
