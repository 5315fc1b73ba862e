package people

import (
	"errors"
	"time"
)

// AccountID names a staff account, CandidateID a candidate.
type (
	AccountID   string
	CandidateID string
)

// Role is what somebody may do.
type Role string

// The roles. Candidate is held by candidates only and never by staff.
const (
	Administrator Role = "administrator"
	Editor        Role = "editor"
	Examiner      Role = "examiner"
	Invigilator   Role = "invigilator"
	CandidateRole Role = "candidate"
)

// StaffRoles lists the roles that an account may hold.
func StaffRoles() []Role { return []Role{Administrator, Editor, Examiner, Invigilator} }

// Account is a member of staff.
type Account struct {
	ID       AccountID
	Login    string // lower case, unique
	Name     string
	Roles    []Role
	Password string // argon2id, encoded by HashPassword
	Disabled bool
	Created  time.Time
}

// Has tells whether the account holds one of the roles.
func (a *Account) Has(roles ...Role) bool {
	for _, have := range a.Roles {
		for _, want := range roles {
			if have == want {
				return true
			}
		}
	}
	return false
}

// Candidate is a person who is examined. The identity number is kept sealed;
// it is found by its keyed hash and shown masked.
type Candidate struct {
	ID       CandidateID
	Name     string
	IDSealed []byte // by Sealer.Seal
	IDHash   string // by Sealer.Hash
	IDMasked string // 1101**********002X
	Created  time.Time
}

// Errors of this package.
var (
	ErrNotFound  = errors.New("people: not found")
	ErrDuplicate = errors.New("people: already there")
	ErrPassword  = errors.New("people: wrong login or password")
	ErrIdentity  = errors.New("people: not a valid identity number")
)
