package attempt

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// The defaults of Config.
const (
	DefaultGrace       = 3 * time.Second
	DefaultBatchOps    = 512
	DefaultBatchDelay  = 4 * time.Millisecond
	DefaultWorkers     = 4
	DefaultQueueOps    = 16384
	DefaultDurableWait = 2 * time.Second
	DefaultSweepers    = 8
)

// Config is what a Service is made of. Live, Journal, Records, Clock, MayStart
// and Marker must be set; a zero in the rest takes its default.
type Config struct {
	Live    Live
	Journal Journal
	Records Records
	Clock   Clock
	// MayStart decides whether a ready attempt may begin now, and with what
	// allowance; its Start is ignored. The error goes to the caller of Enter as
	// it is. It is not asked again once the attempt has begun.
	MayStart func(ctx context.Context, r Record, now time.Time) (sitting.Allowance, error)
	// Marker deals with a new submission, for example by marking it. It is
	// called again, also on other copies of the program and at the same time,
	// until it has returned nil once: it must be idempotent.
	Marker func(ctx context.Context, r Record, s Submission) error

	Grace       time.Duration // for saves on their way at the deadline
	BatchOps    int           // operations after which a group commit is closed
	BatchDelay  time.Duration // after which it is closed in any case
	Workers     int           // group commits under way at once
	QueueOps    int           // operations waiting for the journal before ErrBusy
	DurableWait time.Duration // how long Save waits before it answers Pending
	Sweepers    int           // attempts that a sweep closes at once
	Log         *slog.Logger
}

// Service runs live attempts. It is safe for concurrent use, and any number of
// copies may work on the same stores.
type Service struct {
	cfg    Config
	commit *committer
	// restores and closes let only one goroutine of this copy restore or close
	// the same attempt; the others wait for its outcome.
	restores flight[struct{}]
	closes   flight[Submission]
}

// New returns a service whose group commit runs until Close.
func New(cfg Config) *Service {
	cfg.Grace = orDefault(cfg.Grace, DefaultGrace)
	cfg.BatchOps = orDefault(cfg.BatchOps, DefaultBatchOps)
	cfg.BatchDelay = orDefault(cfg.BatchDelay, DefaultBatchDelay)
	cfg.Workers = orDefault(cfg.Workers, DefaultWorkers)
	cfg.QueueOps = orDefault(cfg.QueueOps, DefaultQueueOps)
	cfg.DurableWait = orDefault(cfg.DurableWait, DefaultDurableWait)
	cfg.Sweepers = orDefault(cfg.Sweepers, DefaultSweepers)
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Service{cfg: cfg, commit: newCommitter(cfg)}
}

func orDefault[T int | time.Duration](v, def T) T {
	if v == 0 {
		return def
	}
	return v
}

// Close waits until what is queued has reached the journal, or ctx ends. Saves
// that come afterwards get ErrUnavailable.
func (s *Service) Close(ctx context.Context) error { return s.commit.close(ctx) }

// Create stores attempts with their papers when a sitting is sealed. It is
// idempotent: what exists already stays as it is. State, Slots and Created are
// set here.
func (s *Service) Create(ctx context.Context, all []Sealed) error {
	now := s.cfg.Clock.Now().UTC().Truncate(time.Millisecond)
	fresh := make([]Sealed, len(all))
	for i, a := range all {
		a.Record.State, a.Record.Slots = Ready, len(a.Paper.Slots)
		if a.Record.Created.IsZero() {
			a.Record.Created = now
		}
		fresh[i] = a
	}
	if err := s.cfg.Records.Create(ctx, fresh); err != nil {
		return fmt.Errorf("attempt: create %d: %w", len(all), err)
	}
	return nil
}

// Status returns where the candidate's attempt stands, or ErrNotFound.
func (s *Service) Status(ctx context.Context, id AttemptID, who people.CandidateID) (Status, error) {
	rec, err := s.own(ctx, id, who)
	if err != nil {
		return Status{}, err
	}
	now := s.cfg.Clock.Now()
	return Status{Record: rec, Explanation: rec.Explanation(now), Now: now}, nil
}

