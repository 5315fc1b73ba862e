// Package periodic makes the quarterly and yearly reports (季报、年报) of an
// evaluation body. Compute is a pure function of facts; Office gathers them,
// freezes a version when a report is submitted, says what changed since, and
// tells which report is due.
//
// Registrations count in the period in which their sitting opens, certificates
// by their date of issue, voided ones by the day on which they were revoked.
// What a registration came to is the newest released result; before the release
// nobody has sat.
package periodic
