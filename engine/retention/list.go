package retention

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"gongyuan/engine/archive"
	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// List tells what is kept and what is due, for administrators and auditors.
func (d *Desk) List(ctx context.Context, by people.AccountID) (Listing, error) {
	if err := d.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return Listing{}, err
	}
	return d.Survey(ctx)
}

// Survey is List for a command on the machine itself.
func (d *Desk) Survey(ctx context.Context) (Listing, error) {
	out := Listing{At: d.now()}
	for _, r := range d.in.Rules {
		out.Stocks = append(out.Stocks, Stock{Rule: r})
	}
	const many = 100
	for skip := 0; ; skip += many {
		some, total, err := d.in.Sittings.Sittings(ctx, skip, many)
		if err != nil {
			return Listing{}, err
		}
		for i := range some {
			if err := d.look(ctx, &out, &some[i]); err != nil {
				return Listing{}, err
			}
		}
		if skip+many >= total {
			break
		}
	}
	slices.SortFunc(out.Lots, func(a, b Lot) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Sitting, b.Sitting), cmp.Compare(a.Kind, b.Kind))
	})
	out.Digest = digest(out.Lots)
	return out, nil
}

// look adds what there is of one sitting.
func (d *Desk) look(ctx context.Context, out *Listing, s *sitting.Sitting) error {
	var guard *guarded
	for i := range out.Stocks {
		stock := &out.Stocks[i]
		held, err := d.in.Holdings[stock.Rule.Kind].Held(ctx, s.ID, nil)
		if err != nil {
			return fmt.Errorf("retention: %s of %s: %w", stock.Rule.Kind, s.ID, err)
		}
		if held == 0 {
			continue
		}
		stock.Count += held
		if stock.Oldest.IsZero() || s.Closes.Before(stock.Oldest) {
			stock.Oldest = s.Closes
		}
		if due := stock.Rule.keeps(s.Closes); due.After(out.At) {
			continue
		}
		if guard == nil {
			if guard, err = d.guard(ctx, s); err != nil {
				return err
			}
		}
		lot, err := d.lot(ctx, &stock.Rule, s, guard)
		if err != nil {
			return err
		}
		if lot.Count > 0 || lot.Hold != "" {
			out.Lots = append(out.Lots, lot)
		}
	}
	return nil
}

// guarded is what keeps things of a sitting.
type guarded struct {
	hold    Hold // for every kind
	archive *archive.Archive
	keep    []sitting.RegistrationID // with a valid certificate
}

func (d *Desk) guard(ctx context.Context, s *sitting.Sitting) (*guarded, error) {
	g := &guarded{}
	if s.State != sitting.Released {
		g.hold = Unreleased
		return g, nil
	}
	kept, err := d.in.Keepings.Keeping(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	if kept.On {
		g.hold = Kept
		return g, nil
	}
	last, err := d.disputes(ctx, s.ID, g)
	if err != nil {
		return nil, err
	}
	archives, err := d.in.Archives.ArchivesOf(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	if n := len(archives); n > 0 && archives[n-1].At.After(last) {
		g.archive = &archives[n-1]
	}
	issued, err := d.in.Certificates.OfSitting(ctx, s.ID)
	for i := range issued {
		if issued[i].State() == certificate.Valid {
			g.keep = append(g.keep, issued[i].Registration)
		}
	}
	return g, err
}

// disputes holds everything while an appeal or a regrade is open, for both go
// back to what was handed in. It returns when the last one changed something.
func (d *Desk) disputes(ctx context.Context, id sitting.ID, g *guarded) (last time.Time, err error) {
	regrades, err := d.in.Regrades.RegradesOfSitting(ctx, id)
	if err != nil {
		return last, err
	}
	for i := range regrades {
		if r := &regrades[i]; r.State.Open() {
			g.hold = Regraded
		} else if r.Applied.After(last) {
			last = r.Applied
		}
	}
	appeals, err := d.in.Appeals.AppealsOf(ctx, id)
	for i := range appeals {
		if a := &appeals[i]; a.State.Open() {
			g.hold = Appealed
		} else if a.Answered.After(last) {
			last = a.Answered
		}
	}
	return last, err
}

func (d *Desk) lot(ctx context.Context, r *Rule, s *sitting.Sitting, g *guarded) (Lot, error) {
	lot := Lot{Kind: r.Kind, Sitting: s.ID, Title: s.Title, From: s.Closes, Due: r.keeps(s.Closes), Hold: g.hold}
	if lot.Hold == "" && r.Archived && g.archive == nil {
		lot.Hold = Unarchived
	}
	var keep []sitting.RegistrationID
	if r.Certificate {
		keep, lot.Spared = g.keep, len(g.keep)
	}
	var err error
	lot.Count, err = d.in.Holdings[r.Kind].Held(ctx, s.ID, keep)
	return lot, err
}

// digest is the SHA-256, in hex, of the lots that may go.
func digest(lots []Lot) string {
	h := sha256.New()
	for _, l := range lots {
		if l.Hold == "" {
			fmt.Fprintf(h, "%s %s %d %d\n", l.Kind, l.Sitting, l.Count, l.Spared)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
