// Command testservers runs a command, usually go test, with the real servers
// that the tests need, and stops them afterwards:
//
//	go run ./cmd/testservers -- go test ./...
//
// It starts redis-server, and FerretDB over PostgreSQL as a MongoDB server, all
// on free ports, in a temporary folder, once for the whole run, and passes
// their addresses in GONGYUAN_TEST_REDIS_URL and GONGYUAN_TEST_MONGODB_URL. A
// variable that is set already is passed on, and its server is not started;
// this is how the tests run against a real MongoDB.
//
// Debian packages that are missing are installed when it runs as root and
// apt-get is there; otherwise it names them and ends. It exits with the
// command's own status, or with 1 when the servers could not be started.
package main
