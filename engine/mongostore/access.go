package mongostore

import (
	"context"
	"net/netip"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/engine/access"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Access keeps what sittings ask of who enters, in the collection
// `access_rules`. It is safe for concurrent use.
type Access struct{ rules lungo.ICollection }

var _ access.Store = (*Access)(nil)

// Access returns the store of the rules.
func (s *Store) Access() *Access { return &Access{s.db.Collection("access_rules")} }

type accessDoc struct {
	Sitting    string           `bson:"_id"`
	Version    int              `bson:"version"`
	Ranges     []accessRangeDoc `bson:"ranges"`
	Outside    string           `bson:"outside"`
	Code       string           `bson:"code"`
	FullScreen bool             `bson:"fullScreen"`
	SEB        bool             `bson:"seb"`
	StartURL   string           `bson:"startUrl"`
	QuitHash   string           `bson:"quitHash"`
	Salt       []byte           `bson:"salt"`
	MoreKeys   []string         `bson:"moreKeys"`
	By         string           `bson:"by"`
	At         time.Time        `bson:"at"`
}

type accessRangeDoc struct {
	Room  string `bson:"room"`
	Range string `bson:"range"`
}

// Rules implements access.Store.
func (x *Access) Rules(ctx context.Context, id sitting.ID) (access.Rules, error) {
	var d accessDoc
	if err := x.rules.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&d); err != nil {
		return access.Rules{}, absent(err, access.ErrNotFound, "access rules")
	}
	r := access.Rules{
		Sitting: id, Version: d.Version, Outside: access.Outside(d.Outside), Code: d.Code, FullScreen: d.FullScreen,
		SEB: access.SEB{On: d.SEB, StartURL: d.StartURL, QuitHash: d.QuitHash, Salt: d.Salt, MoreKeys: d.MoreKeys},
		By:  people.AccountID(d.By), At: utc(d.At),
	}
	for _, e := range d.Ranges {
		p, err := netip.ParsePrefix(e.Range)
		if err != nil {
			return access.Rules{}, wrap(err, "access rules")
		}
		r.Ranges = append(r.Ranges, access.Range{Room: e.Room, Prefix: p})
	}
	return r, nil
}

// PutRules implements access.Store. The first version is inserted once; each
// later one replaces the version before.
func (x *Access) PutRules(ctx context.Context, r access.Rules) (access.Rules, error) {
	was := r.Version
	r.Version++
	d := accessDoc{
		string(r.Sitting), r.Version, nil, string(r.Outside), r.Code, r.FullScreen, r.SEB.On, r.SEB.StartURL, r.SEB.QuitHash, r.SEB.Salt, r.SEB.MoreKeys,
		string(r.By), r.At,
	}
	for _, e := range r.Ranges {
		d.Ranges = append(d.Ranges, accessRangeDoc{e.Room, e.Prefix.String()})
	}
	if was == 0 {
		_, err := x.rules.InsertOne(ctx, d)
		if lungo.IsUniquenessError(err) {
			return access.Rules{}, access.ErrConflict
		}
		return r, wrap(err, "insert access rules")
	}
	done, err := x.rules.ReplaceOne(ctx, bson.M{"_id": string(r.Sitting), "version": was}, d)
	if err == nil && done.MatchedCount == 0 {
		return access.Rules{}, access.ErrConflict
	}
	return r, wrap(err, "replace access rules")
}
