package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gongyuan/bank"
	"gongyuan/engine/assess"
	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// collector puts all lines of a sitting, a few attempts at a time.
type collector struct {
	*Sources
	sitting sitting.Sitting
	out     *Writer
	roster  []sitting.Registration
	refs    map[bank.Ref]bool // pinned by papers
	about   map[string]bool   // ids that entries of the record may be about
	err     error             // the first; nothing is put after it
}

// handful is how many attempts are in memory at a time, and how many revisions.
const handful = 50

func (c *collector) put(kind string, v any) {
	if c.err == nil {
		c.err = c.out.Put(kind, v)
	}
}

// all puts what was read, unless reading failed.
func all[T any](c *collector, kind string) func([]T, error) []T {
	return func(found []T, err error) []T {
		if c.err == nil && err != nil {
			c.err = fmt.Errorf("archive: read %ss: %w", kind, err)
		}
		if c.err != nil {
			return nil
		}
		for i := range found {
			c.put(kind, found[i])
		}
		return found
	}
}

// collect puts everything of a sitting.
func (c *collector) collect(ctx context.Context) error {
	c.refs, c.about = map[bank.Ref]bool{}, map[string]bool{string(c.sitting.ID): true}
	c.put("sitting", c.sitting)
	c.people(ctx)
	for some := range slices.Chunk(c.roster, handful) {
		c.attempts(ctx, some)
	}
	c.revisions(ctx)
	c.day(ctx)
	c.marked(ctx)
	c.assessed(ctx)
	c.results(ctx)
	c.trail(ctx)
	return c.err
}

func (c *collector) people(ctx context.Context) {
	accounts, err := c.People.Accounts(ctx)
	if err != nil {
		c.err = errors.Join(c.err, err)
	}
	for _, a := range accounts {
		c.put("staff", Person{a.ID, a.Login, a.Name})
	}
	if c.roster, err = c.Sittings.RegistrationsOf(ctx, c.sitting.ID); err != nil {
		c.err = errors.Join(c.err, err)
	}
	var ids []people.CandidateID
	for _, r := range c.roster {
		ids = append(ids, r.Candidate)
		c.about[string(r.ID)], c.about[string(r.Candidate)] = true, true
		if r.Attempt != "" {
			c.about[r.Attempt] = true
		}
	}
	known, err := c.People.CandidatesByID(ctx, ids)
	if err != nil {
		c.err = errors.Join(c.err, err)
	}
	for _, r := range c.roster {
		who := known[r.Candidate]
		number, err := c.Opener.Open(who.IDSealed, string(who.ID))
		if err != nil && c.err == nil {
			c.err = fmt.Errorf("archive: candidate %s: %w", r.Candidate, err)
		}
		c.put("registration", r)
		c.put("candidate", Candidate{r.Candidate, who.Name, number, who.IDMasked})
	}
}

// attempts puts what a few candidates wrote and what came of it.
func (c *collector) attempts(ctx context.Context, some []sitting.Registration) {
	var ids []attempt.AttemptID
	var names []string
	for _, r := range some {
		if r.Attempt != "" {
			ids, names = append(ids, attempt.AttemptID(r.Attempt)), append(names, r.Attempt)
		}
	}
	if c.err != nil || len(ids) == 0 {
		return
	}
	recs, err1 := c.Attempts.Several(ctx, ids)
	papers, err2 := c.Attempts.Papers(ctx, ids)
	journal, err3 := c.Journal.Operations(ctx, ids)
	aside, err4 := c.Journal.Aside(ctx, ids)
	changes, err5 := c.Attempts.Adjustments(ctx, ids)
	theories, err6 := c.Theories.ResultsOf(ctx, names)
	if c.err = errors.Join(err1, err2, err3, err4, err5, err6); c.err != nil {
		return
	}
	for _, rec := range recs {
		c.put("attempt", rec)
		paper := papers[rec.ID]
		for _, slot := range paper.Slots {
			c.refs[bank.Ref{Item: slot.Ref.Item, Revision: slot.Ref.Revision}] = true
		}
		c.put("paper", Paper{rec.ID, paper})
		for _, op := range journal[rec.ID] {
			c.put("operation", attempt.JournalEntry{Attempt: rec.ID, Operation: op})
		}
		for _, x := range changes[rec.ID] {
			c.put("adjustment", x)
		}
		c.submissions(ctx, &rec)
		if t, ok := theories[string(rec.ID)]; ok {
			c.put("theory", t)
		}
	}
	for _, x := range aside {
		c.put("late", x)
	}
	all[attempt.Gap](c, "gap")(c.Attempts.Gaps(ctx, ids))
}

func (c *collector) submissions(ctx context.Context, rec *attempt.Record) {
	if c.err != nil || !rec.State.Over() {
		return
	}
	for round := range rec.Round + 1 {
		s, err := c.Attempts.Submission(ctx, rec.ID, round)
		if errors.Is(err, attempt.ErrNotSubmitted) {
			continue
		}
		if err != nil {
			c.err = fmt.Errorf("archive: attempt %s: %w", rec.ID, err)
			return
		}
		c.put("submission", s)
	}
}

