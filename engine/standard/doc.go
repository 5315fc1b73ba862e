// Package standard holds certification standards as data: the occupation, its
// levels, the components of each level, their full and pass marks. Nothing of
// one occupation is written into code; what this package ships is sample data
// labelled 示例, for an evaluation body to replace.
package standard
