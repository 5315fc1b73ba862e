package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"gongyuan/api"
	"gongyuan/bank"
	"gongyuan/bank/draw"
	"gongyuan/bank/mongobank"
	"gongyuan/engine/assess"
	"gongyuan/engine/attempt"
	"gongyuan/engine/attempt/redislive"
	"gongyuan/engine/certificate"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/people/redislimit"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// engine is the domain tied to its adapters.
type engine struct {
	stores   *stores
	bank     *mongobank.Store
	people   *mongostore.People
	sittings *mongostore.Sittings
	records  *mongostore.Attempts
	results  *mongostore.Results
	attempts *attempt.Service
	office   *sitting.Office
	standard standard.Standard
	desk     *assess.Desk
	registry *certificate.Registry
	sealer   *people.Sealer
	sessions *people.Sessions
	limiter  *redislimit.Limiter
	tokens   *api.Tokens
	clock    attempt.Clock
	log      *slog.Logger
}

// newEngine opens the stores and ties everything together.
func newEngine(ctx context.Context, s *storeSettings, clock attempt.Clock, log *slog.Logger) (*engine, error) {
	secrets, err := s.secrets()
	if err != nil {
		return nil, err
	}
	e := &engine{clock: clock, log: log}
	if e.sealer, err = people.NewSealer(secrets); err != nil {
		return nil, err
	}
	if e.tokens, err = api.NewTokens(secrets); err != nil {
		return nil, err
	}
	if e.standard, err = standard.Sample(); err != nil {
		return nil, err
	}
	if e.stores, err = s.open(ctx); err != nil {
		return nil, err
	}
	if err := e.assemble(ctx, s, secrets); err != nil {
		return nil, errors.Join(err, e.stores.close(context.WithoutCancel(ctx)))
	}
	return e, nil
}

// quietEngine is an engine for a command that works on the stores and ends.
func quietEngine(ctx context.Context, s *storeSettings) (*engine, error) {
	return newEngine(ctx, s, attempt.NewSteadyClock(), slog.New(slog.DiscardHandler))
}

func (e *engine) assemble(ctx context.Context, settings *storeSettings, secrets []people.Secret) error {
	prefix := settings.Prefix
	store := mongostore.New(e.stores.db)
	if err := store.EnsureIndexes(ctx); err != nil {
		return err
	}
	e.bank = mongobank.New(e.stores.db)
	if err := e.bank.EnsureIndexes(ctx); err != nil {
		return err
	}
	e.people, e.sittings, e.records, e.results = store.People(), store.Sittings(), store.Attempts(), store.Results()
	e.sessions = people.NewSessions(e.people, api.SessionLifetime)
	e.limiter = redislimit.New(e.stores.redis, prefix)
	live, err := redislive.New(e.stores.redis, prefix)
	if err != nil {
		return err
	}
	e.attempts = attempt.New(attempt.Config{
		Live: live, Journal: store.Journal(), Records: e.records, Clock: e.clock, Log: e.log, MayStart: e.mayStart, Marker: e.mark,
	})
	e.office = sitting.NewOffice(sitting.Deps{
		Store: e.sittings, Registrations: e.sittings, Candidates: e.people, Papers: e, Attempts: e, Sealer: e.sealer, Clock: e.clock,
	})
	assessments := store.Assessments()
	e.desk = assess.NewDesk(assess.Deps{
		Sheets: assessments, Panels: assessments, Scores: assessments, Rulings: assessments, Sittings: e.sittings, Accounts: e.people,
		Standard: e.standard, Clock: e.clock,
	})
	return e.certify(store.Certificates(), &settings.Body, secrets)
}

// certify sets up the certificate module for the body that the settings name.
func (e *engine) certify(store *mongostore.Certificates, body *bodySettings, secrets []people.Secret) error {
	keys, err := certificate.NewKeys(secrets)
	if err != nil {
		return err
	}
	e.registry, err = certificate.NewRegistry(certificate.Deps{
		Records: store, Log: certificate.NewLog(store, keys, e.clock), Keys: keys, Sealer: e.sealer, Clock: e.clock, Body: body.BodyName,
		Rule: certificate.Rule{
			Kind: certificate.BodyKind(body.BodyKind), Body: body.BodyCode, Province: body.BodyProvince, Site: body.BodySite,
			Restart: certificate.Restart(body.Restart),
		},
	})
	return err
}

// close ends what is under way, then the stores.
func (e *engine) close(ctx context.Context) error {
	return errors.Join(e.attempts.Close(ctx), e.stores.close(ctx))
}

// mayStart asks the sitting whether a candidate may begin.
func (e *engine) mayStart(ctx context.Context, r attempt.Record, now time.Time) (sitting.Allowance, error) {
	s, err := e.sittings.Sitting(ctx, r.Sitting)
	if err != nil {
		return sitting.Allowance{}, err
	}
	reg, err := e.sittings.Registration(ctx, r.Registration)
	if err != nil {
		return sitting.Allowance{}, err
	}
	// Papers of a sealing that was cut off belong to nobody.
	if reg.Attempt != string(r.ID) || !s.Admits(reg.ID) {
		return sitting.Allowance{}, attempt.ErrNotFound
	}
	if err := s.MayStart(now); err != nil {
		return sitting.Allowance{}, err
	}
	return sitting.Allowance{Duration: s.Duration, Closes: s.Closes, Extra: reg.Extra}, nil
}

