// Package diploma sets certificates on paper: one A4 page each, with every
// printed field, the portrait and a QR code that anyone can check, after a
// template that a certifying body makes its own. It issues nothing; what stands
// on a page is a certificate.Certificate as issued and its holder's document
// number, which the caller opened for this.
//
// Texts and their places are data (Template). No state emblem is drawn and no
// official form claimed; a sample says 样张 across the page. A character that
// the font lacks is an error that names the field, to be asked for before a
// number is given (Printer.Check).
package diploma
