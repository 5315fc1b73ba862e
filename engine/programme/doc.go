// Package programme keeps the programmes of a body (认定计划): which levels it
// assesses, on which days each component is held, and for how many people. What
// is announced can be read by everybody. A sitting may be part of a programme;
// it then keeps to its level, site and days, and takes its places from it.
package programme
