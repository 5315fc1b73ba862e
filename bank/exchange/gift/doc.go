// Package gift reads and writes GIFT, the text format of Moodle.
//
// A question is a run of lines up to an empty one: an optional ::title::, the
// stem, the answers in braces, and perhaps the rest of the stem. What GIFT has
// no place for (difficulty, source and so on) is written as tags in a comment,
// "// [id:B-A-B-C-001-002] [tag:难度:3]", which Moodle reads as idnumber and
// tags.
//
// Choice, several right answers, true or false, short answer, missing word and
// essay are read. Matching and numerical questions are kept as they are,
// flagged, and given back.
package gift
