package assess

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// ScoreState is where one examiner's score of one candidate stands.
type ScoreState string

// A score is open until its examiner signs it, and then locked. Only an unlock
// that two people agree on opens it again.
const (
	Open   ScoreState = "open"
	Locked ScoreState = "locked"
)

// ScoreAct is something that an examiner does to a score.
type ScoreAct string

// The acts.
const (
	SaveScore   ScoreAct = "save"
	LockScore   ScoreAct = "lock"
	UnlockScore ScoreAct = "unlock"
)

// scoreMoves is the only place where a score's state changes.
var scoreMoves = map[ScoreState]map[ScoreAct]ScoreState{
	Open:   {SaveScore: Open, LockScore: Locked},
	Locked: {UnlockScore: Open},
}

// Next returns the state that act leads to, or ErrLocked.
func (s ScoreState) Next(act ScoreAct) (ScoreState, error) {
	if to, ok := scoreMoves[s][act]; ok {
		return to, nil
	}
	return s, fmt.Errorf("%s a score that is %s: %w", act, s, ErrLocked)
}

// ScoreKey names one examiner's score of one candidate in one panel.
type ScoreKey struct {
	Panel        PanelID
	Registration sitting.RegistrationID
	Examiner     people.AccountID
}

// Score is one examiner's own filled sheet for one candidate. It has a line for
// every row and veto of the sheet, in the sheet's order.
type Score struct {
	ScoreKey
	State   ScoreState
	Rows    []RowScore
	Vetoes  []Finding
	Elapsed int       // seconds that the examiner measured by the page's stopwatch; a note, no rule
	Version int       // 0 before the first save; raised by each change
	Saved   time.Time // of the last change
	Locked  time.Time // when it was signed; zero before
}

// RowScore is what an examiner entered in a row.
type RowScore struct {
	Row        RowID
	Touched    bool // false is 未评: no marks, not full marks
	Deductions []Counted
	Other      bank.Marks // a deduction that the sheet does not list; needs a note
	Note       string
}

// Counted is how often a deduction was made.
type Counted struct {
	Deduction DeductionID
	Times     int // from 1
}

// Verdict is what an examiner says about a veto row.
type Verdict string

// The verdicts.
const (
	Undecided   Verdict = "pending"  // 待判定
	NotOccurred Verdict = "not"      // 未发生
	Occurred    Verdict = "occurred" // 已发生
)

// Finding is what an examiner entered at a veto row.
type Finding struct {
	Veto    VetoID
	Verdict Verdict
	Fact    string // what was seen; asked for where it occurred
}

// Blank returns the score of somebody who has entered nothing yet.
func Blank(s *Sheet, key ScoreKey) Score {
	out := Score{ScoreKey: key, State: Open}
	for _, r := range s.rows() {
		out.Rows = append(out.Rows, RowScore{Row: r.ID})
	}
	for _, v := range s.Vetoes {
		out.Vetoes = append(out.Vetoes, Finding{Veto: v.ID, Verdict: Undecided})
	}
	return out
}

// Filled is a whole sheet as an examiner sends it. Rows and vetoes that are
// left out are 未评 and 待判定; their order does not matter.
type Filled struct {
	Rows    []RowScore
	Vetoes  []Finding
	Elapsed int // seconds
}

// The longest note and fact, in characters.
const mostNote = 500

// The longest time that a stopwatch shows, in seconds.
const mostElapsed = 24 * 3600

// fill puts what was sent into the lines of the score. It returns a
// *FieldError for what the sheet does not have or allow.
func (s *Score) fill(sheet *Sheet, f Filled) error {
	blank := Blank(sheet, s.ScoreKey)
	rows := sheet.rows()
	seen := map[string]bool{}
	for i, in := range f.Rows {
		at := fmt.Sprintf("/rows/%d", i)
		n := slices.IndexFunc(rows, func(r Row) bool { return r.ID == in.Row })
		switch {
		case n < 0:
			return &FieldError{at + "/row", "not-on-the-sheet"}
		case seen["row:"+string(in.Row)]:
			return &FieldError{at + "/row", "twice"}
		}
		seen["row:"+string(in.Row)] = true
		clean, err := in.clean(&rows[n], at)
		if err != nil {
			return err
		}
		blank.Rows[n] = clean
	}
	for i, in := range f.Vetoes {
		at := fmt.Sprintf("/vetoes/%d", i)
		n := slices.IndexFunc(sheet.Vetoes, func(v Veto) bool { return v.ID == in.Veto })
		in.Fact = strings.TrimSpace(in.Fact)
		switch {
		case n < 0:
			return &FieldError{at + "/veto", "not-on-the-sheet"}
		case seen["veto:"+string(in.Veto)]:
			return &FieldError{at + "/veto", "twice"}
		case in.Verdict != Undecided && in.Verdict != NotOccurred && in.Verdict != Occurred:
			return &FieldError{at + "/verdict", "unknown"}
		case !within(in.Fact, 0, mostNote):
			return &FieldError{at + "/fact", "length-0-500"}
		}
		seen["veto:"+string(in.Veto)] = true
		blank.Vetoes[n] = in
	}
	if f.Elapsed < 0 || f.Elapsed > mostElapsed {
		return &FieldError{"/elapsedSeconds", "between-0-86400"}
	}
	s.Rows, s.Vetoes, s.Elapsed = blank.Rows, blank.Vetoes, f.Elapsed
	return nil
}

// clean checks a row as it was sent and brings it into the sheet's order.
func (r RowScore) clean(row *Row, at string) (RowScore, error) {
	out := RowScore{Row: row.ID, Touched: r.Touched, Other: r.Other, Note: strings.TrimSpace(r.Note)}
	switch {
	case r.Other < 0 || r.Other > row.Full:
		return out, &FieldError{at + "/other", "within-the-row"}
	case row.Step > 0 && r.Other%row.Step != 0:
		return out, &FieldError{at + "/other", "not-a-step"}
	case !within(r.Note, 0, mostNote):
		return out, &FieldError{at + "/note", "length-0-500"}
	case !r.Touched && (len(r.Deductions) > 0 || r.Other != 0):
		return out, &FieldError{at + "/touched", "deductions-in-a-row-not-scored"}
	}
	times := map[DeductionID]int{}
	for k, c := range r.Deductions {
		at := fmt.Sprintf("%s/deductions/%d", at, k)
		n := slices.IndexFunc(row.Deductions, func(d Deduction) bool { return d.ID == c.Deduction })
		switch {
		case n < 0:
			return out, &FieldError{at + "/deduction", "not-in-the-row"}
		case times[c.Deduction] != 0:
			return out, &FieldError{at + "/deduction", "twice"}
		case c.Times < 1 || c.Times > row.Deductions[n].Most:
			return out, &FieldError{at + "/times", "more-than-allowed"}
		}
		times[c.Deduction] = c.Times
	}
	for _, d := range row.Deductions {
		if n := times[d.ID]; n > 0 {
			out.Deductions = append(out.Deductions, Counted{d.ID, n})
		}
	}
	return out, nil
}
