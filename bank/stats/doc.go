// Package stats tells how items and papers did: classical test statistics from
// who answered what and what it earned. It is pure: no store, no clock.
//
// People may have had different papers. An item that somebody's paper did not
// hold is missing by design: that person has no cell for it and counts nowhere
// in its figures. An item that was shown and left blank is omitted: it has a
// cell, earns nothing, and counts as such.
//
// A figure that the data do not determine is undefined and says why, never a
// NaN. What lives here: sums of one sitting, the figures that follow from them,
// adding sums of several sittings, and what of it is suspicious. What does not:
// gathering the responses (package engine/itemstat) and words for people.
package stats
