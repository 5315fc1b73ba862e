package embedded

import "github.com/256dpi/lungo/bsonkit"

// change tells how to bring a stored list of documents to a new one.
type change struct {
	// source[i] is the position in the old list whose key document i of the new
	// list takes over, or -1 when it needs a new key. Where the two documents
	// are not the same pointer, document i has to be written.
	source []int
	// gone holds the positions in the old list whose keys are to be deleted.
	gone []int
}

// compare finds the difference of two sets by the identity of their documents.
// That is enough because lungo never changes a document that has been
// committed: an update works on a copy and puts the copy in its place.
//
// Lungo appends what it inserts and replaces in place, so documents that stay
// keep their order, and a document that is new in the middle stands where one
// has gone. It therefore takes over that one's key, which keeps the order of
// the keys the order of the list. Any list is handled correctly; one reordered
// in some other way would only come back in another order, which MongoDB allows.
//
// It takes time linear in the two lists. The old set may be nil.
func compare(old, documents *bsonkit.Set) change {
	if old == nil {
		old = bsonkit.NewSet(nil)
	}
	stays := func(position int) bool {
		_, ok := documents.Index[old.List[position]]
		return ok
	}
	result := change{source: make([]int, len(documents.List))}
	next := 0 // the first old position that is not settled
	for position, doc := range documents.List {
		// Almost every document of a commit is unchanged; this spares the maps.
		if next < len(old.List) && old.List[next] == doc {
			result.source[position] = next
			next++
			continue
		}
		if source, kept := old.Index[doc]; kept {
			result.source[position] = source
			for ; next < source; next++ {
				if !stays(next) {
					result.gone = append(result.gone, next)
				}
			}
			next = max(next, source+1)
			continue
		}
		if next < len(old.List) && !stays(next) {
			result.source[position] = next
			next++
			continue
		}
		result.source[position] = -1
	}
	for ; next < len(old.List); next++ {
		if !stays(next) {
			result.gone = append(result.gone, next)
		}
	}
	return result
}
