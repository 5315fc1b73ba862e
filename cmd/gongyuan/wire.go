package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"gongyuan/api"
	"gongyuan/bank"
	"gongyuan/bank/draw"
	"gongyuan/bank/mongobank"
	"gongyuan/engine/access"
	"gongyuan/engine/assess"
	"gongyuan/engine/attempt"
	"gongyuan/engine/attempt/redislive"
	"gongyuan/engine/audit"
	"gongyuan/engine/batch"
	"gongyuan/engine/certificate"
	"gongyuan/engine/compose"
	"gongyuan/engine/earlier"
	"gongyuan/engine/editorial"
	"gongyuan/engine/evidence"
	"gongyuan/engine/filing"
	"gongyuan/engine/itemstat"
	"gongyuan/engine/marking"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/people/redislimit"
	"gongyuan/engine/personnel"
	"gongyuan/engine/proctor"
	"gongyuan/engine/programme"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// engine is the domain tied to its adapters.
type engine struct {
	stores     *stores
	bank       *mongobank.Store
	recent     *recent
	people     *mongostore.People
	sittings   *sitting.Guard // as whoever acts may see them
	records    *mongostore.Attempts
	results    *mongostore.Results
	attempts   *attempt.Service
	office     *sitting.Office
	standard   standard.Standard
	desk       *assess.Desk
	files      *evidence.Cabinet
	registrar  *result.Registrar
	register   *assess.Register
	marking    *marking.Desk
	editorial  *editorial.Desk
	compose    *compose.Desk
	reviews    *result.Reviews
	figures    *itemstat.Desk
	proctors   *proctor.Desk
	floor      *proctor.Floor
	access     *access.Desk
	behind     sync.WaitGroup // what goes on after its request was answered
	registry   *certificate.Registry
	filings    *filing.Office
	programmes *programme.Office
	earlier    *earlier.Office
	registers  api.Registers
	days       api.Days
	custody    api.Custody
	batches    *batch.Desk
	handouts   api.Handouts
	sealer     *people.Sealer
	sessions   *people.Sessions
	personnel  *personnel.Office
	factors    *personnel.Factors
	gate       *personnel.Gate
	limiter    *redislimit.Limiter
	tokens     *api.Tokens
	trail      *audit.Trail
	clock      attempt.Clock
	log        *slog.Logger
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
	if e.standard, err = s.standard(); err != nil {
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
	store, ledger := mongostore.New(e.stores.db), mongostore.New(e.stores.ledger)
	if err := store.EnsureIndexes(ctx); err != nil {
		return err
	}
	if err := e.knowPeople(ctx, store); err != nil {
		return err
	}
	e.bank = mongobank.New(e.stores.db)
	if err := e.bank.EnsureIndexes(ctx); err != nil {
		return err
	}
	var err error
	if e.trail, err = audit.New(store.Audit(), secrets, e.clock); err != nil {
		return err
	}
	e.people, e.sittings, e.records, e.results = store.People(), sitting.NewGuard(store.Sittings()), ledger.Attempts(), ledger.Results()
	e.marking = e.newMarking(store.Markings())
	e.recent = newRecent(ledger.Sittings(), mongobank.New(e.stores.ledger))
	e.sessions = people.NewSessions(e.people, api.SessionLifetime)
	e.limiter = redislimit.New(e.stores.redis, prefix)
	e.filings = filing.NewOffice(filing.Deps{Store: filing.Sealed{Store: store.Filings(), Sealer: e.sealer}, Accounts: e.people, Audit: e.trail, Clock: e.clock})
	e.keepPersonnel(store, settings)
	live, err := redislive.New(e.stores.redis, prefix)
	if err != nil {
		return err
	}
	e.attempts = attempt.New(attempt.Config{
		Live: live, Journal: ledger.Journal(), Records: e.records, News: live, Clock: e.clock, Log: e.log,
		MayStart: e.mayStart, Marker: e.mark, Stirred: func(ids ...attempt.AttemptID) { e.floor.Stir(ids...) },
	})
	e.invigilate(store, live)
	e.programmes = programme.NewOffice(programme.Deps{
		Store: store.Programmes(), Sittings: store.Sittings(), Sites: e.filings, Accounts: e.people, Standard: e.standard, Audit: e.trail, Clock: e.clock,
	})
	e.office = sitting.NewOffice(sitting.Deps{
		Store: e.sittings, Registrations: e.sittings, Candidates: e.people, Papers: e, Attempts: e, Histories: e, Permit: e.filings, Programmes: e.programmes, Sealer: e.sealer, Audit: e.trail, Clock: e.clock,
		Checks: checks{e}, Reasons: settings.Opening == reasoned,
	})
	if err := e.keepFiles(store, secrets); err != nil {
		return err
	}
	e.examine(store)
	e.write()
	records := store.Records()
	e.registrar = e.newRegistrar(records, store.Appeals())
	e.reviews = e.newReviews(store)
	e.figures = itemstat.NewDesk(itemstat.Deps{
		Store: store.ItemStatistics(), Outcomes: e.registrar, Scripts: scripts{e}, Journal: ledger.Journal(), Bank: e.bank, Accounts: e.people,
		Audit: e.trail, Clock: e.clock,
	})
	if err := e.handOut(store.Reports(), store.Templates(), store.Certificates(), records, &settings.Body, secrets); err != nil {
		return err
	}
	e.keepRegisters(store)
	if err := e.prepareDays(store, settings, secrets); err != nil {
		return err
	}
	if err := e.certify(store.Certificates(), &settings.Body, secrets); err != nil {
		return err
	}
	e.batches = e.newBatches(store.Batches(), settings)
	return e.keepCustody(store, settings, secrets)
}

// write sets up what editors do.
func (e *engine) write() {
	banks := editorial.NewGuard(e.bank)
	e.editorial = editorial.NewDesk(editorial.Deps{Store: banks, Accounts: e.people, Audit: e.trail, Clock: e.clock})
	e.compose = compose.NewDesk(compose.Deps{
		Store: banks, Facilities: facilities{e.bank}, Accounts: e.people, Audit: e.trail, Clock: e.clock,
		Font: font,
	})
}

// examine sets up what examiners do.
func (e *engine) examine(store *mongostore.Store) {
	assessments, examiners := store.Assessments(), store.Examiners()
	e.desk = assess.NewDesk(assess.Deps{
		Sheets: assessments, Panels: assessments, Appointments: assessments, Scores: assessments, Versions: assessments, Unlocks: assessments,
		Rulings: assessments, Sittings: e.sittings, Roster: e.sittings, Candidates: e.people, Examiners: examiners, Accounts: e.people,
		Audit: e.trail, Standard: e.standard, Clock: e.clock, Released: e.released, Attachments: e.files,
	})
	e.register = assess.NewRegister(assess.RegisterDeps{
		Examiners: examiners, Accounts: e.people, Sealer: e.sealer, Audit: e.trail, Clock: e.clock,
	})
}

// released tells whether results of a sitting were released.
func (e *engine) released(ctx context.Context, id sitting.ID) (bool, error) {
	s, err := e.sittings.Sitting(ctx, id)
	return s.State == sitting.Released, err
}

// newRegistrar ties results to what they are made of.
func (e *engine) newRegistrar(records *mongostore.Records, appeals *mongostore.Appeals) *result.Registrar {
	return result.NewRegistrar(result.Sources{
		Sittings: rosters{e.sittings, e.office}, Theories: e.results, Attempts: e.attempts, Assessments: e.desk, Rulings: records, Records: records,
		Corrections: appeals, Standard: e.standard,
	}, result.Deps{Releases: records, Publisher: analysing{e}, Accounts: e.people, Audit: e.trail, Clock: e.clock})
}

// analysing shows results to candidates, and afterwards computes what the items
// did. That may take a while and nobody waits for it; whoever asks before it is
// done, or after it failed, has it computed then.
type analysing struct{ e *engine }

// Do implements result.Publisher.
func (a analysing) Do(ctx context.Context, id sitting.ID, version int, act sitting.Act, by people.AccountID) (sitting.Sitting, error) {
	s, err := a.e.office.Do(ctx, id, version, act, by)
	if err == nil && act == sitting.Publish {
		a.e.behind.Go(func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Minute)
			defer cancel()
			if _, err := a.e.figures.Compute(ctx, id); err != nil {
				a.e.log.Warn("item statistics are computed when somebody asks for them", "sitting", string(id), "error", err)
			}
		})
	}
	return s, err
}

