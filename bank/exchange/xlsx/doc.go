// Package xlsx reads and writes banks as Excel workbooks, in the template that
// evaluation bodies use for this occupation.
//
// One workbook holds these sheets, in any order:
//
//	题库        items; any sheet with the template's header counts as one
//	细目表      代码 | 名称 | 比重 | 重要程度
//	题型分布    题型代码 | 题数 | 每题分值 | 多选计分
//	知识点分布  一级代码 | 二级代码 | 三级代码 | 比重; parents stand on the first
//	            of their rows only and are filled down
//	组卷        pairs of a setting and its value
//
// Columns are found by their names, in any order, within the first rows; the
// usual other names are known too (see header.go).
//
// # Extensions
//
// What the template lacks is written like this:
//   - The parts of a case are the rows right below it. Their ID is the case's
//     with /1, /2 and so on, and each has a type of its own.
//   - The answers of a blank that are accepted are separated by |, the blanks
//     by ；； and a backslash takes the meaning off the character behind it.
//   - Columns 必须最后的选项 (letters), 互斥题 (item codes), 依据 (law and
//     article, or book).
//   - Option columns go up to H.
//
// # Text
//
// Space around a text is dropped without a word. Full-width letters and digits
// become half-width and control characters go, each with a verdict. Cells are
// written as strings, and a text that begins with = + - or @ gets an apostrophe
// in front, which reading takes off again: opening an export in a spreadsheet
// program, or saving it as CSV, never runs a formula.
package xlsx
