package training

import (
	"context"
	"fmt"
	"strings"

	"gongyuan/engine/audit"
	"gongyuan/engine/intake"
	"gongyuan/engine/people"
	"gongyuan/engine/standard"
)

// Query chooses records; a zero field chooses all.
type Query struct {
	Name  string // what the name begins with
	Kind  Kind
	Level standard.Level
}

// Store keeps records. None is ever deleted.
type Store interface {
	// TrainingsOf returns those of holders, removed ones too, by holder, first
	// day and kind.
	TrainingsOf(ctx context.Context, hashes []string) ([]Record, error)
	// TrainingsEnded returns those that count and have their last day in a span.
	TrainingsEnded(ctx context.Context, from, until string) ([]Record, error)
	// TrainingPage returns some of those that count and that a query chooses,
	// the newest first, and how many there are.
	TrainingPage(ctx context.Context, q Query, skip, limit int) ([]Record, int, error)
	// Training returns intake.ErrNotFound where there is none.
	Training(ctx context.Context, id ID) (Record, error)
	// PutTraining stores r with Version+1 if what is stored has r.Version, 0
	// being nothing, else it returns intake.ErrConflict. It returns what it
	// stored.
	PutTraining(ctx context.Context, r Record) (Record, error)
}

// Office keeps records of training. Administrators alone see and change them.
// It is safe for concurrent use: a record is guarded by its version.
type Office struct {
	store Store
	desk  intake.Desk
}

// NewOffice returns an Office.
func NewOffice(store Store, desk intake.Desk) *Office { return &Office{store, desk} }

// joined puts to each record who has its number.
func (o *Office) joined(ctx context.Context, all []Record, err error) ([]Record, error) {
	if err != nil {
		return nil, fmt.Errorf("trainings: %w", err)
	}
	hashes := make([]string, len(all))
	for i := range all {
		hashes[i] = all[i].Holder.Hash
	}
	persons, err := o.desk.Candidates.CandidatesByHash(ctx, hashes)
	for i := range all {
		all[i].Candidate, all[i].Registered = persons[hashes[i]].ID, persons[hashes[i]].Name
	}
	return all, err
}

// Trainings returns those of candidates, removed ones too, whoever asks.
func (o *Office) Trainings(ctx context.Context, ids []people.CandidateID) ([]Record, error) {
	persons, err := o.desk.Candidates.CandidatesByID(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("trainings: %w", err)
	}
	hashes := make([]string, 0, len(persons))
	for _, c := range persons {
		hashes = append(hashes, c.IDHash)
	}
	all, err := o.store.TrainingsOf(ctx, hashes)
	return o.joined(ctx, all, err)
}

// Ended returns those that count and have their last day in a span, whoever
// asks.
func (o *Office) Ended(ctx context.Context, from, until string) ([]Record, error) {
	all, err := o.store.TrainingsEnded(ctx, from, until)
	return o.joined(ctx, all, err)
}

// List returns some of the records that count and that a query chooses, the
// newest first, and how many there are.
func (o *Office) List(ctx context.Context, by people.AccountID, q Query, skip, limit int) ([]Record, int, error) {
	if err := o.desk.MustLead(ctx, by, people.Auditor); err != nil {
		return nil, 0, err
	}
	some, total, err := o.store.TrainingPage(ctx, q, skip, limit)
	some, err = o.joined(ctx, some, err)
	return some, total, err
}

// Remove marks a record as entered by mistake. It returns ErrConflict for an
// old version, ErrNotFound for one that was removed before, a *FieldError
// without a reason.
func (o *Office) Remove(ctx context.Context, by people.AccountID, id ID, version int, why string) error {
	if err := o.desk.MustLead(ctx, by); err != nil {
		return err
	}
	why = strings.TrimSpace(why)
	if why == "" || intake.Longer(why, 500) {
		return &intake.FieldError{Field: "/why", Reason: "length-2-500"}
	}
	r, err := o.store.Training(ctx, id)
	switch {
	case err != nil:
		return fmt.Errorf("remove a training: %w", err)
	case r.Removal != nil:
		return intake.ErrNotFound
	case r.Version != version:
		return intake.ErrConflict
	}
	before := r.said()
	now := o.desk.Now()
	r.Removal, r.Changed, r.By = &Removal{why, by, now}, now, by
	event := audit.Event{Actor: string(by), Act: "training.remove", Object: "training:" + string(id), Why: why, Before: before}
	return o.put(ctx, r, event)
}