// rosters is sittings and who counts at them.
type rosters struct {
	*sitting.Guard
	office *sitting.Office
}

// Roster implements result.Sittings.
func (r rosters) Roster(ctx context.Context, s sitting.Sitting) ([]sitting.Registration, error) {
	return r.office.Roster(ctx, s)
}

// Retakes implements sitting.Histories.
func (e *engine) Retakes(ctx context.Context, o standard.Occupation, l standard.Level, at time.Time, ids []people.CandidateID) (map[people.CandidateID]sitting.Retake, error) {
	return e.registrar.Retakes(ctx, o, l, at, ids)
}

// certify sets up the certificate module for the body that the settings name.
func (e *engine) certify(store *mongostore.Certificates, body *bodySettings, secrets []people.Secret) error {
	keys, err := certificate.NewKeys(secrets)
	if err != nil {
		return err
	}
	e.registry, err = certificate.NewRegistry(certificate.Deps{
		Records: store, Log: certificate.NewLog(store, keys, e.clock), Keys: keys, Sealer: e.sealer, Clock: e.clock, Body: body.BodyName, Evidence: motions{e}, Permit: e.filings, Years: max(0, body.Years), Sittings: e.sittings,
		Rule: certificate.Rule{
			Kind: certificate.BodyKind(body.BodyKind), Body: body.BodyCode, Province: body.BodyProvince, Site: body.BodySite,
			Restart: certificate.Restart(body.Restart),
		},
	})
	return err
}

