package mongostore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/attempt"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// orderDoc is a document of `orders`; _id is the order, or the incident that it
// makes good, so that of two who do so at once only one does.
type orderDoc struct {
	ID           string    `bson:"_id"`
	Order        string    `bson:"order,omitempty"` // where _id is an incident
	Sitting      string    `bson:"sitting"`
	Kind         string    `bson:"kind"`
	Room         string    `bson:"room,omitempty"`
	Registration string    `bson:"registration,omitempty"`
	Extension    int64     `bson:"extension"` // milliseconds
	Incident     string    `bson:"incident,omitempty"`
	Evacuation   bool      `bson:"evacuation,omitempty"`
	Reason       string    `bson:"reason"`
	By           string    `bson:"by"`
	At           time.Time `bson:"at"`
	Count        int       `bson:"count"`
}

// adjustmentDoc is a document of `adjustments`; _id is "attempt:version", which
// is inserted once.
type adjustmentDoc struct {
	ID        string       `bson:"_id"`
	Attempt   string       `bson:"attempt"`
	Version   int          `bson:"version"`
	Order     string       `bson:"order"`
	Kind      string       `bson:"kind"`
	Hold      string       `bson:"hold,omitempty"`
	By        string       `bson:"by"`
	Reason    string       `bson:"reason"`
	At        time.Time    `bson:"at"`
	State     string       `bson:"state"`
	Round     int          `bson:"round"`
	Allowance allowanceDoc `bson:"allowance"`
	Deadline  time.Time    `bson:"deadline"`
	Ended     closingDoc   `bson:"ended"`
}

// gapDoc is a document of `gaps`; _id is "attempt:from".
type gapDoc struct {
	ID      string    `bson:"_id"`
	Attempt string    `bson:"attempt"`
	From    time.Time `bson:"from"`
	Until   time.Time `bson:"until"`
}

// InsertOrder implements attempt.Orders.
func (a *Attempts) InsertOrder(ctx context.Context, o attempt.Order) (attempt.Order, error) {
	doc := orderDoc{
		ID: o.ID, Sitting: string(o.Sitting), Kind: string(o.Kind), Room: o.Room, Registration: string(o.Registration),
		Extension: o.Extension.Milliseconds(), Incident: o.Incident, Evacuation: o.Evacuation, Reason: o.Reason, By: string(o.By), At: o.At, Count: o.Count,
	}
	if o.Incident != "" {
		doc.ID, doc.Order = "incident:"+doc.Sitting+":"+o.Incident, o.ID
	}
	_, err := a.orders.InsertOne(ctx, doc)
	if err == nil {
		return o, nil
	}
	if !lungo.IsUniquenessError(err) {
		return o, reached("orders", err)
	}
	var d orderDoc
	if err := a.orders.FindOne(ctx, bson.M{"_id": doc.ID}).Decode(&d); err != nil {
		return o, reached("orders", err)
	}
	return d.order(), nil
}

func (d orderDoc) order() attempt.Order {
	return attempt.Order{
		ID: cmp.Or(d.Order, d.ID), Sitting: sitting.ID(d.Sitting), Kind: attempt.Event(d.Kind), Room: d.Room,
		Registration: sitting.RegistrationID(d.Registration), Extension: time.Duration(d.Extension) * time.Millisecond,
		Incident: d.Incident, Evacuation: d.Evacuation, Reason: d.Reason, By: people.AccountID(d.By), At: utc(d.At), Count: d.Count,
	}
}

// OrdersOf implements attempt.Orders.
func (a *Attempts) OrdersOf(ctx context.Context, id sitting.ID) ([]attempt.Order, error) {
	newest := options.Find().SetSort(bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: 1}})
	docs, err := findAll[orderDoc](ctx, a.orders, bson.M{"sitting": string(id)}, newest)
	if err != nil {
		return nil, err
	}
	all := make([]attempt.Order, len(docs))
	for i, d := range docs {
		all[i] = d.order()
	}
	return all, nil
}

// Adjust implements attempt.Adjustments.
func (a *Attempts) Adjust(ctx context.Context, all []attempt.Adjustment) ([]attempt.AttemptID, error) {
	if len(all) == 0 {
		return nil, nil
	}
	docs, ids := make([]any, len(all)), make([]string, len(all))
	for i, x := range all {
		d := adjustmentToDoc(x)
		docs[i], ids[i] = d, d.ID
	}
	_, err := a.adjustments.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false))
	if err == nil {
		return nil, a.Note(ctx, all)
	}
	if !onlyDuplicates(err) {
		return nil, reached("adjustments", err)
	}
	there, err := these[adjustmentDoc](ctx, a.adjustments, "_id", ids)
	if err != nil {
		return nil, err
	}
	order := make(map[string]string, len(there))
	for _, d := range there {
		order[d.ID] = d.Order
	}
	var taken []attempt.AttemptID
	var ours []attempt.Adjustment
	for i, x := range all {
		if order[ids[i]] == x.Order {
			ours = append(ours, x)
		} else {
			taken = append(taken, x.Attempt)
		}
	}
	return taken, a.Note(ctx, ours)
}

