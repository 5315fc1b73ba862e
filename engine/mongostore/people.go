package mongostore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/people"
)

// People keeps accounts, candidates and sessions. It is safe for concurrent
// use.
type People struct{ accounts, candidates, sessions lungo.ICollection }

var _ people.SessionStore = (*People)(nil)

// People returns the store of people.
func (s *Store) People() *People {
	return &People{s.db.Collection("accounts"), s.db.Collection("candidates"), s.db.Collection("sessions")}
}

func (s *Store) ensurePeopleIndexes(ctx context.Context) error {
	p := s.People()
	return ensure(ctx, []index{
		{p.accounts, bson.D{{Key: "login", Value: 1}}, true},
		{p.candidates, bson.D{{Key: "hash", Value: 1}}, true},
		{p.sessions, bson.D{{Key: "family", Value: 1}}, false},
		{p.sessions, bson.D{{Key: "subject", Value: 1}}, false},
		{p.sessions, bson.D{{Key: "expires", Value: 1}}, false},
	})
}

// index is one index to have.
type index struct {
	in     lungo.ICollection
	keys   bson.D
	unique bool
}

func ensure(ctx context.Context, all []index) error {
	for _, x := range all {
		opts := options.Index()
		if x.unique {
			opts.SetUnique(true)
		}
		if _, err := x.in.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: x.keys, Options: opts}); err != nil {
			return fmt.Errorf("%s %v: %w", x.in.Name(), x.keys, err)
		}
	}
	return nil
}

type accountDoc struct {
	ID       string    `bson:"_id"`
	Login    string    `bson:"login"`
	Name     string    `bson:"name"`
	Roles    []string  `bson:"roles"`
	Levels   []int     `bson:"levels,omitempty"`
	Sites    []string  `bson:"sites,omitempty"`
	Password string    `bson:"password"`
	Given    time.Time `bson:"given,omitempty"`
	Disabled bool      `bson:"disabled"`
	Created  time.Time `bson:"created"`
	Version  int       `bson:"version"` // absent from accounts of before it

	Handed []handingDoc `bson:"handed,omitempty"`
}

type handingDoc struct {
	By string    `bson:"by"`
	At time.Time `bson:"at"`
}

func (d accountDoc) account() people.Account {
	a := people.Account{
		ID: people.AccountID(d.ID), Login: d.Login, Name: d.Name, Levels: d.Levels, Sites: d.Sites, Password: d.Password, GivenUntil: d.Given.UTC(), Disabled: d.Disabled,
		Created: d.Created.UTC(), Version: d.Version,
	}
	for _, r := range d.Roles {
		a.Roles = append(a.Roles, people.Role(r))
	}
	for _, h := range d.Handed {
		a.Handed = append(a.Handed, people.Handing{By: people.AccountID(h.By), At: h.At.UTC()})
	}
	return a
}

func docOfAccount(a *people.Account) accountDoc {
	doc := accountDoc{
		ID: string(a.ID), Login: a.Login, Name: a.Name, Roles: texts(a.Roles), Levels: a.Levels, Sites: a.Sites, Password: a.Password,
		Given: a.GivenUntil, Disabled: a.Disabled, Created: a.Created, Version: a.Version,
	}
	for _, h := range a.Handed {
		doc.Handed = append(doc.Handed, handingDoc{string(h.By), h.At})
	}
	return doc
}

// InsertAccount adds an account, or returns people.ErrDuplicate where the
// login is taken.
func (p *People) InsertAccount(ctx context.Context, a people.Account) error {
	_, err := p.accounts.InsertOne(ctx, docOfAccount(&a))
	if lungo.IsUniquenessError(err) {
		return people.ErrDuplicate
	}
	return wrap(err, "insert account")
}

// Account returns people.ErrNotFound where there is none.
func (p *People) Account(ctx context.Context, id people.AccountID) (people.Account, error) {
	var doc accountDoc
	err := p.accounts.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc)
	return doc.account(), absent(err, people.ErrNotFound, "account")
}

// AccountByLogin returns people.ErrNotFound where there is none.
func (p *People) AccountByLogin(ctx context.Context, login string) (people.Account, error) {
	var doc accountDoc
	err := p.accounts.FindOne(ctx, bson.M{"login": login}).Decode(&doc)
	return doc.account(), absent(err, people.ErrNotFound, "account by login")
}

// Accounts lists all accounts by login.
func (p *People) Accounts(ctx context.Context) ([]people.Account, error) {
	cursor, err := p.accounts.Find(ctx, bson.M{}, options.Find().SetSort(bson.D{{Key: "login", Value: 1}}))
	if err != nil {
		return nil, wrap(err, "accounts")
	}
	var docs []accountDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, wrap(err, "accounts")
	}
	out := make([]people.Account, len(docs))
	for i, d := range docs {
		out[i] = d.account()
	}
	return out, nil
}

// ReplaceAccount implements personnel.Accounts.
func (p *People) ReplaceAccount(ctx context.Context, a people.Account) (people.Account, error) {
	filter := bson.M{"_id": string(a.ID), "version": a.Version}
	if a.Version == 0 { // from before accounts had versions
		filter = bson.M{"_id": string(a.ID), "$or": bson.A{bson.M{"version": 0}, bson.M{"version": bson.M{"$exists": false}}}}
	}
	a.Version++
	done, err := p.accounts.ReplaceOne(ctx, filter, docOfAccount(&a))
	if err == nil && done.MatchedCount == 0 {
		return people.Account{}, people.ErrConflict
	}
	return a, wrap(err, "replace account")
}

type candidateDoc struct {
	ID      string    `bson:"_id"`
	Name    string    `bson:"name"`
	Sealed  []byte    `bson:"sealed"`
	Hash    string    `bson:"hash"`
	Masked  string    `bson:"masked"`
	Created time.Time `bson:"created"`
}

