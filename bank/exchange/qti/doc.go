// Package qti reads and writes packages of IMS Question and Test
// Interoperability: 2.0, 2.1, 2.2 and 3.0 are read, 2.2 and 3.0 written, and
// of 1.2 the choice items are read. Single item files are read too.
//
// Choice, multiple choice, text entry and extended text become items, several
// of them with prompts a case. Every other interaction (inline choice, match,
// order, gap match, hot spots, sliders, uploads, custom ones …), every item
// that is computed from templates, and every item with a picture, sound or
// film is kept as it is, flagged as one that cannot be drawn, and given back on
// export with its files.
//
// An item that is understood but says more than this program holds (layout,
// feedback by option, a stimulus, scoring of its own) is imported with
// a verdict for each of these, and kept beside its original, which an export
// gives back as long as the item was not changed here.
//
// Point, difficulty, consistency, source and excluded items stand in the
// manifest, in an element of this program's own namespace beside the LOM.
package qti
