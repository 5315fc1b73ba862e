// Package drill holds the synthetic candidates of `gongyuan drill`: it holds a
// whole exam against a running installation, as its users would, and then asks
// whether anything that was acknowledged has been lost.
//
// It makes a sitting whose title begins with 演练, registers made-up
// candidates, seals and opens it. Every candidate signs in, waits, enters with
// all the others, answers, changes answers, flags, saves as the page does and
// hands in; with faults, connections break, requests come twice or in the
// wrong order, pages reload and exams go on at other computers. At the end it
// closes the sitting and holds what the server kept against what the server
// had acknowledged, candidate by candidate and slot by slot.
//
// It speaks HTTP as the contract says and knows nothing of the inside, so that
// it judges an installation by its promises alone. What does not live here: the
// command line, and faults that need the hand on a process (kill, full disk).
//
// The candidates cannot be mistaken for people: their identity numbers are
// valid by GB 11643 but of a region 99 that does not exist.
package drill
