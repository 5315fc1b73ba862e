// Package challenge makes guessing cost something (工作量证明). Whoever asks
// often is given puzzles that a computer solves by trying, in about a second,
// and that are checked at once. A challenge is signed and not kept; who checks
// one notes its id for as long as it lasts, so that it pays for one question.
//
// A challenge is of several small puzzles and not of one large one: the time
// it takes then varies little, and progress can be shown.
package challenge
