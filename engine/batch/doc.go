// Package batch is the way from results to certificates (发证批次), and the only
// one. A batch takes in who qualified at one or more sittings. Each entry is
// checked: that the result is released, in force and past its public notice,
// the name and the document number, that the template can print it, the
// photograph, and that nobody has the same certificate already. Who cannot or
// shall not be certified is left out, with a reason. One administrator proposes,
// another confirms exactly what was checked, named by a digest; a change in
// between voids the first signature. What is confirmed is issued entry by entry,
// each once, and goes on where a crash has cut it off.
//
// Issuing itself is engine/certificate; stores are engine/mongostore.
package batch
