package roster

import (
	"errors"
	"fmt"
	"time"

	"gongyuan/bank/exchange"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Cell is a cell of a table. Number tells that the spreadsheet keeps a number
// there and not a text.
type Cell struct {
	Text   string
	Number bool
}

// MostRows bounds one import.
const MostRows = 2000

// Row is one candidate of the list who can be registered.
type Row struct {
	Line    int // of the file, from 1
	Changed bool
	Entry   sitting.Entry
}

// Reading is what became of a list. Counts are of rows that were not empty.
type Reading struct {
	Rows     []Row
	Verdicts []exchange.Verdict // in the order of the file
	Counts   exchange.Counts
}

// State is where an import stands.
type State string

// The states.
const (
	Imported State = "imported"
	Undone   State = "undone"
)

// Import (名单导入) is the record of a list that was registered. It keeps no
// identity number: who came with it are the registrations that name it.
type Import struct {
	ID       string
	Sitting  sitting.ID
	File     string // name of the file
	Digest   string // of what was confirmed; keyed
	Counts   exchange.Counts
	State    State
	By       people.AccountID
	At       time.Time
	UndoneBy people.AccountID
	UndoneAt time.Time
	Version  int // raised by each change, guards concurrent ones
}

// Errors of this package.
var (
	ErrNotFound  = errors.New("roster: not found")
	ErrForbidden = errors.New("roster: not yours to do")
	ErrConflict  = errors.New("roster: changed by someone else meanwhile")
	// ErrDigest tells that the list would not be registered as it was shown.
	ErrDigest  = errors.New("roster: not what was shown")
	ErrState   = errors.New("roster: undone already")
	ErrInvalid = errors.New("roster: invalid")
)

// TableError tells why a list cannot be read at all.
type TableError struct{ Reason string }

// Error implements error.
func (e *TableError) Error() string { return fmt.Sprintf("roster: %s", e.Reason) }

// Unwrap makes every TableError an ErrInvalid.
func (e *TableError) Unwrap() error { return ErrInvalid }
