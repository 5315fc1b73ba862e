package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/people"
	"gongyuan/engine/proctor"
	"gongyuan/engine/sitting"
)

// Proctors keeps what is done and asked for on the exam day. It is safe for
// concurrent use.
type Proctors struct{ acts, calls, reads, signs, codes lungo.ICollection }

var (
	_ proctor.Store  = (*Proctors)(nil)
	_ proctor.Places = (*Sittings)(nil)
)

// Proctors returns the store of the exam day.
func (s *Store) Proctors() *Proctors {
	return &Proctors{
		s.db.Collection("proctor_acts"), s.db.Collection("proctor_calls"), s.db.Collection("proctor_reads"),
		s.db.Collection("proctor_signs"), s.db.Collection("proctor_codes"),
	}
}

func (s *Store) ensureProctorIndexes(ctx context.Context) error {
	p := s.Proctors()
	var all []index
	for _, c := range []lungo.ICollection{p.acts, p.calls, p.reads, p.signs} {
		all = append(all, index{c, bson.D{{Key: "sitting", Value: 1}, {Key: "registration", Value: 1}}, false})
	}
	return ensure(ctx, all)
}

type proctorActDoc struct {
	ID           string    `bson:"_id"`
	Sitting      string    `bson:"sitting"`
	Kind         string    `bson:"kind"`
	Registration string    `bson:"registration"`
	Room         string    `bson:"room"`
	Text         string    `bson:"text"`
	Reason       string    `bson:"reason"`
	ToRoom       string    `bson:"toRoom"`
	ToPlace      string    `bson:"toPlace"`
	FromRoom     string    `bson:"fromRoom"`
	FromPlace    string    `bson:"fromPlace"`
	By           string    `bson:"by"`
	At           time.Time `bson:"at"`
	Count        int       `bson:"count"`
	Present      []string  `bson:"present,omitempty"`
}

func (d proctorActDoc) act() proctor.Act {
	return proctor.Act{
		ID: d.ID, Sitting: sitting.ID(d.Sitting), Kind: proctor.Kind(d.Kind), Registration: sitting.RegistrationID(d.Registration), Room: d.Room,
		Text: d.Text, Reason: d.Reason, ToRoom: d.ToRoom, ToPlace: d.ToPlace, FromRoom: d.FromRoom, FromPlace: d.FromPlace,
		By: people.AccountID(d.By), At: utc(d.At), Count: d.Count, Present: named[sitting.RegistrationID](d.Present),
	}
}

type proctorCallDoc struct {
	ID           string    `bson:"_id"`
	Sitting      string    `bson:"sitting"`
	Registration string    `bson:"registration"`
	Kind         string    `bson:"kind"`
	Slot         int       `bson:"slot"`
	Text         string    `bson:"text"`
	At           time.Time `bson:"at"`
	State        string    `bson:"state"`
	By           string    `bson:"by"`
	ByAt         time.Time `bson:"byAt"`
	Word         string    `bson:"word"`
	Forwarded    bool      `bson:"forwarded"`
	Version      int       `bson:"version"`
}

func callDocOf(c proctor.Call) proctorCallDoc {
	return proctorCallDoc{
		c.ID, string(c.Sitting), string(c.Registration), string(c.Kind), c.Slot, c.Text, c.At, string(c.State), string(c.By), c.ByAt,
		c.Word, c.Forwarded, c.Version,
	}
}

func (d proctorCallDoc) call() proctor.Call {
	return proctor.Call{
		ID: d.ID, Sitting: sitting.ID(d.Sitting), Registration: sitting.RegistrationID(d.Registration), Kind: proctor.CallKind(d.Kind),
		Slot: d.Slot, Text: d.Text, At: utc(d.At), State: proctor.CallState(d.State), By: people.AccountID(d.By), ByAt: utc(d.ByAt),
		Word: d.Word, Forwarded: d.Forwarded, Version: d.Version,
	}
}

// proctorReadDoc is that a notice was read; _id is "registration:act".
type proctorReadDoc struct {
	ID           string    `bson:"_id"`
	Act          string    `bson:"act"`
	Sitting      string    `bson:"sitting"`
	Registration string    `bson:"registration"`
	At           time.Time `bson:"at"`
}

// proctorSignDoc is a signal; _id is "registration:" and the page's own id.
type proctorSignDoc struct {
	ID           string    `bson:"_id"`
	Sign         string    `bson:"sign"`
	Sitting      string    `bson:"sitting"`
	Registration string    `bson:"registration"`
	Signal       string    `bson:"signal"`
	Note         string    `bson:"note"`
	At           time.Time `bson:"at"`
}

type proctorCodeDoc struct {
	Registration string    `bson:"_id"`
	Hash         string    `bson:"hash"`
	Until        time.Time `bson:"until"`
}

// InsertAct implements proctor.Store.
func (x *Proctors) InsertAct(ctx context.Context, a proctor.Act) (proctor.Act, error) {
	doc := proctorActDoc{
		a.ID, string(a.Sitting), string(a.Kind), string(a.Registration), a.Room, a.Text, a.Reason, a.ToRoom, a.ToPlace, a.FromRoom, a.FromPlace,
		string(a.By), a.At, a.Count, texts(a.Present),
	}
	_, err := x.acts.InsertOne(ctx, doc)
	if err == nil {
		return a, nil
	}
	if !lungo.IsUniquenessError(err) {
		return a, wrap(err, "insert act")
	}
	var kept proctorActDoc
	err = x.acts.FindOne(ctx, bson.M{"_id": a.ID}).Decode(&kept)
	return kept.act(), wrap(err, "act")
}

