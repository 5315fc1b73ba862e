package mongobank

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"go.mongodb.org/mongo-driver/mongo"

	"gongyuan/bank"
)

// wrap names what failed, and tells whether the server was reached.
func wrap(err error, op string) error {
	if err == nil {
		return nil
	}
	if unreached(err) {
		return fmt.Errorf("mongobank: %s: %w: %w", op, bank.ErrUnavailable, err)
	}
	return fmt.Errorf("mongobank: %s: %w", op, err)
}

// unreached tells whether an error is one of the way to the server. Not all of
// the driver's own say so: one in the handshake is only a network error below, and
// one of a pool that is cleared because another command lost its connection hides
// the cause.
func unreached(err error) bool {
	var network net.Error
	var cleared interface{ Retryable() bool }
	return mongo.IsNetworkError(err) || mongo.IsTimeout(err) || errors.Is(err, mongo.ErrClientDisconnected) ||
		errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network) ||
		errors.As(err, &cleared) && cleared.Retryable()
}
