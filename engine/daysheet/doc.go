// Package daysheet sets the papers of an exam day: admission tickets, lists for
// the doors, cards for the seats, sheets to sign, and afterwards the attendance
// and the protocol. It decides nothing: what stands on them is the caller's.
// Identity numbers come masked.
package daysheet
