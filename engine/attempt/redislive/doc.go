// Package redislive keeps live attempts and their deadlines in Redis. Each step
// is one Lua script that touches the keys of one hash slot only, checks
// everything before it writes, takes the time as an argument, and answers small
// integers, which codes.go turns into the errors of package attempt. It runs on
// a single Redis, on a cluster, and on miniredis.
//
// Nothing here has to last: what Redis loses comes back from the records and
// the journal.
package redislive
