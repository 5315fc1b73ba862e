package main

import (
	"context"

	"gongyuan/bank"
	"gongyuan/bank/mongobank"
	"gongyuan/bank/stats"
)

// facilities are what sittings showed of the items of a bank. An item that fewer
// people met than statistics speak of says nothing about the next paper either.
type facilities struct{ bank *mongobank.Store }

// Facilities implements compose.Facilities.
func (f facilities) Facilities(ctx context.Context, id bank.ID) (map[bank.ItemID]float64, error) {
	least := stats.DefaultLimits().MinPeople
	rows, err := f.bank.Rows(ctx, id, func(r *bank.ItemRow) bool {
		return r.Figures.Facility != nil && r.Figures.People >= least
	})
	if err != nil {
		return nil, err
	}
	out := make(map[bank.ItemID]float64, len(rows))
	for i := range rows {
		out[rows[i].Item.ID] = *rows[i].Figures.Facility
	}
	return out, nil
}
