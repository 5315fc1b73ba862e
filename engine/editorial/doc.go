// Package editorial is the desk at which items are written, reviewed, published
// and retired. It holds who may do what against the table of bank.Work, keeps
// what was published unchanged, writes every decision into the record, and
// says what is odd about an item or a bank.
//
// A draft is numbered by saves, and whoever saves over another's is refused.
// Handing it in makes an immutable revision of it; somebody who wrote none of
// it approves that revision. What does not live here: what an item is and how
// two revisions differ (package bank), drawing, storage.
package editorial
