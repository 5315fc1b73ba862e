package attempt

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"gongyuan/engine/people"
)

// The reasons for which operations are kept apart.
const (
	LateReason   = "late"   // after deadline and grace
	ClosedReason = "closed" // after the close
	FileReason   = "file"   // from a file, and not of the page that may write
)

// LateOperation is an operation that came too late to count and is kept apart
// for a supervisor.
type LateOperation struct {
	Attempt AttemptID
	Operation
	Reason   string
	Decision *Decision // nil while it is open
}

// ID names a late operation by its place and its content, so that another
// content at the same place is kept as well.
func (o *LateOperation) ID() string {
	content := sha256.Sum256(fmt.Appendf(nil, "%d:%t:%s", o.Slot, o.Flagged, o.Response))
	return fmt.Sprintf("%s:%d:%d:%x", o.Attempt, o.Epoch, o.Seq, content[:8])
}

// Decision is what was decided about one late operation. It is made once.
type Decision struct {
	Operation string // LateOperation.ID
	Count     bool
	By        people.AccountID
	Reason    string
	At        time.Time
}

// DecideCommand decides about late operations of one attempt. The caller has
// checked the role, and that results are not released.
type DecideCommand struct {
	Attempt    AttemptID
	Operations []string // LateOperation.ID of each
	Count      bool
	By         people.AccountID
	Reason     string
}

// Aside returns the operations of attempts that came too late to count, by
// attempt, epoch and seq.
func (s *Service) Aside(ctx context.Context, ids ...AttemptID) ([]LateOperation, error) {
	ops, err := s.cfg.Journal.Aside(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("attempt: set aside of %d: %w", len(ids), err)
	}
	return ops, nil
}

// Decide counts late operations, or rejects them for good. Where it counts any,
// the attempt gets a new round: it is submitted anew, by the same end, with
// them, and marked again. The submission before is kept. Errors: ErrNotFound
// for an unknown operation, ErrState before the attempt has ended, ErrDecided
// where an operation is decided otherwise, or where its place in the ledger
// holds another content.
func (s *Service) Decide(ctx context.Context, cmd DecideCommand) error {
	rec, err := s.cfg.Records.Record(ctx, cmd.Attempt)
	if err != nil {
		return fmt.Errorf("attempt %s: decide: %w", cmd.Attempt, err)
	}
	if !rec.State.Over() {
		return fmt.Errorf("attempt %s: decide while it is %s: %w", cmd.Attempt, rec.State, ErrState)
	}
	// What is counted below must come after the fold of the round before.
	if _, err := s.finalise(ctx, cmd.Attempt); err != nil {
		return err
	}
	chosen, err := s.undecided(ctx, cmd)
	if err != nil {
		return fmt.Errorf("attempt %s: decide: %w", cmd.Attempt, err)
	}
	now := s.cfg.Clock.Now().UTC().Truncate(time.Millisecond)
	decisions := make([]Decision, len(chosen))
	ops := make([]Operation, len(chosen))
	for i, o := range chosen {
		decisions[i] = Decision{Operation: o.ID(), Count: cmd.Count, By: cmd.By, Reason: cmd.Reason, At: now}
		ops[i] = o.Operation
	}
	if err := s.cfg.Journal.Decide(ctx, decisions); err != nil {
		return fmt.Errorf("attempt %s: decide: %w", cmd.Attempt, err)
	}
	if !cmd.Count {
		return nil
	}
	if err := s.cfg.Journal.Append(ctx, entries(cmd.Attempt, ops)); err != nil {
		return fmt.Errorf("attempt %s: decide: %w", cmd.Attempt, err)
	}
	return s.amend(ctx, cmd, now)
}

// undecided finds the operations of the command. Those that are decided as it
// says are among them: the command before may have been cut off.
func (s *Service) undecided(ctx context.Context, cmd DecideCommand) ([]LateOperation, error) {
	aside, err := s.cfg.Journal.Aside(ctx, []AttemptID{cmd.Attempt})
	if err != nil {
		return nil, err
	}
	var chosen []LateOperation
	for _, o := range aside {
		if !slices.Contains(cmd.Operations, o.ID()) {
			continue
		}
		if o.Decision != nil && o.Decision.Count != cmd.Count {
			return nil, fmt.Errorf("operation %s: decided already: %w", o.ID(), ErrDecided)
		}
		chosen = append(chosen, o)
	}
	if len(chosen) < len(cmd.Operations) {
		return nil, fmt.Errorf("%d of %d operations: %w", len(cmd.Operations)-len(chosen), len(cmd.Operations), ErrNotFound)
	}
	if !cmd.Count {
		return chosen, nil
	}
	all, err := s.cfg.Journal.Operations(ctx, []AttemptID{cmd.Attempt})
	if err != nil {
		return nil, err
	}
	return chosen, s.free(all[cmd.Attempt], chosen)
}

// free tells whether the ledger has room for the operations: their places are
// empty or hold the same, and no place is claimed twice.
func (s *Service) free(held []Operation, late []LateOperation) error {
	type place struct{ epoch, seq int }
	at := make(map[place]Operation, len(held))
	for _, op := range held {
		at[place{op.Epoch, op.Seq}] = op
	}
	for _, o := range late {
		p := place{o.Epoch, o.Seq}
		if before, ok := at[p]; ok && !sameContent(before, o.Operation) {
			return fmt.Errorf("operation %d of epoch %d: %w", o.Seq, o.Epoch, ErrDecided)
		}
		at[p] = o.Operation
	}
	return nil
}

