package correction

import (
	"context"
	"fmt"

	"gongyuan/engine/people"
)

// Kept is a request as a store has it: with its wish sealed.
type Kept struct {
	Request // Wish is ""
	Sealed  []byte
}

// Shelf keeps requests with their wishes sealed. It has the methods of Store.
type Shelf interface {
	InsertKept(ctx context.Context, k Kept) error
	ReplaceKept(ctx context.Context, k Kept) (Kept, error)
	Kept(ctx context.Context, id ID) (Kept, error)
	KeptOf(ctx context.Context, id people.CandidateID) ([]Kept, error)
	KeptBy(ctx context.Context, decided bool, skip, limit int) ([]Kept, int, error)
}

// Sealer seals wishes; *people.Sealer is one.
type Sealer interface {
	Seal(text, context string) []byte
	Open(sealed []byte, context string) (string, error)
}

// SealContext is what the wish of a request is sealed for.
func SealContext(id ID) string { return "correction:" + string(id) }

// Sealed is a store over a shelf: what candidates wish may be their identity
// number.
type Sealed struct {
	Shelf  Shelf
	Sealer Sealer
}

var _ Store = Sealed{}

func (s Sealed) seal(r Request) Kept {
	k := Kept{Request: r, Sealed: s.Sealer.Seal(r.Wish, SealContext(r.ID))}
	k.Wish = ""
	return k
}

func (s Sealed) open(k Kept) (Request, error) {
	wish, err := s.Sealer.Open(k.Sealed, SealContext(k.ID))
	if err != nil {
		return Request{}, fmt.Errorf("correction: wish of %s: %w", k.ID, err)
	}
	k.Wish = wish
	return k.Request, nil
}

func (s Sealed) openAll(all []Kept) ([]Request, error) {
	out := make([]Request, len(all))
	for i, k := range all {
		var err error
		if out[i], err = s.open(k); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// InsertRequest implements Store.
func (s Sealed) InsertRequest(ctx context.Context, r Request) error {
	return s.Shelf.InsertKept(ctx, s.seal(r))
}

// ReplaceRequest implements Store.
func (s Sealed) ReplaceRequest(ctx context.Context, r Request) (Request, error) {
	k, err := s.Shelf.ReplaceKept(ctx, s.seal(r))
	if err != nil {
		return Request{}, err
	}
	return s.open(k)
}

// Request implements Store.
func (s Sealed) Request(ctx context.Context, id ID) (Request, error) {
	k, err := s.Shelf.Kept(ctx, id)
	if err != nil {
		return Request{}, err
	}
	return s.open(k)
}

// RequestsOf implements Store.
func (s Sealed) RequestsOf(ctx context.Context, id people.CandidateID) ([]Request, error) {
	all, err := s.Shelf.KeptOf(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.openAll(all)
}

// Requests implements Store.
func (s Sealed) Requests(ctx context.Context, decided bool, skip, limit int) ([]Request, int, error) {
	all, n, err := s.Shelf.KeptBy(ctx, decided, skip, limit)
	if err != nil {
		return nil, 0, err
	}
	out, err := s.openAll(all)
	return out, n, err
}