// own reads the record of an attempt that belongs to the candidate.
func (s *Service) own(ctx context.Context, id AttemptID, who people.CandidateID) (Record, error) {
	rec, err := s.cfg.Records.Record(ctx, id)
	if err != nil {
		return Record{}, fmt.Errorf("attempt %s: %w", id, err)
	}
	if rec.Candidate != who {
		return Record{}, fmt.Errorf("attempt %s: %w", id, ErrNotFound)
	}
	return rec, nil
}

// Heartbeat tells a page where the attempt stands and notes that it is there.
// It never returns a Refusal: a page that lost the lease, or whose attempt has
// ended, learns so from the Beat. Errors: ErrNotFound, ErrNotStarted,
// ErrUnavailable.
func (s *Service) Heartbeat(ctx context.Context, id AttemptID, who people.CandidateID, epoch int) (Beat, error) {
	now := s.cfg.Clock.Now()
	st, err := s.cfg.Live.Touch(ctx, id, who, epoch, now)
	if needsRestore(err) {
		if err = s.restore(ctx, id); err == nil {
			st, err = s.cfg.Live.Touch(ctx, id, who, epoch, now)
		}
	}
	if err != nil && !errors.Is(err, ErrClosed) && !errors.Is(err, ErrAhead) {
		return Beat{}, fmt.Errorf("attempt %s: heartbeat: %w", id, err)
	}
	b := Beat{State: st.State, Deadline: st.Deadline, Version: st.Version, Mine: st.Epoch == epoch,
		AppliedSeq: st.AppliedSeq, DurableSeq: st.DurableSeq, Now: now}
	if err == nil && b.Mine {
		return b, nil
	}
	rec, err := s.own(ctx, id, who)
	if err != nil {
		return Beat{}, err
	}
	if b.State == "" { // ended, and gone from the live store
		b.State, b.Deadline, b.Version = rec.State, rec.Deadline, rec.DeadlineVersion
		b.Mine = rec.Lease.Epoch == epoch
	}
	if !b.Mine {
		b.Holder = rec.Lease
	}
	return b, nil
}

// Progress returns the progress of those of the attempts that exist, in any
// order. It asks the live store first and the records for the rest, of which
// it knows no LastSeen and Answered only once they are submitted.
func (s *Service) Progress(ctx context.Context, ids []AttemptID) ([]Progress, error) {
	all, err := s.cfg.Live.Progress(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("attempt: progress of %d: %w", len(ids), err)
	}
	live := make(map[AttemptID]bool, len(all))
	for _, p := range all {
		live[p.Attempt] = true
	}
	var rest []AttemptID
	for _, id := range ids {
		if !live[id] {
			rest = append(rest, id)
		}
	}
	if len(rest) == 0 {
		return all, nil
	}
	recs, err := s.cfg.Records.Several(ctx, rest)
	if err != nil {
		return nil, fmt.Errorf("attempt: progress of %d: %w", len(rest), err)
	}
	for _, r := range recs {
		all = append(all, Progress{Attempt: r.ID, State: r.State, Answered: r.Answered,
			Epoch: r.Lease.Epoch, Deadline: r.Deadline})
	}
	return all, nil
}

// OfSitting returns the records of a sitting's attempts, by id.
func (s *Service) OfSitting(ctx context.Context, id sitting.ID) ([]Record, error) {
	recs, err := s.cfg.Records.OfSitting(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("attempt: of sitting %s: %w", id, err)
	}
	return recs, nil
}

// Operations returns what the journal holds of an attempt, by epoch and seq,
// for audit.
func (s *Service) Operations(ctx context.Context, id AttemptID) ([]Operation, error) {
	ops, err := s.cfg.Journal.Operations(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("attempt %s: operations: %w", id, err)
	}
	return ops, nil
}

// Aside returns the operations of an attempt that came too late to count.
func (s *Service) Aside(ctx context.Context, id AttemptID) ([]LateOperation, error) {
	ops, err := s.cfg.Journal.Aside(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("attempt %s: set aside: %w", id, err)
	}
	return ops, nil
}
