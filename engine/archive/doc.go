// Package archive keeps a released sitting as one file (归档) that can be read
// and checked years later without any database, and lets nobody read it in the
// program unless one person asked with a reason and another agreed.
//
// # The file
//
// All numbers are big-endian. A file is, in this order:
//
//	"gongyuan archive 1\n"
//	header   4 bytes: its length, then JSON, see [Header]
//	chunks   each 4 bytes: the length of what follows, then the ciphertext
//	end      4 zero bytes
//	seal     to the end of the file: a compact JWS (RFC 7515, EdDSA) with the
//	         type "gongyuan-archive+jws" over certificate.ArchiveSeal: the sitting,
//	         and the size and SHA-256 of everything before the seal
//
// A chunk is up to 65,536 bytes, encrypted by AES-256-GCM. Its nonce is the
// chunk's number from 0 in eleven bytes and one byte that is 1 for the last
// chunk and 0 for all others; the SHA-256 of the header is authenticated with
// each. So no chunk can be changed, left out, swapped or taken over from another
// file, and none can be missing at the end. The key is HKDF-SHA-256 of the
// installation's secret that the header names ("key"), with the header's "salt"
// and the info "gongyuan archive v1". Who keeps archives keeps that secret.
//
// Whoever has the body's published keys alone (JWKS) can check the seal; who has
// the secret can read as well.
//
// # What is in it
//
// The chunks together are a gzip stream of JSON lines, {"kind": …, "data": …}.
// Kinds lists the kinds and what they are; a test holds their fields against
// testdata/fields.golden. Names are those of the program's own types with a
// small first letter. What is zero or empty is left out. Times are RFC 3339 in
// UTC, durations milliseconds, marks hundredths of a point, bytes base64. The
// last line is of the kind "end" and counts the lines of each kind.
//
// Questions come as the revisions that papers pin, so that a paper can be shown
// and marked again. Pictures of questions and the files that candidates and
// examiners handed in stay in the store; retention does not delete them before
// their own time.
//
// What is not here: how long things are kept, and what deletes them
// (engine/retention).
package archive
