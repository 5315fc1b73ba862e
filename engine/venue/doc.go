// Package venue keeps where exams are held: sites (考点), their rooms (考场) with
// a plan of seats, which rooms a sitting uses and who invigilates in them, and
// whether that keeps the rules. The rules are data with sample values.
package venue
