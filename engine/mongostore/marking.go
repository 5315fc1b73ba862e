package mongostore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"

	"gongyuan/bank"
	"gongyuan/engine/marking"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
)

// Markings keeps what people mark of theory: plans, pieces, who holds them,
// marks and what they came to. It is safe for concurrent use.
type Markings struct{ plans, pieces, claims, marks, settled lungo.ICollection }

var (
	_ marking.Plans    = (*Markings)(nil)
	_ marking.Pieces   = (*Markings)(nil)
	_ marking.Claims   = (*Markings)(nil)
	_ marking.Marks    = (*Markings)(nil)
	_ marking.Sittings = (*Sittings)(nil)
	_ marking.Accounts = (*People)(nil)
)

// Markings returns the store of what people mark.
func (s *Store) Markings() *Markings {
	return &Markings{
		s.db.Collection("marking_plans"), s.db.Collection("marking_pieces"), s.db.Collection("marking_claims"),
		s.db.Collection("marking_marks"), s.db.Collection("marking_settled"),
	}
}

func (s *Store) ensureMarkingIndexes(ctx context.Context) error {
	m := s.Markings()
	return ensure(ctx, []index{
		{m.plans, bson.D{{Key: "members", Value: 1}}, false},
		{m.pieces, bson.D{{Key: "sitting", Value: 1}, {Key: "state", Value: 1}}, false},
		{m.pieces, bson.D{{Key: "attempt", Value: 1}}, false},
		{m.claims, bson.D{{Key: "sitting", Value: 1}, {Key: "piece", Value: 1}}, false},
		{m.claims, bson.D{{Key: "ticket", Value: 1}}, false},
		{m.claims, bson.D{{Key: "hand", Value: 1}}, true},
		{m.marks, bson.D{{Key: "sitting", Value: 1}, {Key: "piece", Value: 1}}, false},
		{m.settled, bson.D{{Key: "sitting", Value: 1}}, false},
		{s.Results().history, bson.D{{Key: "attempt", Value: 1}}, false},
	})
}

type markingPlanDoc struct {
	Sitting   string      `bson:"_id"`
	Markers   []markerDoc `bson:"markers"`
	Members   []string    `bson:"members"` // the markers' accounts, to find them by
	Tolerance int         `bson:"tolerance"`
	Every     int         `bson:"every"`
	Grace     int64       `bson:"graceMs"`
	Version   int         `bson:"version"`
	By        string      `bson:"by"`
	At        time.Time   `bson:"at"`
}

type markerDoc struct {
	Account string   `bson:"account"`
	Types   []string `bson:"types,omitempty"`
}

func (d markingPlanDoc) plan() marking.Plan {
	p := marking.Plan{
		Sitting: sitting.ID(d.Sitting), Tolerance: d.Tolerance, Every: d.Every, Grace: time.Duration(d.Grace) * time.Millisecond,
		Version: d.Version, By: people.AccountID(d.By), At: utc(d.At),
	}
	for _, m := range d.Markers {
		x := marking.Marker{Account: people.AccountID(m.Account)}
		for _, t := range m.Types {
			x.Types = append(x.Types, bank.Type(t))
		}
		p.Markers = append(p.Markers, x)
	}
	return p
}

// Plan implements marking.Plans.
func (m *Markings) Plan(ctx context.Context, id sitting.ID) (marking.Plan, error) {
	var doc markingPlanDoc
	if err := m.plans.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc); err != nil {
		return marking.Plan{}, absent(err, marking.ErrNotFound, "marking plan")
	}
	return doc.plan(), nil
}

// PutPlan implements marking.Plans.
func (m *Markings) PutPlan(ctx context.Context, p marking.Plan) (marking.Plan, error) {
	was := p.Version
	doc := markingPlanDoc{
		Sitting: string(p.Sitting), Tolerance: p.Tolerance, Every: p.Every, Grace: p.Grace.Milliseconds(), Version: was + 1, By: string(p.By), At: p.At,
	}
	for _, x := range p.Markers {
		marker := markerDoc{Account: string(x.Account)}
		for _, t := range x.Types {
			marker.Types = append(marker.Types, string(t))
		}
		doc.Markers, doc.Members = append(doc.Markers, marker), append(doc.Members, marker.Account)
	}
	if was == 0 {
		_, err := m.plans.InsertOne(ctx, doc)
		if lungo.IsUniquenessError(err) {
			return marking.Plan{}, marking.ErrConflict
		}
		return doc.plan(), wrap(err, "insert marking plan")
	}
	got, err := m.plans.ReplaceOne(ctx, bson.M{"_id": doc.Sitting, "version": was}, doc)
	if err != nil {
		return marking.Plan{}, wrap(err, "replace marking plan")
	}
	if got.MatchedCount == 0 {
		return marking.Plan{}, marking.ErrConflict
	}
	return doc.plan(), nil
}

// PlansOf implements marking.Plans.
func (m *Markings) PlansOf(ctx context.Context, who people.AccountID) ([]marking.Plan, error) {
	return every(ctx, m.plans, bson.M{"members": string(who)}, bson.D{{Key: "_id", Value: 1}}, markingPlanDoc.plan)
}