func (o *Office) put(ctx context.Context, r Record, event audit.Event) error {
	return audit.Do(ctx, o.desk.Audit, event, func() error {
		_, err := o.store.PutTraining(ctx, r)
		return err
	})
}

// said is what the record of acts keeps of a record: not the sealed number.
func (r Record) said() Record {
	r.Holder.Sealed, r.Holder.Hash = nil, ""
	return r
}

// Judge tells what would become of each row. Nothing is stored or recorded.
func (o *Office) Judge(ctx context.Context, by people.AccountID, rows []Row) ([]intake.Verdict, error) {
	p, err := o.plan(ctx, by, rows)
	return p.Verdicts, err
}

// Import keeps the rows that can be kept and says what became of each. Done
// again, it changes nothing. A record that was removed counts again.
func (o *Office) Import(ctx context.Context, by people.AccountID, rows []Row) ([]intake.Verdict, error) {
	p, err := o.plan(ctx, by, rows)
	if err != nil {
		return nil, err
	}
	return p.Keep(func(r Record) error {
		r.Changed, r.By = o.desk.Now(), by
		return o.put(ctx, r, audit.Event{Actor: string(by), Act: "training.put", Object: "training:" + string(r.ID), After: r.said()})
	})
}

// place is what somebody has one record of.
type place struct {
	hash string
	kind Kind
	from string
}

func (o *Office) plan(ctx context.Context, by people.AccountID, rows []Row) (out intake.Plan[Record], err error) {
	if err := o.desk.MustLead(ctx, by); err != nil {
		return out, err
	}
	whose, err := o.desk.Find(ctx, intake.Numbers(rows, func(r *Row) string { return r.IDNumber }))
	if err != nil {
		return out, fmt.Errorf("import trainings: %w", err)
	}
	var hashes []string
	for _, w := range whose {
		if w.Hash != "" {
			hashes = append(hashes, w.Hash)
		}
	}
	all, err := o.store.TrainingsOf(ctx, hashes)
	if err != nil {
		return out, fmt.Errorf("import trainings: %w", err)
	}
	have, names, seen := map[place]Record{}, map[string]string{}, map[place]bool{}
	for _, r := range all {
		have[place{r.Holder.Hash, r.Kind, r.From}] = r
		if r.Removal == nil {
			names[r.Holder.Hash] = r.Holder.Name
		}
	}
	today := o.desk.Today()
	for i := range rows {
		r, field, reason := rows[i].read(today)
		w, at := whose[i], place{whose[i].Hash, r.Kind, r.From}
		name, named := names[w.Hash]
		if f, why := w.Wrong(rows[i].Name); why != "" {
			field, reason = f, why
		} else if reason == "" && w.Person.ID == "" && named && name != rows[i].Name {
			field, reason = "name", "other-name-known"
		} else if reason == "" && seen[at] {
			field, reason = "from", "twice"
		}
		if reason != "" {
			out.Refuse(rows[i].Name, field, reason)
			continue
		}
		seen[at], names[w.Hash] = true, rows[i].Name
		old, known := have[at]
		if r.ID = old.ID; !known {
			r.ID = ID(o.desk.Sealer.Hash(fmt.Sprintf("training:%s:%s:%s", w.Number, r.Kind, r.From)))
		}
		r.Version = old.Version
		r.Holder = Holder{rows[i].Name, w.Hash, o.desk.Sealer.Seal(w.Number, SealContext(r.ID)), people.MaskIdentity(w.Number)}
		out.Take(rows[i].Name, intake.Compare(known && old.Removal == nil, old.same(&r)), r)
	}
	return out, nil
}
