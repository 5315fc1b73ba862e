package mongostore

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/engine/evidence"
	"gongyuan/engine/people"
	"gongyuan/engine/retention"
	"gongyuan/engine/sitting"
)

// Retention keeps runs of deletion in `retention_runs`, and what is not deleted
// whatever is due in `retention_keepings`, by sitting. It is safe for concurrent
// use.
type Retention struct{ runs, keepings lungo.ICollection }

var (
	_ retention.Store    = (*Retention)(nil)
	_ retention.Keepings = (*Retention)(nil)
)

// Retention returns the store of runs of deletion and of keepings.
func (s *Store) Retention() *Retention {
	return &Retention{s.db.Collection("retention_runs"), s.db.Collection("retention_keepings")}
}

type keepingDoc struct {
	Sitting string    `bson:"_id"`
	On      bool      `bson:"on"`
	Why     string    `bson:"why"`
	By      string    `bson:"by"`
	At      time.Time `bson:"at"`
	Version int       `bson:"version"`
}

// Keeping implements retention.Keepings.
func (x *Retention) Keeping(ctx context.Context, id sitting.ID) (retention.Keeping, error) {
	var d keepingDoc
	err := x.keepings.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&d)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return retention.Keeping{}, nil
	}
	return retention.Keeping{Sitting: sitting.ID(d.Sitting), On: d.On, Why: d.Why, By: people.AccountID(d.By), At: utc(d.At), Version: d.Version}, wrap(err, "find a keeping")
}

// PutKeeping implements retention.Keepings.
func (x *Retention) PutKeeping(ctx context.Context, k retention.Keeping) (retention.Keeping, error) {
	k.Version++
	return k, putVersion(ctx, x.keepings, string(k.Sitting), k.Version, keepingDoc{string(k.Sitting), k.On, k.Why, string(k.By), k.At, k.Version}, retention.ErrConflict)
}

type (
	retentionLotDoc struct {
		Kind    string    `bson:"kind"`
		Sitting string    `bson:"sitting"`
		Title   string    `bson:"title"`
		From    time.Time `bson:"from"`
		Due     time.Time `bson:"due"`
		Count   int       `bson:"count"`
		Spared  int       `bson:"spared"`
	}
	retentionRunDoc struct {
		ID        string            `bson:"_id"`
		Lots      []retentionLotDoc `bson:"lots"`
		Digest    string            `bson:"digest"`
		Why       string            `bson:"why"`
		By        string            `bson:"by"`
		At        time.Time         `bson:"at"`
		State     string            `bson:"state"`
		Second    string            `bson:"second"`
		SecondWhy string            `bson:"secondWhy"`
		SecondAt  time.Time         `bson:"secondAt"`
		Deleted   int               `bson:"deleted"`
		Version   int               `bson:"version"`
	}
)

func docOfRetentionRun(r *retention.Run) retentionRunDoc {
	d := retentionRunDoc{
		ID: r.ID, Digest: r.Digest, Why: r.Why, By: string(r.By), At: r.At, State: string(r.State), Second: string(r.Second),
		SecondWhy: r.SecondWhy, SecondAt: r.SecondAt, Deleted: r.Deleted, Version: r.Version,
	}
	for _, l := range r.Lots {
		d.Lots = append(d.Lots, retentionLotDoc{string(l.Kind), string(l.Sitting), l.Title, l.From, l.Due, l.Count, l.Spared})
	}
	return d
}

func (d retentionRunDoc) run() retention.Run {
	r := retention.Run{
		ID: d.ID, Digest: d.Digest, Why: d.Why, By: people.AccountID(d.By), At: utc(d.At), State: retention.State(d.State), Second: people.AccountID(d.Second),
		SecondWhy: d.SecondWhy, SecondAt: utc(d.SecondAt), Deleted: d.Deleted, Version: d.Version,
	}
	for _, l := range d.Lots {
		r.Lots = append(r.Lots, retention.Lot{
			Kind: retention.Kind(l.Kind), Sitting: sitting.ID(l.Sitting), Title: l.Title, From: utc(l.From), Due: utc(l.Due), Count: l.Count, Spared: l.Spared,
		})
	}
	return r
}

// InsertRun implements retention.Store.
func (x *Retention) InsertRun(ctx context.Context, r retention.Run) error {
	_, err := x.runs.InsertOne(ctx, docOfRetentionRun(&r))
	if lungo.IsUniquenessError(err) {
		return retention.ErrConflict
	}
	return wrap(err, "insert run of deletion")
}