func sameContent(a, b Operation) bool {
	return a.Slot == b.Slot && a.Response == b.Response && a.Flagged == b.Flagged
}

// amend gives the attempt a new round that ends as the one before.
func (s *Service) amend(ctx context.Context, cmd DecideCommand, now time.Time) error {
	order := Order{ID: "late:" + string(cmd.Attempt) + ":" + now.Format(time.RFC3339Nano), Kind: Amend, By: cmd.By, Reason: cmd.Reason, At: now}
	done, err := s.adjust(ctx, order, []AttemptID{cmd.Attempt})
	if err != nil {
		return err
	}
	if done[0].Err != nil {
		return done[0].Err
	}
	_, err = s.finalise(ctx, cmd.Attempt)
	return err
}

// HandInCommand is what a page wrote to a file because it could not send it.
// The caller has checked the role, the digest, and each response.
type HandInCommand struct {
	Attempt    AttemptID
	Epoch      int
	Operations []Operation // in any order; their own Epoch is overwritten
}

// HandedIn is what became of it.
type HandedIn struct {
	Known    int // in the ledger already
	Saved    int // saved into the running attempt
	SetAside int // kept apart for a decision
}

// HandIn takes in operations from a file. What the ledger has already is
// passed over. The rest is saved where the attempt goes on, the file is of the
// epoch that holds the lease and its sequences go on where the ledger ends;
// otherwise it is kept apart. Errors: ErrInvalid for an epoch that was never
// given, *Refusal with ErrConflict where a sequence holds another content,
// ErrNotFound, ErrNotStarted, ErrUnavailable.
func (s *Service) HandIn(ctx context.Context, cmd HandInCommand) (HandedIn, error) {
	rec, err := s.cfg.Records.Record(ctx, cmd.Attempt)
	if err != nil {
		return HandedIn{}, fmt.Errorf("attempt %s: hand in: %w", cmd.Attempt, err)
	}
	switch {
	case rec.State == Ready:
		return HandedIn{}, fmt.Errorf("attempt %s: hand in: %w", cmd.Attempt, ErrNotStarted)
	case cmd.Epoch < 1 || cmd.Epoch > rec.Lease.Epoch:
		return HandedIn{}, fmt.Errorf("attempt %s: epoch %d was never given: %w", cmd.Attempt, cmd.Epoch, ErrInvalid)
	}
	fresh, known, err := s.unknown(ctx, cmd)
	if err != nil {
		return HandedIn{}, err
	}
	out := HandedIn{Known: known}
	for len(fresh) > 0 {
		n := min(len(fresh), MaxBatch)
		if !rec.State.GoesOn() || cmd.Epoch != rec.Lease.Epoch || !following(fresh[:n]) {
			break
		}
		_, err := s.Save(ctx, SaveCommand{Attempt: rec.ID, Candidate: rec.Candidate, Epoch: cmd.Epoch, Operations: fresh[:n]})
		var refused *Refusal
		if errors.As(err, &refused) && !errors.Is(err, ErrConflict) {
			break
		}
		if err != nil {
			return out, err
		}
		out.Saved += n
		fresh = fresh[n:]
	}
	aside := make([]LateOperation, len(fresh))
	now := s.cfg.Clock.Now().UnixMilli()
	for i, op := range fresh {
		op.ReceivedMs = now
		aside[i] = LateOperation{Attempt: cmd.Attempt, Operation: op, Reason: FileReason}
	}
	if err := s.cfg.Journal.SetAside(ctx, aside); err != nil {
		return out, fmt.Errorf("attempt %s: set aside: %w", cmd.Attempt, err)
	}
	out.SetAside = len(aside)
	return out, nil
}

// unknown returns those operations, in order, that neither the ledger nor the
// evidence has, and how many they have.
func (s *Service) unknown(ctx context.Context, cmd HandInCommand) ([]Operation, int, error) {
	if tails, err := s.cfg.Live.Tails(ctx, []AttemptID{cmd.Attempt}); err == nil && len(tails) > 0 {
		if _, err := s.drain(ctx, cmd.Attempt); err != nil {
			return nil, 0, err
		}
	}
	all, err := s.cfg.Journal.Operations(ctx, []AttemptID{cmd.Attempt})
	if err != nil {
		return nil, 0, fmt.Errorf("attempt %s: hand in: %w", cmd.Attempt, err)
	}
	held := map[int]Operation{}
	for _, op := range all[cmd.Attempt] {
		if op.Epoch == cmd.Epoch {
			held[op.Seq] = op
		}
	}
	aside, err := s.cfg.Journal.Aside(ctx, []AttemptID{cmd.Attempt})
	if err != nil {
		return nil, 0, fmt.Errorf("attempt %s: hand in: %w", cmd.Attempt, err)
	}
	kept := map[string]bool{}
	for _, o := range aside {
		kept[o.ID()] = true
	}
	var fresh []Operation
	known := 0
	for _, op := range cmd.Operations {
		op.Epoch = cmd.Epoch
		before, ok := held[op.Seq]
		late := LateOperation{Attempt: cmd.Attempt, Operation: op}
		switch {
		case ok && !sameContent(before, op):
			return nil, 0, &Refusal{Reason: ErrConflict, Expected: op.Seq}
		case ok, kept[late.ID()]:
			known++
		default:
			fresh = append(fresh, op)
		}
	}
	slices.SortFunc(fresh, byEpochAndSeq)
	return fresh, known, nil
}

// following tells whether the sequences follow each other without a gap.
func following(ops []Operation) bool {
	for i := range ops {
		if ops[i].Seq != ops[0].Seq+i {
			return false
		}
	}
	return true
}
