// Package exchange is what the importers and exporters of question banks have
// in common: the verdict on everything that could not be taken or written as
// it was, the result of an import, the soundness of a revision, and the
// Collector that gives items their codes and knows them again.
//
// A format lives in a package of its own below this one (xlsx, plain, aiken,
// gift, moodlexml, qti), knows its own syntax only, and offers
// a Format; package formats lists them and finds a file's format by its
// content. Packages markup and archive read XML, HTML and zip files within
// bounds. Nothing here stores anything: an import is a value that a person
// looks at before it is saved.
//
// # What is not supported
//
// An item that this program cannot ask is imported with type bank.Other and
// its original in bank.Foreign, and gets the verdict KeptRaw. It is drawn into
// no paper, and an export to the family of formats that it came from gives it
// back with its files. An item that can be asked, but said more in its file
// than a revision holds, keeps its original too: an export gives that back as
// long as the item was not changed here since (see Digest).
//
// # Known again
//
// An item is the one that the bank holds already if it has its code, else its
// identifier in the system that it came from, else its text. What a format has
// no place for stays as the bank has it. So the same file twice changes
// nothing, and neither does a way through a plainer format and back.
package exchange
