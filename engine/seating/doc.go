// Package seating gives candidates their seats by a rule: those of one employer
// apart, accessible seats and rooms apart to whom they are granted, all else at
// random. Who sits where follows from the recorded seed, the roster and the
// rooms alone, so that anybody can work it out again.
package seating
