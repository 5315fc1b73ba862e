package main

import (
	"context"
	"sync"
	"time"

	"gongyuan/bank"
	"gongyuan/bank/mongobank"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/sitting"
)

// recent keeps in memory what the start and the end of an exam ask for again
// and again: revisions, which never change, and sittings for a moment. It is
// safe for concurrent use.
type recent struct {
	sittings *mongostore.Sittings
	bank     *mongobank.Store

	mu        sync.Mutex
	known     map[sitting.ID]*knownSitting
	revisions map[bank.Ref]*bank.Revision
}

type knownSitting struct {
	sitting.Sitting
	admits map[sitting.RegistrationID]bool
	read   time.Time
}

const (
	// sittingAge is how old an open sitting may be: so late does a copy of the
	// program learn that another one closed it.
	sittingAge = 500 * time.Millisecond
	// These bound the memory; beyond them the memory starts anew.
	maxRevisions = 50_000
	maxSittings  = 200
)

func newRecent(s *mongostore.Sittings, b *mongobank.Store) *recent {
	return &recent{
		sittings: s, bank: b,
		known: map[sitting.ID]*knownSitting{}, revisions: map[bank.Ref]*bank.Revision{},
	}
}

func (r *recent) sitting(ctx context.Context, id sitting.ID) (*knownSitting, error) {
	r.mu.Lock()
	k := r.known[id]
	r.mu.Unlock()
	now := time.Now()
	if k != nil && k.State == sitting.Open && now.Sub(k.read) < sittingAge {
		return k, nil
	}
	s, err := r.sittings.Sitting(ctx, id)
	if err != nil {
		return nil, err
	}
	k = &knownSitting{Sitting: s, admits: make(map[sitting.RegistrationID]bool, len(s.Roster)), read: now}
	for _, reg := range s.Roster {
		k.admits[reg] = true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= maxSittings {
		clear(r.known)
	}
	r.known[id] = k
	return k, nil
}

// lookup finds the revisions of a paper.
func (r *recent) lookup(ctx context.Context, p bank.Paper) (bank.Lookup, error) {
	own := make(map[bank.Ref]*bank.Revision, len(p.Slots))
	var missing []bank.Ref
	r.mu.Lock()
	for _, slot := range p.Slots {
		ref := bank.Ref{Item: slot.Ref.Item, Revision: slot.Ref.Revision}
		if own[ref] = r.revisions[ref]; own[ref] == nil {
			missing = append(missing, ref)
		}
	}
	r.mu.Unlock()
	lookup := func(ref bank.Ref) (*bank.Revision, bool) { rev := own[ref]; return rev, rev != nil }
	if len(missing) == 0 {
		return lookup, nil
	}
	found, err := r.bank.Revisions(ctx, missing)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.revisions)+len(found) > maxRevisions {
		clear(r.revisions)
	}
	for ref, rev := range found {
		r.revisions[ref], own[ref] = &rev, &rev
	}
	return lookup, nil
}