// mark marks a submission and keeps the result. It may be repeated.
func (e *engine) mark(ctx context.Context, r attempt.Record, sub attempt.Submission) error {
	s, err := e.sittings.Sitting(ctx, r.Sitting)
	if err != nil {
		return err
	}
	paper, err := e.records.Paper(ctx, r.ID)
	if err != nil {
		return err
	}
	lookup, err := e.lookup(ctx, paper)
	if err != nil {
		return err
	}
	answers := make(map[int]bank.Response, len(sub.Answers))
	for _, slot := range paper.Slots {
		rev, ok := lookup(bank.Ref{Item: slot.Ref.Item, Revision: slot.Ref.Revision})
		if !ok {
			return fmt.Errorf("slot %d: %w", slot.Number, bank.ErrNotFound)
		}
		q, ok := rev.Part(slot.Ref.Part)
		if !ok {
			return fmt.Errorf("slot %d: %w", slot.Number, bank.ErrPaper)
		}
		if answers[slot.Number], err = bank.DecodeResponse(q.Type, sub.Answers[slot.Number].Response); err != nil {
			return fmt.Errorf("slot %d: %w", slot.Number, err)
		}
	}
	scheme, _ := e.standard.Scheme(s.Level)
	component, _ := scheme.Component(standard.Theory)
	theory, err := result.MarkTheory(paper, answers, lookup, component)
	if err != nil {
		return err
	}
	theory.Attempt, theory.Sitting, theory.Marked = string(r.ID), string(r.Sitting), e.clock.Now()
	return e.results.InsertTheory(ctx, theory)
}

func (e *engine) lookup(ctx context.Context, p bank.Paper) (bank.Lookup, error) {
	refs := make([]bank.Ref, 0, len(p.Slots))
	for _, slot := range p.Slots {
		refs = append(refs, bank.Ref{Item: slot.Ref.Item, Revision: slot.Ref.Revision})
	}
	revs, err := e.bank.Revisions(ctx, refs)
	if err != nil {
		return nil, err
	}
	return func(ref bank.Ref) (*bank.Revision, bool) {
		rev, ok := revs[ref]
		return &rev, ok
	}, nil
}

// Draw implements sitting.Papers.
func (e *engine) Draw(ctx context.Context, bp bank.Blueprint, requests []sitting.PaperRequest) ([]bank.Paper, error) {
	revs, err := e.bank.Published(ctx, bp.Bank)
	if err != nil {
		return nil, err
	}
	plan, err := draw.NewPool(revs).Plan(bp)
	if err != nil {
		return nil, err
	}
	all := make([]draw.Request, len(requests))
	for i, r := range requests {
		all[i] = draw.Request{Seed: r.Seed, Met: r.Met}
	}
	return plan.DrawAll(ctx, all, func(int) {})
}

// Prepare implements sitting.Attempts.
func (e *engine) Prepare(ctx context.Context, prepared []sitting.Prepared) error {
	all := make([]attempt.Sealed, len(prepared))
	for i, p := range prepared {
		all[i] = attempt.Sealed{Record: attempt.Record{
			ID: attempt.AttemptID(p.Attempt), Sitting: p.Sitting, Registration: p.Registration, Candidate: p.Candidate, Number: p.Number,
		}, Paper: p.Paper}
	}
	return e.attempts.Create(ctx, all)
}

// hands is how many attempts are taken in at once when a sitting closes.
const hands = 16

// CollectAll implements sitting.Attempts. Attempts that nobody entered stay as
// they are: their candidates were absent.
func (e *engine) CollectAll(ctx context.Context, attempts []string, by people.AccountID) error {
	ids := make([]attempt.AttemptID, len(attempts))
	for i, id := range attempts {
		ids[i] = attempt.AttemptID(id)
	}
	recs, err := e.records.Several(ctx, ids)
	if err != nil {
		return err
	}
	work := make(chan attempt.AttemptID)
	errs := make([]error, hands)
	var wg sync.WaitGroup
	for n := range hands {
		wg.Go(func() {
			for id := range work {
				_, err := e.attempts.Collect(ctx, attempt.CollectCommand{Attempt: id, By: by, Reason: "场次结束"})
				errs[n] = errors.Join(errs[n], err)
			}
		})
	}
	for _, r := range recs {
		if r.State == attempt.Running || r.State == attempt.Closed {
			work <- r.ID
		}
	}
	close(work)
	wg.Wait()
	return errors.Join(errs...)
}

// Met implements sitting.Attempts.
func (e *engine) Met(ctx context.Context, candidates []people.CandidateID) (map[people.CandidateID]map[bank.ItemID]bool, error) {
	return e.records.Met(ctx, candidates)
}
