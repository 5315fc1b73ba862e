// Package live measures what a running exam costs and stands: the figures G1
// to G9, for `go run ./cmd/bench G`. It starts Redis (append-only file synced
// every second), FerretDB on PostgreSQL and one `gongyuan serve`, each a
// process of its own on this machine, and loads them from this process, so
// that everything shares the machine's processors.
//
// Each figure that has permanent storage in its way is measured twice: on
// FerretDB, whose speed is not MongoDB's (and whose PostgreSQL runs without
// fsync here), and, with "-fixed" in its ID, on a store in memory that answers
// every call after 5 ms and uses no processor: the program and Redis alone.
//
// What does not live here: papers and their drawing (package main above), and
// exams as people sit them, with reconciliation slot by slot (`gongyuan drill`).
package live
