package attempt

import (
	"context"
	"crypto/rand"
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
	News    News
	Clock   Clock
	// MayStart decides whether ready attempts may begin at the moments when
	// they were asked for, and with what allowance, whose Start is ignored. It
	// answers in the order asked, and is not asked again about an attempt that
	// has begun.
	MayStart func(ctx context.Context, all []Record, at []time.Time) ([]Admission, error)
	// Marker deals with new submissions, for example by marking them, and
	// answers for each in the order given. It is called again, also on other
	// copies of the program and at the same time, until it has returned nil for
	// the submission once: it must be idempotent.
	Marker func(ctx context.Context, all []Marking) []error
	// Stirred, which may be nil, is told of attempts whose Progress may have
	// changed, on the copy of the program where it did. It must not wait.
	Stirred func(ids ...AttemptID)

	Grace       time.Duration // for saves on their way at the deadline
	BatchOps    int           // operations after which a group commit is closed
	BatchDelay  time.Duration // after which it is closed in any case
	Workers     int           // group commits under way at once
	QueueOps    int           // operations waiting for the journal before ErrBusy
	DurableWait time.Duration // how long Save waits before it answers Pending
	Sweepers    int           // attempts that a sweep closes at once
	Log         *slog.Logger
}

// Marking is a submission for the Marker.
type Marking struct {
	Record     Record
	Submission Submission
}

// Service runs live attempts. It is safe for concurrent use, and any number of
// copies may work on the same stores.
type Service struct {
	cfg    Config
	commit *committer
	// These gather what comes at the same time.
	enters      *group[entering, Entered]
	submissions *group[AttemptID, Submission]
	gaps        *group[Gap, struct{}]
	marks       *group[Mark, LiveState]
	hub         hub
	sweeper     string // this copy's name among those that share the sweeping
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
	if cfg.Stirred == nil {
		cfg.Stirred = func(...AttemptID) {}
	}
	s := &Service{cfg: cfg, commit: newCommitter(cfg), sweeper: rand.Text()}
	s.enters = newGroup(groupSize, groupWorkers, s.enterAll)
	s.submissions = newGroup(groupSize, groupWorkers, s.finaliseAll)
	s.gaps = newGroup(groupSize, 1, s.storeGaps)
	s.marks = newGroup(groupSize, groupWorkers, s.raise)
	s.hub.start(cfg.News, cfg.Log)
	return s
}

func orDefault[T int | time.Duration](v, def T) T {
	if v == 0 {
		return def
	}
	return v
}

// groupSize is how many attempts one step of a store deals with at most, and
// groupWorkers how many such steps of one kind are under way.
const (
	groupSize    = 64
	groupWorkers = 4
)

// Close waits until what is queued has reached the journal, or ctx ends. Calls
// that come afterwards get ErrUnavailable.
func (s *Service) Close(ctx context.Context) error {
	s.hub.close()
	return errors.Join(s.enters.close(ctx), s.submissions.close(ctx), s.gaps.close(ctx), s.commit.close(ctx), s.marks.close(ctx))
}

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
	return s.beat(ctx, id, who, epoch, epoch)
}

// Look is a heartbeat that nobody sent: it answers the same and does not note
// that the page is there.
func (s *Service) Look(ctx context.Context, id AttemptID, who people.CandidateID, epoch int) (Beat, error) {
	return s.beat(ctx, id, who, epoch, 0)
}

// beat looks for epoch, and notes the page of the epoch touch, if it may write.
func (s *Service) beat(ctx context.Context, id AttemptID, who people.CandidateID, epoch, touch int) (Beat, error) {
	now := s.cfg.Clock.Now()
	st, err := s.inLive(ctx, id, func() (LiveState, error) { return s.cfg.Live.Touch(ctx, id, who, touch, now) })
	if err != nil && !errors.Is(err, ErrClosed) && !errors.Is(err, ErrAhead) {
		return Beat{}, fmt.Errorf("attempt %s: heartbeat: %w", id, err)
	}
	s.noteGap(id, st, now)
	if touch > 0 && err == nil {
		s.cfg.Stirred(id)
	}
	b := Beat{State: st.State, Deadline: receding(st.Deadline, st.PausedSince, now), PausedSince: st.PausedSince,
		Version: st.Version, Mine: st.Epoch == epoch, AppliedSeq: st.AppliedSeq, DurableSeq: st.DurableSeq, Now: now}
	if err == nil && b.Mine && b.State.GoesOn() {
		return b, nil
	}
	rec, err := s.own(ctx, id, who)
	if err != nil {
		return Beat{}, err
	}
	if b.State == "" || rec.Round > st.Round {
		// It ended and is gone from the live store, or was reopened and is not
		// back there yet.
		b.State, b.Deadline, b.Version, b.PausedSince = rec.State, rec.DeadlineAt(now), rec.DeadlineVersion, rec.PausedSince()
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
	now := s.cfg.Clock.Now()
	for i, p := range all {
		all[i].Deadline = receding(p.Deadline, p.PausedSince, now)
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
			Epoch: r.Lease.Epoch, Deadline: r.DeadlineAt(now), PausedSince: r.PausedSince()})
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
	all, err := s.cfg.Journal.Operations(ctx, []AttemptID{id})
	if err != nil {
		return nil, fmt.Errorf("attempt %s: operations: %w", id, err)
	}
	return all[id], nil
}
