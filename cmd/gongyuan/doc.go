// Command gongyuan runs certification exams from the question bank to the
// result. `gongyuan --help` lists its commands; this folder ties the domain to
// its adapters and is the only place that knows them all.
package main
