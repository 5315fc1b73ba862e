package mongostore_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/certificate"
	"gongyuan/engine/enginetest"
	"gongyuan/engine/enginetest/servers"
	"gongyuan/engine/mongostore"
)

// counting counts what is asked of a database.
type counting struct {
	lungo.IDatabase
	reads *atomic.Int64
}

func (c counting) Collection(name string, opts ...*options.CollectionOptions) lungo.ICollection {
	return countingCollection{c.IDatabase.Collection(name, opts...), c.reads}
}

type countingCollection struct {
	lungo.ICollection
	reads *atomic.Int64
}

func (c countingCollection) Find(ctx context.Context, filter any, opts ...*options.FindOptions) (lungo.ICursor, error) {
	c.reads.Add(1)
	return c.ICollection.Find(ctx, filter, opts...)
}

func (c countingCollection) FindOne(ctx context.Context, filter any, opts ...*options.FindOneOptions) lungo.ISingleResult {
	c.reads.Add(1)
	return c.ICollection.FindOne(ctx, filter, opts...)
}

// TestLookupCost is that the public cannot tell from the time of an answer
// whether a number, a document or a name is kept here: each costs the same.
func TestLookupCost(t *testing.T) {
	t.Parallel()
	servers.EachMongo(t, func(t *testing.T, db lungo.IDatabase) {
		var reads atomic.Int64
		s := mongostore.New(counting{db, &reads})
		if err := s.EnsureIndexes(t.Context()); err != nil {
			t.Fatal(err)
		}
		r, _ := enginetest.NewRegistry(t, s.Certificates(), enginetest.NewClock(enginetest.Start))
		var numbers []string
		for i := range 2 {
			c, err := r.Issue(t.Context(), enginetest.Qualified("s", i), "staff-1")
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, string(c.Number))
		}
		if _, err := r.Revoke(t.Context(), certificate.Number(numbers[1]), "误发", "staff-1", "staff-2"); err != nil {
			t.Fatal(err)
		}
		var first int64
		for i, ask := range []struct {
			certificate.Query
			found bool
		}{
			{certificate.Query{Number: numbers[0], Name: "示例0"}, true},
			{certificate.Query{Number: numbers[1], Name: "示例1"}, true},
			{certificate.Query{Number: numbers[0], Name: "示例1"}, false},
			{certificate.Query{Number: "S000061000001273000009", Name: "示例0"}, false},
			{certificate.Query{Document: "E000000000000", Name: "示例0"}, true},
			{certificate.Query{Document: "E000000000000", Name: "示例1"}, false},
			{certificate.Query{Document: "E999999999999", Name: "示例0"}, false},
		} {
			reads.Store(0)
			_, err := r.Lookup(t.Context(), ask.Query)
			if ask.found != (err == nil) || err != nil && !errors.Is(err, certificate.ErrNotFound) {
				t.Errorf("%+v: %v", ask, err)
			}
			if i == 0 {
				first = reads.Load()
			}
			if got := reads.Load(); got != first || got == 0 {
				t.Errorf("%+v: %d reads, the first one took %d", ask, got, first)
			}
		}
	})
}
