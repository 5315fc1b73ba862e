// Package servers gives tests the stores that an adapter has to work with: a
// real Redis, a real MongoDB protocol over a socket, and the embedded stand-ins
// of both.
//
// The real servers are started once for a whole run of the tests, by
//
//	go run ./cmd/testservers -- go test ./...
//
// which make test does, and are found through GONGYUAN_TEST_REDIS_URL and
// GONGYUAN_TEST_MONGODB_URL. Pointing these at servers of one's own, such as a
// real MongoDB, runs the same tests there. A test that asks for a real server
// when there is none fails; it never skips, so a green run has run everything.
//
// Packages run at the same time against the same servers. Each test therefore
// has a database and a key prefix of its own, both removed at its end, and must
// not use a command that touches the whole server, such as FLUSHALL or
// SCRIPT FLUSH. A test that needs these, or that kills the server, starts one
// for itself with OwnRedis, or a cluster with Cluster.
//
// A suite that every store has to pass runs with one line:
//
//	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) { … })
//
// This package stands outside the table of what may import what: as test
// support it imports drivers and cmd/gongyuan/embedded, which otherwise only
// cmd may know, so that each adapter's test need not be told about them. In
// return nothing but test files may import it, which cmd/gongyuan/arch_test.go
// checks.
package servers
