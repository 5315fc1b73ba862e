package assess

import (
	"context"
	"fmt"
)

// AttachmentID names something that is to be attached to a score: lower-case
// letters, digits and hyphens, unique in its sheet.
type AttachmentID string

// Attachment is something that a sheet asks to be attached to each score, such
// as a photograph of the work or the signed paper.
type Attachment struct {
	ID       AttachmentID `json:"id"`
	Label    string       `json:"label"`
	Required bool         `json:"required"` // a score without it cannot be signed
}

// Attachments knows what examiners attached to their scores.
type Attachments interface {
	// Attached counts the files of a score by attachment.
	Attached(ctx context.Context, key ScoreKey) (map[AttachmentID]int, error)
}

// The most attachments of a sheet. It keeps a screen usable.
const mostAttachments = 10

func (s *Sheet) checkAttachments() error {
	if len(s.Attachments) > mostAttachments {
		return &FieldError{"/attachments", "too-many"}
	}
	seen := map[AttachmentID]bool{}
	for i, a := range s.Attachments {
		at := fmt.Sprintf("/attachments/%d", i)
		switch {
		case !validID(string(a.ID)):
			return &FieldError{at + "/id", "characters"}
		case seen[a.ID]:
			return &FieldError{at + "/id", "twice"}
		case !within(a.Label, 2, 60):
			return &FieldError{at + "/label", "length-2-60"}
		}
		seen[a.ID] = true
	}
	return nil
}

// signable returns what keeps the score from being signed, as a *GapsError that
// names everything at once, or nil.
func (d *Desk) signable(ctx context.Context, sheet *Sheet, s *Score) error {
	e := gaps(sheet, s)
	var have map[AttachmentID]int
	if d.in.Attachments != nil {
		var err error
		if have, err = d.in.Attachments.Attached(ctx, s.ScoreKey); err != nil {
			return err
		}
	}
	for _, a := range sheet.Attachments {
		if a.Required && have[a.ID] == 0 {
			e.Attachments = append(e.Attachments, a.ID)
		}
	}
	if e.none() {
		return nil
	}
	return e
}

// Begun tells whether anything was entered in the score.
func (s *Score) Begun() bool { return begun(*s) }
