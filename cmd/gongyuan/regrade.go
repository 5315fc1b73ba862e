package main

import (
	"context"
	"fmt"

	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/certificate"
	"gongyuan/engine/marking"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// newReviews ties regrades and appeals to what they touch.
func (e *engine) newReviews(store *mongostore.Store) *result.Reviews {
	appeals := store.Appeals()
	regrader := result.NewRegrader(e.registrar, result.RegradeDeps{
		Regrades: store.Regrades(), Theories: e.results, Scripts: scripts{e}, Sittings: e.sittings, Keys: e.bank, Certificates: certified{e}, Appeals: appeals,
	})
	return result.NewReviews(regrader, result.AppealDeps{Appeals: appeals, Registrations: e.sittings, Panels: store.Assessments()})
}

// scripts is papers with what was answered on them.
type scripts struct{ e *engine }

var _ result.Scripts = scripts{}

// ScriptsOf implements result.Scripts.
func (s scripts) ScriptsOf(ctx context.Context, recs []attempt.Record) (map[string]result.Script, error) {
	ids := make([]attempt.AttemptID, len(recs))
	for i, r := range recs {
		ids[i] = r.ID
	}
	papers, err := s.e.records.Papers(ctx, ids)
	if err != nil {
		return nil, err
	}
	handed, err := s.e.records.Handed(ctx, recs)
	if err != nil {
		return nil, err
	}
	out := make(map[string]result.Script, len(handed))
	for id, sub := range handed {
		handed, err := s.e.handed(ctx, sub, papers[id])
		if err != nil {
			return nil, fmt.Errorf("attempt %s: %w", id, err)
		}
		out[string(id)] = scriptOf(&handed)
	}
	return out, nil
}

func scriptOf(s *marking.Submitted) result.Script {
	return result.Script{Attempt: s.Attempt, Round: s.Round, Paper: s.Paper, Answers: s.Answers, Lookup: s.Lookup}
}

// Holding implements result.Scripts.
func (s scripts) Holding(ctx context.Context, attempts []string, item bank.ItemID) (map[string]bool, error) {
	ids := make([]attempt.AttemptID, len(attempts))
	for i, id := range attempts {
		ids[i] = attempt.AttemptID(id)
	}
	papers, err := s.e.records.Papers(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for id, p := range papers {
		for _, slot := range p.Slots {
			if slot.Ref.Item == item {
				out[string(id)] = true
			}
		}
	}
	return out, nil
}

// certified is the certificates that count.
type certified struct{ e *engine }

// CertifiedOf implements result.Certificates.
func (c certified) CertifiedOf(ctx context.Context, id sitting.ID) (map[sitting.RegistrationID]string, error) {
	all, err := c.e.registry.OfSitting(ctx, id)
	if err != nil {
		return nil, err
	}
	out := map[sitting.RegistrationID]string{}
	for _, x := range all {
		if x.State() == certificate.Valid {
			out[x.Registration] = string(x.Number)
		}
	}
	return out, nil
}

// regraded marks theory results by the regrades that count at their sittings.
type regraded map[sitting.ID][]result.Amendment

// regrades reads what counts at the sittings of what is to be marked.
func (e *engine) regrades(ctx context.Context, all []attempt.Marking) (regraded, error) {
	out := regraded{}
	for _, m := range all {
		if _, ok := out[m.Record.Sitting]; ok {
			continue
		}
		var err error
		if out[m.Record.Sitting], err = e.reviews.Amendments(ctx, m.Record.Sitting); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// catchUp marks again what was marked while a regrade was approved: whoever
// approves it may have looked for results before these were stored.
func (e *engine) catchUp(ctx context.Context, before regraded, all []attempt.Marking) error {
	after, err := e.regrades(ctx, all)
	if err != nil {
		return err
	}
	for id, amendments := range after {
		if len(amendments) == len(before[id]) {
			continue
		}
		x, err := e.sittings.Sitting(ctx, id)
		if err != nil {
			return err
		}
		var recs []attempt.Record
		for _, m := range all {
			if m.Record.Sitting == id {
				rec := m.Record
				rec.Round = m.Submission.Round
				recs = append(recs, rec)
			}
		}
		if err := e.reviews.Again(ctx, x, recs); err != nil {
			return err
		}
	}
	return nil
}
