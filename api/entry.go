package api

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/access"
	"gongyuan/engine/attempt"
	"gongyuan/engine/proctor"
	"gongyuan/engine/sitting"
)

// seatFact is what is known of a registration's place without asking a store:
// pages ask four times a minute each, and all of a room in the same second.
type seatFact struct {
	registration sitting.RegistrationID
	sitting      sitting.ID
	room         string
	at           time.Time
}

// factLasts is how old a fact may be: a candidate who was moved has another
// room.
const factLasts = time.Minute

// maxFacts bounds the memory; beyond it the memory starts anew.
const maxFacts = 16384

// seatFacts also remembers what was noted already, so that each is noted once.
// It is safe for concurrent use.
type seatFacts struct {
	mu    sync.Mutex
	known map[string]seatFact // by attempt
	noted map[string]time.Time
}

func (f *seatFacts) keep(id string, x seatFact) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil || len(f.known) >= maxFacts {
		f.known = map[string]seatFact{}
	}
	f.known[id] = x
}

func (f *seatFacts) find(id string, now time.Time) (seatFact, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	x, ok := f.known[id]
	return x, ok && now.Sub(x.at) < factLasts
}

// first tells whether something is noted for the first time within a while.
func (f *seatFacts) first(what string, now time.Time, again time.Duration) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at, ok := f.noted[what]; ok && now.Sub(at) < again {
		return false
	}
	if f.noted == nil || len(f.noted) >= maxFacts {
		f.noted = map[string]time.Time{}
	}
	f.noted[what] = now
	return true
}

// fact is the place of the caller's own attempt.
func (s *server) fact(ctx context.Context, id string) (seatFact, error) {
	now := s.clock.Now()
	if x, ok := s.facts.find(id, now); ok && string(x.registration) == callOf(ctx).actor.Registration {
		return x, nil
	}
	sit, seat, err := s.ownSeat(ctx, id)
	if err != nil {
		return seatFact{}, err
	}
	x := seatFact{seat.Registration, sit, seat.Room, now}
	s.facts.keep(id, x)
	return x, nil
}

// entryAccess tells the page what it will be asked for.
func (s *server) entryAccess(ctx context.Context, reg *sitting.Registration) (*contract.EntryAccess, error) {
	rules, err := s.doors.Rules(ctx, reg.Sitting)
	if err != nil {
		return nil, err
	}
	if reg.Attempt != "" {
		s.facts.keep(reg.Attempt, seatFact{reg.ID, reg.Sitting, reg.Room, s.clock.Now()})
	}
	if rules.Code == "" && !rules.FullScreen && !rules.SEB.On {
		return nil, nil
	}
	return &contract.EntryAccess{Code: rules.Code != "", FullScreen: rules.FullScreen, Seb: rules.SEB.On}, nil
}

// Tries of the start code, which is short.
const (
	codeTries  = 10
	codeWindow = time.Minute
)

// mayEnter judges what the page shows for itself. Errors: proctor.ErrLocked,
// proctor.ErrMoved, access.ErrAddress, access.ErrSEB, access.ErrCode.
func (s *server) mayEnter(ctx context.Context, id string, b *contract.EnterRequest) (seatFact, error) {
	x, err := s.fact(ctx, id)
	if err != nil {
		return x, err
	}
	stands, err := s.proctors.Standing(ctx, x.sitting, x.registration)
	if err != nil {
		return x, err
	}
	if err := stands.Check(time.UnixMilli(callOf(ctx).actor.Begun)); err != nil {
		return x, err
	}
	rules, err := s.doors.Rules(ctx, x.sitting)
	if err != nil {
		return x, err
	}
	if rules.Outside == access.Refuse && !s.inside(ctx, rules, x.room) {
		return x, access.ErrAddress
	}
	if proof := proofOf(ctx, id, b.Seb); !rules.SEB.Passes(proof) && !stands.Grants(failing(proof)) {
		return x, access.ErrSEB
	}
	if rules.Code == "" {
		return x, nil
	}
	return x, s.checkCode(ctx, id, rules, deref(b.StartCode))
}

