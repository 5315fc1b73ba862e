package evidence

import (
	"context"
	"time"

	"gongyuan/engine/assess"
	"gongyuan/engine/filing"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Files keeps what is known of files.
type Files interface {
	// InsertFile returns ErrDuplicate where the id is taken.
	InsertFile(ctx context.Context, f File) error
	// File returns ErrNotFound where there is none.
	File(ctx context.Context, id FileID) (File, error)
	// FilesOf lists those of an owner, removed ones and drafts too, by the time
	// at which they were begun.
	FilesOf(ctx context.Context, ownerKey string) ([]File, error)
	// FilesOfSitting lists those of a kind, in the same order.
	FilesOfSitting(ctx context.Context, id sitting.ID, k Kind) ([]File, error)
	// ChangeFile stores f with Version+1 if what is stored has f.Version, else
	// it returns ErrConflict. It returns what it stored.
	ChangeFile(ctx context.Context, f File) (File, error)
}

// Drafts keeps the parts of uploads that are not complete.
type Drafts interface {
	// InsertPart keeps part n, from 0. A part that is there stays as it is.
	InsertPart(ctx context.Context, id FileID, n int, sealed []byte) error
	// Parts lists which parts are there, in order.
	Parts(ctx context.Context, id FileID) ([]int, error)
	// Part returns ErrNotFound where it is not there.
	Part(ctx context.Context, id FileID, n int) ([]byte, error)
	// DropParts removes all parts of a file.
	DropParts(ctx context.Context, id FileID) error
	// DropDraft removes a file that is a draft, and nothing where it is kept.
	DropDraft(ctx context.Context, id FileID) error
}

// Contents keeps the sealed content of files.
type Contents interface {
	// PutContent keeps a content under a name that is not used again.
	PutContent(ctx context.Context, name string, sealed []byte) error
	// Content returns ErrNotFound where there is none.
	Content(ctx context.Context, name string) ([]byte, error)
	// DropContent removes a content that nothing refers to.
	DropContent(ctx context.Context, name string) error
	// DraftsBefore lists the drafts that were begun before a time.
	DraftsBefore(ctx context.Context, t time.Time) ([]FileID, error)
}

// Terms keeps the terms of panels.
type TermStore interface {
	// Terms returns the zero value with Version 0 where none are kept.
	Terms(ctx context.Context, id assess.PanelID) (Terms, error)
	// PutTerms stores t with Version+1 if what is stored has t.Version, 0 being
	// nothing, else it returns ErrConflict. It returns what it stored.
	PutTerms(ctx context.Context, t Terms) (Terms, error)
}

// Panels knows the panels.
type Panels interface {
	// Panel returns assess.ErrNotFound where there is none.
	Panel(ctx context.Context, id assess.PanelID) (assess.Panel, error)
	PanelsOfSitting(ctx context.Context, id sitting.ID) ([]assess.Panel, error)
}

// Sheets knows the score sheets.
type Sheets interface {
	Sheet(ctx context.Context, ref assess.SheetRef) (assess.Sheet, error)
}

// Scores knows the scores of examiners.
type Scores interface {
	// Score returns assess.ErrNotFound where nothing was saved yet.
	Score(ctx context.Context, key assess.ScoreKey) (assess.Score, error)
	ScoresOf(ctx context.Context, id assess.PanelID) ([]assess.Score, error)
	ScoresOfCandidate(ctx context.Context, id assess.PanelID, who sitting.RegistrationID) ([]assess.Score, error)
}

// Sittings knows sittings and who is registered.
type Sittings interface {
	Sitting(ctx context.Context, id sitting.ID) (sitting.Sitting, error)
	Registration(ctx context.Context, id sitting.RegistrationID) (sitting.Registration, error)
	RegistrationsOf(ctx context.Context, id sitting.ID) ([]sitting.Registration, error)
}

// Accounts knows the members of staff.
type Accounts interface {
	// Account returns people.ErrNotFound where there is none.
	Account(ctx context.Context, id people.AccountID) (people.Account, error)
}

// Filings knows the register of bodies and sites.
type Filings interface {
	// Filing returns filing.ErrNotFound where there is none.
	Filing(ctx context.Context, id filing.ID) (filing.Filing, error)
}

// Certificates knows what is proposed about certificates.
type Certificates interface {
	// NextMotion returns the number that the next motion about a certificate
	// will have, 0 where nothing may be proposed now, ErrNotFound where there is
	// no such certificate.
	NextMotion(ctx context.Context, number string) (int, error)
}

// Clock tells the time.
type Clock interface{ Now() time.Time }
