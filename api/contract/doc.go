// Package contract is generated from api/openapi.yaml: the types that travel
// and the Fiber routes that carry them. Nothing in it is written by hand;
// `make generate` writes it again and a test fails where it is stale.
package contract
