// Package byhand is for when all else fails (纸笔作答): a candidate's own paper
// is printed, and what was written on it is typed in by two people.
//
// Printing gives the right to write to the sheet, as entering at another
// computer would: a page that is still open becomes read-only, and the clock
// goes on. Two people type, neither of whom sees what the other typed. Where
// they agree the answers enter the attempt; where they differ a third looks at
// the paper and says what stands. They enter as a file of answers does: into the
// attempt while it goes on, and after its end as answers that came too late and
// are counted by the reason of the sheet.
//
// Printing, typing and settling are recorded. Whether a response fits its
// question is checked by the caller; it is kept encoded.
package byhand
