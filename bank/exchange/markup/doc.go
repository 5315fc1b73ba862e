// Package markup reads the XML and HTML that question banks are written in,
// with bounds on everything, and turns marked-up text into the plain text that
// an item holds, saying what was lost on the way.
//
// No entity is ever expanded but those of HTML, nothing is ever fetched, and a
// document type with declarations of its own is refused.
package markup