// Run implements retention.Store.
func (x *Retention) Run(ctx context.Context, id string) (retention.Run, error) {
	var d retentionRunDoc
	err := x.runs.FindOne(ctx, bson.M{"_id": id}).Decode(&d)
	return d.run(), absent(err, retention.ErrNotFound, "a run of deletion")
}

// ReplaceRun implements retention.Store.
func (x *Retention) ReplaceRun(ctx context.Context, r retention.Run) (retention.Run, error) {
	was := r.Version
	r.Version++
	done, err := x.runs.ReplaceOne(ctx, bson.M{"_id": r.ID, "version": was}, docOfRetentionRun(&r))
	if err == nil && done.MatchedCount == 0 {
		return retention.Run{}, retention.ErrConflict
	}
	return r, wrap(err, "replace run of deletion")
}

// Runs implements retention.Store.
func (x *Retention) Runs(ctx context.Context, limit int) ([]retention.Run, error) {
	opts := options.Find().SetSort(bson.D{{Key: "at", Value: -1}, {Key: "_id", Value: 1}}).SetLimit(int64(limit))
	docs, err := findAll[retentionRunDoc](ctx, x.runs, bson.M{}, opts)
	out := make([]retention.Run, len(docs))
	for i, d := range docs {
		out[i] = d.run()
	}
	return out, err
}

// Holdings are where each kind is kept.
func (s *Store) Holdings() map[retention.Kind]retention.Holding {
	j, a, p, e := s.Journal(), s.Attempts(), s.Proctors(), s.Evidence()
	byAttempt := func(cs ...lungo.ICollection) retention.Holding { return &heldByAttempt{a.attempts, cs, "attempt"} }
	return map[retention.Kind]retention.Holding{
		retention.Journals:     byAttempt(j.ops, j.late, j.decisions, a.gaps),
		retention.Answers:      &heldTogether{&heldByAttempt{a.attempts, []lungo.ICollection{a.papers}, "_id"}, &heldByAttempt{a.attempts, []lungo.ICollection{a.submissions}, "attempt"}},
		retention.Signals:      &heldBySitting{p.signs},
		retention.Attachments:  &heldFiles{e, evidence.ScoreFile},
		retention.Materials:    &heldFiles{e, evidence.Material},
		retention.Portraits:    &heldFiles{e, evidence.Portrait},
		retention.Applications: &heldApplications{s.Enrolments()},
	}
}

// heldByAttempt is what documents of a sitting's attempts are in collections.
type heldByAttempt struct {
	attempts lungo.ICollection
	in       []lungo.ICollection
	field    string // that names the attempt
}

// someAttempts is how many attempts one filter names.
const someAttempts = 50

func (h *heldByAttempt) each(ctx context.Context, id sitting.ID, keep []sitting.RegistrationID, do func(lungo.ICollection, bson.M) error) error {
	docs, err := findAll[struct {
		ID           string `bson:"_id"`
		Registration string `bson:"registration"`
	}](ctx, h.attempts, bson.M{"sitting": string(id)}, options.Find().SetProjection(bson.D{{Key: "registration", Value: 1}}))
	if err != nil {
		return err
	}
	var ids []string
	for _, d := range docs {
		if !slices.Contains(keep, sitting.RegistrationID(d.Registration)) {
			ids = append(ids, d.ID)
		}
	}
	for some := range slices.Chunk(ids, someAttempts) {
		for _, c := range h.in {
			if err := do(c, bson.M{h.field: bson.M{"$in": some}}); err != nil {
				return wrap(err, "retention in "+c.Name())
			}
		}
	}
	return nil
}

// Held implements retention.Holding.
func (h *heldByAttempt) Held(ctx context.Context, id sitting.ID, keep []sitting.RegistrationID) (int, error) {
	n := 0
	err := h.each(ctx, id, keep, func(c lungo.ICollection, filter bson.M) error {
		m, err := c.CountDocuments(ctx, filter)
		n += int(m)
		return err
	})
	return n, err
}

// Drop implements retention.Holding.
func (h *heldByAttempt) Drop(ctx context.Context, id sitting.ID, keep []sitting.RegistrationID) (int, error) {
	n := 0
	err := h.each(ctx, id, keep, func(c lungo.ICollection, filter bson.M) error {
		done, err := c.DeleteMany(ctx, filter)
		if err == nil {
			n += int(done.DeletedCount)
		}
		return err
	})
	return n, err
}

// heldTogether are two holdings of one kind.
type heldTogether struct{ first, second retention.Holding }

