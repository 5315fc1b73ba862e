package personnel

import (
	"context"
	"slices"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// Session is one sign-in of somebody, over all its tokens.
type Session struct {
	Family  string
	Address string
	Agent   string
	Began   time.Time
	Last    time.Time // when its newest token was given out
}

// SessionsOf lists the sessions of an account that hold, the last used first.
// Everybody sees the own ones, administrators and auditors all.
func (o *Office) SessionsOf(ctx context.Context, by, id people.AccountID) ([]Session, error) {
	if by != id {
		if err := o.may(ctx, by, false); err != nil {
			return nil, err
		}
		if _, err := o.in.Accounts.Account(ctx, id); err != nil {
			return nil, err
		}
	}
	tokens, err := o.in.Sessions.SessionsOf(ctx, people.Staff, string(id))
	if err != nil {
		return nil, err
	}
	now := o.in.Clock.Now()
	found := map[string]Session{}
	for _, t := range tokens {
		if !now.Before(t.Expires) {
			continue
		}
		s, ok := found[t.Family]
		if !ok {
			s = Session{Family: t.Family, Address: t.Address, Agent: t.Agent, Began: t.Began, Last: t.Issued}
		}
		if t.Issued.After(s.Last) {
			s.Last = t.Issued
		}
		found[t.Family] = s
	}
	out := make([]Session, 0, len(found))
	for _, s := range found {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Session) int { return b.Last.Compare(a.Last) })
	return out, nil
}

// EndSession ends one session of an account; its tokens and streams are over
// with it. It returns people.ErrNotFound where the account has no such session.
func (o *Office) EndSession(ctx context.Context, by, id people.AccountID, family string) error {
	if by != id {
		if err := o.may(ctx, by, true); err != nil {
			return err
		}
	}
	all, err := o.SessionsOf(ctx, by, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(s Session) bool { return s.Family == family })
	if i < 0 {
		return people.ErrNotFound
	}
	event := o.event(by, id, "session-end")
	event.Before = map[string]any{"began": all[i].Began, "address": all[i].Address}
	return audit.Do(ctx, o.in.Audit, event, func() error {
		err := o.in.Sessions.EndFamily(ctx, family)
		o.in.Gate.Forget(id)
		return err
	})
}