type pieceDoc struct {
	ID       string `bson:"_id"` // attempt:round:slot
	Sitting  string `bson:"sitting"`
	Attempt  string `bson:"attempt"`
	Round    int    `bson:"round"`
	Slot     int    `bson:"slot"`
	Item     string `bson:"item"`
	Revision int    `bson:"revision"`
	Part     int    `bson:"part"`
	Type     string `bson:"type"`
	Points   int64  `bson:"points"` // hundredths, as all marks here
	State    string `bson:"state"`
}

func (d pieceDoc) piece() marking.Piece {
	return marking.Piece{
		ID: marking.PieceID(d.ID), Sitting: sitting.ID(d.Sitting), Attempt: d.Attempt, Round: d.Round, Slot: d.Slot,
		Ref:  bank.Ref{Item: bank.ItemID(d.Item), Revision: d.Revision, Part: d.Part},
		Type: bank.Type(d.Type), Points: bank.Marks(d.Points), State: marking.PieceState(d.State),
	}
}

// InsertPieces implements marking.Pieces.
func (m *Markings) InsertPieces(ctx context.Context, all []marking.Piece) error {
	docs := make([]any, len(all))
	for i, p := range all {
		docs[i] = pieceDoc{
			string(p.ID), string(p.Sitting), p.Attempt, p.Round, p.Slot, string(p.Ref.Item), p.Ref.Revision, p.Ref.Part,
			string(p.Type), int64(p.Points), string(p.State),
		}
	}
	return insertOnce(ctx, m.pieces, docs)
}

// Piece implements marking.Pieces.
func (m *Markings) Piece(ctx context.Context, id marking.PieceID) (marking.Piece, error) {
	var doc pieceDoc
	if err := m.pieces.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc); err != nil {
		return marking.Piece{}, absent(err, marking.ErrNotFound, "piece")
	}
	return doc.piece(), nil
}

// PiecesOf implements marking.Pieces.
func (m *Markings) PiecesOf(ctx context.Context, id sitting.ID, open bool) ([]marking.Piece, error) {
	states := []string{string(marking.Open)}
	if !open {
		states = append(states, string(marking.Done))
	}
	filter := bson.M{"sitting": string(id), "state": bson.M{"$in": states}}
	return every(ctx, m.pieces, filter, bson.D{{Key: "_id", Value: 1}}, pieceDoc.piece)
}

// Supersede implements marking.Pieces.
func (m *Markings) Supersede(ctx context.Context, attempt string, round int) error {
	_, err := m.pieces.UpdateMany(ctx, bson.M{"attempt": attempt, "round": bson.M{"$lt": round}}, bson.M{"$set": bson.M{"state": string(marking.Void)}})
	return wrap(err, "supersede pieces")
}

// Move implements marking.Pieces.
func (m *Markings) Move(ctx context.Context, ids []marking.PieceID, to marking.PieceState) error {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = string(id)
	}
	filter := bson.M{"_id": bson.M{"$in": names}, "state": string(marking.Open)}
	_, err := m.pieces.UpdateMany(ctx, filter, bson.M{"$set": bson.M{"state": string(to)}})
	return wrap(err, "move pieces")
}

// Waiting implements marking.Pieces.
func (m *Markings) Waiting(ctx context.Context) ([]sitting.ID, error) {
	names, err := distinct(ctx, m.pieces, "sitting", bson.M{"state": string(marking.Open)})
	slices.Sort(names)
	out := make([]sitting.ID, len(names))
	for i, n := range names {
		out[i] = sitting.ID(n)
	}
	return out, err
}

type claimDoc struct {
	ID      string    `bson:"_id"` // piece:place, and of a piece had again :marker
	Sitting string    `bson:"sitting"`
	Piece   string    `bson:"piece"`
	Place   int       `bson:"place"`
	Marker  string    `bson:"marker"`
	Hand    string    `bson:"hand"` // piece and marker: nobody has two places of a piece
	Ticket  string    `bson:"ticket"`
	Taken   time.Time `bson:"taken"`
	Until   time.Time `bson:"until"`
}

func claimKey(c marking.Claim) string {
	if c.Place == marking.Again {
		return fmt.Sprintf("%s:%d:%s", c.Piece, c.Place, c.Marker)
	}
	return fmt.Sprintf("%s:%d", c.Piece, c.Place)
}

func (d claimDoc) claim() marking.Claim {
	return marking.Claim{
		Sitting: sitting.ID(d.Sitting), Piece: marking.PieceID(d.Piece), Place: marking.Place(d.Place), Marker: people.AccountID(d.Marker),
		Ticket: d.Ticket, Taken: utc(d.Taken), Until: utc(d.Until),
	}
}

// InsertClaim implements marking.Claims.
func (m *Markings) InsertClaim(ctx context.Context, c marking.Claim) error {
	hand := string(c.Piece) + "|" + string(c.Marker)
	if c.Place == marking.Again {
		hand += "|again"
	}
	_, err := m.claims.InsertOne(ctx, claimDoc{
		claimKey(c), string(c.Sitting), string(c.Piece), int(c.Place), string(c.Marker), hand, c.Ticket, c.Taken, c.Until,
	})
	if lungo.IsUniquenessError(err) {
		return marking.ErrTaken
	}
	return wrap(err, "insert claim")
}

