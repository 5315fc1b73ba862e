package intake

import (
	"context"
	"time"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// Candidates finds people.
type Candidates interface {
	// CandidatesByHash returns those who exist, by Candidate.IDHash.
	CandidatesByHash(ctx context.Context, hashes []string) (map[string]people.Candidate, error)
	CandidatesByID(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]people.Candidate, error)
}

// Sealer makes the keyed hash by which an identity number is found, and seals
// the number itself.
type Sealer interface {
	Hash(text string) string
	Seal(text, context string) []byte
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Desk is what whoever takes rows in works with. It is safe for concurrent use.
type Desk struct {
	Candidates Candidates
	Accounts   people.Accounts
	Sealer     Sealer
	Audit      audit.Recorder
	Clock      Clock
}

// MustLead returns ErrForbidden to all but administrators in use, and whoever
// has one of the other roles; to an account with limits people.ErrOutside: these
// registers are of everybody together.
func (d *Desk) MustLead(ctx context.Context, by people.AccountID, also ...people.Role) error {
	return people.MustBeUnlimited(ctx, d.Accounts, by, ErrForbidden, append(also, people.Administrator)...)
}

// Now is the time of what is done now, as it is kept.
func (d *Desk) Now() time.Time { return d.Clock.Now().UTC().Truncate(time.Millisecond) }

// Today is the day in China.
func (d *Desk) Today() string { return d.Clock.Now().In(standard.Zone).Format(time.DateOnly) }

// Whose is whom the number of a row is of.
type Whose struct {
	Number string           // in its normal form
	Hash   string           // "" where it is no identity number
	Person people.Candidate // empty while nobody of that number is known
}

// Wrong tells what is wrong with the row's name and number: what is no identity
// number, or a person who is known under another name.
func (w *Whose) Wrong(name string) (field, reason string) {
	switch {
	case w.Hash == "":
		return "idNumber", "identity"
	case w.Person.ID != "" && w.Person.Name != name:
		return "name", "other-name-known"
	}
	return "", ""
}

// Find tells of each number whose it is.
func (d *Desk) Find(ctx context.Context, numbers []string) ([]Whose, error) {
	out, now := make([]Whose, len(numbers)), d.Clock.Now()
	var hashes []string
	for i, raw := range numbers {
		if n, err := people.NormalIdentity(raw, now); err == nil {
			out[i] = Whose{Number: n, Hash: d.Sealer.Hash(n)}
			hashes = append(hashes, out[i].Hash)
		}
	}
	persons, err := d.Candidates.CandidatesByHash(ctx, hashes)
	for i := range out {
		if out[i].Hash != "" {
			out[i].Person = persons[out[i].Hash]
		}
	}
	return out, err
}

// Numbers is the identity numbers of rows.
func Numbers[R any](rows []R, of func(*R) string) []string {
	out := make([]string, len(rows))
	for i := range rows {
		out[i] = of(&rows[i])
	}
	return out
}