// InsertCall implements proctor.Store.
func (x *Proctors) InsertCall(ctx context.Context, c proctor.Call) (proctor.Call, error) {
	_, err := x.calls.InsertOne(ctx, callDocOf(c))
	if err == nil {
		return c, nil
	}
	if !lungo.IsUniquenessError(err) {
		return c, wrap(err, "insert call")
	}
	return x.Call(ctx, c.ID)
}

// Call implements proctor.Store.
func (x *Proctors) Call(ctx context.Context, id string) (proctor.Call, error) {
	var doc proctorCallDoc
	if err := x.calls.FindOne(ctx, bson.M{"_id": id}).Decode(&doc); err != nil {
		return proctor.Call{}, absent(err, proctor.ErrNotFound, "call")
	}
	return doc.call(), nil
}

// ReplaceCall implements proctor.Store.
func (x *Proctors) ReplaceCall(ctx context.Context, c proctor.Call) (proctor.Call, error) {
	was := c.Version
	c.Version++
	done, err := x.calls.ReplaceOne(ctx, bson.M{"_id": c.ID, "version": was}, callDocOf(c))
	if err != nil {
		return c, wrap(err, "replace call")
	}
	if done.MatchedCount == 0 {
		return c, proctor.ErrConflict
	}
	return c, nil
}

// InsertReads implements proctor.Store.
func (x *Proctors) InsertReads(ctx context.Context, all []proctor.Read) error {
	docs := make([]any, len(all))
	for i, r := range all {
		docs[i] = proctorReadDoc{string(r.Registration) + ":" + r.Act, r.Act, string(r.Sitting), string(r.Registration), r.At}
	}
	return insertOnce(ctx, x.reads, docs)
}

// InsertSigns implements proctor.Store.
func (x *Proctors) InsertSigns(ctx context.Context, all []proctor.Sign) error {
	docs := make([]any, len(all))
	for i, s := range all {
		docs[i] = proctorSignDoc{string(s.Registration) + ":" + s.ID, s.ID, string(s.Sitting), string(s.Registration), string(s.Signal), s.Note, s.At}
	}
	return insertOnce(ctx, x.signs, docs)
}

// Log implements proctor.Store.
func (x *Proctors) Log(ctx context.Context, id sitting.ID, of sitting.RegistrationID) (proctor.Log, error) {
	acts, rest := bson.M{"sitting": string(id)}, bson.M{"sitting": string(id)}
	if of != "" {
		acts["registration"] = bson.M{"$in": bson.A{"", string(of)}}
		rest["registration"] = string(of)
	}
	oldest := bson.D{{Key: "at", Value: 1}, {Key: "_id", Value: 1}}
	var log proctor.Log
	var err error
	if log.Acts, err = every(ctx, x.acts, acts, oldest, proctorActDoc.act); err != nil {
		return log, err
	}
	if log.Calls, err = every(ctx, x.calls, rest, oldest, proctorCallDoc.call); err != nil {
		return log, err
	}
	if log.Reads, err = every(ctx, x.reads, rest, oldest, func(d proctorReadDoc) proctor.Read {
		return proctor.Read{Act: d.Act, Sitting: sitting.ID(d.Sitting), Registration: sitting.RegistrationID(d.Registration), At: utc(d.At)}
	}); err != nil {
		return log, err
	}
	log.Signs, err = every(ctx, x.signs, rest, oldest, func(d proctorSignDoc) proctor.Sign {
		return proctor.Sign{
			ID: d.Sign, Sitting: sitting.ID(d.Sitting), Registration: sitting.RegistrationID(d.Registration), Signal: proctor.Signal(d.Signal), Note: d.Note, At: utc(d.At),
		}
	})
	return log, err
}

// HoldsOf implements proctor.Store.
func (x *Proctors) HoldsOf(ctx context.Context, id sitting.ID) ([]proctor.Act, error) {
	kinds := bson.A{string(proctor.Lock), string(proctor.Unlock), string(proctor.Transfer)}
	return every(ctx, x.acts, bson.M{"sitting": string(id), "kind": bson.M{"$in": kinds}}, bson.D{{Key: "at", Value: 1}, {Key: "_id", Value: 1}}, proctorActDoc.act)
}

// PutCode implements proctor.Store.
func (x *Proctors) PutCode(ctx context.Context, of sitting.RegistrationID, hash string, until time.Time) error {
	_, err := x.codes.ReplaceOne(ctx, bson.M{"_id": string(of)}, proctorCodeDoc{string(of), hash, until}, options.Replace().SetUpsert(true))
	return wrap(err, "put code")
}

// TakeCode implements proctor.Store.
func (x *Proctors) TakeCode(ctx context.Context, of sitting.RegistrationID, hash string, now time.Time) (bool, error) {
	done, err := x.codes.DeleteOne(ctx, bson.M{"_id": string(of), "hash": hash, "until": bson.M{"$gt": now}})
	if err != nil {
		return false, wrap(err, "take code")
	}
	return done.DeletedCount == 1, nil
}

// MovePlace implements proctor.Places.
func (x *Sittings) MovePlace(ctx context.Context, id sitting.RegistrationID, room, seat string) error {
	r, err := x.Registration(ctx, id)
	if err != nil {
		return err
	}
	r.Room, r.Seat = room, seat
	_, err = x.registrations.UpdateOne(ctx, bson.M{"_id": string(id)}, bson.M{"$set": bson.M{"room": room, "seat": seat, "place": place(r)}})
	if err == nil {
		return nil
	}
	// Not every server says of an update that it met a duplicate: whoever sits
	// there does.
	n, cerr := x.registrations.CountDocuments(ctx, bson.M{"place": place(r), "_id": bson.M{"$ne": string(id)}})
	if cerr == nil && n > 0 {
		return &sitting.TakenError{Field: "seat"}
	}
	return wrap(err, "move a place")
}
