// Package draw turns a blueprint, the published items of a bank and a seed
// into a paper.
//
// A paper is a function of its blueprint, its pool and its seed, to the byte:
// the pool is sorted by item, randomness comes from ChaCha8 alone, and no map
// is ever walked where its order could show. The seed is an HMAC of a secret
// of the sitting (Seed). Publish the Digest of the secret when the sitting is
// sealed, release the secret when it is over, and anyone can check that nobody
// chose a candidate's questions.
//
// What a paper must obey, without exception: every cell of the blueprint is
// full, no item stands twice, no assessment point has more items than the
// blueprint allows, no two items exclude each other, and the expected score
// is at most half a point from the plan's target, so that any two papers of a
// plan are at most one point apart. What it obeys as far as the bank allows,
// in this order: as few items as possible that the candidate met before, then
// as few items as possible outside the difficulty mix. Met items come first
// because no mix makes up for a question that is known already, while the
// expected score is kept in any case.
//
// Drawing tries three things. A random deal of difficulties to cells and of
// items to places (quick.go) settles almost every paper in microseconds. Where
// it gets stuck, a search with repair goes on from there, and then a random
// walk from the paper that the plan has found (repair.go). What these cannot
// settle goes to branch and bound over a minimum-cost flow (exact.go), which
// proves what it says. The plan itself also looks for the nearest mix that
// the bank can give (mix.go). Its effort is bounded, since items
// that exclude each other make the problem NP-hard; at the bound the answer is
// "not decided", never "impossible".
//
// The package keeps nothing, knows no time and no people, and does no input
// or output. Marking is in bank, stores are elsewhere.
package draw
