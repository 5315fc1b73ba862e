// Package evidence holds the files of an assessment: what an examiner attaches
// to a score (操作照片、签名的评审表), what a candidate hands in for the
// comprehensive review (评审材料), a candidate's portrait, and the documents by
// which a body or a site is filed (备案文件).
//
// A file comes in parts of at most PartSize, so that a bad network costs a part
// and not the file: whoever was cut off asks which parts are there and sends
// the others. It counts from the moment it is complete, and only when its whole
// digest is the one that was announced. What it is, is read off its content,
// never off its name; only PDF, JPEG and PNG are taken. Photographs keep their
// pixels and lose everything else that they say of where and by whom they were
// taken.
//
// What is stored is sealed with the installation's secret: portraits and
// materials are about people. Removing a file is a mark; only the parts of an
// upload that was never completed are deleted.
//
// Who may read is decided here: examiners their own attachments, the whole
// panel all of them once all have signed; reviewers the materials of their own
// candidates, without names where the panel reads blind; candidates their own
// materials; administrators materials, portraits and documents of filings; who
// sees to certificates what a revocation or a reissue rests on.
//
// What is scored is in engine/assess, where the bytes lie in engine/mongostore.
package evidence
