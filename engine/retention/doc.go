// Package retention decides when what an exam left behind is deleted (保存期限).
//
// For how long each kind is kept is data (rules.json, or the file that the
// settings name). Nothing goes by itself: one administrator looks at the list of
// what is due and proposes it, another confirms, and only then it is deleted,
// sitting by sitting. Each deletion is recorded. What changed between the two
// signatures voids the first.
//
// Never deleted is what a sitting that is not released needs, one that somebody
// asked to keep (暂缓删除) until somebody else ends it, one with an open
// appeal or regrade, one without an archive that is newer than the last of them
// where the rule of the kind asks for it, and what belongs to somebody whose
// certificate from that sitting is valid where the rule says so. The archive is
// read whole before anything goes.
//
// The record of acts, results, certificates and archives are never deleted
// here; sign-ins that ended are removed by the program itself. Lines for the
// log of the program go to its standard error, and are the operator's.
package retention
