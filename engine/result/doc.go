// Package result turns what was marked and scored into outcomes: the theory
// component, slot by slot, and the one outcome of a level, which is qualified
// only if every component passes. It is pure; stores are engine/mongostore.
package result
