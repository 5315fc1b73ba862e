package people

import (
	"errors"
	"slices"
	"time"
)

// AccountID names a staff account, CandidateID a candidate.
type (
	AccountID   string
	CandidateID string
)

// Role is what somebody may do.
type Role string

// The roles. Candidate is held by candidates only and never by staff. None of
// them may both do an act and approve it: whoever approves is another person,
// which the packages of those acts see to.
const (
	Administrator      Role = "administrator"
	Editor             Role = "editor"              // 命题员: writes items
	Reviewer           Role = "reviewer"            // 审题员: approves what others wrote
	Examiner           Role = "examiner"            // 考评员
	Chair              Role = "chair"               // 考评组长: an examiner who may lead a panel
	Invigilator        Role = "invigilator"         // 监考员
	CertificateOfficer Role = "certificate-officer" // 证书管理员
	Auditor            Role = "auditor"             // 审计员: reads all, changes nothing
	CandidateRole      Role = "candidate"
)

// StaffRoles lists the roles that an account may hold.
func StaffRoles() []Role {
	return []Role{Administrator, Editor, Reviewer, Examiner, Chair, Invigilator, CertificateOfficer, Auditor}
}

// Account is a member of staff.
type Account struct {
	ID       AccountID
	Login    string // lower case, unique
	Name     string
	Roles    []Role
	Levels   []int    // the levels whose sittings and question banks it deals with; empty for all
	Sites    []string // the sites whose sittings it deals with, by the register; empty for all
	Password string   // argon2id, encoded by HashPassword
	// GivenUntil is set where the password was given by somebody else: it is good
	// for choosing an own one, until then. Zero for an own password.
	GivenUntil time.Time
	Disabled   bool
	Created    time.Time
	Handed     []Handing // the newest last
	Version    int       // raised by each change, guards concurrent ones
}

// Has tells whether the account holds one of the roles. A chair is an examiner.
func (a *Account) Has(roles ...Role) bool {
	for _, want := range roles {
		if slices.Contains(a.Roles, want) || want == Examiner && slices.Contains(a.Roles, Chair) {
			return true
		}
	}
	return false
}

// May tells whether the account may see what those roles deal with: whoever
// holds one of them, and the auditor, who sees all.
func (a *Account) May(roles ...Role) bool { return a.Has(roles...) || a.Has(Auditor) }

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
