package mongostore_test

import (
	"testing"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/attempt"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
)

// openAttemptStore returns a store with its indexes, made twice as two copies of the
// program would.
func openAttemptStore(t *testing.T, db lungo.IDatabase) *mongostore.Store {
	t.Helper()
	s := mongostore.New(db)
	for range 2 {
		if err := s.EnsureIndexes(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestJournal(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		s := openAttemptStore(t, db)
		enginetest.RunJournal(t, func(*testing.T) attempt.Journal { return s.Journal() })
	})
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		s := openAttemptStore(t, db)
		enginetest.RunRecords(t, func(*testing.T) attempt.Records { return s.Attempts() })
	})
}

// TestStartNotNoted inserts the first entry of an attempt as a program does that
// dies before it notes the start in the attempt. The start is what counts, and
// the next entry notes it.
func TestStartNotNoted(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		ctx, records := t.Context(), openAttemptStore(t, db).Attempts()
		s := enginetest.SealedAttempt(3)
		if err := records.Create(ctx, []attempt.Sealed{s}); err != nil {
			t.Fatal(err)
		}
		deadline := enginetest.Start.Add(time.Hour)
		_, err := db.Collection("entries").InsertOne(ctx, bson.M{
			"_id": string(s.ID) + ":1", "attempt": string(s.ID),
			"lease":     bson.M{"epoch": 1, "deviceId": "a", "deviceLabel": "a", "since": enginetest.Start},
			"allowance": bson.M{"start": enginetest.Start, "duration": int64(3600_000), "extra": int64(0), "extension": int64(0)},
			"deadline":  deadline,
		})
		if err != nil {
			t.Fatal(err)
		}
		rec, err := records.Record(ctx, s.ID)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if rec.State != attempt.Running || !rec.Started.Equal(enginetest.Start) || !rec.Deadline.Equal(deadline) {
				t.Errorf("record: %+v", rec)
			}
			taken, err := records.Enter(ctx, []attempt.Entry{{Record: rec, Device: attempt.Lease{DeviceID: "b"}}})
			if err != nil {
				t.Fatal(err)
			}
			rec = taken[0].Record
		}
		if rec.Lease.Epoch != 3 {
			t.Errorf("epoch %d, want 3", rec.Lease.Epoch)
		}
		unfinished, err := records.Unfinished(ctx, "", 10)
		if err != nil || len(unfinished) != 1 || unfinished[0].Lease.Epoch != 3 {
			t.Errorf("unfinished: %+v, %v", unfinished, err)
		}
	})
}
