// Package certificate issues what a candidate has earned: numbers, signed
// statements, revocation, look-up and the append-only log that proves what was
// issued and when. Printing to PDF is not here; Fields says what is printed.
//
// # Why serials have no gap and none comes twice
//
// Serials of one series (the first 15 or 16 characters of the number) begin at
// 1. There are no transactions and no counter. A certificate is one document
// that is inserted once, with its number as _id and with unique indexes on
// (series, serial) and on its intake (sitting, registration), and that is never
// deleted. One rule does the rest: serial n+1 is tried only by a copy of the
// program that has seen serial n in durable storage, because its own insert of
// n was acknowledged or because it has read n.
//
//   - No gap: whoever inserts n > 1 has seen n−1 stored, and nothing that is
//     stored goes away. By induction 1…n−1 are there whenever n is. A crash
//     before the insert takes no number; a crash after it leaves a whole
//     certificate with its statement, not a hole. An insert that was given up
//     for lost and arrives late is no exception: n−1 was there when it was sent.
//   - None twice: the _id and the index on (series, serial) are unique.
//   - One per intake: the index on (sitting, registration) is unique, so that a
//     repeated issue, on whatever copy, meets the first one and returns it. An
//     insert that is refused for this reason has taken no serial.
//   - A number that was voided stays in its document, and so is never free.
//
// A duplicate key alone is not a sighting of n: the clash may be about the
// intake, or with a write that is not durable yet and may be undone. So after a
// clash the highest serial is read again, at read concern majority as the
// client is set up, and the one after that is tried. The same rule places the
// leaves of the log, and the acts (reissues, revocation) of a certificate.
//
// # The log
//
// Each issue and each act is a leaf of a Merkle tree by RFC 6962. Leaves hold
// number, act, time and the digest of the signed statement, nothing personal.
// A head is the signed size and root of the tree. Leaves are the record; the
// tree is computed from them, so that one changed leaf no longer fits the
// heads that were signed and the whole log is refused.
package certificate
