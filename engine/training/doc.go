// Package training keeps the records of initial training (初任培训) and rotation
// training (轮训) of candidates, as staff enter or import them, with a verdict
// for each row. Reports count them and the talent pool shows them; nothing here
// decides an exam.
package training
