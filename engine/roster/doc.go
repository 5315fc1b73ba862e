// Package roster reads lists of candidates (考生名单) as they come from
// spreadsheets, says of every row whether it is kept, changed or left out and
// why, and registers what is left after somebody has seen it.
//
// Reading is pure. Identity numbers are checked by GB 11643 and treated as
// texts: what a spreadsheet has turned into a number is not guessed back.
// Verdicts mask them. Registering itself is engine/sitting's.
package roster
