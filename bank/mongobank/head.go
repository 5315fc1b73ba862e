package mongobank

import (
	"context"

	"gongyuan/bank"
)

// Head returns what an item is without its content, or bank.ErrNotFound.
func (s *Store) Head(ctx context.Context, id bank.ItemID) (bank.Item, error) {
	var doc itemDoc
	if err := load(ctx, s.items, string(id), &doc); err != nil {
		return bank.Item{}, err
	}
	return doc.item(), nil
}
