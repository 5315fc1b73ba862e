// Package launch starts the real servers that the tests speak to: Redis, alone
// and as a cluster, PostgreSQL, and FerretDB as a MongoDB server over that
// PostgreSQL.
//
// Every server listens on the loopback interface or in its own folder, writes
// only into the folder that it was given, and dies with the process that
// started it, even when that process is killed (on Linux). cmd/testservers
// starts one set for a whole run of the tests; a test that has to kill or fill
// a server starts its own here and restarts it on the same folder and port.
//
// What does not live here: connections, databases and keys for tests, which
// are in the package servers above, and the installation of packages, which is
// in cmd/testservers.
package launch
