// Package access says what a sitting asks of a computer and a candidate before
// they may write: an address within the room's range, a start code told in the
// room, full screen, and Safe Exam Browser with the settings made here. It
// keeps the rules and judges what a request shows for itself. It lets nobody in
// and locks nobody out: that is done by whoever asks.
package access
