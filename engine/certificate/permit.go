package certificate

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Permit knows whether certificates may be issued here at all.
type Permit interface {
	// Permit tells whether the certifying body is filed and its filing valid at
	// a moment; the error says why not.
	Permit(ctx context.Context, at time.Time) error
}

// permitted refuses a new certificate of a body that may not issue. One that is
// there already is still found by asking for it again.
func (r *Registry) permitted(ctx context.Context, c *Certificate) error {
	if r.permit == nil {
		return nil
	}
	refused := r.permit.Permit(ctx, r.clock.Now())
	if refused == nil {
		return nil
	}
	_, err := r.records.ByIntake(ctx, c.Sitting, c.Registration)
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("issue a certificate: %w", refused)
	}
	return err
}
