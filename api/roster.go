package api

import (
	"bytes"
	"context"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/daysheet"
	"gongyuan/engine/enrol"
	"gongyuan/engine/programme"
	"gongyuan/engine/readiness"
	"gongyuan/engine/roster"
	"gongyuan/engine/seating"
	"gongyuan/engine/sitting"
	"gongyuan/engine/venue"
)

// Days is what is prepared before the day of a sitting.
type Days struct {
	Ready    *readiness.Desk
	Reasoned bool // opening what is not ready needs a reason
	Enrols   *enrol.Desk
	// Programmes are what sittings are part of.
	Programmes *programme.Office
	Rosters    *roster.Desk
	Venues     *venue.Office
	Seatings   *seating.Desk
	Papers     *daysheet.Printer
	// ReadCells returns the cells of a workbook's first sheet.
	ReadCells func(data []byte) ([][]roster.Cell, error)
	// Template returns an empty workbook with headings.
	Template func(title string, head []string, at time.Time) ([]byte, error)
}

// rosterFile reads a list as it was sent: a workbook is a zip archive.
func (s *server) rosterFile(name string, data []byte) (roster.File, error) {
	f := roster.File{Name: name}
	var err error
	if bytes.HasPrefix(data, []byte("PK")) {
		if f.Cells, err = s.days.ReadCells(data); err != nil {
			return f, &roster.TableError{Reason: "workbook"}
		}
		return f, nil
	}
	f.Cells, err = roster.CSV(data)
	return f, err
}

// GetRosterTemplate sends an empty list.
func (s *server) GetRosterTemplate(context.Context, contract.GetRosterTemplateRequestObject) (contract.GetRosterTemplateResponseObject, error) {
	data, err := s.days.Template("考生名单", roster.Head(), s.clock.Now())
	if err != nil {
		return nil, err
	}
	return contract.GetRosterTemplate200ApplicationvndOpenxmlformatsOfficedocumentSpreadsheetmlSheetResponse{Body: bytes.NewReader(data), ContentLength: int64(len(data))}, nil
}

// JudgeRoster says what would become of each row.
func (s *server) JudgeRoster(ctx context.Context, r contract.JudgeRosterRequestObject) (contract.JudgeRosterResponseObject, error) {
	f, err := s.rosterFile(r.Body.Name, r.Body.Data)
	if err != nil {
		return nil, err
	}
	read, digest, err := s.days.Rosters.Judge(ctx, staff(ctx), sitting.ID(r.Sitting), f)
	if err != nil {
		return nil, err
	}
	c := read.Counts
	out := contract.JudgeRoster200JSONResponse{
		Digest: digest, Rows: c.Rows, Kept: c.Kept, Changed: c.Changed, Dropped: c.Dropped, Verdicts: make([]contract.ImportVerdict, len(read.Verdicts)),
	}
	for i, v := range read.Verdicts {
		out.Verdicts[i] = wireVerdict(v, callOf(ctx).lang)
	}
	return out, nil
}

func (s *server) wireRosterImport(ctx context.Context, i *roster.Import) contract.RosterImport {
	c := i.Counts
	out := contract.RosterImport{
		Id: i.ID, File: i.File, Rows: c.Rows, Kept: c.Kept, Changed: c.Changed, Dropped: c.Dropped, Undone: i.State == roster.Undone,
		By: s.staffName(ctx, i.By), At: i.At,
	}
	if i.State == roster.Undone {
		who := s.staffName(ctx, i.UndoneBy)
		out.UndoneBy, out.UndoneAt = &who, &i.UndoneAt
	}
	return out
}

// ListRosterImports lists the lists that were imported.
func (s *server) ListRosterImports(ctx context.Context, r contract.ListRosterImportsRequestObject) (contract.ListRosterImportsResponseObject, error) {
	all, err := s.days.Rosters.Imports(ctx, staff(ctx), sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	out := make(contract.ListRosterImports200JSONResponse, len(all))
	for i := range all {
		out[i] = s.wireRosterImport(ctx, &all[i])
	}
	return out, nil
}

// ImportRoster registers what was shown.
func (s *server) ImportRoster(ctx context.Context, r contract.ImportRosterRequestObject) (contract.ImportRosterResponseObject, error) {
	f, err := s.rosterFile(r.Body.Name, r.Body.Data)
	if err != nil {
		return nil, err
	}
	i, err := s.days.Rosters.Confirm(ctx, staff(ctx), sitting.ID(r.Sitting), f, r.Body.Digest)
	if err != nil {
		return nil, err
	}
	return contract.ImportRoster201JSONResponse(s.wireRosterImport(ctx, &i)), nil
}

// UndoRosterImport takes everybody of an import off the roster.
func (s *server) UndoRosterImport(ctx context.Context, r contract.UndoRosterImportRequestObject) (contract.UndoRosterImportResponseObject, error) {
	n, err := s.days.Rosters.Undo(ctx, staff(ctx), sitting.ID(r.Sitting), r.Run)
	if err != nil {
		return nil, err
	}
	return contract.UndoRosterImport200JSONResponse{Removed: n}, nil
}
