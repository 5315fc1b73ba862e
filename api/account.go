package api

import (
	"context"
	"errors"

	"gongyuan/api/contract"
	"gongyuan/engine/people"
	"gongyuan/engine/personnel"
)

// factorIssuer is the name under which authenticator apps list the program.
const factorIssuer = "贡院"

// beginStaff opens a session for somebody who has signed in.
func (s *server) beginStaff(ctx context.Context, a people.Account, needs personnel.Need) (sessionResponse, error) {
	out, err := s.begin(ctx, actorOf(a, ""))
	if err != nil {
		return out, err
	}
	// A password that was replaced while it was checked opens nothing.
	now, err := s.accounts.Account(ctx, a.ID)
	if err != nil {
		return sessionResponse{}, err
	}
	if now.Password != a.Password {
		if err := s.sessions.End(ctx, out.token); err != nil {
			return sessionResponse{}, err
		}
		return sessionResponse{}, people.ErrPassword
	}
	return out.needing(needs), nil
}

// needing says what has to be done before anything else.
func (r sessionResponse) needing(n personnel.Need) sessionResponse {
	if n != personnel.NeedsNothing {
		need := contract.SessionNeed(n)
		r.session.Needs = &need
	}
	return r
}

// cut shortens a text to n bytes, at a character's edge.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}

func wireMember(a people.Account, factor bool, me people.AccountID) contract.StaffAccount {
	out := contract.StaffAccount{
		Id: string(a.ID), Login: a.Login, Name: a.Name, Roles: wireRoles(a.Roles), Levels: a.Levels, Sites: a.Sites, Disabled: a.Disabled, Created: a.Created, Version: a.Version,
		Factor: factor, Own: a.ID == me,
	}
	if !a.GivenUntil.IsZero() {
		out.GivenUntil = &a.GivenUntil
	}
	if out.Levels == nil {
		out.Levels = []int{}
	}
	if out.Sites == nil {
		out.Sites = []string{}
	}
	return out
}

func wireRoles(roles []people.Role) []contract.Role {
	out := make([]contract.Role, len(roles))
	for i, r := range roles {
		out[i] = contract.Role(r)
	}
	return out
}

func particulars(name string, roles []contract.Role, limits people.Limits, disabled bool) personnel.Particulars {
	p := personnel.Particulars{Name: name, Levels: limits.Levels, Sites: limits.Sites, Disabled: disabled}
	for _, r := range roles {
		p.Roles = append(p.Roles, people.Role(r))
	}
	return p
}

// ListStaff lists all accounts.
func (s *server) ListStaff(ctx context.Context, _ contract.ListStaffRequestObject) (contract.ListStaffResponseObject, error) {
	all, err := s.staff.List(ctx, staff(ctx))
	if err != nil {
		return nil, err
	}
	holders, err := s.factors.Holders(ctx)
	if err != nil {
		return nil, err
	}
	out := contract.ListStaff200JSONResponse{Accounts: []contract.StaffAccount{}, Demanded: s.factors.Demanded(), Demanding: wireRoles(personnel.Demanding())}
	for _, a := range all {
		out.Accounts = append(out.Accounts, wireMember(a, holders[a.ID], staff(ctx)))
	}
	return out, nil
}

// MakeStaff adds an account.
func (s *server) MakeStaff(ctx context.Context, r contract.MakeStaffRequestObject) (contract.MakeStaffResponseObject, error) {
	var limits people.Limits
	if r.Body.Levels != nil {
		limits.Levels = *r.Body.Levels
	}
	if r.Body.Sites != nil {
		limits.Sites = *r.Body.Sites
	}
	a, password, err := s.staff.Make(ctx, staff(ctx), r.Body.Login, particulars(r.Body.Name, r.Body.Roles, limits, false))
	if err != nil {
		return nil, err
	}
	return contract.MakeStaff201JSONResponse{Account: wireMember(a, false, staff(ctx)), Password: password}, nil
}

