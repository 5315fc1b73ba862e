// Package mongobank keeps question banks in MongoDB, or in anything that
// offers lungo's interface of its driver.
//
// The collections: bank_items (identity and standing of each item, with what
// lists and searches need of its newest revision), bank_revisions (the
// content, written once and never changed, with _id "<item>@<number>"),
// bank_outlines and bank_blueprints; bank_drafts (what is being written, one
// for an item, numbered by saves), bank_events (steps and comments), bank_uses
// (which papers show what), bank_batches, bank_filters, bank_settings,
// bank_pictures with their contents in the bucket bank_files, and bank_changes
// (a number for each bank that grows whenever an item of it changes).
//
// There are no transactions. A revision is inserted before the item that
// points to it is changed, so a crash in between leaves a revision that
// nothing refers to; importing the same again adopts it.
//
// Lists and searches are answered by a bank.Catalogue in memory, which is read
// once and then kept up by bank_changes: MongoDB's text index does not know
// Chinese words, and the stand-ins for MongoDB read a whole bank to find a
// pair of characters. What does not live here: marking, drawing, and who may
// do what.
package mongobank
