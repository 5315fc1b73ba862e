// Package plain reads and writes items the way people type them into a word
// processor: numbered stems, lettered options, and lines that begin with 答案,
// 解析, 难度 and the like. It reads text files, pasted text and Word documents
// (.docx), and writes text files and plain Word documents.
//
//	一、单项选择题
//	1. 发现火情首先应（　　）。
//	A. 报警  B. 拍照
//	C. 离开  D. 观望
//	答案：A
//	解析：先报警。
//	难度：2
//	编号：B-A-B-C-001-002
//
// A heading gives the type of the items below it; a line 题型 overrides it; where
// there is neither, the type is inferred with a verdict. Options may share
// a line. An answer may stand in brackets in the stem, or in a list at the end.
// The parts of a case are numbered （1）, （2） below a stem whose type is 案例题.
//
// A file that begins with the line Mark was written by this program: in it
// a backslash takes the meaning off what follows, so that every text comes
// back as it was. In other files a backslash is a backslash.
package plain
