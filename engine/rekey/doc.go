// Package rekey seals again, under the newest secret of the installation, what
// older ones sealed: identity numbers, contacts, second factors, files. It goes
// in steps and holds nothing in memory, so that a run that was broken off is
// simply run again; what is sealed under the newest is passed over.
//
// What a rotation leaves alone, on purpose:
//   - Keyed hashes, by which people are found, and with them the recovery codes
//     of second factors: their key comes from the oldest secret and is not the
//     key of any seal. Numbers that are kept as a hash alone, such as those of
//     declared relations, could not be hashed again.
//   - Seals of the record of acts and signatures of certificates: they say what
//     was true then, under the secret of then.
//   - Codes of result slips, which are printed.
//
// So an older secret stays on the list after a rotation; it opens nothing that
// is at rest any more.
package rekey