func adjustmentToDoc(x attempt.Adjustment) adjustmentDoc {
	return adjustmentDoc{
		ID: fmt.Sprintf("%s:%d", x.Attempt, x.Version), Attempt: string(x.Attempt), Version: x.Version, Order: x.Order,
		Kind: string(x.Kind), Hold: string(x.Hold), By: string(x.By), Reason: x.Reason, At: x.At, State: string(x.State), Round: x.Round,
		Allowance: allowanceToDoc(x.Allowance), Deadline: x.Deadline, Ended: closingToDoc(x.Ended),
	}
}

func (d adjustmentDoc) adjustment() attempt.Adjustment {
	return attempt.Adjustment{
		Attempt: attempt.AttemptID(d.Attempt), Version: d.Version, Order: d.Order, Kind: attempt.Event(d.Kind),
		Hold: attempt.Hold(d.Hold), By: people.AccountID(d.By), Reason: d.Reason, At: utc(d.At), State: attempt.State(d.State), Round: d.Round,
		Allowance: d.Allowance.allowance(), Deadline: utc(d.Deadline), Ended: d.Ended.closing(),
	}
}

// Adjustments implements attempt.Adjustments.
func (a *Attempts) Adjustments(ctx context.Context, ids []attempt.AttemptID) (map[attempt.AttemptID][]attempt.Adjustment, error) {
	docs, err := these[adjustmentDoc](ctx, a.adjustments, "attempt", ids)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(docs, func(x, y adjustmentDoc) int { return cmp.Compare(x.Version, y.Version) })
	out := map[attempt.AttemptID][]attempt.Adjustment{}
	for _, d := range docs {
		id := attempt.AttemptID(d.Attempt)
		out[id] = append(out[id], d.adjustment())
	}
	return out, nil
}

// Note implements attempt.Adjustments. An end that was noted meanwhile stays:
// whoever came first, by the live state, decides.
func (a *Attempts) Note(ctx context.Context, all []attempt.Adjustment) error {
	var models []mongo.WriteModel
	for _, x := range all {
		set := bson.M{"allowance": allowanceToDoc(x.Allowance), "deadline": x.Deadline, "deadlineVersion": x.Version}
		filter := bson.M{"_id": string(x.Attempt), "deadlineVersion": bson.M{"$lt": x.Version}}
		switch x.Kind {
		case attempt.Reopen, attempt.Amend:
			filter["state"] = string(attempt.Submitted)
			set["state"], set["round"], set["marked"] = string(x.State), x.Round, false
			if x.Kind == attempt.Reopen {
				set["closing"], set["answered"] = closingDoc{}, 0
			}
		default:
			filter["state"] = bson.M{"$in": bson.A{string(attempt.Running), string(attempt.Paused)}}
			set["state"] = string(x.State)
		}
		models = append(models, mongo.NewUpdateOneModel().SetFilter(filter).SetUpdate(bson.M{"$set": set}))
	}
	return bulk(ctx, a.attempts, models)
}

// InsertGaps implements attempt.Orders.
func (a *Attempts) InsertGaps(ctx context.Context, all []attempt.Gap) error {
	docs := make([]any, len(all))
	for i, g := range all {
		docs[i] = gapDoc{ID: fmt.Sprintf("%s:%d", g.Attempt, g.From.UnixMilli()), Attempt: string(g.Attempt), From: g.From, Until: g.Until}
	}
	return insertOnce(ctx, a.gaps, docs)
}

// Gaps implements attempt.Orders.
func (a *Attempts) Gaps(ctx context.Context, ids []attempt.AttemptID) ([]attempt.Gap, error) {
	docs, err := these[gapDoc](ctx, a.gaps, "attempt", ids)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(docs, func(x, y gapDoc) int { return cmp.Or(cmp.Compare(x.Attempt, y.Attempt), x.From.Compare(y.From)) })
	all := make([]attempt.Gap, len(docs))
	for i, d := range docs {
		all[i] = attempt.Gap{Attempt: attempt.AttemptID(d.Attempt), From: utc(d.From), Until: utc(d.Until)}
	}
	return all, nil
}
