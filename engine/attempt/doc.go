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
// Entering, closing and raising watermarks gather whoever comes at the same time
// (group.go), so that the start and the end of a whole sitting cost the stores a
// few calls and not thousands. Orders of staff (order.go) change the records
// first, each as the next version of its attempt, and then the live state; who
// finds the live state late asks the records before refusing anybody.
//
// What the time of a save goes to, as profiled through HTTP at 300 saves and 200
// heartbeats a second (make bench BENCH="-profile DIR G6"): of the program's
// processor time a quarter is the round trip to Redis, a fifth reading and
// writing sockets otherwise, a sixth the scheduler's waking and parking, a tenth
// JSON, a tenth reading a token that was not seen before, and what is left
// Fiber, checking the response against its question, and this package, whose
// own share is below a twentieth. The wait for the journal costs no processor
// time; it is most of the delay.
//
// What lives elsewhere: who may start and until when (engine/sitting), whether
// a response fits its question (bank and api), what an answer earns (the
// Marker that [Config] names), and everything of HTTP.
package attempt
