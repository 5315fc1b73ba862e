package editorial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"gongyuan/bank"
	"gongyuan/bank/exchange"
	"gongyuan/bank/exchange/formats"
	"gongyuan/engine/audit"
)

// Finder finds items by what lists filter by.
type Finder interface {
	Items(ctx context.Context, q bank.ItemQuery) (bank.ItemPage, error)
}

// ExportRequest says what of a bank goes out, and as what. Without Items and
// Query it is the whole bank, with its outline and blueprint.
type ExportRequest struct {
	Bank      bank.ID
	Format    string
	Items     []bank.ItemID
	Query     *bank.ItemQuery
	Published bool // published revisions only; else the newest of every item
}

// Export is what went out, or would.
type Export struct {
	Format   exchange.Format
	Items    int // in the file, as far as the format carries them
	Skipped  int // items of the choice that have no such revision yet
	Verdicts []exchange.Verdict
	File     []byte
}

// Export writes items to a file, with their keys. Taking it is recorded;
// looking at what the format cannot carry is not.
func (d *Desk) Export(ctx context.Context, by string, r ExportRequest, take bool) (Export, error) {
	format, ok := formats.Named(r.Format)
	if !ok || format.Write == nil {
		return Export{}, &FieldError{"/format", "enum"}
	}
	out := Export{Format: format}
	bundle, skipped, err := d.bundle(ctx, r)
	if err != nil {
		return out, err
	}
	out.Skipped = skipped
	if len(bundle.Revisions) == 0 {
		return out, &FieldError{"/items", "nothing-to-export"}
	}
	var file bytes.Buffer
	if out.Verdicts, err = format.Write(&file, bundle); err != nil {
		return out, fmt.Errorf("editorial: export %s as %s: %w", r.Bank, r.Format, err)
	}
	gone := map[string]bool{}
	for _, v := range out.Verdicts {
		if v.Outcome == exchange.Dropped {
			gone[v.Item] = true
		}
	}
	out.Items = len(bundle.Revisions) - len(gone)
	if !take {
		return out, nil
	}
	out.File = file.Bytes()
	event := audit.Event{Actor: by, Act: "bank.export", Object: "bank:" + string(r.Bank), After: exported{r.Format, out.Items, r.Published}}
	return out, audit.Do(ctx, d.Audit, event, func() error { return nil })
}

// exported is what the record says of an export.
type exported struct {
	Format    string `json:"format"`
	Items     int    `json:"items"`
	Published bool   `json:"published"`
}

// bundle gathers what is asked for, and counts what of it has no revision to
// write.
func (d *Desk) bundle(ctx context.Context, r ExportRequest) (b exchange.Bundle, skipped int, err error) {
	rows, err := d.asked(ctx, r)
	if err != nil {
		return b, 0, err
	}
	b = exchange.Bundle{Bank: r.Bank, Title: string(r.Bank)}
	var refs []bank.Ref
	for _, row := range rows {
		number := row.Revision
		if r.Published {
			if number = row.Published; row.Status != bank.Published {
				number = 0
			}
		}
		if number == 0 {
			skipped++
			continue
		}
		refs = append(refs, bank.Ref{Item: row.ID, Revision: number})
	}
	found, err := d.Store.Revisions(ctx, refs)
	if err != nil {
		return b, skipped, err
	}
	for _, ref := range refs {
		b.Revisions = append(b.Revisions, found[ref])
	}
	if b.Media, err = d.Store.Media(ctx, b.Revisions); err != nil {
		return b, skipped, err
	}
	outline, err := d.Store.Outline(ctx, r.Bank)
	if err != nil && !errors.Is(err, bank.ErrNotFound) {
		return b, skipped, err
	}
	if err == nil {
		b.Title = outline.Title
	}
	if r.Items != nil || r.Query != nil {
		return b, skipped, nil
	}
	if err == nil {
		b.Outline = &outline
	}
	all, err := d.Store.Blueprints(ctx)
	if i := slices.IndexFunc(all, func(p bank.Blueprint) bool { return p.Bank == r.Bank }); i >= 0 {
		b.Blueprint = &all[i]
	}
	return b, skipped, err
}

// asked lists the items of a request, in the order of their codes.
func (d *Desk) asked(ctx context.Context, r ExportRequest) ([]bank.ItemRow, error) {
	var rows []bank.ItemRow
	switch {
	case r.Query != nil:
		q := *r.Query
		q.Bank, q.Sort, q.Descending, q.Limit = r.Bank, bank.ByCode, false, 500
		for q.Skip = 0; ; q.Skip += q.Limit {
			page, err := d.Store.Items(ctx, q)
			if err != nil {
				return nil, err
			}
			if rows = append(rows, page.Rows...); len(page.Rows) < q.Limit {
				return rows, nil
			}
		}
	case len(r.Items) > exchange.MaxItems:
		return nil, &FieldError{"/items", "maxItems"}
	}
	wanted := map[bank.ItemID]bool{}
	for _, id := range r.Items {
		wanted[id] = true
	}
	rows, err := d.Store.Rows(ctx, r.Bank, func(row *bank.ItemRow) bool { return r.Items == nil || wanted[row.ID] })
	slices.SortFunc(rows, func(a, b bank.ItemRow) int { return compare(a.ID, b.ID) })
	return rows, err
}
