package intake

import (
	"errors"
	"fmt"
)

// Errors of what is taken in.
var (
	ErrForbidden = errors.New("intake: not yours to do")
	ErrConflict  = errors.New("intake: changed by someone else meanwhile")
	ErrNotFound  = errors.New("intake: not found")
	ErrInvalid   = errors.New("intake: invalid")
)

// FieldError names the field that is wrong.
type FieldError struct{ Field, Reason string }

// Error implements error.
func (e *FieldError) Error() string { return fmt.Sprintf("intake: %s: %s", e.Field, e.Reason) }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

// Outcome is what becomes of a row.
type Outcome string

// The outcomes.
const (
	Added   Outcome = "added"
	Changed Outcome = "changed"
	Same    Outcome = "same"
	Refused Outcome = "refused"
)

// Verdict is what becomes of one row, and why where it is refused.
type Verdict struct {
	Row     int // from 1
	Outcome Outcome
	Field   string // that is wrong
	Reason  string // a code that the API turns into a sentence
	Name    string // of the person
}

// Plan is what taking in rows would do.
type Plan[T any] struct {
	Verdicts []Verdict
	puts     map[int]T // by verdict
}

// Refuse adds a row that cannot be kept.
func (p *Plan[T]) Refuse(name, field, reason string) {
	p.Verdicts = append(p.Verdicts, Verdict{len(p.Verdicts) + 1, Refused, field, reason, name})
}

// Take adds a row that can be kept as put, or is there already.
func (p *Plan[T]) Take(name string, outcome Outcome, put T) {
	if p.puts == nil {
		p.puts = map[int]T{}
	}
	if outcome != Same {
		p.puts[len(p.Verdicts)] = put
	}
	p.Verdicts = append(p.Verdicts, Verdict{Row: len(p.Verdicts) + 1, Outcome: outcome, Name: name})
}

// Keep puts what the plan says, row by row. One that somebody else changed at
// the same moment, which put tells by ErrConflict, is refused, the others kept.
func (p *Plan[T]) Keep(put func(T) error) ([]Verdict, error) {
	for i := range p.Verdicts {
		what, is := p.puts[i]
		if !is {
			continue
		}
		err := put(what)
		if errors.Is(err, ErrConflict) {
			p.Verdicts[i].Outcome, p.Verdicts[i].Reason = Refused, "changed-meanwhile"
		} else if err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	return p.Verdicts, nil
}

// Compare is the outcome of a row that can be kept: whether there is something
// that counts already, and whether it says the same.
func Compare(known, same bool) Outcome {
	switch {
	case !known:
		return Added
	case same:
		return Same
	}
	return Changed
}
