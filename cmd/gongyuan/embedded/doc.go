// Package embedded holds the stores that run inside the gongyuan process, for
// trying it, for teaching with it, and for one small room without a server.
//
// Mongo is what must last: lungo, which speaks the MongoDB driver's interface
// in process, over a store of ours on bbolt. A write that has returned without
// an error has been synced to the disk. One process at a time may hold the
// file.
//
// Redis is what is live: miniredis, in memory. It loses everything when the
// process ends, on purpose. Every live attempt can be rebuilt from the journal
// in Mongo, so nothing is lost with it.
//
// Both run the very adapters and Lua scripts that the real servers run. Only
// cmd and the test support in engine/enginetest/servers import this package.
//
// What does not live here: any knowledge of exams. Limits worth knowing are
// that every collection is held in memory, that a find reads the whole
// collection, and that an insert copies the collection's maps; the mode is
// meant for about 5,000 items and 100 candidates at once.
package embedded
