// Package itemstat computes what items did at a sitting, after it: it gathers
// submissions, theory results and the times of the journal into a matrix, lets
// package bank/stats compute, and keeps the sums per sitting and revision.
//
// What counts is the version of each result that counts now: after a regrade
// the statistics are computed anew from the marks and the key as corrected.
// Every report names by a digest what it was computed from, and one that is
// asked for after that changed is computed again; computing twice from the same
// gives the same. Over several sittings a revision's sums are added and nothing
// is read again. Statistics point out; they never change a score or an item.
package itemstat
