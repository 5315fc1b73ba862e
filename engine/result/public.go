package result

import (
	"context"
	"fmt"
	"time"

	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Public is a released result as its candidate may see it.
type Public struct {
	Record  Record // the newest version
	Sitting sitting.Sitting
	Scheme  standard.Scheme
	// Withheld tells that the result is known and not said: its Record has no
	// components and no marks.
	Withheld    bool
	NoticeEnds  time.Time // the first moment after the public notice (公示)
	AppealUntil time.Time // the first moment at which an appeal is too late
}

// Public returns the result of a registration, or ErrNotFound while its
// sitting is not released or it has none.
func (g *Registrar) Public(ctx context.Context, reg *sitting.Registration) (Public, error) {
	latest, err := g.Records.LatestOf(ctx, []sitting.RegistrationID{reg.ID})
	if err != nil {
		return Public{}, fmt.Errorf("public result: %w", err)
	}
	record, ok := latest[reg.ID]
	if !ok {
		return Public{}, ErrNotFound
	}
	p := Public{Record: record}
	if p.Sitting, err = g.Sittings.Sitting(ctx, reg.Sitting); err != nil {
		return Public{}, fmt.Errorf("public result: %w", err)
	}
	if p.Sitting.State != sitting.Released { // a release that was cut off half-way
		return Public{}, ErrNotFound
	}
	if p.Scheme, ok = g.Standard.Scheme(p.Sitting.Level); !ok {
		return Public{}, fmt.Errorf("public result: the standard has no level %d: %w", p.Sitting.Level, ErrInvalid)
	}
	rounds, err := g.in.Releases.ReleasesOf(ctx, reg.Sitting)
	if err != nil {
		return Public{}, fmt.Errorf("public result: %w", err)
	}
	desk := Desk{All: All{Sitting: p.Sitting, Scheme: p.Scheme}, Rounds: rounds, calendar: g.Standard.Calendar}
	p.NoticeEnds = desk.noticeEnds(record)
	p.AppealUntil = g.Standard.Calendar.After(record.At, p.Scheme.Rules.Appeal.ApplyDays)
	// A ruling counts from its own moment, not from when a version says so.
	held, err := g.Withheld(ctx, reg.Sitting, reg.ID)
	if err != nil {
		return Public{}, fmt.Errorf("public result: %w", err)
	}
	if p.Withheld = held || record.Outcome.Result == Withheld; p.Withheld {
		p.Record.Outcome = Outcome{Level: record.Level, Result: Withheld}
		p.Record.Basis = nil
	}
	return p, nil
}
