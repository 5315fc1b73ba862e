package marking

import (
	"fmt"
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// PieceID names a piece: attempt, round and slot. No marker sees it.
type PieceID string

// PieceState is where a piece stands.
type PieceState string

// The states of a piece.
const (
	Open PieceState = "open" // its result waits for it
	Done PieceState = "done" // its mark is in the result
	Void PieceState = "void" // the attempt was reopened or amended since
)

// Piece is one answer that people mark.
type Piece struct {
	ID      PieceID
	Sitting sitting.ID
	Attempt string
	Round   int // of the submission
	Slot    int
	Ref     bank.Ref // the question: item, revision, and the part of a case
	Type    bank.Type
	Points  bank.Marks
	State   PieceState
}

// NewPieceID returns the name of a piece.
func NewPieceID(attempt string, round, slot int) PieceID {
	return PieceID(fmt.Sprintf("%s:%d:%d", attempt, round, slot))
}

// Question names the question of the piece, the same for all who got it.
func (p *Piece) Question() string { return questionOf(p.Ref) }

func questionOf(r bank.Ref) string { return fmt.Sprintf("%s@%d/%d", r.Item, r.Revision, r.Part) }

// Place is which mark of a piece somebody gives.
type Place int

// The places. Again is a marker's second mark of the own piece; it changes no
// result.
const (
	First  Place = 1
	Second Place = 2
	Third  Place = 3
	Again  Place = 4
)

// Claim is a piece in somebody's hands: from when it was handed out until the
// lease runs out, or for good once it is marked.
type Claim struct {
	Sitting sitting.ID
	Piece   PieceID
	Place   Place
	Marker  people.AccountID
	Ticket  string // by which the marker's page names it, and nothing can be told from it
	Taken   time.Time
	Until   time.Time
}

// Mark is one version of what a marker gave a piece. The highest counts.
type Mark struct {
	Sitting sitting.ID
	Piece   PieceID
	Place   Place
	Marker  people.AccountID
	Version int // from 1
	Given
	At time.Time
}

// Given is what a marker enters.
type Given struct {
	Marks    bank.Marks
	Criteria []int // which criteria of the rubric are met, from 0, sorted
	Note     string
}

// Same tells whether two entries are the same.
func (g Given) Same(o Given) bool {
	return g.Marks == o.Marks && g.Note == o.Note && slices.Equal(g.Criteria, o.Criteria)
}

// Settlement is what a piece came to. It is made once and never changes.
type Settlement struct {
	Sitting sitting.ID
	Piece   PieceID
	Result  result.PeopleMark
	At      time.Time
}

// Submitted is a paper as it was handed in, with all that marking it needs.
type Submitted struct {
	Attempt string
	Sitting sitting.ID
	Round   int
	Paper   bank.Paper
	Answers map[int]bank.Response // by slot number
	Lookup  bank.Lookup
}

// question returns what a slot asks, and the revision that it is from.
func (s *Submitted) question(slot bank.Slot) (*bank.Revision, *bank.Question, error) {
	rev, ok := s.Lookup(bank.Ref{Item: slot.Ref.Item, Revision: slot.Ref.Revision})
	if !ok {
		return nil, nil, fmt.Errorf("slot %d: %w", slot.Number, bank.ErrNotFound)
	}
	q, ok := rev.Part(slot.Ref.Part)
	if !ok {
		return nil, nil, fmt.Errorf("slot %d: %w", slot.Number, bank.ErrPaper)
	}
	return rev, q, nil
}

// PiecesOf lists what people have to mark of a submission. What was not
// answered is nothing by itself and no piece.
func PiecesOf(s *Submitted) ([]Piece, error) {
	var out []Piece
	for _, slot := range s.Paper.Slots {
		_, q, err := s.question(slot)
		if err != nil {
			return nil, err
		}
		if bank.MarkSlot(q, slot, "", s.Answers[slot.Number]).Verdict != bank.Waiting {
			continue
		}
		out = append(out, Piece{
			ID: NewPieceID(s.Attempt, s.Round, slot.Number), Sitting: s.Sitting, Attempt: s.Attempt, Round: s.Round, Slot: slot.Number,
			Ref: slot.Ref, Type: q.Type, Points: slot.Points, State: Open,
		})
	}
	return out, nil
}
