package embedded

import (
	"slices"
	"testing"

	"github.com/256dpi/lungo/bsonkit"
	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/bson"
	"pgregory.net/rapid"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	a, b, c, x, y := doc("a"), doc("b"), doc("c"), doc("x"), doc("y")
	tests := []struct {
		name     string
		old, new bsonkit.List
		want     change
	}{
		{"OK nothing", nil, nil, change{source: []int{}}},
		{"OK first inserts", nil, bsonkit.List{a, b}, change{source: []int{-1, -1}}},
		{"OK unchanged", bsonkit.List{a, b}, bsonkit.List{a, b}, change{source: []int{0, 1}}},
		{"OK append", bsonkit.List{a}, bsonkit.List{a, b}, change{source: []int{0, -1}}},
		{"OK replace in the middle", bsonkit.List{a, b, c}, bsonkit.List{a, x, c}, change{source: []int{0, 1, 2}}},
		{"OK delete in the middle", bsonkit.List{a, b, c}, bsonkit.List{a, c}, change{source: []int{0, 2}, gone: []int{1}}},
		{"OK delete then append", bsonkit.List{a, b, c}, bsonkit.List{b, c, x}, change{source: []int{1, 2, -1}, gone: []int{0}}},
		{"OK delete and replace the next", bsonkit.List{a, b, c}, bsonkit.List{x, c}, change{source: []int{0, 2}, gone: []int{1}}},
		{"OK all new", bsonkit.List{a}, bsonkit.List{x, y}, change{source: []int{0, -1}}},
		{"OK empty again", bsonkit.List{a, b}, nil, change{source: []int{}, gone: []int{0, 1}}},
		{"OK reordered", bsonkit.List{a, b, c}, bsonkit.List{c, a, x}, change{source: []int{2, 0, -1}, gone: []int{1}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := compare(bsonkit.NewSet(test.old), bsonkit.NewSet(test.new))
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(change{})); diff != "" {
				t.Errorf("compare (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCompareRandom drives sets the way lungo does and checks, step by step,
// that a file kept by compare holds the same documents in the same order.
func TestCompareRandom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		current := bsonkit.NewSet(nil)
		var keys []uint64
		file := map[uint64]bsonkit.Doc{}
		sequence := uint64(0)
		for range rapid.IntRange(1, 12).Draw(t, "commits") {
			next := current.Clone()
			for range rapid.IntRange(0, 8).Draw(t, "operations") {
				mutate(t, next)
			}
			result := compare(current, next)
			for _, position := range result.gone {
				delete(file, keys[position])
			}
			fresh := make([]uint64, len(next.List))
			for position, source := range result.source {
				if source < 0 {
					sequence++
					fresh[position] = sequence
				} else {
					fresh[position] = keys[source]
					if current.List[source] == next.List[position] {
						continue
					}
				}
				file[fresh[position]] = next.List[position]
			}
			if !slices.IsSorted(fresh) {
				t.Fatalf("the keys %v are not in the order of the list", fresh)
			}
			if len(file) != len(next.List) {
				t.Fatalf("the file holds %d documents, want %d", len(file), len(next.List))
			}
			for position, key := range fresh {
				if file[key] != next.List[position] {
					t.Fatalf("key %d holds %v, want %v", key, file[key], next.List[position])
				}
			}
			current, keys = next, fresh
		}
	})
}

// mutate applies one of the three changes that lungo makes to a set.
func mutate(t *rapid.T, set *bsonkit.Set) {
	if len(set.List) == 0 {
		set.Add(doc("new"))
		return
	}
	position := rapid.IntRange(0, len(set.List)-1).Draw(t, "position")
	switch rapid.SampledFrom([]string{"insert", "replace", "delete"}).Draw(t, "operation") {
	case "insert":
		set.Add(doc("new"))
	case "replace":
		set.Replace(set.List[position], doc("replaced"))
	case "delete":
		set.Remove(set.List[position])
	}
}

func doc(id string) bsonkit.Doc { return &bson.D{{Key: "_id", Value: id}} }
