package api

import (
	"context"
	"maps"
	"slices"
	"time"

	"gongyuan/api/contract"
	"gongyuan/engine/people"
	"gongyuan/engine/readiness"
	"gongyuan/engine/sitting"
)

// GetReadiness says whether a sitting may be held.
func (s *server) GetReadiness(ctx context.Context, r contract.GetReadinessRequestObject) (contract.GetReadinessResponseObject, error) {
	report, err := s.days.Ready.Report(ctx, staff(ctx), sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	out := contract.GetReadiness200JSONResponse{
		At: report.At, Sample: report.Rules.Sample, DrillDays: report.Rules.DrillDays, CheckHours: report.Rules.CheckHours, Reasoned: s.days.Reasoned,
		Lines: make([]contract.ReadinessLine, len(report.Lines)), Rooms: make([]contract.ReadinessRoom, len(report.Rooms)),
	}
	for i, l := range report.Lines {
		line := contract.ReadinessLine{
			Check: string(l.Check), State: contract.ReadinessState(l.State), Reason: string(l.Reason), Name: l.Name, Have: l.Have, Need: l.Need,
			By: make([]string, len(l.By)), Places: append([]string{}, l.Places...),
		}
		if !l.At.IsZero() {
			line.At = &l.At
		}
		for k, by := range l.By {
			line.By[k] = s.staffName(ctx, people.AccountID(by))
		}
		if l.Err != nil {
			p, ours := problemOf(l.Err, callOf(ctx).lang, callOf(ctx).requestID)
			if ours {
				s.log.Error("a check of readiness failed", "check", l.Check, "request", callOf(ctx).requestID, "error", l.Err)
			}
			line.Detail = p.Title
			if p.Detail != nil {
				line.Detail += " " + *p.Detail
			}
		}
		out.Lines[i] = line
	}
	for i, x := range report.Rooms {
		out.Rooms[i] = contract.ReadinessRoom{
			Name: x.Name, State: contract.ReadinessState(x.State), Seated: x.Seated, Invigilators: x.Invigilators, Needed: x.Needed, Checked: x.Checked, Faulty: x.Faulty,
		}
	}
	return out, nil
}

// HandInDrill keeps the report of a drill.
func (s *server) HandInDrill(ctx context.Context, r contract.HandInDrillRequestObject) (contract.HandInDrillResponseObject, error) {
	d, err := s.days.Ready.HandIn(ctx, staff(ctx), []byte(r.Body.Report))
	if err != nil {
		return nil, err
	}
	return contract.HandInDrill201JSONResponse{
		Ready: d.Ready, Ended: d.Ended, Candidates: d.Candidates, Checked: d.Checked, Lost: d.Lost, Doubled: d.Doubled, Trespasses: d.Trespasses,
		By: s.staffName(ctx, d.By), At: d.At,
	}, nil
}

// A room behind one address checks its computers together; twenty rooms may
// share one too.
const (
	computerChecks = 3000
	computerWindow = 10 * time.Minute
)

func (s *server) mayCheck(ctx context.Context) error {
	wait, err := s.limiter.Take(ctx, "computer-check:"+callOf(ctx).address, computerChecks, computerWindow)
	if err == nil && wait > 0 {
		err = &waitError{wait}
	}
	return err
}

// GetComputerCheck lists rooms and seats for whoever stands at a computer.
func (s *server) GetComputerCheck(ctx context.Context, r contract.GetComputerCheckRequestObject) (contract.GetComputerCheckResponseObject, error) {
	if err := s.mayCheck(ctx); err != nil {
		return nil, err
	}
	x, places, err := s.days.Ready.Places(ctx, sitting.ID(r.Sitting))
	if err != nil {
		return nil, err
	}
	out := contract.GetComputerCheck200JSONResponse{Title: x.Title, Now: s.clock.Now(), Rooms: []contract.ComputerRoom{}}
	for _, name := range slices.Sorted(maps.Keys(places)) {
		out.Rooms = append(out.Rooms, contract.ComputerRoom{Name: name, Seats: places[name]})
	}
	return out, nil
}

// ReportComputer keeps what a computer found of itself.
func (s *server) ReportComputer(ctx context.Context, r contract.ReportComputerRequestObject) (contract.ReportComputerResponseObject, error) {
	if err := s.mayCheck(ctx); err != nil {
		return nil, err
	}
	b := r.Body
	faults, err := s.days.Ready.Take(ctx, readiness.Probe{
		Sitting: sitting.ID(r.Sitting), Room: b.Room, Seat: b.Seat, Memory: b.Memory, Width: b.Width, Height: b.Height,
		RoundTrip: time.Duration(b.RoundTripMs) * time.Millisecond, Offset: time.Duration(b.OffsetMs) * time.Millisecond,
		Agent: callOf(ctx).agent, Address: callOf(ctx).address,
	})
	if err != nil {
		return nil, err
	}
	out := contract.ReportComputer200JSONResponse{Faults: make([]contract.ComputerFault, len(faults))}
	for i, f := range faults {
		out.Faults[i] = contract.ComputerFault(f)
	}
	return out, nil
}
