package rekey

import (
	"context"
	"errors"
	"fmt"

	"gongyuan/engine/audit"
	"gongyuan/engine/people"
)

// ErrSealed is what a shelf returns for a thing that cannot be opened;
// people.ErrSealed says the same.
var ErrSealed = errors.New("rekey: cannot be opened with the keys at hand")

// Item is one sealed thing.
type Item struct {
	ID  string
	Key string // id of the secret that sealed it, "" where it is not sealed yet
	// Reseal seals it under the newest secret, or returns false where it was
	// changed meanwhile, and people.ErrSealed where it cannot be opened.
	Reseal func(ctx context.Context) (bool, error)
}

// Shelf is where sealed things of one kind are kept.
type Shelf interface {
	Name() string
	// Items returns up to limit of them whose ids come after one, by id.
	Items(ctx context.Context, after string, limit int) ([]Item, error)
}

// Text is a sealed text as a store keeps it.
type Text struct {
	ID      string
	Context string // what it was sealed for
	Sealed  []byte
	Plain   string // instead of Sealed, where it was kept before such texts were sealed
}

// Texts is a store of sealed texts.
type Texts interface {
	Name() string
	// Texts returns up to limit of them whose ids come after one, by id.
	Texts(ctx context.Context, after string, limit int) ([]Text, error)
	// Exchange puts a sealed text in the place of one, or returns false where
	// another is there meanwhile.
	Exchange(ctx context.Context, was Text, sealed []byte) (bool, error)
}

// Sealer seals texts; *people.Sealer is one.
type Sealer interface {
	Seal(text, context string) []byte
	Open(sealed []byte, context string) (string, error)
}

// Of returns the texts as a shelf.
func Of(t Texts, s Sealer) Shelf { return texts{t, s} }

type texts struct {
	store  Texts
	sealer Sealer
}

// Name implements Shelf.
func (x texts) Name() string { return x.store.Name() }

// Items implements Shelf.
func (x texts) Items(ctx context.Context, after string, limit int) ([]Item, error) {
	all, err := x.store.Texts(ctx, after, limit)
	out := make([]Item, len(all))
	for i, t := range all {
		out[i] = Item{ID: t.ID, Key: people.KeyOf(t.Sealed), Reseal: func(ctx context.Context) (bool, error) { return x.reseal(ctx, t) }}
	}
	return out, err
}

func (x texts) reseal(ctx context.Context, t Text) (bool, error) {
	text := t.Plain
	if len(t.Sealed) > 0 {
		var err error
		if text, err = x.sealer.Open(t.Sealed, t.Context); err != nil {
			return false, err
		}
	}
	return x.store.Exchange(ctx, t, x.sealer.Seal(text, t.Context))
}

// Report is what was found on a shelf.
type Report struct {
	Shelf      string
	Total      int
	Resealed   int
	Keys       map[string]int // how many are under each secret, by its id; "" for not sealed
	Unreadable []string       // ids that no secret at hand opens, the first few
	Closed     int            // how many these are
}

// Done tells whether all of it is under the newest secret.
func (r *Report) Done(newest string) bool { return r.Closed == 0 && r.Keys[newest] == r.Total }

const (
	page = 100
	// most passes over a shelf where others write at the same time.
	passes = 5
	// mostNamed bounds how many ids a report names.
	mostNamed = 20
)

// Status says what is sealed under which secret. It changes nothing.
func Status(ctx context.Context, shelves []Shelf) ([]Report, error) {
	var out []Report
	for _, s := range shelves {
		r := Report{Shelf: s.Name(), Keys: map[string]int{}}
		err := each(ctx, s, func(i Item) error {
			r.Total++
			r.Keys[i.Key]++
			return nil
		})
		if err != nil {
			return out, err
		}
		out = append(out, r)
	}
	return out, nil
}

func each(ctx context.Context, s Shelf, visit func(Item) error) error {
	after := ""
	for {
		items, err := s.Items(ctx, after, page)
		if err != nil {
			return fmt.Errorf("rekey: %s: %w", s.Name(), err)
		}
		for _, i := range items {
			if err := visit(i); err != nil {
				return fmt.Errorf("rekey: %s: %w", s.Name(), err)
			}
			after = i.ID
		}
		if len(items) < page {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// Rotate seals everything again that is not under the newest secret, and takes
// down that it did. tell hears of each step. Breaking it off loses nothing: the
// reports up to there come with the error, and the next run goes on. What
// cannot be opened is counted and left as it is.
func Rotate(ctx context.Context, shelves []Shelf, newest string, trail audit.Recorder, tell func(Report)) ([]Report, error) {
	event := audit.Event{Actor: audit.System, Act: "secret.rotate", Object: "installation", After: map[string]string{"to": newest}}
	var out []Report
	err := audit.Do(ctx, trail, event, func() error {
		for _, s := range shelves {
			r, err := rotate(ctx, s, newest, tell)
			out = append(out, r)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	counts := map[string]int{}
	for _, r := range out {
		counts[r.Shelf] = r.Resealed
	}
	event.Act, event.After = "secret.rotate.finish", map[string]any{"to": newest, "resealed": counts}
	return out, trail.Record(ctx, event)
}

func rotate(ctx context.Context, s Shelf, newest string, tell func(Report)) (Report, error) {
	r := Report{Shelf: s.Name()}
	for range passes {
		r.Total, r.Keys, r.Unreadable, r.Closed = 0, map[string]int{}, nil, 0
		missed := 0
		err := each(ctx, s, func(i Item) error {
			r.Total++
			done, err := r.reseal(ctx, i, newest)
			if !done {
				missed++
			}
			if r.Total%page == 0 {
				tell(r)
			}
			return err
		})
		if err != nil {
			return r, err
		}
		if missed == 0 {
			break
		}
	}
	tell(r)
	return r, nil
}

// unreadable tells whether a thing could not be opened.
func unreadable(err error) bool { return errors.Is(err, people.ErrSealed) || errors.Is(err, ErrSealed) }

// reseal does one and returns false where it has to be looked at once more.
func (r *Report) reseal(ctx context.Context, i Item, newest string) (bool, error) {
	if i.Key == newest {
		r.Keys[newest]++
		return true, nil
	}
	done, err := i.Reseal(ctx)
	switch {
	case unreadable(err):
		r.Keys[i.Key]++
		r.Closed++
		if len(r.Unreadable) < mostNamed {
			r.Unreadable = append(r.Unreadable, i.ID)
		}
		return true, nil
	case err != nil:
		return false, err
	case !done:
		r.Keys[i.Key]++
		return false, nil
	}
	r.Keys[newest]++
	r.Resealed++
	return true, nil
}
