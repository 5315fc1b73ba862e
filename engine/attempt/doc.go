// Package attempt is one candidate's theory attempt while it is written and
// when it is closed: its states, the operations that a page sends, their
// replay into answers, the lease that makes one device the only writer, the
// deadline, and the one submission.
//
// The rules are pure functions of values and `now`. [Service] joins them to
// three stores that it names as interfaces in ports.go: the live state (Redis,
// in redislive), the journal of operations and the records (MongoDB, in
// engine/mongostore). The order in which it touches them is what keeps the
// promise that a saved answer is never lost:
//
//	live state applies → journal stores → watermark rises → the page is told
//
// What lives elsewhere: who may start and until when (engine/sitting), whether
// a response fits its question (bank and api), what an answer earns (the
// Marker that [Config] names), and everything of HTTP.
package attempt
