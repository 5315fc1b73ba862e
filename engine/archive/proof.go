package archive

import (
	"encoding/json"
	"fmt"

	"gongyuan/engine/attempt"
)

// Proof computes anew what lines claim: that each submission's digest is that
// of its answers, and that the journal gives the answers of the last one. It
// keeps one attempt in memory.
type Proof struct {
	Submissions, Matching int // with a digest; whose digest is that of the answers
	Last, Replayed        int // attempts with a submission; whose journal gives its answers

	attempt string
	ops     []attempt.Operation
	last    *submission
}

type submission struct {
	Attempt    string
	Answers    map[int]attempt.Answer
	Digest     string
	Operations int // that it was made from
}

// NewProof returns a Proof that has seen nothing.
func NewProof() *Proof { return &Proof{} }

// See takes the next line.
func (p *Proof) See(l Line) error {
	switch l.Kind {
	case "attempt":
		p.settle()
		var a struct{ ID string }
		if err := json.Unmarshal(l.Data, &a); err != nil {
			return fmt.Errorf("%w: attempt: %w", ErrBroken, err)
		}
		p.attempt = a.ID
	case "operation":
		var op attempt.Operation
		if err := json.Unmarshal(l.Data, &op); err != nil {
			return fmt.Errorf("%w: operation: %w", ErrBroken, err)
		}
		p.ops = append(p.ops, op)
	case "submission":
		var s submission
		if err := json.Unmarshal(l.Data, &s); err != nil {
			return fmt.Errorf("%w: submission: %w", ErrBroken, err)
		}
		p.Submissions++
		if attempt.Digest(attempt.AttemptID(s.Attempt), s.Answers) == s.Digest {
			p.Matching++
		}
		p.last = &s
	}
	return nil
}

// settle compares the journal of the attempt so far with its last submission.
func (p *Proof) settle() {
	// A journal whose time was over is not in an archive that was made later.
	if gone := p.last != nil && len(p.ops) == 0 && p.last.Operations > 0; p.last != nil && !gone {
		p.Last++
		if attempt.Digest(attempt.AttemptID(p.attempt), attempt.Fold(p.ops)) == p.last.Digest {
			p.Replayed++
		}
	}
	p.ops, p.last = nil, nil
}

// Err returns ErrBroken where a claim did not hold. Call it after the last line.
func (p *Proof) Err() error {
	p.settle()
	if p.Matching < p.Submissions {
		return fmt.Errorf("%w: %d submissions have another digest than their answers", ErrBroken, p.Submissions-p.Matching)
	}
	if p.Replayed < p.Last {
		return fmt.Errorf("%w: of %d attempts the journal gives other answers than were handed in", ErrBroken, p.Last-p.Replayed)
	}
	return nil
}

// Masked returns the line without whole identity numbers.
func Masked(l Line) (Line, error) {
	if l.Kind != "candidate" {
		return l, nil
	}
	var fields map[string]any
	if err := json.Unmarshal(l.Data, &fields); err != nil {
		return l, fmt.Errorf("%w: candidate: %w", ErrBroken, err)
	}
	delete(fields, "idNumber")
	raw, err := json.Marshal(fields)
	l.Data = raw
	return l, err
}
