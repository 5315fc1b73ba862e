package bank_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gongyuan/bank"

	"github.com/google/go-cmp/cmp"
)

// TestStages holds every stage against every step, for an author and for
// somebody else: the table of the workflow as its readers expect it.
func TestStages(t *testing.T) {
	t.Parallel()
	want := map[bank.Stage]string{
		bank.StageIdle:     "save→draft",
		bank.StageDraft:    "save→draft discard→ submit→in-review assign→draft",
		bank.StageReview:   "withdraw→draft(author) approve→approved(other) return→returned assign→in-review",
		bank.StageReturned: "save→returned discard→ submit→in-review assign→returned",
		bank.StagePassed:   "save→draft return→returned publish→",
	}
	for _, stage := range bank.Stages() {
		var got []string
		for _, step := range bank.Steps() {
			if step == bank.StepComment || step == bank.StepRetire || step == bank.StepRestore || step == bank.StepDoubt || step == bank.StepKeep {
				continue
			}
			w := bank.Work{Stage: stage, Authors: []string{"author"}}
			mine, mineErr := w.Next(step, "author", bank.Published)
			theirs, theirErr := w.Next(step, "other", bank.Published)
			switch {
			case mineErr == nil && theirErr == nil:
				got = append(got, fmt.Sprintf("%s→%s", step, mine))
			case mineErr == nil:
				got = append(got, fmt.Sprintf("%s→%s(author)", step, mine))
			case theirErr == nil:
				got = append(got, fmt.Sprintf("%s→%s(other)", step, theirs))
			default:
				if !errors.Is(mineErr, bank.ErrStage) || !errors.Is(theirErr, bank.ErrStage) {
					t.Errorf("%s while %q: %v, %v", step, stage, mineErr, theirErr)
				}
			}
		}
		if diff := cmp.Diff(want[stage], strings.Join(got, " ")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", stage, diff)
		}
	}
}

func TestSecondPerson(t *testing.T) {
	t.Parallel()
	w := bank.Work{Stage: bank.StageReview, Authors: []string{"a"}}
	w.Wrote("b")
	w.Wrote("b")
	if diff := cmp.Diff([]string{"a", "b"}, w.Authors); diff != "" {
		t.Errorf("authors: %s", diff)
	}
	for _, author := range w.Authors {
		if _, err := w.Next(bank.StepApprove, author, bank.Draft); !errors.Is(err, bank.ErrSecondPerson) {
			t.Errorf("%s approves: %v, want ErrSecondPerson", author, err)
		}
	}
	if _, err := w.Next(bank.StepApprove, "c", bank.Draft); err != nil {
		t.Errorf("c approves: %v", err)
	}
}

// TestRetired goes through every stage of a retired item: it is restored
// before anything else is done with it.
func TestRetired(t *testing.T) {
	t.Parallel()
	for _, stage := range bank.Stages() {
		w := bank.Work{Stage: stage, Authors: []string{"a"}}
		if diff := cmp.Diff([]bank.Step{bank.StepRestore, bank.StepComment}, w.May("b", bank.Retired)); diff != "" {
			t.Errorf("%q: %s", stage, diff)
		}
	}
	w := bank.Work{}
	if diff := cmp.Diff([]bank.Step{bank.StepSave, bank.StepRetire, bank.StepComment, bank.StepDoubt}, w.May("b", bank.Published)); diff != "" {
		t.Error(diff)
	}
	w.Doubted = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	if diff := cmp.Diff([]bank.Step{bank.StepSave, bank.StepRetire, bank.StepComment, bank.StepDoubt, bank.StepKeep}, w.May("b", bank.Published)); diff != "" {
		t.Error(diff)
	}
}

func TestStanding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		item  bank.Item
		stage bank.Stage // as imported
		at    bank.Stage
		want  bank.Status
	}{
		{bank.Item{Status: bank.Draft, Revision: 1}, bank.StageDraft, bank.StageReturned, bank.Draft},
		{bank.Item{Status: bank.Draft, Revision: 1}, bank.StageDraft, bank.StageReview, bank.InReview},
		{bank.Item{Status: bank.InReview, Revision: 1}, bank.StageReview, bank.StagePassed, bank.Approved},
		{bank.Item{Status: bank.Approved, Revision: 1}, bank.StagePassed, bank.StageDraft, bank.Draft},
		{bank.Item{Status: bank.Published, Revision: 1, Published: 1}, bank.StageIdle, bank.StageReview, bank.Published},
		{bank.Item{Status: bank.Published, Revision: 2, Published: 1}, bank.StageDraft, bank.StageIdle, bank.Published},
		{bank.Item{Status: bank.Retired, Revision: 2, Published: 1}, bank.StageIdle, bank.StageIdle, bank.Retired},
	} {
		if got := bank.StageOf(c.item); got != c.stage {
			t.Errorf("stage of %+v = %q, want %q", c.item, got, c.stage)
		}
		if got := bank.StandingOf(c.item, c.at); got != c.want {
			t.Errorf("standing of %+v at %q = %q, want %q", c.item, c.at, got, c.want)
		}
	}
}
