// Package profile keeps what reports ask of candidates beside their exams: the
// unit (单位), its city and industry, whether it is a key unit (治安保卫重点单位),
// the post, and what incentive the certificate brought. It is entered or
// imported by staff, with a verdict for each row; nothing here decides an exam.
package profile
