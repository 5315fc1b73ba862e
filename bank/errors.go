package bank

import "errors"

// ErrNotFound is returned by stores of questions for an outline, a blueprint,
// an item or a revision that they do not hold.
var ErrNotFound = errors.New("bank: not found")
