package redislive

import (
	"fmt"
	"hash/fnv"

	"gongyuan/engine/attempt"
)

// buckets is how many hash tags there are. It must never change while attempts
// are live: it decides where they are.
const buckets = 256

// sentinel is a member of every due set, below every deadline. Where it is
// missing, Redis has lost the bucket.
const (
	sentinel      = "~"
	sentinelScore = -1
)

// newcomerBucket is the bucket that holds the one key which is of no bucket.
const newcomerBucket = 0

// keys are the names of all keys. The prefix keeps installations, and tests,
// apart on one server.
type keys struct{ prefix string }

func bucketOf(id attempt.AttemptID) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return int(h.Sum32() % buckets)
}

// tag is the prefix and the hash tag {b00} … {bff} of a bucket.
func (k keys) tag(bucket int) string { return fmt.Sprintf("%s{b%02x}:", k.prefix, bucket) }

func (k keys) attempt(id attempt.AttemptID) string {
	return k.tag(bucketOf(id)) + "attempt:" + string(id)
}
func (k keys) answers(id attempt.AttemptID) string {
	return k.tag(bucketOf(id)) + "answers:" + string(id)
}
func (k keys) operations(id attempt.AttemptID) string {
	return k.tag(bucketOf(id)) + "ops:" + string(id)
}
func (k keys) claim(id attempt.AttemptID) string {
	return k.tag(bucketOf(id)) + "claim:" + string(id)
}
func (k keys) due(bucket int) string     { return k.tag(bucket) + "due" }
func (k keys) closing(bucket int) string { return k.tag(bucket) + "closing" }

// sweeper names the copy of the program that sweeps a bucket.
func (k keys) sweeper(bucket int) string { return k.tag(bucket) + "sweeper" }

// newcomer names a copy that sweeps nothing yet and asks for its share.
func (k keys) newcomer() string { return k.tag(newcomerBucket) + "newcomer" }

// news is the channel on which changes of attempts are published.
func (k keys) news() string { return k.prefix + "news" }
