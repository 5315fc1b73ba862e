package mongostore_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"

	"gongyuan/engine/audit"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
)

func TestAudit(t *testing.T) {
	t.Parallel()
	enginetest.RunAudit(t, func(t *testing.T, test func(*testing.T, audit.Store)) {
		servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
			s := mongostore.New(db)
			if err := s.EnsureIndexes(t.Context()); err != nil {
				t.Fatal(err)
			}
			test(t, s.Audit())
		})
	})
}

// TestAuditTamper changes the stored rows of the record in a database, the way
// somebody would who has the database and not the secret, and puts each back.
func TestAuditTamper(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		const entries, tries = 6, 24
		trail := enginetest.NewTrail(t, mongostore.New(db).Audit(), enginetest.NewClock(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)))
		for i := range entries {
			if err := trail.Record(t.Context(), audit.Event{Actor: "admin", Act: "result.release", Object: fmt.Sprintf("sitting:%d", i), After: i}); err != nil {
				t.Fatal(err)
			}
		}
		rows, r := db.Collection("audit"), rand.New(rand.NewPCG(3, 4))
		verify := func(what string, want error) {
			t.Helper()
			if _, err := trail.Verify(t.Context(), audit.Head{}); !errors.Is(err, want) {
				t.Errorf("%s: Verify = %v, want %v", what, err, want)
			}
		}
		for n := range tries {
			id := bson.M{"_id": int64(1 + r.IntN(entries))}
			var row bson.D
			if err := rows.FindOne(t.Context(), id).Decode(&row); err != nil {
				t.Fatal(err)
			}
			what := fmt.Sprintf("row %v dropped", id["_id"])
			var err error
			if n%4 == 0 {
				_, err = rows.DeleteOne(t.Context(), id)
			} else {
				field := 1 + r.IntN(len(row)-1)
				what = fmt.Sprintf("row %v, %s changed", id["_id"], row[field].Key)
				_, err = rows.UpdateOne(t.Context(), id, bson.M{"$set": bson.M{row[field].Key: other(row[field].Value)}})
			}
			if err != nil {
				t.Fatal(err)
			}
			verify(what, audit.ErrBroken)
			if _, err := rows.DeleteOne(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if _, err := rows.InsertOne(t.Context(), row); err != nil {
				t.Fatal(err)
			}
		}
		verify("all put back", nil)
		if _, err := rows.DeleteMany(t.Context(), bson.M{"_id": bson.M{"$gt": 3}}); err != nil {
			t.Fatal(err)
		}
		verify("the tail cut off", audit.ErrBroken)
		var last bson.M
		if err := rows.FindOne(t.Context(), bson.M{"_id": int64(3)}).Decode(&last); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Collection("audit_head").UpdateOne(t.Context(), bson.M{}, bson.M{"$set": bson.M{"index": int64(3), "seal": last["seal"]}}); err != nil {
			t.Fatal(err)
		}
		trail = enginetest.NewTrail(t, mongostore.New(db).Audit(), enginetest.NewClock(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)))
		verify("the tail cut off, and the head put back to what is left", audit.ErrBroken)
	})
}

// other is a value of the same kind that differs.
func other(value any) any {
	switch v := value.(type) {
	case string:
		return v + "1"
	case primitive.DateTime:
		return v + 1
	case primitive.Binary:
		return append([]byte{v.Data[0] ^ 1}, v.Data[1:]...)
	}
	return "?"
}
