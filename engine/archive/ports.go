package archive

import (
	"context"
	"io"
	"time"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/attempt"
	"gongyuan/engine/audit"
	"gongyuan/engine/marking"
	"gongyuan/engine/people"
	"gongyuan/engine/proctor"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// Store keeps what is known of archives, and the requests to read them.
type Store interface {
	// InsertArchive returns ErrConflict where the id is taken.
	InsertArchive(ctx context.Context, a Archive) error
	// Archive returns ErrNotFound where there is none.
	Archive(ctx context.Context, id ID) (Archive, error)
	// ArchivesOf lists those of a sitting, the oldest first.
	ArchivesOf(ctx context.Context, id sitting.ID) ([]Archive, error)
	// InsertRequest returns ErrConflict where the id is taken.
	InsertRequest(ctx context.Context, r Request) error
	// Request returns ErrNotFound where there is none.
	Request(ctx context.Context, id RequestID) (Request, error)
	// ReplaceRequest stores r with Version+1 if the stored version is still
	// r.Version, else it returns ErrConflict. It returns what it stored.
	ReplaceRequest(ctx context.Context, r Request) (Request, error)
	// RequestsOf lists those about a sitting's archives, the newest first.
	RequestsOf(ctx context.Context, id sitting.ID) ([]Request, error)
}

// Files keeps the files, as streams.
type Files interface {
	// CreateFile begins a file under a name that is not used again. It counts
	// once it is closed; what is abandoned is dropped by DropFile.
	CreateFile(ctx context.Context, name string) (io.WriteCloser, error)
	// OpenFile returns ErrNotFound where there is none.
	OpenFile(ctx context.Context, name string) (io.ReadCloser, error)
	DropFile(ctx context.Context, name string) error
}

// Sources is where the lines come from. Every part is read only.
type Sources struct {
	Sittings interface {
		Sitting(ctx context.Context, id sitting.ID) (sitting.Sitting, error)
		RegistrationsOf(ctx context.Context, id sitting.ID) ([]sitting.Registration, error)
	}
	People interface {
		Accounts(ctx context.Context) ([]people.Account, error)
		CandidatesByID(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]people.Candidate, error)
	}
	Attempts interface {
		Several(ctx context.Context, ids []attempt.AttemptID) ([]attempt.Record, error)
		Papers(ctx context.Context, ids []attempt.AttemptID) (map[attempt.AttemptID]bank.Paper, error)
		Submission(ctx context.Context, id attempt.AttemptID, round int) (attempt.Submission, error)
		Adjustments(ctx context.Context, ids []attempt.AttemptID) (map[attempt.AttemptID][]attempt.Adjustment, error)
		OrdersOf(ctx context.Context, id sitting.ID) ([]attempt.Order, error)
		Gaps(ctx context.Context, ids []attempt.AttemptID) ([]attempt.Gap, error)
	}
	Journal interface {
		Operations(ctx context.Context, ids []attempt.AttemptID) (map[attempt.AttemptID][]attempt.Operation, error)
		Aside(ctx context.Context, ids []attempt.AttemptID) ([]attempt.LateOperation, error)
	}
	Theories interface {
		ResultsOf(ctx context.Context, attempts []string) (map[string]result.Theory, error)
	}
	Bank interface {
		Revisions(ctx context.Context, refs []bank.Ref) (map[bank.Ref]bank.Revision, error)
	}
	Proctors interface {
		Log(ctx context.Context, id sitting.ID, of sitting.RegistrationID) (proctor.Log, error)
	}
	Markings interface {
		PiecesOf(ctx context.Context, id sitting.ID, open bool) ([]marking.Piece, error)
		MarksOf(ctx context.Context, id sitting.ID, piece marking.PieceID) ([]marking.Mark, error)
		SettlementsOf(ctx context.Context, id sitting.ID) ([]marking.Settlement, error)
	}
	Assessments Assessments
	Records     interface {
		RulingsOf(ctx context.Context, id sitting.ID) ([]result.Ruling, error)
		ReleasesOf(ctx context.Context, id sitting.ID) ([]result.Release, error)
		VersionsOf(ctx context.Context, id sitting.RegistrationID) ([]result.Record, error)
	}
	Appeals interface {
		AppealsOf(ctx context.Context, id sitting.ID) ([]result.Appeal, error)
	}
	Regrades interface {
		RegradesOfSitting(ctx context.Context, id sitting.ID) ([]result.Regrade, error)
	}
	Trail interface {
		EntriesFrom(ctx context.Context, from int64, limit int) ([]audit.Entry, error)
	}
	Opener interface {
		Open(sealed []byte, context string) (string, error)
	}
}

// Assessments is what examiners did.
type Assessments interface {
	PanelsOfSitting(ctx context.Context, id sitting.ID) ([]assess.Panel, error)
	Sheet(ctx context.Context, ref assess.SheetRef) (assess.Sheet, error)
	ScoresOf(ctx context.Context, id assess.PanelID) ([]assess.Score, error)
	VersionsOf(ctx context.Context, id assess.PanelID, who sitting.RegistrationID) ([]assess.Score, error)
	Decisions(ctx context.Context, id assess.PanelID) ([]assess.Decision, error)
	Absences(ctx context.Context, id assess.PanelID) ([]assess.Absence, error)
}

// Accounts knows the members of staff.
type Accounts interface {
	// Account returns people.ErrNotFound where there is none.
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }
