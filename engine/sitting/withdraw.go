package sitting

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// Withdraw takes a registration off a draft's roster.
func (o *Office) Withdraw(ctx context.Context, by people.AccountID, id ID, registration RegistrationID) error {
	s, err := o.store.Sitting(ctx, id)
	if err != nil {
		return err
	}
	if !s.Admits(registration) {
		return ErrNotFound
	}
	event := audit.Event{Actor: string(by), Act: "sitting.withdraw", Object: "registration:" + string(registration), Before: map[string]ID{"sitting": id}}
	return audit.Do(ctx, o.audit, event, func() error { return o.withdraw(ctx, s, []RegistrationID{registration}) })
}

// WithdrawImport takes those of an import that are still on a draft's roster
// off it, all at once, and returns how many they were.
func (o *Office) WithdrawImport(ctx context.Context, id ID, imported string) (int, error) {
	s, err := o.store.Sitting(ctx, id)
	if err != nil {
		return 0, err
	}
	roster, err := o.Roster(ctx, s)
	if err != nil {
		return 0, err
	}
	var ids []RegistrationID
	for _, r := range roster {
		if imported != "" && r.Import == imported {
			ids = append(ids, r.ID)
		}
	}
	return len(ids), o.withdraw(ctx, s, ids)
}

func (o *Office) withdraw(ctx context.Context, s Sitting, ids []RegistrationID) error {
	if s.State != Draft {
		return fmt.Errorf("withdraw from a sitting that is %s: %w", s.State, ErrState)
	}
	if len(ids) == 0 {
		return nil
	}
	off := rosterSet(ids)
	s.Roster = slices.DeleteFunc(slices.Clone(s.Roster), func(id RegistrationID) bool { return off[id] })
	if _, err := o.store.ReplaceSitting(ctx, s); err != nil {
		return err
	}
	return o.registrations.DeleteRegistrations(ctx, ids)
}

// Fault is what is wrong with one entry of a batch.
type Fault struct {
	Index  int    // of the entry
	Field  string // as in the contract, such as "seat"
	Reason string
}

// Preview tells what registering the entries would meet: every fault of
// everyone, where Register stops at the first kind. Nothing is stored. Entries
// are expected to be in order by themselves; what Register would say of that is
// an *EntriesError here too. It returns ErrState once the papers are sealed.
func (o *Office) Preview(ctx context.Context, id ID, entries []Entry) ([]Fault, error) {
	s, err := o.store.Sitting(ctx, id)
	if err != nil {
		return nil, err
	}
	if s.State != Draft {
		return nil, fmt.Errorf("register for a sitting that is %s: %w", s.State, ErrState)
	}
	entries, err = o.cleaned(entries)
	if err != nil {
		return nil, err
	}
	roster, err := o.Roster(ctx, s)
	if err != nil {
		return nil, err
	}
	persons, err := o.persons(ctx, entries)
	if err != nil {
		return nil, err
	}
	faults := met(roster, entries, persons)
	if err := o.admissions(ctx, entries, &faults); err != nil {
		return nil, err
	}
	return faults, o.exhausted(ctx, &s, entries, persons, &faults)
}

// persons finds who of the entries is known, by their place.
func (o *Office) persons(ctx context.Context, entries []Entry) ([]people.Candidate, error) {
	hashes := make([]string, len(entries))
	for i, e := range entries {
		hashes[i] = o.sealer.Hash(e.IDNumber)
	}
	known, err := o.candidates.CandidatesByHash(ctx, hashes)
	if err != nil {
		return nil, fmt.Errorf("preview: %w", err)
	}
	out := make([]people.Candidate, len(entries))
	for i, h := range hashes {
		out[i] = known[h]
	}
	return out, nil
}

// met finds what clashes with the roster as it is.
func met(roster []Registration, entries []Entry, persons []people.Candidate) []Fault {
	seats, sits, admissions := map[string]bool{}, map[people.CandidateID]bool{}, map[string]bool{}
	for _, r := range roster {
		sits[r.Candidate], admissions[r.Admission] = true, true
		if r.Seated() {
			seats[r.Room+"\x00"+r.Seat] = true
		}
	}
	var out []Fault
	for i, e := range entries {
		if p := persons[i]; p.ID != "" && p.Name != e.Name {
			out = append(out, Fault{i, "name", "other-name-known"})
		} else if p.ID != "" && sits[p.ID] {
			out = append(out, Fault{i, "idNumber", "on-roster"})
		}
		if e.Room != "" && seats[e.Room+"\x00"+e.Seat] {
			out = append(out, Fault{i, "seat", "taken"})
		}
		if e.Admission != "" && admissions[e.Admission] {
			out = append(out, Fault{i, "admission", "taken"})
		}
	}
	return out
}

// admissions finds numbers that were given at other sittings.
func (o *Office) admissions(ctx context.Context, entries []Entry, faults *[]Fault) error {
	for i, e := range entries {
		if e.Admission == "" || slices.Contains(*faults, Fault{i, "admission", "taken"}) {
			continue
		}
		_, err := o.registrations.RegistrationByAdmission(ctx, e.Admission)
		switch {
		case err == nil:
			*faults = append(*faults, Fault{i, "admission", "taken"})
		case !errors.Is(err, ErrNotFound):
			return fmt.Errorf("preview: %w", err)
		}
	}
	return nil
}

// exhausted finds who may not retake what is left.
func (o *Office) exhausted(ctx context.Context, s *Sitting, entries []Entry, persons []people.Candidate, faults *[]Fault) error {
	var ids []people.CandidateID
	for _, p := range persons {
		if p.ID != "" {
			ids = append(ids, p.ID)
		}
	}
	left, err := o.histories.Retakes(ctx, s.Occupation, s.Level, s.Opens, ids)
	if err != nil {
		return fmt.Errorf("preview: %w", err)
	}
	for i, p := range persons {
		if len(left[p.ID].Exhausted) > 0 && !entries[i].Anew {
			*faults = append(*faults, Fault{i, "anew", "retakes-used-up"})
		}
	}
	return nil
}
