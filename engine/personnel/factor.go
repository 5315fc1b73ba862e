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

// Factor is the second factor of an account: the secret of an authenticator app
// and what is left of the recovery codes. The secret is kept sealed, the codes
// by their keyed hash.
type Factor struct {
	Account   people.AccountID
	Sealed    []byte
	Confirmed time.Time // when a first code proved that the app has the secret; zero before
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
	// ErrHasFactor tells that the account has a second factor already.
	ErrHasFactor = errors.New("personnel: there is a second factor")
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
type Factors struct {
	store    FactorStore
	sealer   *people.Sealer
	audit    audit.Recorder
	clock    Clock
	demanded bool
}

// NewFactors returns Factors. demanded tells whether the roles of Demanding need
// one.
func NewFactors(store FactorStore, sealer *people.Sealer, recorder audit.Recorder, clock Clock, demanded bool) *Factors {
	return &Factors{store, sealer, recorder, clock, demanded}
}

// SealContext is what an account's secret is sealed for.
func SealContext(id people.AccountID) string { return "factor:" + string(id) }

// Has tells whether the account has a second factor.
func (f *Factors) Has(ctx context.Context, id people.AccountID) (bool, error) {
	have, err := f.store.Factor(ctx, id)
	if errors.Is(err, people.ErrNotFound) {
		return false, nil
	}
	return err == nil && !have.Confirmed.IsZero(), err
}

// Holders lists who has one.
func (f *Factors) Holders(ctx context.Context) (map[people.AccountID]bool, error) {
	all, err := f.store.Factors(ctx)
	out := map[people.AccountID]bool{}
	for _, x := range all {
		if !x.Confirmed.IsZero() {
			out[x.Account] = true
		}
	}
	return out, err
}

// Demands tells whether the account may do nothing but set one up.
func (f *Factors) Demands(ctx context.Context, a *people.Account) (bool, error) {
	if !f.demanded || !a.Has(Demanding()...) {
		return false, nil
	}
	has, err := f.Has(ctx, a.ID)
	return !has, err
}

// Demanded tells whether the installation demands second factors at all.
func (f *Factors) Demanded() bool { return f.demanded }

// Offer is what an authenticator app is given, shown once.
type Offer struct {
	Secret string // base32, in groups of four
	URI    string // otpauth://totp/…, for apps on the same device
}

// Begin makes a secret for the account. It counts from Confirm on; one that was
// begun before and never confirmed is gone. It returns ErrHasFactor for
// an account that has a factor.
func (f *Factors) Begin(ctx context.Context, a *people.Account, issuer string) (Offer, error) {
	have, err := f.store.Factor(ctx, a.ID)
	if err != nil && !errors.Is(err, people.ErrNotFound) {
		return Offer{}, err
	}
	if !have.Confirmed.IsZero() {
		return Offer{}, ErrHasFactor
	}
	raw := make([]byte, secretSize)
	rand.Read(raw) // never fails, by its documentation
	secret := base32.StdEncoding.EncodeToString(raw)
	err = f.store.PutFactor(ctx, Factor{Account: a.ID, Sealed: f.sealer.Seal(secret, SealContext(a.ID)), Version: have.Version})
	if err != nil {
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

// Confirm makes the begun secret the second factor by its first code, and
// returns recovery codes, each good once. They are shown now and never again.
// It returns ErrCode for a wrong code, people.ErrNotFound where nothing was
// begun, ErrHasFactor where all is done.
func (f *Factors) Confirm(ctx context.Context, id people.AccountID, code string) ([]string, error) {
	have, err := f.store.Factor(ctx, id)
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
	have.Confirmed, have.LastStep = f.clock.Now().UTC().Truncate(time.Millisecond), step
	codes := make([]string, recoveryCodes)
	for i := range codes {
		codes[i] = oneTime()[:14]
		have.Recovery = append(have.Recovery, f.recoveryHash(id, codes[i]))
	}
	event := audit.Event{Actor: string(id), Act: "account.factor-add", Object: "account:" + string(id)}
	return codes, audit.Do(ctx, f.audit, event, func() error { return f.store.PutFactor(ctx, have) })
}

func (f *Factors) step(have *Factor, code string) (int64, error) {
	secret, err := f.sealer.Open(have.Sealed, SealContext(have.Account))
	if err != nil {
		return 0, err
	}
	raw, err := base32.StdEncoding.DecodeString(secret)
	if err != nil {
		return 0, fmt.Errorf("personnel: secret: %w", err)
	}
	step, ok := stepOf(raw, plainCode(code), f.clock.Now(), have.LastStep)
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
	return f.sealer.Hash("recovery:" + string(id) + ":" + plainCode(code))
}

// Check takes a code of the account's app, or a recovery code, and uses it up:
// neither is good twice, on whatever copy of the program. An account without a
// factor needs no code. It returns ErrCodeNeeded for none, ErrCode for a wrong
// one.
func (f *Factors) Check(ctx context.Context, id people.AccountID, code string) error {
	have, err := f.store.Factor(ctx, id)
	if errors.Is(err, people.ErrNotFound) || err == nil && have.Confirmed.IsZero() {
		return nil
	}
	if err != nil {
		return err
	}
	if plainCode(code) == "" {
		return ErrCodeNeeded
	}
	recovered := slices.Index(have.Recovery, f.recoveryHash(id, code))
	if recovered >= 0 {
		have.Recovery = slices.Delete(have.Recovery, recovered, recovered+1)
	} else if have.LastStep, err = f.step(&have, code); err != nil {
		return err
	}
	err = f.store.PutFactor(ctx, have)
	if errors.Is(err, people.ErrConflict) { // somebody used a code at the same moment
		return ErrCode
	}
	if err == nil && recovered >= 0 {
		err = f.audit.Record(ctx, audit.Event{
			Actor: string(id), Act: "account.recovery-code", Object: "account:" + string(id), After: map[string]int{"left": len(have.Recovery)},
		})
	}
	return err
}

// Left tells how many recovery codes are left.
func (f *Factors) Left(ctx context.Context, id people.AccountID) (int, error) {
	have, err := f.store.Factor(ctx, id)
	if errors.Is(err, people.ErrNotFound) {
		return 0, nil
	}
	return len(have.Recovery), err
}

// drop takes a factor away, and says in the record who did it.
func (f *Factors) drop(ctx context.Context, by, id people.AccountID, act string) error {
	event := audit.Event{Actor: string(by), Act: "account." + act, Object: "account:" + string(id)}
	return audit.Do(ctx, f.audit, event, func() error { return f.store.DropFactor(ctx, id) })
}

// Remove takes the own factor away, for a new device. It needs a code.
func (f *Factors) Remove(ctx context.Context, id people.AccountID, code string) error {
	if err := f.Check(ctx, id, code); err != nil {
		return err
	}
	return f.drop(ctx, id, id, "factor-remove")
}

// ResetFactor takes the factor of somebody who lost the device, and ends their
// sessions. An administrator does it, never for the own account.
func (o *Office) ResetFactor(ctx context.Context, by, id people.AccountID) error {
	if err := o.may(ctx, by, true); err != nil {
		return err
	}
	if by == id {
		return ErrOwn
	}
	if _, err := o.in.Accounts.Account(ctx, id); err != nil {
		return err
	}
	if err := o.in.Factors.drop(ctx, by, id, "factor-reset"); err != nil {
		return err
	}
	return o.endOthers(ctx, id, "")
}
