// Package failpoint lets a test kill the whole process at a named point of the
// code, as kill -9 would, so that what a crash exactly there leaves behind can
// be looked at. It knows nothing of exams.
//
// A program that is built without tags holds nothing of it: Hit is an empty
// function that the compiler removes. Built with
//
//	go build -tags failpoints ./cmd/gongyuan
//
// a process reads GONGYUAN_FAILPOINT, such as "commit.stored:3", and kills
// itself when that point is passed for the third time. One point can be set per
// process. Without the variable nothing happens.
//
// The points, in the order in which an exam passes them:
//
//	enter.recorded   the lease is in the records, the live store has not heard of it
//	enter.live       the live store knows the lease, the page does not
//	save.applied     the live store has applied a batch, the journal lacks it
//	commit.stored    the journal has a group of batches, the watermark is not raised
//	save.confirmed   the watermark is raised, the page has no reply
//	adjust.recorded  a change of the deadline is in the records, the live store has not heard of it
//	close.live       the live store has closed an attempt, the record does not say so
//	close.noted      the end is in the record, the journal lacks the last operations
//	close.stored     the submission is stored, it is not marked
//	close.marked     the submission is marked, the sweeper still knows the attempt
//
// cmd/gongyuan/proof kills the program at each of them, and fails where one is
// never passed.
package failpoint
