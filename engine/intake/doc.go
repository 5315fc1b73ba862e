// Package intake takes in what staff enter about people beside exams, one by one
// or as a table: it reads the table, finds whom each row is about by the keyed
// hash of the identity number, gives a verdict for each row, and keeps the rows
// that can be kept. What a row says and where it is kept is the callers'.
package intake
