// Package enginetest holds what tests of the engine share: a clock that moves
// when it is told to, builders, stores that fail on demand, and the suites that
// every adapter must pass.
package enginetest