// checkCode asks for the start code of who has not begun.
func (s *server) checkCode(ctx context.Context, id string, rules *access.Rules, code string) error {
	rec, err := s.attempts.Record(ctx, attempt.AttemptID(id))
	if err != nil || rec.State != attempt.Ready {
		return err
	}
	if code == "" {
		return access.ErrCode
	}
	// Before it is looked at: who has guessed too often learns nothing of a guess
	// that is right.
	key := "start-code:" + id
	wait, err := s.limiter.Take(ctx, key, codeTries, codeWindow)
	switch {
	case err != nil:
		return err
	case wait > 0:
		return &waitError{wait}
	case !rules.Fits(code):
		return access.ErrCode
	}
	return s.limiter.Return(ctx, key)
}

func proofOf(ctx context.Context, id string, seb *contract.SebProof) access.Proof {
	p := access.Proof{Header: callOf(ctx).seb, Path: callOf(ctx).path, Attempt: id}
	if seb != nil {
		p.Hash, p.URL = seb.Hash, seb.Url
	}
	return p
}

// inside tells whether the caller's address is one of the room. One that cannot
// be read is nowhere.
func (s *server) inside(ctx context.Context, rules *access.Rules, room string) bool {
	if !rules.Limits() {
		return true
	}
	addr, err := netip.ParseAddr(callOf(ctx).address)
	return err == nil && rules.Inside(room, addr)
}

// noteAddress keeps the fact that a page writes from outside the room's range,
// once for each address. Nobody waits for it.
func (s *server) noteAddress(ctx context.Context, x seatFact) {
	rules, err := s.doors.Rules(ctx, x.sitting)
	if err != nil || s.inside(ctx, rules, x.room) {
		return
	}
	address := callOf(ctx).address
	s.note(ctx, x, proctor.Sign{ID: "address-" + address, Signal: proctor.Elsewhere, Note: address})
}

// note keeps a fact once. The candidate must not wait for it, nor be kept out
// where it fails.
func (s *server) note(ctx context.Context, x seatFact, sign proctor.Sign) {
	if !s.facts.first(string(x.registration)+" "+sign.ID, s.clock.Now(), time.Hour) {
		return
	}
	if err := s.proctors.Observe(ctx, x.sitting, x.registration, []proctor.Sign{sign}); err != nil {
		s.log.Warn("signal not kept", "registration", x.registration, "error", err, "request", callOf(ctx).requestID)
	}
}

// noteHasty keeps the fact of many answers within seconds.
func (s *server) noteHasty(ctx context.Context, id string, epoch int, ops []attempt.Operation) {
	seq := proctor.Hasty(ops)
	if seq == 0 {
		return
	}
	if x, err := s.fact(ctx, id); err == nil {
		s.note(ctx, x, proctor.Sign{ID: fmt.Sprintf("fast-%d-%d", epoch, seq), Signal: proctor.Fast})
	}
}

// failing says why a proof does not pass. Who unlocks a page lets it go on for
// this reason, and not for the other.
func failing(p access.Proof) string {
	if p.Shows() {
		return "安全考试浏览器校验未通过：校验值不符"
	}
	return "安全考试浏览器校验未通过：没有校验值"
}

// recheck holds a page under way against the rules. One that is not in Safe
// Exam Browser any more is locked; what it saves is taken all the same.
func (s *server) recheck(ctx context.Context, id string, seb *contract.SebProof, state attempt.State) {
	if !state.GoesOn() {
		return
	}
	x, err := s.fact(ctx, id)
	if err != nil {
		return
	}
	rules, err := s.doors.Rules(ctx, x.sitting)
	if err != nil {
		return
	}
	s.noteAddress(ctx, x)
	proof := proofOf(ctx, id, seb)
	if rules.SEB.Passes(proof) || !s.facts.first("hold "+id, s.clock.Now(), 10*time.Second) {
		return
	}
	const text = "本页不在本场次配置的安全考试浏览器中。"
	if err := s.proctors.Hold(ctx, x.sitting, x.registration, failing(proof), text); err != nil {
		s.log.Error("page not locked", "attempt", id, "error", err, "request", callOf(ctx).requestID)
		return
	}
	s.log.Info("page held", "attempt", id, "request", callOf(ctx).requestID)
}