// close ends what is under way, then the stores.
func (e *engine) close(ctx context.Context) error {
	e.editorial.Close()
	e.floor.Close()
	e.behind.Wait()
	return errors.Join(e.attempts.Close(ctx), e.stores.close(ctx))
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

// Basis implements sitting.Papers. A revision never changes, so its name stands
// for all that it says.
func (e *engine) Basis(ctx context.Context, bp bank.Blueprint) (string, error) {
	revs, err := e.bank.Published(ctx, bp.Bank)
	if err != nil {
		return "", err
	}
	names := make([]string, len(revs))
	for i, r := range revs {
		names[i] = fmt.Sprintf("%s:%d", r.Item, r.Number)
	}
	slices.Sort(names)
	return draw.Digest([]byte(strings.Join(names, "\n"))), nil
}

// Prepare implements sitting.Attempts.
func (e *engine) Prepare(ctx context.Context, prepared []sitting.Prepared) error {
	all := make([]attempt.Sealed, len(prepared))
	for i, p := range prepared {
		all[i] = attempt.Sealed{Record: attempt.Record{
			ID: attempt.AttemptID(p.Attempt), Sitting: p.Sitting, Registration: p.Registration, Candidate: p.Candidate, Number: p.Number,
		}, Paper: p.Paper}
	}
	if err := e.noteUses(ctx, prepared); err != nil {
		return err
	}
	return e.attempts.Create(ctx, all)
}

// noteUses keeps which papers show what. It precedes the papers, so that a
// sealing that was cut off is counted anew when it is done again; until then
// items pass for used that may turn out not to be.
func (e *engine) noteUses(ctx context.Context, prepared []sitting.Prepared) error {
	if len(prepared) == 0 {
		return nil
	}
	s, err := e.sittings.Sitting(ctx, prepared[0].Sitting)
	if err != nil {
		return err
	}
	papers := map[bank.Ref]int{}
	for i := range prepared {
		var last bank.Ref
		for _, slot := range prepared[i].Paper.Slots {
			ref := bank.Ref{Item: slot.Ref.Item, Revision: slot.Ref.Revision}
			if ref != last { // the parts of a case follow each other
				papers[ref]++
			}
			last = ref
		}
	}
	return e.bank.SetUses(ctx, s.Blueprint.Bank, string(s.ID), s.Title, e.clock.Now(), papers)
}

// hands is how many attempts are taken in at once when a sitting closes: as
// many as the engine closes in one step.
const hands = 64

// CollectAll implements sitting.Attempts. Attempts that nobody entered stay as
// they are: their candidates were absent.
func (e *engine) CollectAll(ctx context.Context, attempts []string, by people.AccountID) error {
	// The sitting is closed; a copy that has not heard of it yet may still let
	// somebody begin.
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(2 * sittingAge):
	}
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
		if r.State.GoesOn() || r.State == attempt.Closed {
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
