package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/bank"
	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
)

// Met returns which items the candidates have met: those on the papers of the
// attempts that they began.
func (a *Attempts) Met(ctx context.Context, candidates []people.CandidateID) (map[people.CandidateID]map[bank.ItemID]bool, error) {
	cursor, err := a.attempts.Find(ctx, bson.M{
		"candidate": bson.M{"$in": texts(candidates)}, "state": bson.M{"$in": []string{
			string(attempt.Running), string(attempt.Paused), string(attempt.Closed), string(attempt.Submitted),
		}},
	})
	if err != nil {
		return nil, wrap(err, "attempts of candidates")
	}
	var docs []struct {
		ID        string `bson:"_id"`
		Candidate string `bson:"candidate"`
	}
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, wrap(err, "attempts of candidates")
	}
	out := map[people.CandidateID]map[bank.ItemID]bool{}
	for _, d := range docs {
		paper, err := a.Paper(ctx, attempt.AttemptID(d.ID))
		if err != nil {
			return nil, err
		}
		who := people.CandidateID(d.Candidate)
		if out[who] == nil {
			out[who] = map[bank.ItemID]bool{}
		}
		for _, slot := range paper.Slots {
			out[who][slot.Ref.Item] = true
		}
	}
	return out, nil
}
