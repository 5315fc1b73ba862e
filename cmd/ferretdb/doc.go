// Command ferretdb is a MongoDB wire-protocol server for the tests: FerretDB,
// embedded, over PostgreSQL.
//
// It exists so that the MongoDB adapters are exercised over a real socket on
// machines where MongoDB itself cannot be installed. It is a module of its own,
// so that FerretDB's dependencies stay out of the program's. The version is
// pinned: v1.24.2 is the last release whose embeddable package needs nothing
// but a stock PostgreSQL, and FerretDB's own command cannot be built from the
// module proxy because it panics without a generated version file.
//
// FerretDB ignores write concern, and its read-modify-write is not atomic. A
// test that passes here proves the wire format and the queries, never a
// guarantee of durability or of isolation.
//
// The embeddable package neither creates nor runs FerretDB's telemetry
// reporter, and marks telemetry as disabled and locked.
//
// Build it with the tags ferretdb_no_sqlite and ferretdb_no_mysql, which leave
// out two backends that are never used here. cmd/testservers does so.
package main