func (c *collector) revisions(ctx context.Context) {
	refs := make([]bank.Ref, 0, len(c.refs))
	for ref := range c.refs {
		refs = append(refs, ref)
	}
	slices.SortFunc(refs, func(a, b bank.Ref) int {
		return strings.Compare(fmt.Sprintf("%s:%09d", a.Item, a.Revision), fmt.Sprintf("%s:%09d", b.Item, b.Revision))
	})
	for some := range slices.Chunk(refs, handful) {
		if c.err != nil {
			return
		}
		found, err := c.Bank.Revisions(ctx, some)
		c.err = err
		for _, ref := range some {
			c.put("revision", found[ref])
		}
	}
}

func (c *collector) day(ctx context.Context) {
	all[attempt.Order](c, "order")(c.Attempts.OrdersOf(ctx, c.sitting.ID))
	log, err := c.Proctors.Log(ctx, c.sitting.ID, "")
	if c.err == nil {
		c.err = err
	}
	for _, x := range log.Acts {
		c.put("act", x)
	}
	for _, x := range log.Calls {
		c.put("call", x)
	}
	for _, x := range log.Reads {
		c.put("read", x)
	}
	for _, x := range log.Signs {
		c.put("signal", x)
	}
}

func (c *collector) marked(ctx context.Context) {
	if c.err != nil {
		return
	}
	pieces, err := c.Markings.PiecesOf(ctx, c.sitting.ID, false)
	c.err = err
	for _, p := range pieces {
		if c.err != nil {
			return
		}
		c.about[string(p.ID)] = true
		c.put("piece", p)
		marks, err := c.Markings.MarksOf(ctx, c.sitting.ID, p.ID)
		for _, m := range marks {
			c.put("mark", m)
		}
		c.err = errors.Join(c.err, err)
	}
	settled, err := c.Markings.SettlementsOf(ctx, c.sitting.ID)
	c.err = errors.Join(c.err, err)
	for _, x := range settled {
		c.put("settlement", x)
	}
}

func (c *collector) assessed(ctx context.Context) {
	panels, err := c.Assessments.PanelsOfSitting(ctx, c.sitting.ID)
	c.err = errors.Join(c.err, err)
	sheets := map[assess.SheetRef]bool{}
	for _, p := range panels {
		if c.err != nil {
			return
		}
		if !sheets[p.Sheet] {
			sheets[p.Sheet] = true
			sheet, err := c.Assessments.Sheet(ctx, p.Sheet)
			c.err = errors.Join(c.err, err)
			c.put("sheet", sheet)
		}
		c.put("panel", p)
		all[assess.Score](c, "score")(c.Assessments.ScoresOf(ctx, p.ID))
		for _, r := range c.roster {
			if c.err == nil {
				all[assess.Score](c, "score-version")(c.Assessments.VersionsOf(ctx, p.ID, r.ID))
			}
		}
		all[assess.Decision](c, "decision")(c.Assessments.Decisions(ctx, p.ID))
		all[assess.Absence](c, "absence")(c.Assessments.Absences(ctx, p.ID))
	}
}

func (c *collector) results(ctx context.Context) {
	if c.err != nil {
		return
	}
	for _, r := range all[result.Ruling](c, "ruling")(c.Records.RulingsOf(ctx, c.sitting.ID)) {
		c.about[string(r.ID)] = true
	}
	all[result.Release](c, "release")(c.Records.ReleasesOf(ctx, c.sitting.ID))
	for _, r := range c.roster {
		if c.err != nil {
			return
		}
		versions, err := c.Records.VersionsOf(ctx, r.ID)
		c.err = err
		for _, v := range versions {
			c.put("result", v)
		}
	}
	for _, a := range all[result.Appeal](c, "appeal")(c.Appeals.AppealsOf(ctx, c.sitting.ID)) {
		c.about[string(a.ID)] = true
	}
	for _, r := range all[result.Regrade](c, "regrade")(c.Regrades.RegradesOfSitting(ctx, c.sitting.ID)) {
		c.about[string(r.ID)] = true
	}
}

// trail puts the entries of the record that are about the sitting or anything
// of it. An object is a noun and an id, parts of which stand between colons.
func (c *collector) trail(ctx context.Context) {
	const many = 500
	for from := int64(1); c.err == nil; {
		entries, err := c.Trail.EntriesFrom(ctx, from, many)
		c.err = err
		for _, e := range entries {
			if slices.ContainsFunc(strings.Split(e.Object, ":"), func(part string) bool { return c.about[part] }) {
				c.put("audit", e)
			}
			from = e.Index + 1
		}
		if len(entries) < many {
			return
		}
	}
}
