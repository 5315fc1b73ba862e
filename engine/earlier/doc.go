// Package earlier keeps certificates that this program did not issue: those of
// the time before it, and those of other bodies. They are imported with a
// verdict for each row, for one purpose: a batch must not give somebody a second
// certificate of the occupation and level that they hold already. They have no
// place in the log, are not looked up by the public, and count in no report.
package earlier
