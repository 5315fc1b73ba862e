package result

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// ReleaseState is where a proposed release stands.
type ReleaseState string

// The states of a release.
const (
	Proposed ReleaseState = "proposed" // waits for the second person
	Approved ReleaseState = "approved"
	Returned ReleaseState = "returned" // the second person gave it back
	Void     ReleaseState = "void"     // a result changed after the first signature
)

// releaseMoves is the only place where a release's state changes.
var releaseMoves = map[ReleaseState][]ReleaseState{Proposed: {Approved, Returned, Void}}

// Release is one round in which results of a sitting were put to a second
// person. The first approved round shows the results to the candidates; later
// ones bring what was finished or corrected since.
type Release struct {
	Sitting    sitting.ID
	Round      int // from 1
	State      ReleaseState
	Digest     string // of what is released, hex SHA-256
	Tally      Tally
	Remark     string
	By         people.AccountID
	At         time.Time
	Word       string           // of the second person
	Second     people.AccountID // who approved or returned it; of one that waits, who began to approve it
	SecondAt   time.Time
	NoticeEnds time.Time // of an approved round: certificates may be issued from here on
	Version    int       // raised by each change
}

func (r *Release) to(s ReleaseState) error {
	if !slices.Contains(releaseMoves[r.State], s) {
		return fmt.Errorf("a release that is %s becomes %s: %w", r.State, s, ErrState)
	}
	r.State = s
	return nil
}

// Tally counts the outcomes of a sitting.
type Tally struct {
	Candidates  int
	Qualified   int
	Unqualified int
	Incomplete  int
	Withheld    int
	Changed     int // whose released result would change; all of them at first
}

// Digest is the SHA-256 of all outcomes with what they rest on, by
// registration: equal if and only if nothing that is released differs.
func (a *All) Digest() (string, error) {
	type row struct {
		Registration sitting.RegistrationID
		Outcome      Outcome
		Basis        []Basis
	}
	rows := make([]row, len(a.Candidates))
	for i, c := range a.Candidates {
		rows[i] = row{c.Registration.ID, c.Outcome, c.Basis}
	}
	slices.SortFunc(rows, func(x, y row) int {
		switch {
		case x.Registration < y.Registration:
			return -1
		case x.Registration > y.Registration:
			return 1
		}
		return 0
	})
	raw, err := json.Marshal(rows)
	if err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}

// tally counts outcomes and those that differ from what is released.
func (a *All) tally(latest map[sitting.RegistrationID]Record) Tally {
	t := Tally{Candidates: len(a.Candidates)}
	for _, c := range a.Candidates {
		switch c.Outcome.Result {
		case Qualified:
			t.Qualified++
		case Unqualified:
			t.Unqualified++
		case Withheld:
			t.Withheld++
		default:
			t.Incomplete++
		}
		if c.differs(latest) {
			t.Changed++
		}
	}
	return t
}

// differs tells whether the candidate has no released result or another one.
func (c *Composed) differs(latest map[sitting.RegistrationID]Record) bool {
	have, ok := latest[c.Registration.ID]
	return !ok || !sameOutcome(&have.Outcome, &c.Outcome) || !slices.EqualFunc(have.Basis, c.Basis, sameBasis)
}

func sameOutcome(a, b *Outcome) bool {
	return a.Level == b.Level && a.Result == b.Result && slices.EqualFunc(a.Components, b.Components, func(x, y Component) bool {
		same := x.On.Equal(y.On) && x.Until.Equal(y.Until)
		x.On, x.Until, y.On, y.Until = time.Time{}, time.Time{}, time.Time{}, time.Time{}
		return same && x == y
	})
}

func sameBasis(a, b Basis) bool {
	return a.Kind == b.Kind && a.Attempt == b.Attempt && a.Version == b.Version && a.Carried == b.Carried && a.Appeal == b.Appeal &&
		slices.Equal(a.Panels, b.Panels)
}

// record makes the next version of a candidate's result.
func (c *Composed) record(a *All, latest map[sitting.RegistrationID]Record, r Record) Record {
	r.Registration, r.Sitting, r.Candidate = c.Registration.ID, a.Sitting.ID, c.Registration.Candidate
	r.Occupation, r.Level, r.Sat = a.Sitting.Occupation, a.Sitting.Level, a.Sitting.Opens
	r.Outcome, r.Basis = c.Outcome, c.Basis
	r.Version = latest[r.Registration].Version + 1
	return r
}
