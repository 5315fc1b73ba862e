package mongostore

import (
	"errors"
	"testing"

	"go.mongodb.org/mongo-driver/x/mongo/driver"

	"gongyuan/engine/attempt"
)

// cleared is like the driver's own error of a cleared pool, which is not exported.
type cleared struct{}

var _ driver.RetryablePoolError = cleared{}

func (cleared) Error() string   { return "connection pool was cleared because another operation failed" }
func (cleared) Retryable() bool { return true }

func TestClearedPool(t *testing.T) {
	t.Parallel()
	if err := reached("attempts", cleared{}); !errors.Is(err, attempt.ErrUnavailable) {
		t.Errorf("got %v, want %v", err, attempt.ErrUnavailable)
	}
}
