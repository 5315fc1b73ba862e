package bank

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Stage is where the work on an item stands, beside what of it is published:
// an item may be drawn in its revision 3 while its revision 4 is in review.
type Stage string

// The stages. StageIdle means that nobody works on the item.
const (
	StageIdle     Stage = ""
	StageDraft    Stage = "draft"
	StageReview   Stage = "in-review"
	StageReturned Stage = "returned" // back to its authors, with a reason
	StagePassed   Stage = "approved"
)

// Stages lists all stages.
func Stages() []Stage { return []Stage{StageIdle, StageDraft, StageReview, StageReturned, StagePassed} }

// Step is something that an editor does with an item.
type Step string

// The steps. Comment and Assign change no stage; Retire and Restore change the
// standing of what is published and no stage. Doubt sends an item to the editors
// because something about it is suspicious; Keep says that it is fine as it is.
// Neither changes a stage: papers go on drawing what is published.
const (
	StepSave     Step = "save"
	StepDiscard  Step = "discard"
	StepSubmit   Step = "submit"
	StepWithdraw Step = "withdraw"
	StepApprove  Step = "approve"
	StepReturn   Step = "return"
	StepPublish  Step = "publish"
	StepRetire   Step = "retire"
	StepRestore  Step = "restore"
	StepAssign   Step = "assign"
	StepComment  Step = "comment"
	StepDoubt    Step = "doubt"
	StepKeep     Step = "keep"
)

// Steps lists all steps.
func Steps() []Step {
	return []Step{StepSave, StepDiscard, StepSubmit, StepWithdraw, StepApprove, StepReturn, StepPublish, StepRetire, StepRestore, StepAssign, StepComment, StepDoubt, StepKeep}
}

// Errors of the workflow.
var (
	// ErrStage is returned for a step that the item's stage does not know.
	ErrStage = errors.New("bank: not possible at this stage")
	// ErrSecondPerson is returned to whoever would approve what they wrote.
	ErrSecondPerson = errors.New("bank: an author may not approve")
	// ErrConflict tells that somebody else changed it meanwhile.
	ErrConflict = errors.New("bank: changed meanwhile")
)

// stages is the one table of the workflow. What is not in it cannot be done.
// A revision in review is not saved over: it is withdrawn first, so that what
// a reviewer reads stays what it is. Saving after an approval voids it.
var stages = map[Stage]map[Step]Stage{
	StageIdle:     {StepSave: StageDraft},
	StageDraft:    {StepSave: StageDraft, StepSubmit: StageReview, StepDiscard: StageIdle, StepAssign: StageDraft},
	StageReview:   {StepWithdraw: StageDraft, StepApprove: StagePassed, StepReturn: StageReturned, StepAssign: StageReview},
	StageReturned: {StepSave: StageReturned, StepSubmit: StageReview, StepDiscard: StageIdle, StepAssign: StageReturned},
	StagePassed:   {StepSave: StageDraft, StepReturn: StageReturned, StepPublish: StageIdle},
}

// Work is the work on an item since it was last published.
type Work struct {
	Stage    Stage
	Revision int // the revision in review, returned or approved; 0 while none was handed in
	// Authors are the accounts that wrote any of it since the last publication,
	// and whoever handed it in. None of them may approve it.
	Authors   []string
	Submitted time.Time
	Submitter string
	Assigned  string // the account whose turn it is; empty for anybody
	Approver  string
	Approved  time.Time
	// AltersKey tells that the revision in review marks answers otherwise than
	// the published one does.
	AltersKey bool
	// Doubted is when somebody last doubted the item; zero where nobody does.
	// Publishing a revision ends it, and so does keeping the item as it is.
	Doubted time.Time
	Doubter string
	Doubt   string // why
}

// Next tells to which stage a step leads, by whom. The reviewer is never one
// of the authors. Retiring and restoring look at the standing of the item.
func (w *Work) Next(step Step, by string, standing Status) (Stage, error) {
	switch step {
	case StepComment:
		return w.Stage, nil
	case StepRetire, StepRestore:
		if (step == StepRestore) != (standing == Retired) {
			return w.Stage, fmt.Errorf("%w: %s while %s", ErrStage, step, standing)
		}
		return w.Stage, nil
	case StepDoubt, StepKeep:
		if standing == Retired || step == StepKeep && w.Doubted.IsZero() {
			return w.Stage, fmt.Errorf("%w: %s while %s", ErrStage, step, standing)
		}
		return w.Stage, nil
	}
	next, ok := stages[w.Stage][step]
	if !ok || standing == Retired {
		return w.Stage, fmt.Errorf("%w: %s while %q", ErrStage, step, w.Stage)
	}
	switch author := slices.Contains(w.Authors, by); {
	case step == StepApprove && author:
		return w.Stage, ErrSecondPerson
	case step == StepWithdraw && !author:
		return w.Stage, fmt.Errorf("%w: only an author takes back", ErrStage)
	}
	return next, nil
}

// May lists the steps that somebody can take now.
func (w *Work) May(by string, standing Status) []Step {
	var out []Step
	for _, step := range Steps() {
		if _, err := w.Next(step, by, standing); err == nil {
			out = append(out, step)
		}
	}
	return out
}

// Wrote adds an author.
func (w *Work) Wrote(by string) {
	if by != "" && !slices.Contains(w.Authors, by) {
		w.Authors = append(slices.Clone(w.Authors), by)
	}
}

// StageOf reads the stage of an item that was imported, and so never worked on:
// a newest revision that is not published waits as a draft.
func StageOf(i Item) Stage {
	switch {
	case i.Status == InReview:
		return StageReview
	case i.Status == Approved:
		return StagePassed
	case i.Status == Draft, i.Status == Published && i.Revision > i.Published:
		return StageDraft
	}
	return StageIdle
}

// StandingOf is the status that an item has by what is published of it and by
// the work on it; retired items stay so until they are restored.
func StandingOf(i Item, s Stage) Status {
	switch {
	case i.Status == Retired:
		return Retired
	case i.Published > 0:
		return Published
	case s == StageReview:
		return InReview
	case s == StagePassed:
		return Approved
	}
	return Draft
}
