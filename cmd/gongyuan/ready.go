package main

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/attempt"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/readiness"
	"gongyuan/engine/sitting"
	"gongyuan/engine/venue"
)

// newReadiness ties the list of checks to what it asks.
func (e *engine) newReadiness(store *mongostore.Store, venues *venue.Office) (*readiness.Desk, error) {
	rules, err := readiness.ReadRules(nil)
	if err != nil {
		return nil, err
	}
	return readiness.NewDesk(readiness.Deps{
		Store: store.Readiness(), Sittings: e.sittings, Venues: venues, Papers: e, Permit: e.filings, Stores: looking{e.stores, e.clock}, Doors: e.access,
		Accounts: e.people, Audit: e.trail, Clock: e.clock, Rules: rules,
	}), nil
}

// reasoned is the setting by which a sitting that is not ready opens with a
// reason only.
const reasoned = "reasoned"

// checks is the list of checks for whoever opens a sitting.
type checks struct{ *engine }

// Gaps implements sitting.Checks. A list that cannot be made keeps no exam from
// beginning: it stands as what is not done.
func (c checks) Gaps(ctx context.Context, id sitting.ID) ([]sitting.Gap, error) {
	gaps, err := c.days.Ready.Gaps(ctx, id)
	if err == nil || ctx.Err() != nil {
		return gaps, ctx.Err()
	}
	c.log.Error("a sitting is opened without the list of checks", "sitting", string(id), "error", err)
	return []sitting.Gap{{Check: "list", Reason: string(readiness.Failed)}}, nil
}

// looking asks both stores whether they are there, and what time it is.
type looking struct {
	stores *stores
	clock  attempt.Clock
}

// patience is how long a store may take to answer the list of checks.
const patience = 2 * time.Second

// Look implements readiness.Stores.
func (l looking) Look(ctx context.Context) []readiness.StoreState {
	return []readiness.StoreState{
		l.ask(ctx, "records", l.stores.ownMongo != nil, l.mongoTime), l.ask(ctx, "live", l.stores.ownRedis, func(ctx context.Context) (time.Time, error) {
			return l.stores.redis.Time(ctx).Result()
		}),
	}
}

func (l looking) ask(ctx context.Context, name string, ours bool, now func(context.Context) (time.Time, error)) readiness.StoreState {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	before := l.clock.Now()
	began := time.Now()
	at, err := now(ctx)
	out := readiness.StoreState{Name: name, Err: err, Took: time.Since(began), Ours: ours}
	if err == nil && !ours {
		// Of the way there and back, half was over when the store looked.
		out.Lead = at.Sub(before.Add(out.Took / 2))
	}
	return out
}

// mongoTime is the database's clock; the embedded one has ours.
func (l looking) mongoTime(ctx context.Context) (time.Time, error) {
	if l.stores.ownMongo != nil {
		return l.clock.Now(), nil
	}
	var said struct {
		LocalTime time.Time `bson:"localTime"`
	}
	err := l.stores.db.Client().Database("admin").RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&said)
	return said.LocalTime, err
}
