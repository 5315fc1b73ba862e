// Package training keeps the records of initial training (初任培训) and rotation
// training (轮训), of a level where one is said, as staff enter or import them,
// with a verdict for each row. A record rests on the identity number, so that
// somebody may be trained before they are registered for anything: it joins its
// person when one of that number appears. Reports count them and the talent pool
// shows them; nothing here decides an exam.
package training
