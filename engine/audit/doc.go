// Package audit keeps the record of who did what (操作记录): every act of
// staff that changes a sitting, a score, a result, a key or a certificate.
//
// Entries are numbered from 1 without a gap. Each carries an HMAC-SHA-256 over
// the one before it and its own fields, under a key that is derived from the
// installation's secret, so that an entry that was changed, dropped, added or
// swapped is found by whoever holds the secret, and cannot be mended by whoever
// holds the database alone. The head (number and seal of the newest entry, with
// an HMAC of its own) is kept apart, so that a tail that was cut off is found as
// well; a program that runs meanwhile also knows what it wrote, and one that
// starts on such a record writes on behind the gap, which stays. Somebody who
// stops every copy and puts back an old copy of the whole record, head included,
// is found only by a head that was noted elsewhere: Verify takes one.
//
// An entry says what is about to happen and is stored before it happens: no act
// goes unrecorded, and one that then failed says so in an entry of its own.
package audit