func (d candidateDoc) candidate() people.Candidate {
	return people.Candidate{
		ID: people.CandidateID(d.ID), Name: d.Name, IDSealed: d.Sealed, IDHash: d.Hash, IDMasked: d.Masked, Created: d.Created.UTC(),
	}
}

// EnsureCandidate returns the candidate with the same identity number, or adds
// c. Two callers at once get the same person.
func (p *People) EnsureCandidate(ctx context.Context, c people.Candidate) (people.Candidate, error) {
	_, err := p.candidates.InsertOne(ctx, candidateDoc{string(c.ID), c.Name, c.IDSealed, c.IDHash, c.IDMasked, c.Created})
	if err == nil {
		return c, nil
	}
	if !lungo.IsUniquenessError(err) {
		return people.Candidate{}, wrap(err, "insert candidate")
	}
	var doc candidateDoc
	err = p.candidates.FindOne(ctx, bson.M{"hash": c.IDHash}).Decode(&doc)
	return doc.candidate(), absent(err, people.ErrNotFound, "candidate by hash")
}

// CandidatesByID returns those that exist.
func (p *People) CandidatesByID(ctx context.Context, ids []people.CandidateID) (map[people.CandidateID]people.Candidate, error) {
	cursor, err := p.candidates.Find(ctx, bson.M{"_id": bson.M{"$in": texts(ids)}})
	if err != nil {
		return nil, wrap(err, "candidates")
	}
	var docs []candidateDoc
	if err := cursor.All(ctx, &docs); err != nil {
		return nil, wrap(err, "candidates")
	}
	out := make(map[people.CandidateID]people.Candidate, len(docs))
	for _, d := range docs {
		out[people.CandidateID(d.ID)] = d.candidate()
	}
	return out, nil
}

type sessionDoc struct {
	Hash         string    `bson:"_id"`
	Family       string    `bson:"family"`
	Audience     string    `bson:"audience"`
	Subject      string    `bson:"subject"`
	Registration string    `bson:"registration"`
	Address      string    `bson:"address,omitempty"`
	Agent        string    `bson:"agent,omitempty"`
	Began        time.Time `bson:"began"`
	Issued       time.Time `bson:"issued"`
	Expires      time.Time `bson:"expires"`
	Replaced     time.Time `bson:"replaced"`
}

// InsertSession implements people.SessionStore.
func (p *People) InsertSession(ctx context.Context, s people.Session) error {
	_, err := p.sessions.InsertOne(ctx, sessionDoc{
		s.Hash, s.Family, string(s.Audience), s.Subject, s.Registration, s.Address, s.Agent, s.Began, s.Issued, s.Expires, s.Replaced,
	})
	return wrap(err, "insert session")
}

// SessionByHash implements people.SessionStore.
func (p *People) SessionByHash(ctx context.Context, hash string) (people.Session, error) {
	var d sessionDoc
	err := p.sessions.FindOne(ctx, bson.M{"_id": hash}).Decode(&d)
	if err != nil {
		return people.Session{}, absent(err, people.ErrSession, "session")
	}
	return d.session(), nil
}

func (d sessionDoc) session() people.Session {
	return people.Session{
		Hash: d.Hash, Family: d.Family, Audience: people.Audience(d.Audience), Subject: d.Subject, Registration: d.Registration,
		Address: d.Address, Agent: d.Agent, Began: d.Began.UTC(), Issued: d.Issued.UTC(), Expires: d.Expires.UTC(), Replaced: d.Replaced.UTC(),
	}
}

// MarkReplaced implements people.SessionStore.
func (p *People) MarkReplaced(ctx context.Context, hash string, at time.Time) error {
	_, err := p.sessions.UpdateOne(ctx, bson.M{"_id": hash, "replaced": time.Time{}}, bson.M{"$set": bson.M{"replaced": at}})
	return wrap(err, "replace session")
}

// EndFamily implements people.SessionStore.
func (p *People) EndFamily(ctx context.Context, family string) error {
	_, err := p.sessions.DeleteMany(ctx, bson.M{"family": family})
	return wrap(err, "end session")
}

// SessionsOf implements personnel.Sessions.
func (p *People) SessionsOf(ctx context.Context, a people.Audience, subject string) ([]people.Session, error) {
	return every(ctx, p.sessions, bson.M{"subject": subject, "audience": string(a)}, nil, sessionDoc.session)
}

// FamilyLives implements personnel.Sessions.
func (p *People) FamilyLives(ctx context.Context, family string, now time.Time) (bool, error) {
	n, err := p.sessions.CountDocuments(ctx, bson.M{"family": family, "expires": bson.M{"$gt": now}}, options.Count().SetLimit(1))
	return n > 0, wrap(err, "session of a family")
}

// EndOthers implements personnel.Sessions.
func (p *People) EndOthers(ctx context.Context, a people.Audience, subject, keep string) error {
	_, err := p.sessions.DeleteMany(ctx, bson.M{"subject": subject, "audience": string(a), "family": bson.M{"$ne": keep}})
	return wrap(err, "end sessions")
}

// PurgeSessions implements people.SessionStore.
func (p *People) PurgeSessions(ctx context.Context, before time.Time) error {
	_, err := p.sessions.DeleteMany(ctx, bson.M{"expires": bson.M{"$lt": before}})
	return wrap(err, "purge sessions")
}

func texts[T ~string](ids []T) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// wrap names the operation that failed; nil stays nil.
func wrap(err error, op string) error {
	return reached(op, err)
}

// absent turns the driver's "no documents" into the domain's error.
func absent(err, domain error, op string) error {
	if errors.Is(err, mongo.ErrNoDocuments) {
		return domain
	}
	return wrap(err, op)
}
