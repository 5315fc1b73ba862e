package attempt

import (
	"context"
	"fmt"

	"gongyuan/bank"
)

// Paper returns the paper that the attempt pins. It never changes. The caller
// sees to who may see what of it.
func (s *Service) Paper(ctx context.Context, id AttemptID) (bank.Paper, error) {
	p, err := s.cfg.Records.Paper(ctx, id)
	if err != nil {
		return bank.Paper{}, fmt.Errorf("attempt %s: paper: %w", id, err)
	}
	return p, nil
}

// Record returns the record of an attempt, for staff.
func (s *Service) Record(ctx context.Context, id AttemptID) (Record, error) {
	r, err := s.cfg.Records.Record(ctx, id)
	if err != nil {
		return Record{}, fmt.Errorf("attempt %s: %w", id, err)
	}
	return r, nil
}

// Submission returns what was handed in last, for staff, or ErrNotSubmitted.
func (s *Service) Submission(ctx context.Context, id AttemptID) (Submission, error) {
	rec, err := s.cfg.Records.Record(ctx, id)
	if err != nil {
		return Submission{}, fmt.Errorf("attempt %s: submission: %w", id, err)
	}
	if !rec.State.Over() {
		return Submission{}, fmt.Errorf("attempt %s: submission: %w", id, ErrNotSubmitted)
	}
	sub, err := s.cfg.Records.Submission(ctx, id, rec.Round)
	if err != nil {
		return Submission{}, fmt.Errorf("attempt %s: submission: %w", id, err)
	}
	return sub, nil
}
