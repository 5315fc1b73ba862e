package mongostore

import (
	"errors"
	"fmt"
	"testing"

	"go.mongodb.org/mongo-driver/mongo"
)

// TestOnlyDuplicates is what keeps an operation that was not stored from being
// taken for one that was there already: one error besides the duplicates, and
// the insert has failed.
func TestOnlyDuplicates(t *testing.T) {
	t.Parallel()
	const duplicate, tooLarge = 11000, 10334
	messages := map[int]string{duplicate: "E11000 duplicate key error collection: ops", tooLarge: "BSONObj size is invalid"}
	bulk := func(codes ...int) mongo.BulkWriteException {
		var e mongo.BulkWriteException
		for i, code := range codes {
			e.WriteErrors = append(e.WriteErrors, mongo.BulkWriteError{
				WriteError: mongo.WriteError{Index: i, Code: code, Message: messages[code]},
			})
		}
		return e
	}
	concern := bulk(duplicate)
	concern.WriteConcernError = &mongo.WriteConcernError{Code: 64, Message: "waiting for replication timed out"}
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"duplicates":                     {bulk(duplicate, duplicate), true},
		"wrapped":                        {fmt.Errorf("insert: %w", bulk(duplicate)), true},
		"one duplicate alone":            {mongo.WriteException{WriteErrors: mongo.WriteErrors{{Code: duplicate, Message: messages[duplicate]}}}, true},
		"a duplicate, and another error": {bulk(duplicate, tooLarge), false},
		"another error first":            {bulk(tooLarge, duplicate), false},
		"not replicated":                 {concern, false},
		"nothing that is named":          {bulk(), false},
		"the server is gone":             {errors.New("connection reset"), false},
	} {
		if got := onlyDuplicates(c.err); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
