package api

import (
	"context"
	"sync"
	"time"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/engine/editorial"
)

// staffNames are the names of accounts.
type staffNames map[string]string

func (s *server) names(ctx context.Context) (staffNames, error) {
	all, err := s.accounts.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	out := staffNames{}
	for _, a := range all {
		out[string(a.ID)] = a.Name
	}
	return out, nil
}

// person names an account. Whoever imported an item may be no account.
func (n staffNames) person(id string) contract.Person {
	name, ok := n[id]
	if !ok {
		name = id
	}
	return contract.Person{Id: id, Name: name}
}

func (n staffNames) some(id string) *contract.Person {
	if id == "" {
		return nil
	}
	p := n.person(id)
	return &p
}

func some(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// wireRows shows items of a list, with how often each was used.
func (s *server) wireRows(ctx context.Context, rows []bank.ItemRow) ([]contract.ItemRow, error) {
	names, err := s.names(ctx)
	if err != nil {
		return nil, err
	}
	var used []bank.ItemID
	for _, r := range rows {
		if !r.LastUsed.IsZero() {
			used = append(used, r.ID)
		}
	}
	uses, err := s.banks.Uses(ctx, used)
	if err != nil {
		return nil, err
	}
	sittings := map[bank.ItemID]map[string]bool{}
	for _, u := range uses {
		if sittings[u.Item] == nil {
			sittings[u.Item] = map[string]bool{}
		}
		sittings[u.Item][u.Sitting] = true
	}
	out := make([]contract.ItemRow, len(rows))
	for i, r := range rows {
		out[i] = wireRow(r, names)
		out[i].Uses = len(sittings[r.ID])
	}
	return out, nil
}

func wireRow(r bank.ItemRow, names staffNames) contract.ItemRow {
	id := string(r.Bank)
	out := contract.ItemRow{
		Id: string(r.ID), Bank: &id, Code: r.Code, Type: contract.BankItemType(r.Type), Point: string(r.Point), Status: contract.ItemStatus(r.Status),
		Difficulty: r.Difficulty, Stem: r.Stem, Revision: r.Revision, Published: r.Published, Version: r.Version, Author: r.Author,
		AuthorName: names.person(r.Author).Name, Tags: r.Tags, Updated: r.Updated, LastUsed: some(r.LastUsed),
	}
	if out.Tags == nil {
		out.Tags = []string{}
	}
	out.Facility, out.Discrimination, out.Doubt = r.Figures.Facility, r.Figures.Discrimination, names.doubt(&r.Work)
	if len(r.Figures.Findings) > 0 {
		kinds := make([]contract.StatisticsKind, len(r.Figures.Findings))
		for i, k := range r.Figures.Findings {
			kinds[i] = contract.StatisticsKind(k)
		}
		out.Findings = &kinds
	}
	if w := r.Work; w.Stage != bank.StageIdle {
		stage := contract.ItemStage(w.Stage)
		out.Stage = &stage
		out.Work = &contract.ItemWork{
			Revision: w.Revision, AltersKey: w.AltersKey, Authors: []contract.Person{}, Submitted: some(w.Submitted), Submitter: names.some(w.Submitter),
			Assigned: names.some(w.Assigned), Approver: names.some(w.Approver), Approved: some(w.Approved),
		}
		for _, a := range w.Authors {
			out.Work.Authors = append(out.Work.Authors, names.person(a))
		}
	}
	return out
}

func (s *server) wireItem(ctx context.Context, d editorial.Detail) (contract.ItemDetail, error) {
	names, err := s.names(ctx)
	if err != nil {
		return contract.ItemDetail{}, err
	}
	rows, err := s.wireRows(ctx, []bank.ItemRow{d.Row})
	if err != nil {
		return contract.ItemDetail{}, err
	}
	out := contract.ItemDetail{
		Row: rows[0], Content: wireContent(&d.Content), Draft: d.Draft, Base: d.Base, DraftBy: names.some(d.DraftBy), ServerNow: s.clock.Now(),
		Events: []contract.ItemEvent{}, Uses: []contract.ItemUse{}, May: []contract.ItemStep{}, Warnings: wireWarnings(d.Warnings, callOf(ctx).lang),
	}
	for _, e := range d.Events {
		text := e.Note
		if e.Step == bank.StepAssign {
			text = names.person(e.Note).Name
		}
		out.Events = append(out.Events, contract.ItemEvent{
			Step: contract.ItemStep(e.Step), By: names.person(e.By), At: e.At, Revision: e.Revision, Note: text, AltersKey: e.AltersKey,
		})
	}
	for _, u := range d.Uses {
		out.Uses = append(out.Uses, contract.ItemUse{Revision: u.Revision, Sitting: u.Sitting, Title: u.Title, At: u.At, Papers: u.Papers})
	}
	for _, step := range d.May {
		out.May = append(out.May, contract.ItemStep(step))
	}
	return out, nil
}

func wireContent(r *bank.Revision) contract.ItemContent {
	q := wireQuestion(&r.Question)
	out := contract.ItemContent{
		Type: q.Type, Stem: q.Stem, Options: q.Options, Key: q.Key, Blanks: q.Blanks, Reference: q.Reference, Explanation: q.Explanation,
		Source: q.Source, Point: string(r.Point), Difficulty: r.Difficulty, Consistency: &r.Consistency,
	}
	if len(r.Parts) > 0 {
		parts := make([]contract.QuestionContent, len(r.Parts))
		for i := range r.Parts {
			parts[i] = wireQuestion(&r.Parts[i])
		}
		out.Parts = &parts
	}
	if len(r.Excludes) > 0 {
		out.Excludes = &[]string{}
		for _, e := range r.Excludes {
			*out.Excludes = append(*out.Excludes, string(e))
		}
	}
	return out
}

func wireQuestion(q *bank.Question) contract.QuestionContent {
	out := contract.QuestionContent{Type: contract.ItemType(q.Type), Stem: q.Stem, Explanation: &q.Explanation, Source: &q.Source}
	switch {
	case q.Type.Choice():
		options, key := []contract.ItemOption{}, []string{}
		for _, o := range q.Options {
			options = append(options, contract.ItemOption{Text: o.Text, Last: &o.Last, Feedback: &o.Feedback})
		}
		for _, k := range q.Key.Options {
			key = append(key, string(k))
		}
		out.Options, out.Key = &options, &key
	case q.Type == bank.Blank:
		blanks := q.Key.Blanks
		if blanks == nil {
			blanks = [][]string{}
		}
		out.Blanks = &blanks
	case q.Type != bank.Case:
		out.Reference = &q.Key.Reference
	}
	return out
}

func contentOf(c *contract.ItemContent) bank.Revision {
	out := bank.Revision{
		Point: bank.PointCode(c.Point), Difficulty: c.Difficulty, Consistency: or(c.Consistency),
		Question: questionOf(&contract.QuestionContent{
			Type: c.Type, Stem: c.Stem, Options: c.Options, Key: c.Key, Blanks: c.Blanks, Reference: c.Reference, Explanation: c.Explanation, Source: c.Source,
		}),
	}
	for _, p := range or(c.Parts) {
		out.Parts = append(out.Parts, questionOf(&p))
	}
	for _, e := range or(c.Excludes) {
		out.Excludes = append(out.Excludes, bank.ItemID(e))
	}
	return out
}

func questionOf(c *contract.QuestionContent) bank.Question {
	out := bank.Question{Type: bank.Type(c.Type), Stem: c.Stem, Explanation: or(c.Explanation), Source: or(c.Source)}
	for i, o := range or(c.Options) {
		out.Options = append(out.Options, bank.Option{ID: bank.OptionID(bank.Letter(i)), Text: o.Text, Last: or(o.Last), Feedback: or(o.Feedback)})
	}
	for _, k := range or(c.Key) {
		out.Key.Options = append(out.Key.Options, bank.OptionID(k))
	}
	out.Key.Blanks, out.Key.Reference = or(c.Blanks), or(c.Reference)
	return out
}

// imageCache keeps images that papers show: in an exam everybody asks for the
// same in one minute. It is safe for concurrent use.
type imageCache struct {
	mu   sync.Mutex
	held map[string]bank.Picture
	size int
}

const maxImages = 64 << 20 // bytes

func (c *imageCache) get(id string) (bank.Picture, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.held[id]
	return p, ok
}

func (c *imageCache) put(p bank.Picture) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil || c.size+len(p.Data) > maxImages {
		c.held, c.size = map[string]bank.Picture{}, 0
	}
	c.held[string(p.ID)] = p
	c.size += len(p.Data)
}
