package mongobank

import (
	"context"

	"gongyuan/bank"
)

// Item returns an item, or bank.ErrNotFound.
func (s *Store) Item(ctx context.Context, id bank.ItemID) (bank.Item, error) {
	var doc itemDoc
	if err := load(ctx, s.items, string(id), &doc); err != nil {
		return bank.Item{}, err
	}
	return doc.item(), nil
}
