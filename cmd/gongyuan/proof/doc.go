// Package proof holds the tests that show with real processes that a live exam
// cannot lose an answer. It holds no code of the program.
//
// A world is one installation: a redis-server of its own with an append-only
// file, a database on the FerretDB of the run or on one of its own where that
// has to be killed, and one or two copies of the program, built with the tag
// failpoints and started again whenever they die, as an init system would.
// Between all of them lies toxiproxy:
//
//	candidates ─ link ─ balancer ─ copies ─ link ─ Redis
//	                                  └──── link ─ FerretDB
//
// The candidates are those of cmd/gongyuan/drill. They hold every receipt
// against what the server has kept at the end, question by question; here is
// only what needs the hand on a process, a file or a connection.
//
// What is shown, by the invariants' names: I1 that no acknowledged answer is
// lost, I3 that there is one submission, I9 that what is due is closed after a
// restart. The power-cut tests say themselves what they do not cover.
//
// The sizes fit make test. GONGYUAN_TEST_PROOF=n multiplies the number of
// candidates and of faults.
package proof
