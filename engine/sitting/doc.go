// Package sitting holds what is planned for an exam: sittings (场次), the
// registrations of candidates for them with room and seat, and the one
// function that says until when a candidate may write.
//
// It is pure: stores are engine/mongostore, the running attempt is
// engine/attempt.
package sitting
