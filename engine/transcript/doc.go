// Package transcript sets a candidate's released result as a page of paper
// (成绩单). It decides nothing: what stands on the page is a result.Record and
// the names that go with it.
package transcript
