package bank

import "errors"

// ErrNotFound is returned by stores of questions for an outline, a blueprint,
// an item or a revision that they do not hold.
var ErrNotFound = errors.New("bank: not found")

// ErrUnavailable is wrapped by stores of questions that could not be reached.
// What was asked may be asked again.
var ErrUnavailable = errors.New("bank: store unavailable")
