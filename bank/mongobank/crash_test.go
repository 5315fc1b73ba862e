package mongobank_test

import (
	"testing"
	"time"

	"gongyuan/bank"
	"gongyuan/bank/mongobank"
	"gongyuan/engine/enginetest/servers"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/bson"
)

// TestImportAfterCrash takes away the items, as if the process had died after
// the revisions were written, and imports again: the same content is adopted,
// other content gets the next number.
func TestImportAfterCrash(t *testing.T) {
	t.Parallel()
	db := servers.Embedded(t)
	question := func(stem string) bank.Question {
		return bank.Question{Type: bank.Judgement, Stem: stem, Options: bank.JudgementOptions(), Key: bank.Key{Options: []bank.OptionID{bank.True}}}
	}
	in := []bank.Revision{
		{Item: "b/C-A-A-A-001-001", Point: "A-A-A-001", Question: question("一")},
		{Item: "b/C-A-A-A-001-002", Point: "A-A-A-001", Question: question("二")},
	}
	opts := bank.ImportOptions{Bank: "b", Status: bank.Published, Now: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}
	if _, err := open(t, db).Import(t.Context(), in, opts); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Collection("bank_items").DeleteMany(t.Context(), bson.D{}); err != nil {
		t.Fatal(err)
	}
	in[1].Stem = "改过的二"
	var s *mongobank.Store
	for i, want := range []bank.ImportResult{{Added: 2}, {Unchanged: 2}} {
		s = open(t, db)
		got, err := s.Import(t.Context(), in, opts)
		if err != nil || got != want {
			t.Fatalf("import %d after the crash = %+v, %v, want %+v", i+1, got, err, want)
		}
	}
	published, err := s.Published(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, r := range published {
		got[r.Stem] = r.Number
	}
	if diff := cmp.Diff(map[string]int{"一": 1, "改过的二": 2}, got); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
	if n, err := db.Collection("bank_revisions").CountDocuments(t.Context(), bson.D{}); err != nil || n != 3 {
		t.Errorf("%d revisions, %v, want 3", n, err)
	}
}
