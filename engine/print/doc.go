// Package print sets pages as PDF: Chinese and Latin text in an embedded
// subset of a TrueType font, lines, images, tables, running heads and page
// numbers, tagged and with title and language, so that a screen reader finds
// its way. It knows no exam; what stands on a page is its callers'.
//
// It has no library behind it. Those at hand set no character beyond U+FFFF,
// or set it so that it cannot be copied or searched, and names have such
// characters; none tags its pages. What is needed is small: one font format,
// two image formats, no encryption, no forms.
//
// The same calls make the same bytes: dates come from the caller, object
// numbers and glyphs follow the order of use. A character that the font does
// not have is an error that names it, and then no document comes out at all.
//
// Lengths are millimetres from the upper left corner of the page, sizes of
// type are points. A Document is for one goroutine; a Font is shared.
package print
