// Package exchange is what the importers and exporters of question banks have
// in common: the verdict on every cell that could not be taken as it was, the
// result of an import, and the soundness of a revision.
//
// A format lives in a package of its own below this one (xlsx, and others),
// offers Read and Write, and knows its own syntax only. Nothing here stores
// anything: an import is a value that a person looks at before it is saved.
package exchange
