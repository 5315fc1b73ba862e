// Package compose is the desk at which exams are planned: the outline of a
// bank, how its items cover it, the blueprints that papers are drawn by, and
// specimen papers to look at before any of it is used.
//
// A blueprint is written as a draft; somebody who wrote none of it makes it an
// edition, and sittings carry a copy of the edition that they were planned by.
// Whoever saves over another's work is refused, and what is decided or printed
// stands in the record. Drawing is in bank/draw, storage is an argument.
package compose