// ClaimByTicket implements marking.Claims.
func (m *Markings) ClaimByTicket(ctx context.Context, id sitting.ID, ticket string) (marking.Claim, error) {
	var doc claimDoc
	if err := m.claims.FindOne(ctx, bson.M{"ticket": ticket, "sitting": string(id)}).Decode(&doc); err != nil {
		return marking.Claim{}, absent(err, marking.ErrNotFound, "claim")
	}
	return doc.claim(), nil
}

// same finds a claim as long as nobody has changed it.
func (m *Markings) same(c marking.Claim) bson.M {
	return bson.M{"_id": claimKey(c), "marker": string(c.Marker), "until": c.Until}
}

// ExtendClaim implements marking.Claims.
func (m *Markings) ExtendClaim(ctx context.Context, c marking.Claim, until time.Time) error {
	got, err := m.claims.UpdateOne(ctx, m.same(c), bson.M{"$set": bson.M{"until": until}})
	if err == nil && got.MatchedCount == 0 {
		return marking.ErrTaken
	}
	return wrap(err, "extend claim")
}

// DeleteClaim implements marking.Claims.
func (m *Markings) DeleteClaim(ctx context.Context, c marking.Claim) error {
	_, err := m.claims.DeleteOne(ctx, m.same(c))
	return wrap(err, "delete claim")
}

// ClaimsOf implements marking.Claims.
func (m *Markings) ClaimsOf(ctx context.Context, id sitting.ID, piece marking.PieceID) ([]marking.Claim, error) {
	return every(ctx, m.claims, ofPiece(id, piece), nil, claimDoc.claim)
}

func ofPiece(id sitting.ID, piece marking.PieceID) bson.M {
	filter := bson.M{"sitting": string(id)}
	if piece != "" {
		filter["piece"] = string(piece)
	}
	return filter
}

type markDoc struct {
	ID       string    `bson:"_id"` // the claim's name and the version
	Sitting  string    `bson:"sitting"`
	Piece    string    `bson:"piece"`
	Place    int       `bson:"place"`
	Marker   string    `bson:"marker"`
	Version  int       `bson:"version"`
	Marks    int64     `bson:"marks"`
	Criteria []int     `bson:"criteria,omitempty"`
	Note     string    `bson:"note"`
	At       time.Time `bson:"at"`
}

func (d markDoc) mark() marking.Mark {
	return marking.Mark{
		Sitting: sitting.ID(d.Sitting), Piece: marking.PieceID(d.Piece), Place: marking.Place(d.Place), Marker: people.AccountID(d.Marker),
		Version: d.Version, Given: marking.Given{Marks: bank.Marks(d.Marks), Criteria: d.Criteria, Note: d.Note}, At: utc(d.At),
	}
}

// InsertMark implements marking.Marks.
func (m *Markings) InsertMark(ctx context.Context, x marking.Mark) error {
	key := claimKey(marking.Claim{Piece: x.Piece, Place: x.Place, Marker: x.Marker})
	_, err := m.marks.InsertOne(ctx, markDoc{
		fmt.Sprintf("%s:v%d", key, x.Version), string(x.Sitting), string(x.Piece), int(x.Place), string(x.Marker), x.Version,
		int64(x.Marks), x.Criteria, x.Note, x.At,
	})
	if lungo.IsUniquenessError(err) {
		return marking.ErrConflict
	}
	return wrap(err, "insert mark")
}

// MarksOf implements marking.Marks.
func (m *Markings) MarksOf(ctx context.Context, id sitting.ID, piece marking.PieceID) ([]marking.Mark, error) {
	return every(ctx, m.marks, ofPiece(id, piece), nil, markDoc.mark)
}

type settlementDoc struct {
	Piece   string         `bson:"_id"`
	Sitting string         `bson:"sitting"`
	Result  *peopleMarkDoc `bson:"result"`
	At      time.Time      `bson:"at"`
}

func (d settlementDoc) settlement() marking.Settlement {
	s := marking.Settlement{Sitting: sitting.ID(d.Sitting), Piece: marking.PieceID(d.Piece), At: utc(d.At)}
	if r := d.Result.mark(); r != nil {
		s.Result = *r
	}
	return s
}

// InsertSettlement implements marking.Marks.
func (m *Markings) InsertSettlement(ctx context.Context, s marking.Settlement) error {
	_, err := m.settled.InsertOne(ctx, settlementDoc{string(s.Piece), string(s.Sitting), peopleMarkToDoc(&s.Result), s.At})
	if lungo.IsUniquenessError(err) {
		return nil
	}
	return wrap(err, "insert settlement")
}

// SettlementsOf implements marking.Marks.
func (m *Markings) SettlementsOf(ctx context.Context, id sitting.ID) ([]marking.Settlement, error) {
	return every(ctx, m.settled, bson.M{"sitting": string(id)}, nil, settlementDoc.settlement)
}
