// Package mongobank keeps question banks in MongoDB, or in anything that
// offers lungo's interface of its driver.
//
// Four collections: bank_items (identity and standing of each item, with what
// lists and searches need of its newest revision), bank_revisions (the
// content, written once and never changed, with _id "<item>@<number>"),
// bank_outlines and bank_blueprints.
//
// There are no transactions. A revision is inserted before the item that
// points to it is changed, so a crash in between leaves a revision that
// nothing refers to; importing the same again adopts it.
//
// Text is searched by a field of our own that holds the pairs of neighbouring
// characters, because MongoDB's text index does not know Chinese words. What
// does not live here: marking, drawing, and who may do what.
package mongobank
