// Package marking is how people mark what the engine cannot: short answers,
// essays, and such parts of cases (简答, 论述, 案例).
//
// Each answer is a piece. Two markers mark it, apart from each other; where
// they lie further apart than the plan allows, a third does, and a rule makes
// one mark of the three. Markers see the question, the answer and the rubric,
// and nothing of the candidate. Now and then a marker gets one of the own
// pieces again, unlabelled: what differs is the marker's drift.
//
// How marks become one, what is handed out next and what the figures say is
// pure. Desk carries out what people do; its stores are engine/mongostore. The
// theory result that comes out is engine/result's.
package marking
