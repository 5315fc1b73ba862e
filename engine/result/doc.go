// Package result turns what was marked into outcomes. So far it holds the
// theory component: the marks of one attempt, slot by slot, and whether they
// reach the pass mark. It is pure; stores are engine/mongostore.
package result
