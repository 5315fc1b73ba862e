package result

import (
	"context"

	"gongyuan/bank"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Correction puts marks in the place of those that were computed for one
// component of a candidate, as an appeal decided.
type Correction struct {
	Appeal       AppealID
	Registration sitting.RegistrationID
	Component    standard.Kind
	Marks        bank.Marks // on the component's scale
}

// Corrections knows what appeals have changed.
type Corrections interface {
	// AppealsOf lists the appeals of a sitting, the oldest first.
	AppealsOf(ctx context.Context, id sitting.ID) ([]Appeal, error)
}

// corrections lists what appeals changed at a sitting, in the order in which
// they were decided.
func (s *Sources) corrections(ctx context.Context, id sitting.ID) ([]Correction, error) {
	if s.Corrections == nil {
		return nil, nil
	}
	appeals, err := s.Corrections.AppealsOf(ctx, id)
	if err != nil {
		return nil, err
	}
	return correctionsOf(appeals), nil
}

// correct applies the last correction of a component. What it rests on is named
// beside the appeal, so that both can be looked up.
func (c *Composed) correct(k standard.Kind, parts map[standard.Kind]Part, basis map[standard.Kind]Basis) {
	for _, x := range c.Corrections {
		if x.Component != k {
			continue
		}
		parts[k] = Part{State: Scored, Awarded: x.Marks}
		b := basis[k]
		b.Appeal = string(x.Appeal)
		basis[k] = b
	}
}
