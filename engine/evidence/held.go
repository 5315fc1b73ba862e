package evidence

import (
	"context"
	"fmt"

	"gongyuan/engine/sitting"
)

// Held tells how many materials of a registration count, and whether there is a
// photograph, for whoever they are of.
func (c *Cabinet) Held(ctx context.Context, id sitting.RegistrationID) (materials int, portrait bool, err error) {
	for _, kind := range []Kind{Material, Portrait} {
		all, err := c.in.Files.FilesOf(ctx, Owner{Kind: kind, Registration: id}.Key())
		if err != nil {
			return 0, false, fmt.Errorf("files of a registration: %w", err)
		}
		for i := range all {
			switch {
			case !all[i].Counts():
			case kind == Portrait:
				portrait = true
			default:
				materials++
			}
		}
	}
	return materials, portrait, nil
}
