// Package moodlexml reads and writes the XML that Moodle exports questions in.
//
// A <quiz> holds <question> elements of a type. multichoice, truefalse,
// shortanswer, essay, and a cloze of plain short answers are read as items;
// every other type is kept as it is, flagged, and given back. Files that
// a question embeds are kept beside it.
//
// What a question of Moodle has no element for is written as tags, such as
// 难度:3. The idnumber is the item's code. A case is a description with its
// parts behind it, whose idnumbers are the case's code with /1, /2 and so on.
package moodlexml
