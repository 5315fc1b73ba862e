package mongobank

import (
	"context"
	"fmt"

	"gongyuan/bank"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// mediaBytes is a file that items refer to, in bank_media, named by its sum.
type mediaBytes struct {
	ID   string `bson:"_id"`
	Data []byte `bson:"data"`
}

// SaveMedia keeps files by their sums. One that is held already stays.
func (s *Store) SaveMedia(ctx context.Context, files map[string][]byte) error {
	for sum, data := range files {
		_, err := s.media.InsertOne(ctx, mediaBytes{sum, data})
		if err != nil && !lungo.IsUniquenessError(err) {
			return wrap(err, fmt.Sprintf("save media %s", sum))
		}
	}
	return nil
}

// Media returns the files that revisions refer to, as far as they are held.
func (s *Store) Media(ctx context.Context, revisions []bank.Revision) (map[string][]byte, error) {
	out := map[string][]byte{}
	for i := range revisions {
		if revisions[i].Foreign == nil {
			continue
		}
		for _, m := range revisions[i].Foreign.Media {
			if _, known := out[m.Sum]; known {
				continue
			}
			err := each(ctx, s.media, bson.D{{Key: "_id", Value: m.Sum}}, options.Find(), func(d mediaBytes) { out[d.ID] = d.Data })
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
