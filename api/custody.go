package api

import (
	"gongyuan/engine/archive"
	"gongyuan/engine/byhand"
	"gongyuan/engine/retention"
)

// Custody is what becomes of exams that are over.
type Custody struct {
	Archives  *archive.Desk
	Retention *retention.Desk
	Sheets    *byhand.Desk // papers written by hand
}