// Held implements retention.Holding.
func (h *heldTogether) Held(ctx context.Context, id sitting.ID, keep []sitting.RegistrationID) (int, error) {
	n, err := h.first.Held(ctx, id, keep)
	if err != nil {
		return n, err
	}
	m, err := h.second.Held(ctx, id, keep)
	return n + m, err
}

// Drop implements retention.Holding.
func (h *heldTogether) Drop(ctx context.Context, id sitting.ID, keep []sitting.RegistrationID) (int, error) {
	n, err := h.first.Drop(ctx, id, keep)
	if err != nil {
		return n, err
	}
	m, err := h.second.Drop(ctx, id, keep)
	return n + m, err
}

// heldBySitting is a collection whose documents name sitting and registration.
type heldBySitting struct{ in lungo.ICollection }

func (h *heldBySitting) filter(id sitting.ID, keep []sitting.RegistrationID) bson.M {
	filter := bson.M{"sitting": string(id)}
	if len(keep) > 0 {
		filter["registration"] = bson.M{"$nin": texts(keep)}
	}
	return filter
}

// Held implements retention.Holding.
func (h *heldBySitting) Held(ctx context.Context, id sitting.ID, keep []sitting.RegistrationID) (int, error) {
	n, err := h.in.CountDocuments(ctx, h.filter(id, keep))
	return int(n), wrap(err, "retention in "+h.in.Name())
}

// Drop implements retention.Holding.
func (h *heldBySitting) Drop(ctx context.Context, id sitting.ID, keep []sitting.RegistrationID) (int, error) {
	done, err := h.in.DeleteMany(ctx, h.filter(id, keep))
	if err != nil {
		return 0, wrap(err, "retention in "+h.in.Name())
	}
	return int(done.DeletedCount), nil
}

// heldFiles are the files of a kind, removed ones too, with their content.
type heldFiles struct {
	evidence *Evidence
	kind     evidence.Kind
}

func (h *heldFiles) files(ctx context.Context, id sitting.ID, keep []sitting.RegistrationID) ([]evidence.File, error) {
	all, err := h.evidence.FilesOfSitting(ctx, id, h.kind)
	return slices.DeleteFunc(all, func(f evidence.File) bool { return slices.Contains(keep, f.Owner.Registration) }), err
}

// Held implements retention.Holding.
func (h *heldFiles) Held(ctx context.Context, id sitting.ID, keep []sitting.RegistrationID) (int, error) {
	files, err := h.files(ctx, id, keep)
	return len(files), err
}

// Drop implements retention.Holding. Content goes first: a file without it is
// found again.
func (h *heldFiles) Drop(ctx context.Context, id sitting.ID, keep []sitting.RegistrationID) (int, error) {
	files, err := h.files(ctx, id, keep)
	if err != nil {
		return 0, err
	}
	for n, f := range files {
		if f.Content != "" {
			if err := h.evidence.DropContent(ctx, f.Content); err != nil {
				return n, err
			}
		}
		if err := h.evidence.DropParts(ctx, f.ID); err != nil {
			return n, err
		}
		if _, err := h.evidence.files.DeleteOne(ctx, bson.M{"_id": string(f.ID)}); err != nil {
			return n, wrap(err, "drop file")
		}
	}
	return len(files), nil
}

// heldApplications are the applications for a sitting, with their files. They
// belong to nobody's registration: admitted or not, all go.
type heldApplications struct{ *Enrolments }

// Held implements retention.Holding.
func (h *heldApplications) Held(ctx context.Context, id sitting.ID, _ []sitting.RegistrationID) (int, error) {
	n, err := h.applications.CountDocuments(ctx, bson.M{"sitting": string(id)})
	return int(n), wrap(err, "retention in "+h.applications.Name())
}

// Drop implements retention.Holding. Files go first: an application without
// them is found again.
func (h *heldApplications) Drop(ctx context.Context, id sitting.ID, _ []sitting.RegistrationID) (int, error) {
	all, err := h.ApplicationsOf(ctx, id)
	if err != nil {
		return 0, err
	}
	var files []string
	for i := range all {
		for _, f := range all[i].Files {
			files = append(files, f.ID)
		}
	}
	for some := range slices.Chunk(files, someContents) {
		if _, err := h.contents.DeleteMany(ctx, bson.M{"_id": bson.M{"$in": some}}); err != nil {
			return 0, wrap(err, "retention in "+h.contents.Name())
		}
	}
	done, err := h.applications.DeleteMany(ctx, bson.M{"sitting": string(id)})
	if err != nil {
		return 0, wrap(err, "retention in "+h.applications.Name())
	}
	return int(done.DeletedCount), nil
}