// ChangeStaff changes an account, or disables it.
func (s *server) ChangeStaff(ctx context.Context, r contract.ChangeStaffRequestObject) (contract.ChangeStaffResponseObject, error) {
	p := particulars(r.Body.Name, r.Body.Roles, people.Limits{Levels: r.Body.Levels, Sites: r.Body.Sites}, r.Body.Disabled)
	a, err := s.staff.Change(ctx, staff(ctx), people.AccountID(r.Account), r.Body.Version, p)
	if err != nil {
		return nil, err
	}
	factor, err := s.factors.Has(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return contract.ChangeStaff200JSONResponse(wireMember(a, factor, staff(ctx))), nil
}

// ResetPassword gives an account a one-time password.
func (s *server) ResetPassword(ctx context.Context, r contract.ResetPasswordRequestObject) (contract.ResetPasswordResponseObject, error) {
	a, password, err := s.staff.Reset(ctx, staff(ctx), people.AccountID(r.Account), r.Body.Version)
	if err != nil {
		return nil, err
	}
	factor, err := s.factors.Has(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return contract.ResetPassword200JSONResponse{Account: wireMember(a, factor, staff(ctx)), Password: password}, nil
}

// ResetFactor takes away a second factor that was lost.
func (s *server) ResetFactor(ctx context.Context, r contract.ResetFactorRequestObject) (contract.ResetFactorResponseObject, error) {
	if err := s.staff.ResetFactor(ctx, staff(ctx), people.AccountID(r.Account)); err != nil {
		return nil, err
	}
	return contract.ResetFactor204Response{}, nil
}

func (s *server) wireSessions(ctx context.Context, id people.AccountID) ([]contract.StaffSession, error) {
	all, err := s.staff.SessionsOf(ctx, staff(ctx), id)
	out := []contract.StaffSession{}
	for _, x := range all {
		out = append(out, contract.StaffSession{
			Id: x.Family, Address: x.Address, Agent: x.Agent, Began: x.Began, Last: x.Last, Current: x.Family == callOf(ctx).actor.Session,
		})
	}
	return out, err
}

// ListSessionsOf lists where an account is signed in.
func (s *server) ListSessionsOf(ctx context.Context, r contract.ListSessionsOfRequestObject) (contract.ListSessionsOfResponseObject, error) {
	out, err := s.wireSessions(ctx, people.AccountID(r.Account))
	if err != nil {
		return nil, err
	}
	return contract.ListSessionsOf200JSONResponse(out), nil
}

// EndSessionOf ends a session of an account.
func (s *server) EndSessionOf(ctx context.Context, r contract.EndSessionOfRequestObject) (contract.EndSessionOfResponseObject, error) {
	if err := s.staff.EndSession(ctx, staff(ctx), people.AccountID(r.Account), r.Session); err != nil {
		return nil, err
	}
	return contract.EndSessionOf204Response{}, nil
}

// GetOwnAccount shows the own account.
func (s *server) GetOwnAccount(ctx context.Context, _ contract.GetOwnAccountRequestObject) (contract.GetOwnAccountResponseObject, error) {
	me := staff(ctx)
	a, err := s.accounts.Account(ctx, me)
	if err != nil {
		return nil, err
	}
	app, err := s.factors.App(ctx, me)
	if err != nil {
		return nil, err
	}
	keys, err := s.factors.PasskeysOf(ctx, me)
	if err != nil {
		return nil, err
	}
	left, err := s.factors.Left(ctx, me)
	if err != nil {
		return nil, err
	}
	sessions, err := s.wireSessions(ctx, me)
	if err != nil {
		return nil, err
	}
	out := contract.GetOwnAccount200JSONResponse{
		Account: wireMember(a, app || len(keys) > 0, me), Sessions: sessions, Demands: s.factors.Demanded() && a.Has(personnel.Demanding()...), RecoveryLeft: left,
		App: app, Passkeys: wirePasskeys(keys),
	}
	if origin := s.factors.Origin(); origin != "" {
		out.PasskeyOrigin = &origin
	}
	return out, nil
}

// ownPassword checks the password of whoever asks, and counts the attempt.
func (s *server) ownPassword(ctx context.Context, password, field string) (people.Account, error) {
	a, err := s.accounts.Account(ctx, staff(ctx))
	if err != nil {
		return a, err
	}
	if err := s.limited(ctx, "staff:"+a.Login); err != nil {
		return a, err
	}
	if !people.CheckPassword(a.Password, password) {
		return a, &personnel.FieldError{Field: field, Reason: "password-wrong"}
	}
	return a, s.welcomed(ctx, "staff:"+a.Login)
}

// ChoosePassword changes the own password.
func (s *server) ChoosePassword(ctx context.Context, r contract.ChoosePasswordRequestObject) (contract.ChoosePasswordResponseObject, error) {
	a, err := s.ownPassword(ctx, r.Body.Old, "/old")
	if err != nil {
		return nil, err
	}
	if err := s.staff.ChoosePassword(ctx, a.ID, callOf(ctx).actor.Session, r.Body.Password); err != nil {
		return nil, err
	}
	return contract.ChoosePassword204Response{}, nil
}

// EndOwnSession ends an own session.
func (s *server) EndOwnSession(ctx context.Context, r contract.EndOwnSessionRequestObject) (contract.EndOwnSessionResponseObject, error) {
	if err := s.staff.EndSession(ctx, staff(ctx), staff(ctx), r.Session); err != nil {
		return nil, err
	}
	return contract.EndOwnSession204Response{}, nil
}

// BeginFactor makes a secret for an authenticator app.
func (s *server) BeginFactor(ctx context.Context, r contract.BeginFactorRequestObject) (contract.BeginFactorResponseObject, error) {
	a, err := s.again(ctx, r.Body)
	if err != nil {
		return nil, err
	}
	offer, err := s.factors.Begin(ctx, &a, factorIssuer)
	if err != nil {
		return nil, err
	}
	symbol, err := s.qr(offer.URI)
	if err != nil {
		return nil, err
	}
	return contract.BeginFactor200JSONResponse{Secret: offer.Secret, Uri: offer.URI, Qr: symbol}, nil
}

// again is what signing in takes, asked within a session: before the account gets
// another factor, as an open session at a desk must not be enough for that.
func (s *server) again(ctx context.Context, b *contract.OwnPassword) (people.Account, error) {
	a, err := s.ownPassword(ctx, b.Password, "/password")
	if err != nil {
		return a, err
	}
	has, err := s.factors.Has(ctx, a.ID)
	if err != nil || !has {
		return a, err
	}
	proof := b.Proof
	if proof == nil {
		proof = &contract.FactorProof{}
	}
	return a, s.proven(ctx, proof, func(me people.AccountID, p personnel.Proof) error { return s.factors.Check(ctx, me, p) })
}

// ConfirmFactor makes it the account's second factor.
func (s *server) ConfirmFactor(ctx context.Context, r contract.ConfirmFactorRequestObject) (contract.ConfirmFactorResponseObject, error) {
	me := staff(ctx)
	if err := s.limited(ctx, "code:"+string(me)); err != nil {
		return nil, err
	}
	codes, err := s.factors.Confirm(ctx, me, r.Body.Code)
	if err != nil {
		return nil, codeFault(err)
	}
	s.gate.Forget(me)
	if codes == nil {
		codes = []string{}
	}
	return contract.ConfirmFactor200JSONResponse{Codes: codes}, s.welcomed(ctx, "code:"+string(me))
}

// RemoveFactor takes the own app away, for another device.
func (s *server) RemoveFactor(ctx context.Context, r contract.RemoveFactorRequestObject) (contract.RemoveFactorResponseObject, error) {
	err := s.proven(ctx, r.Body, func(me people.AccountID, p personnel.Proof) error { return s.factors.Remove(ctx, me, p) })
	return contract.RemoveFactor204Response{}, err
}

// RenewRecoveryCodes gives a new set; whoever asks proves both factors again, as
// an open session at a desk must not be enough to keep the account.
func (s *server) RenewRecoveryCodes(ctx context.Context, r contract.RenewRecoveryCodesRequestObject) (contract.RenewRecoveryCodesResponseObject, error) {
	if _, err := s.ownPassword(ctx, r.Body.Password, "/password"); err != nil {
		return nil, err
	}
	var codes []string
	err := s.proven(ctx, &r.Body.Proof, func(me people.AccountID, p personnel.Proof) (err error) {
		codes, err = s.factors.Renew(ctx, me, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	return contract.RenewRecoveryCodes200JSONResponse{Codes: codes}, nil
}

// codeFault says of a wrong code which field it stands in: whoever asks is
// signed in, and stays so.
func codeFault(err error) error {
	if errors.Is(err, personnel.ErrCode) || errors.Is(err, personnel.ErrCodeNeeded) {
		return &personnel.FieldError{Field: "/code", Reason: "code-wrong"}
	}
	return err
}
