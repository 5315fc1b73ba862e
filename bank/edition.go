package bank

import (
	"fmt"
	"slices"
	"time"
)

// BlueprintDraft is what is being written of a blueprint, beside the edition
// that sittings are planned by. Somebody who wrote none of it approves it, and
// it becomes the next edition; saving it takes a proposal back.
type BlueprintDraft struct {
	Content  Blueprint
	Version  int // how often it was saved or stepped; 0 before the first time
	Authors  []string
	By       string // who saved it last
	Updated  time.Time
	Proposed bool
	Note     string // of whoever proposed or returned it last
}

// BlueprintEdition is an approved blueprint. It never changes: a sitting
// carries a copy of the edition that it was planned by, and later editions
// leave that alone.
type BlueprintEdition struct {
	Content  Blueprint
	Author   string // who proposed it
	Approver string
	At       time.Time
	Note     string
}

// Next tells whether a step may be taken with the draft by somebody: propose
// and discard while it is written, return and approve once it is proposed.
func (d *BlueprintDraft) Next(step Step, by string) error {
	switch step {
	case StepSave, StepDiscard:
		return nil
	case StepSubmit:
		if !d.Proposed && d.Version > 0 {
			return nil
		}
	case StepReturn:
		if d.Proposed {
			return nil
		}
	case StepApprove:
		if d.Proposed && slices.Contains(d.Authors, by) {
			return ErrSecondPerson
		}
		if d.Proposed {
			return nil
		}
	}
	return fmt.Errorf("%w: %s", ErrStage, step)
}

// May lists the steps that somebody can take with the draft now.
func (d *BlueprintDraft) May(by string) []Step {
	var out []Step
	for _, step := range []Step{StepSave, StepDiscard, StepSubmit, StepReturn, StepApprove} {
		if d.Next(step, by) == nil && (step != StepDiscard || d.Version > 0) {
			out = append(out, step)
		}
	}
	return out
}
