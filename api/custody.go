package api

import (
	"errors"

	"gongyuan/engine/archive"
	"gongyuan/engine/byhand"
	"gongyuan/engine/retention"
	"gongyuan/engine/sitting"
)

// Custody is what becomes of exams that are over.
type Custody struct {
	Archives  *archive.Desk
	Retention *retention.Desk
	Sheets    *byhand.Desk // papers written by hand
}

// custodyFault returns the field that is wrong for those who keep custody.
func custodyFault(err error) []sitting.FieldError {
	var archived *archive.FieldError
	if errors.As(err, &archived) {
		return []sitting.FieldError{{Field: archived.Field, Reason: archived.Reason}}
	}
	var retained *retention.FieldError
	if errors.As(err, &retained) {
		return []sitting.FieldError{{Field: retained.Field, Reason: retained.Reason}}
	}
	var written *byhand.FieldError
	if errors.As(err, &written) {
		return []sitting.FieldError{{Field: written.Field, Reason: written.Reason}}
	}
	return nil
}
