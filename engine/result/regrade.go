package result

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// RegradeID names a regrade.
type RegradeID string

// RegradeState is where a regrade stands.
type RegradeState string

// The states of a regrade.
const (
	RegradeProposed RegradeState = "proposed" // waits for the second person
	RegradeApproved RegradeState = "approved" // counts from here on; results are being marked again
	RegradeApplied  RegradeState = "applied"  // every result is
	RegradeReturned RegradeState = "returned" // the second person gave it back
	RegradeVoid     RegradeState = "void"     // what it does changed after the first signature
)

// regradeMoves is the only place where a regrade's state changes.
var regradeMoves = map[RegradeState][]RegradeState{
	RegradeProposed: {RegradeApproved, RegradeReturned, RegradeVoid},
	RegradeApproved: {RegradeApplied},
}

// Counts tells whether results are marked by the regrade.
func (s RegradeState) Counts() bool { return s == RegradeApproved || s == RegradeApplied }

// Open tells whether something is still to be done about the regrade.
func (s RegradeState) Open() bool { return s == RegradeProposed || s == RegradeApproved }

// Regrade (重评) is that a question was wrong, and what is done about it. An
// item has at most one that is open.
type Regrade struct {
	ID       RegradeID
	Item     bank.ItemID
	Round    int // of the item, from 1; later ones have the last word
	Part     int // of a case; 0 is the whole item
	Remedy   Remedy
	Revision int // whose key is brought in; 0 where none is
	Pinned   []int
	Sittings []sitting.ID // whose papers are marked again
	Why      string
	State    RegradeState
	Digest   string // of what it does, hex SHA-256
	Effect   Effect // as previewed
	By       people.AccountID
	At       time.Time
	Word     string           // of the second person
	Second   people.AccountID // who approved or returned it, never By
	SecondAt time.Time
	Done     int // results that were marked again so far
	Applied  time.Time
	Later    []sitting.ID // whose results were changed because a component is carried over
	Version  int          // raised by each change
}

// Effect counts what a regrade does to the theory results that it covers.
type Effect struct {
	Papers int // that hold the question
	Up     int
	Down   int
	Same   int
	Lost   int // passed → failed
	Won    int // failed → passed
}

// regradeID is the name of an item's n-th regrade. It is inserted once, so that
// two proposals of one item meet.
func regradeID(item bank.ItemID, round int) RegradeID {
	sum := sha256.Sum256(fmt.Appendf(nil, "gongyuan regrade 1\n%s\n%d", item, round))
	return RegradeID(hex.EncodeToString(sum[:12]))
}

func (r *Regrade) to(s RegradeState) error {
	if !slices.Contains(regradeMoves[r.State], s) {
		return fmt.Errorf("a regrade that is %s becomes %s: %w", r.State, s, ErrState)
	}
	r.State = s
	return nil
}
