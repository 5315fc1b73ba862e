// Package api is Gongyuan over HTTP: the contract (openapi.yaml), who may call
// what, the handlers by noun, tokens, and the one table that turns errors into
// sentences a person can act on. It holds no rule of the exam; those are in
// engine and bank.
//
// Fiber reuses the bytes of a request after its handler returned. The app runs
// with Immutable set, so every string that a handler sees is a copy of its own
// and may outlive it; api_test.go has a test that fails without it.
package api
