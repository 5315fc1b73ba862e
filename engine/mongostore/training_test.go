package mongostore_test

import (
	"testing"

	"github.com/256dpi/lungo"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/training"
)

func TestTrainings(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		enginetest.RunTrainings(t, mongostore.New(db).Trainings())
	})
}

func TestEarlier(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		enginetest.RunEarlier(t, mongostore.New(db).Earlier())
	})
}

func TestTalents(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		enginetest.RunTalents(t, mongostore.New(db).Talents())
	})
}

// TestAdoptTrainings starts on records as they were before people could be
// trained who are not registered: they are found by the person's number, keep
// their names, and a second start leaves them alone.
func TestAdoptTrainings(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		ctx, s := t.Context(), mongostore.New(db)
		if _, err := s.People().EnsureCandidate(ctx, people.Candidate{ID: "c1", Name: "示例甲", IDHash: "hash 1", IDMasked: "1101**********002X", IDSealed: []byte("sealed")}); err != nil {
			t.Fatal(err)
		}
		old := bson.M{
			"_id": "c1:initial:2026-01-05", "candidate": "c1", "kind": "initial", "from": "2026-01-05", "until": "2026-01-09", "hours": 40, "organiser": "示例机构",
			"topic": "", "document": "", "passed": true, "version": 1, "changed": enginetest.Start, "by": "a",
		}
		fresh := training.Record{
			ID: "fresh", Holder: training.Holder{Name: "未报名甲", Hash: "hash 2", Masked: "1101**********0021"}, Kind: training.Rotation, Level: 2,
			From: "2026-02-01", Until: "2026-02-01", Hours: 8, Organiser: "示例机构", Passed: true, Changed: enginetest.Start, By: "a",
		}
		if _, err := db.Collection("trainings").InsertOne(ctx, old); err != nil {
			t.Fatal(err)
		}
		fresh, err := s.Trainings().PutTraining(ctx, fresh)
		if err != nil {
			t.Fatal(err)
		}
		want := []training.Record{{
			ID: "c1:initial:2026-01-05", Holder: training.Holder{Name: "示例甲", Hash: "hash 1", Masked: "1101**********002X"}, Kind: training.Initial,
			From: "2026-01-05", Until: "2026-01-09", Hours: 40, Organiser: "示例机构", Passed: true, Version: 1, Changed: enginetest.Start, By: "a",
		}, fresh}
		for _, start := range []string{"first", "second"} {
			if err := s.EnsureIndexes(ctx); err != nil {
				t.Fatal(err)
			}
			got, err := s.Trainings().TrainingsOf(ctx, []string{"hash 1", "hash 2"})
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
				t.Errorf("%s start: %v (-want +got):\n%s", start, err, diff)
			}
			if _, err := s.People().EnsureCandidate(ctx, people.Candidate{ID: "c2", Name: "示例乙", IDHash: "hash 2", IDMasked: "x", IDSealed: []byte("x")}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
