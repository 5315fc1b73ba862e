package mongobank

import (
	"context"
	"maps"
	"slices"

	"gongyuan/bank"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
)

// figuresBatch is how many updates go in one command. FerretDB holds a connection
// to its database for each update of a command until the command ends: with more
// of them than it has connections it waits for itself for ever.
const figuresBatch = 30

// SetFigures keeps what statistics say of items, for lists to filter and sort
// by. Items that are not there are passed over. It may be repeated.
func (s *Store) SetFigures(ctx context.Context, id bank.ID, all map[bank.ItemID]bank.ItemFigures) error {
	items := slices.Sorted(maps.Keys(all))
	for chunk := range slices.Chunk(items, figuresBatch) {
		var writes []mongo.WriteModel
		for _, item := range chunk {
			f := all[item]
			doc := figuresDoc{f.Revision, f.People, f.Facility, f.Discrimination, f.Findings}
			writes = append(writes, mongo.NewUpdateOneModel().SetFilter(bson.D{{Key: "_id", Value: string(item)}, {Key: "bank", Value: string(id)}}).
				SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "figures", Value: doc}}}}))
		}
		if _, err := s.items.BulkWrite(ctx, writes); err != nil {
			return wrap(err, "keep figures")
		}
	}
	return s.tell(ctx, id, items)
}
