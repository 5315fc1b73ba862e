package api

import (
	"bytes"
	"context"

	"gongyuan/api/contract"
	"gongyuan/engine/intake"
	"gongyuan/engine/people"
	"gongyuan/engine/roster"
)

// entered is what staff sent: rows or a file.
type entered[R any] struct {
	rows []R
	data *[]byte
	dry  bool
}

// works are what judges rows and what keeps them.
type works[R any] struct{ judge, keep work[R] }

type work[R any] func(ctx context.Context, by people.AccountID, rows []R) ([]intake.Verdict, error)

// takeIn judges or keeps rows, or those of a file, and says what became of each.
func takeIn[R any](ctx context.Context, s *server, table func([][]string) ([]R, []int, error), in entered[R], do works[R]) ([]contract.ProfileVerdict, error) {
	rows := in.rows
	lines := make([]int, len(rows))
	for i := range lines {
		lines[i] = i + 1
	}
	if in.data != nil {
		cells, err := s.cells(*in.data)
		if err != nil {
			return nil, err
		}
		if rows, lines, err = table(cells); err != nil {
			return nil, err
		}
	}
	if len(rows) == 0 {
		return nil, &intake.TableError{Reason: "table-empty"}
	}
	now := do.keep
	if in.dry {
		now = do.judge
	}
	verdicts, err := now(ctx, staff(ctx), rows)
	if err != nil {
		return nil, err
	}
	return wireVerdicts(ctx, verdicts, lines), nil
}

// cells reads a table as it was sent: a workbook is a zip archive, all else text
// with separated values.
func (s *server) cells(data []byte) ([][]string, error) {
	if bytes.HasPrefix(data, []byte("PK")) {
		out, err := s.registers.ReadTable(data)
		if err != nil {
			return nil, &intake.TableError{Reason: "workbook"}
		}
		return out, nil
	}
	read, err := roster.CSV(data)
	if err != nil {
		return nil, &intake.TableError{Reason: "text-file"}
	}
	out := make([][]string, len(read))
	for i, line := range read {
		for _, c := range line {
			out[i] = append(out[i], c.Text)
		}
	}
	return out, nil
}

// wireVerdicts says what became of rows that stand in lines of a table.
func wireVerdicts(ctx context.Context, verdicts []intake.Verdict, lines []int) []contract.ProfileVerdict {
	out := []contract.ProfileVerdict{}
	for i, v := range verdicts {
		wire := contract.ProfileVerdict{Row: lines[i], Outcome: contract.ProfileOutcome(v.Outcome), Name: v.Name, Field: textOrNone(v.Field)}
		if v.Reason != "" {
			detail := fieldText(v.Reason, callOf(ctx).lang)
			wire.Detail = &detail
		}
		out = append(out, wire)
	}
	return out
}
