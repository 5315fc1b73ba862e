package live

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"gongyuan/bank"
	"gongyuan/bank/banktest"
	"gongyuan/bank/draw"
	"gongyuan/bank/mongobank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

const (
	// bankSize is how many items papers are drawn from. It is small because
	// FerretDB reads a whole collection where MongoDB uses an index.
	bankSize = 1000
	// sealBatch is how many papers go into the store at once.
	sealBatch = 250
)

// people puts n candidates into the store, in one open sitting with everybody
// on its roster and a sealed paper each, as registering and sealing through the
// program would; that would take FerretDB many minutes and is no figure.
func (i *installation) people(ctx context.Context, n int, say func(string, ...any)) error {
	began := time.Now()
	revs, outline := banktest.Generate(1, bankSize)
	revs, err := i.servers.fillBank(ctx, revs, outline)
	if err != nil {
		return err
	}
	plan, err := draw.NewPool(revs).Plan(blueprint())
	if err != nil {
		return err
	}
	std, err := standard.Sample()
	if err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Second)
	s := sitting.Sitting{
		ID: sitting.ID(uuid.NewString()), Title: "figures", Occupation: std.Occupation, Level: 3, Blueprint: blueprint(), State: sitting.Open,
		Opens: now, Closes: now.Add(8 * time.Hour), Duration: 4 * time.Hour, Release: sitting.AfterRelease,
		Secret: make([]byte, 32), Version: 1, Created: now, Sealed: now,
	}
	s.SecretDigest = draw.Digest(s.Secret)
	var regs []sitting.Registration
	for k := range n {
		regs = append(regs, sitting.Registration{
			ID: sitting.RegistrationID(uuid.NewString()), Sitting: s.ID, Candidate: people.CandidateID(uuid.NewString()), Attempt: uuid.NewString(),
			Admission: fmt.Sprintf("FIGURE%05d", k), Room: strconv.Itoa(k / 30), Seat: strconv.Itoa(k % 30), Created: now,
		})
		s.Roster = append(s.Roster, regs[k].ID)
	}
	if err := i.servers.records.Sittings().InsertSitting(ctx, s); err != nil {
		return fmt.Errorf("sitting: %w", err)
	}
	for first := 0; first < n; first += sealBatch {
		if err := i.servers.seal(ctx, plan, regs[first:min(first+sealBatch, n)]); err != nil {
			return fmt.Errorf("candidates: %w", err)
		}
	}
	for _, r := range regs {
		i.candidates = append(i.candidates, newCandidate(i.address, r.Attempt, r.Candidate, r.ID))
	}
	say("%d candidates with sealed papers in %.0f s", n, time.Since(began).Seconds())
	return nil
}

// seal keeps registrations and a paper for each.
func (s *servers) seal(ctx context.Context, plan *draw.Plan, regs []sitting.Registration) error {
	if err := s.records.Sittings().InsertRegistrations(ctx, regs); err != nil {
		return err
	}
	all := make([]attempt.Sealed, len(regs))
	for k, r := range regs {
		paper, err := plan.Draw(draw.Request{Seed: draw.Seed([]byte("figures"), string(r.Sitting), string(r.ID), 1)})
		if err != nil {
			return err
		}
		all[k] = attempt.Sealed{Paper: paper, Record: attempt.Record{
			ID: attempt.AttemptID(r.Attempt), Sitting: r.Sitting, Registration: r.ID, Candidate: r.Candidate, Number: 1,
			Slots: len(paper.Slots), State: attempt.Ready, Created: r.Created,
		}}
	}
	return s.records.Attempts().Create(ctx, all)
}

// fillBank puts the bank and the blueprint into the store, and returns the
// revisions as the store has numbered them.
func (s *servers) fillBank(ctx context.Context, revs []bank.Revision, outline bank.Outline) ([]bank.Revision, error) {
	store := mongobank.New(s.db)
	if err := store.SaveOutline(ctx, outline); err != nil {
		return nil, fmt.Errorf("outline: %w", err)
	}
	if _, err := store.Import(ctx, revs, bank.ImportOptions{Bank: banktest.Bank, Author: "figures", Status: bank.Published, Now: time.Now()}); err != nil {
		return nil, fmt.Errorf("bank: %w", err)
	}
	if err := store.SaveBlueprint(ctx, blueprint()); err != nil {
		return nil, fmt.Errorf("blueprint: %w", err)
	}
	return store.Published(ctx, banktest.Bank)
}

// keptInStore reads submissions, journals and results past the program.
func (s *servers) keptInStore(ctx context.Context, all []*candidate) (map[string]kept, error) {
	records, journal := s.records.Attempts(), s.records.Journal()
	ids, names := make([]attempt.AttemptID, len(all)), make([]string, len(all))
	for i, c := range all {
		ids[i], names[i] = attempt.AttemptID(c.attempt), c.attempt
	}
	recs, err := records.Several(ctx, ids)
	if err != nil {
		return nil, err
	}
	results, err := s.records.Results().ResultsOf(ctx, names)
	if err != nil {
		return nil, err
	}
	ops, err := journal.Operations(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[string]kept, len(all))
	for _, r := range recs {
		k := kept{Submitted: r.State == attempt.Submitted, LastSeq: int64(inARow(ops[r.ID]))}
		if k.Submitted {
			sub, err := records.Submission(ctx, r.ID, r.Round)
			if err != nil {
				return nil, err
			}
			k.LastSeq = int64(sub.LastSeq)
		}
		if _, ok := results[string(r.ID)]; ok {
			k.Marked = 1 // its identity in the store is the attempt
		}
		out[string(r.ID)] = k
	}
	return out, nil
}

// inARow is up to where the operations of the newest epoch are there without a
// gap. They are in the order of epoch and sequence.
func inARow(ops []attempt.Operation) int {
	epoch, last := 0, 0
	for _, op := range ops {
		if op.Epoch > epoch {
			epoch, last = op.Epoch, 0
		}
		if op.Epoch == epoch && op.Seq == last+1 {
			last++
		}
	}
	return last
}
