package archive

import (
	"time"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/certificate"
	"gongyuan/engine/marking"
	"gongyuan/engine/people"
	"gongyuan/engine/proctor"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// Manifest is the first line: what this is and who made it.
type Manifest struct {
	Format  string // "gongyuan archive 1"
	Body    string
	Sitting sitting.ID
	Made    time.Time
	By      people.AccountID
	Keys    certificate.JWKS // the body's published keys when it was made
}

// Person is somebody of the staff who is named by an id in other lines.
type Person struct {
	ID    people.AccountID
	Login string
	Name  string
}

// Candidate is somebody who was registered. The archive is encrypted as a whole;
// nobody could be told apart years later without the number.
type Candidate struct {
	ID       people.CandidateID
	Name     string
	IDNumber string
	IDMasked string
}

// Paper is what one candidate was given.
type Paper struct {
	Attempt attempt.AttemptID
	bank.Paper
}

// Kind is one kind of lines.
type Kind struct {
	Name string
	Says string // what such a line is
	of   any    // its type
}

// Kinds lists the kinds in the order of their lines.
func Kinds() []Kind {
	return []Kind{
		{"manifest", "what the file is; the first line", Manifest{}},
		{"sitting", "the sitting as it was released, with the secret that seeded its papers", sitting.Sitting{}},
		{"staff", "a member of staff, for the ids in other lines", Person{}},
		{"registration", "a place on the roster", sitting.Registration{}},
		{"candidate", "somebody who was registered", Candidate{}},
		{"attempt", "a theory attempt: states and times", attempt.Record{}},
		{"paper", "what the attempt was given", Paper{}},
		{"operation", "one saved answer of the journal", attempt.JournalEntry{}},
		{"late", "an answer that came too late, and what was decided", attempt.LateOperation{}},
		{"adjustment", "a change of an attempt's time", attempt.Adjustment{}},
		{"submission", "what was handed in, of each round", attempt.Submission{}},
		{"theory", "what the marking of an attempt found", result.Theory{}},
		{"revision", "a question, with its key, as papers pin it", bank.Revision{}},
		{"order", "what was decided about time", attempt.Order{}},
		{"gap", "a loss of connection", attempt.Gap{}},
		{"act", "an act of an invigilator", proctor.Act{}},
		{"call", "a raised hand or a doubt about a question", proctor.Call{}},
		{"read", "that a candidate read a message", proctor.Read{}},
		{"signal", "an integrity signal", proctor.Sign{}},
		{"piece", "an answer that people marked", marking.Piece{}},
		{"mark", "what a marker gave", marking.Mark{}},
		{"settlement", "what the marks of a piece came to", marking.Settlement{}},
		{"sheet", "a score sheet that examiners used", assess.Sheet{}},
		{"panel", "a panel of examiners", assess.Panel{}},
		{"score", "an examiner's score", assess.Score{}},
		{"score-version", "a score as it was signed before it was opened again", assess.Score{}},
		{"decision", "a chair's decision", assess.Decision{}},
		{"absence", "a candidate who was absent from a station", assess.Absence{}},
		{"ruling", "a ruling about a result", result.Ruling{}},
		{"release", "a release of results", result.Release{}},
		{"result", "a version of a released result", result.Record{}},
		{"appeal", "an appeal against a result", result.Appeal{}},
		{"regrade", "a regrading of a question", result.Regrade{}},
		{"audit", "an entry of the record of acts that is about any of these", audit.Entry{}},
	}
}
