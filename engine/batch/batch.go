package batch

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// ID names a batch.
type ID string

// State is where a batch stands.
type State string

// The states of a batch.
const (
	Draft    State = "draft"    // entries may be left out and taken back
	Proposed State = "proposed" // waits for the second person
	Issuing  State = "issuing"  // confirmed; numbers are being given
	Issued   State = "issued"
	Dropped  State = "dropped" // given up before anything was issued
)

// Act is what moves a batch on.
type Act string

// The acts.
const (
	Propose Act = "propose"
	Return  Act = "return" // by the second person, to the draft
	Void    Act = "void"   // something changed after the first signature
	Approve Act = "approve"
	Finish  Act = "finish"
	Drop    Act = "drop"
)

// moves is the only place where a batch's state changes.
var moves = map[State]map[Act]State{
	Draft:    {Propose: Proposed, Drop: Dropped},
	Proposed: {Return: Draft, Void: Draft, Approve: Issuing},
	Issuing:  {Finish: Issued},
}

// Next returns the state that an act leads to, or ErrState.
func (s State) Next(a Act) (State, error) {
	if to, ok := moves[s][a]; ok {
		return to, nil
	}
	return s, fmt.Errorf("%s a batch that is %s: %w", a, s, ErrState)
}

// Batch is who is to be certified together.
type Batch struct {
	ID       ID
	Sittings []sitting.ID
	State    State
	Entries  []Entry
	By       people.AccountID // who made it
	At       time.Time
	Digest   string           // of what was proposed
	Proposer people.AccountID // of the first signature, "" for none
	Signed   time.Time
	Second   people.AccountID // who confirmed, or returned it last
	SecondAt time.Time
	Word     string // why it was returned, voided or dropped
	Done     time.Time
	Version  int // raised by each change
}

// Entry is one candidate of a batch. What is checked is not kept: it is read
// anew each time.
type Entry struct {
	Sitting      sitting.ID
	Registration sitting.RegistrationID
	Excluded     string             // why it is left out, "" where it is in
	Faceless     string             // why a certificate without a photograph is accepted, "" where it is not
	Sum          string             // of what was confirmed, set by the proposal
	Number       certificate.Number // once issued
	Held         string             // why nothing was issued after all: a Finding's code
}

// Checked is an entry with what was found about it.
type Checked struct {
	Entry
	Name     string
	Masked   string
	Level    string // title of the level
	Portrait string // id of the photograph, "" for none
	Findings []Finding

	qualified certificate.Qualified
	framed    bool // the page has a place for a photograph
	facts     string
}

// Finding is one thing that a check found.
type Finding struct {
	Code     string
	Detail   string // such as a certificate number, or why it was accepted
	Blocking bool   // nothing may be issued as long as it stands
}

// The findings beside those of result.Desk.Held.
const (
	FoundGone        = "not-on-list"
	FoundName        = "name"
	FoundDocument    = "document"
	FoundUnprintable = "unprintable"
	FoundPortrait    = "portrait"   // there is none, and the page has a place for it; blocks until it is accepted
	FoundSite        = "site"       // the sitting's has no digits for the number
	FoundSealer      = "one-sealer" // one person sealed the papers
	FoundIssued      = "issued"
	FoundElsewhere   = "elsewhere" // a certificate that was imported says so
	FoundDuplicate   = "duplicate" // of a valid certificate of this occupation and level
	FoundTwice       = "twice"     // one person twice in the batch
	FoundChanged     = "changed-since"
)

// Blocked tells whether something stands against issuing it.
func (c *Checked) Blocked() bool {
	return slices.ContainsFunc(c.Findings, func(f Finding) bool { return f.Blocking })
}

func (c *Checked) find(code, detail string, blocking bool) {
	c.Findings = append(c.Findings, Finding{code, detail, blocking})
}

// sum is the SHA-256 of all that a signature covers of an entry.
func (c *Checked) sum() string {
	raw, _ := json.Marshal([]any{ // strings and what is made of them always marshal
		c.Sitting, c.Registration, c.Excluded, c.Name, c.facts, c.Level, c.Portrait, c.Findings,
	})
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// digest names what a batch would issue: equal if and only if nothing differs.
func digest(all []Checked) string {
	sum := sha256.New()
	for i := range all {
		fmt.Fprintln(sum, all[i].sum())
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Tally counts the entries of a batch.
type Tally struct{ Entries, Included, Excluded, Blocked, Issued, Held int }

// Errors of this package.
var (
	ErrNotFound     = errors.New("batch: not found")
	ErrForbidden    = errors.New("batch: not allowed")
	ErrConflict     = errors.New("batch: changed by somebody else")
	ErrState        = errors.New("batch: not possible in this state")
	ErrSecondPerson = errors.New("batch: the second person must be somebody else")
	ErrBlocked      = errors.New("batch: an entry cannot be issued")
	ErrInvalid      = errors.New("batch: invalid")
)

// FieldError names what is wrong with a request.
type FieldError struct{ Field, Reason string }

// Error implements error.
func (e *FieldError) Error() string { return "batch: " + e.Field + ": " + e.Reason }

// Unwrap makes every FieldError an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }
