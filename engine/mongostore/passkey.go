package mongostore

import (
	"context"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/people"
	"gongyuan/engine/personnel"
)

// Passkeys keeps passkeys, in the collection `passkeys`, one document per key:
// its _id, the credential's, is inserted once. It is safe for concurrent use.
type Passkeys struct{ passkeys lungo.ICollection }

var _ personnel.PasskeyStore = (*Passkeys)(nil)

// Passkeys returns the store of passkeys.
func (s *Store) Passkeys() *Passkeys { return &Passkeys{s.db.Collection("passkeys")} }

func (s *Store) ensurePasskeyIndexes(ctx context.Context) error {
	return ensure(ctx, []index{{s.Passkeys().passkeys, bson.D{{Key: "account", Value: 1}}, false}})
}

type passkeyDoc struct {
	ID      string    `bson:"_id"`
	Account string    `bson:"account"`
	Name    string    `bson:"name"`
	Record  []byte    `bson:"record"`
	Created time.Time `bson:"created"`
	Used    time.Time `bson:"used"`
	Suspect time.Time `bson:"suspect"`
	Version int       `bson:"version"`
}

func passkeyDocOf(k personnel.Passkey) passkeyDoc {
	return passkeyDoc{k.ID, string(k.Account), k.Name, k.Record, k.Created, k.Used, k.Suspect, k.Version}
}

func (d passkeyDoc) passkey() personnel.Passkey {
	return personnel.Passkey{
		ID: d.ID, Account: people.AccountID(d.Account), Name: d.Name, Record: d.Record, Created: d.Created.UTC(), Used: d.Used.UTC(), Suspect: d.Suspect.UTC(), Version: d.Version,
	}
}

// InsertPasskey implements personnel.PasskeyStore.
func (x *Passkeys) InsertPasskey(ctx context.Context, k personnel.Passkey) error {
	_, err := x.passkeys.InsertOne(ctx, passkeyDocOf(k))
	if lungo.IsUniquenessError(err) {
		return people.ErrDuplicate
	}
	return wrap(err, "insert passkey")
}

// ReplacePasskey implements personnel.PasskeyStore.
func (x *Passkeys) ReplacePasskey(ctx context.Context, k personnel.Passkey) error {
	doc := passkeyDocOf(k)
	doc.Version++
	done, err := x.passkeys.ReplaceOne(ctx, bson.M{"_id": k.ID, "version": k.Version}, doc)
	if err == nil && done.MatchedCount == 0 {
		return people.ErrConflict
	}
	return wrap(err, "replace passkey")
}

// PasskeysOf implements personnel.PasskeyStore.
func (x *Passkeys) PasskeysOf(ctx context.Context, id people.AccountID) ([]personnel.Passkey, error) {
	return every(ctx, x.passkeys, bson.M{"account": string(id)}, bson.D{{Key: "created", Value: 1}, {Key: "_id", Value: 1}}, passkeyDoc.passkey)
}

// Passkeys implements personnel.PasskeyStore.
func (x *Passkeys) Passkeys(ctx context.Context) ([]personnel.Passkey, error) {
	return every(ctx, x.passkeys, bson.M{}, nil, passkeyDoc.passkey)
}

// DropPasskey implements personnel.PasskeyStore.
func (x *Passkeys) DropPasskey(ctx context.Context, id string) error {
	_, err := x.passkeys.DeleteOne(ctx, bson.M{"_id": id})
	return wrap(err, "drop passkey")
}
