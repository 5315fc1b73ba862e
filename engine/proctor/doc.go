// Package proctor is the exam day as invigilators (监考员) see and lead it: the
// live board of a sitting with the state of every seat, what staff do about
// candidates, and what candidates ask for.
//
// A Floor keeps one board in memory for each sitting that somebody looks at. It
// is told of changes by a Feed that joins all copies of the program, and reads
// the progress of those seats only that were named. A Desk carries out acts and
// takes calls; both are kept for good and told to the boards and to the pages of
// the candidates.
//
// Time, orders about it and the answers themselves are engine/attempt's; what
// comes of misconduct is decided in engine/result.
package proctor
