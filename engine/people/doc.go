// Package people holds who takes part: staff accounts with their roles,
// candidates with their sealed identity numbers, and the rules of both. It
// knows nothing of tokens or HTTP; those are in api.
package people
