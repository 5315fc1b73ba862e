package mongobank

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongyuan/bank"

	"github.com/256dpi/lungo"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// batchSize keeps each write small enough for the embedded store.
const batchSize = 500

// Import adds revisions to a bank. Content that an item already has changes
// nothing, except that Status Published publishes it (a retired item stays
// retired); other content becomes the item's next revision. The numbers, times
// and authors that the revisions carry are ignored. It may be repeated after
// an error or a crash and then finishes what was begun. Every item must belong
// to the bank, and no item may occur twice.
func (s *Store) Import(ctx context.Context, revisions []bank.Revision, opts bank.ImportOptions) (result bank.ImportResult, err error) {
	if opts.Status == "" {
		opts.Status = bank.Draft
	}
	opts.Now = opts.Now.UTC().Truncate(time.Millisecond)
	seen := map[bank.ItemID]bool{}
	for _, r := range revisions {
		if !strings.HasPrefix(string(r.Item), string(opts.Bank)+"/") || seen[r.Item] {
			return bank.ImportResult{}, fmt.Errorf("mongobank: import: item %q is of another bank or occurs twice", r.Item)
		}
		seen[r.Item] = true
	}
	held, err := s.held(ctx, opts.Bank)
	if err != nil {
		return bank.ImportResult{}, err
	}
	// Lists are told even where a batch failed: those before it are in.
	defer func() {
		if opts.DryRun {
			return
		}
		if told := s.tell(context.WithoutCancel(ctx), opts.Bank, nil); err == nil {
			err = told
		}
	}()
	done := 0
	for batch := range slices.Chunk(revisions, batchSize) {
		if err := s.importBatch(ctx, batch, held, opts, &result); err != nil {
			return result, err
		}
		if done += len(batch); opts.Progress != nil {
			opts.Progress(done, len(revisions))
		}
	}
	return result, nil
}

// held returns what the import must know of the items of a bank.
func (s *Store) held(ctx context.Context, id bank.ID) (map[string]itemDoc, error) {
	fields := bson.D{{Key: "revision", Value: 1}, {Key: "published", Value: 1}, {Key: "status", Value: 1}, {Key: "digest", Value: 1}, {Key: "version", Value: 1}}
	held := map[string]itemDoc{}
	err := each(ctx, s.items, bson.D{{Key: "bank", Value: string(id)}}, options.Find().SetProjection(fields), func(d itemDoc) {
		held[d.ID] = d
	})
	return held, err
}

func (s *Store) importBatch(ctx context.Context, batch []bank.Revision, held map[string]itemDoc, opts bank.ImportOptions, result *bank.ImportResult) error {
	var news []revisionDoc
	var source []*bank.Revision
	var publish []mongo.WriteModel
	var touched []itemDoc
	var counts bank.ImportResult
	for i := range batch {
		r := &batch[i]
		doc := revisionDoc{Item: string(r.Item), Bank: string(opts.Bank), Content: newContentDoc(r), Created: opts.Now, Author: opts.Author}
		digest, err := digestOf(doc.Content)
		if err != nil {
			return wrap(err, fmt.Sprintf("import %q", r.Item))
		}
		before, known := held[doc.Item]
		if known && before.Digest == digest {
			counts.Unchanged++
			if opts.Status == bank.Published && before.Status != string(bank.Retired) && before.Published != before.Revision {
				publish = append(publish, publishing(before, opts))
				touched = append(touched, before)
			}
			continue
		}
		if known {
			counts.Revised++
		} else {
			counts.Added++
		}
		doc.Digest, doc.Number = digest, before.Revision+1
		before.ID = doc.Item
		touched = append(touched, before)
		news, source = append(news, doc), append(source, r)
	}
	if opts.DryRun {
		result.Add(counts)
		return nil
	}
	if err := s.noteImport(ctx, opts.Batch, touched, held); err != nil {
		return err
	}
	if err := s.insertRevisions(ctx, news); err != nil {
		return err
	}
	if err := s.point(ctx, news, source, held, opts); err != nil {
		return err
	}
	if len(publish) > 0 {
		if _, err := s.items.BulkWrite(ctx, publish); err != nil {
			return wrap(err, "import: publish")
		}
	}
	result.Add(counts)
	return nil
}

// publishing is the update that publishes the newest revision of an item.
func publishing(d itemDoc, opts bank.ImportOptions) mongo.WriteModel {
	return mongo.NewUpdateOneModel().
		SetFilter(bson.D{{Key: "_id", Value: d.ID}, {Key: "revision", Value: d.Revision}}).
		SetUpdate(bson.D{{Key: "$set", Value: bson.D{
			{Key: "status", Value: string(bank.Published)}, {Key: "published", Value: d.Revision}, {Key: "updated", Value: opts.Now}, {Key: "batch", Value: opts.Batch},
		}}, {Key: "$unset", Value: bson.D{{Key: "work", Value: ""}}}, {Key: "$inc", Value: bson.D{{Key: "version", Value: 1}}}})
}

// digestOf names a content. Equal content has the equal digest.
func digestOf(c contentDoc) (string, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// maxRounds bounds how often the import looks for the next free number.
const maxRounds = 50

// insertRevisions inserts the revisions and sets their numbers. A number that
// is taken by the same content was inserted before a crash and is adopted; one
// taken by other content makes the revision move on to the next number.
func (s *Store) insertRevisions(ctx context.Context, docs []revisionDoc) error {
	if len(docs) == 0 {
		return nil
	}
	open := make([]*revisionDoc, len(docs))
	for i := range docs {
		open[i] = &docs[i]
	}
	for range maxRounds {
		var writes []any
		var keys bson.A
		for _, d := range open {
			d.ID = revisionKey(bank.ItemID(d.Item), d.Number)
			writes, keys = append(writes, *d), append(keys, d.ID)
		}
		_, err := s.revisions.InsertMany(ctx, writes, options.InsertMany().SetOrdered(false))
		if err == nil {
			return nil
		}
		if !lungo.IsUniquenessError(err) {
			return wrap(err, "import: insert revisions")
		}
		stored := map[string]string{}
		filter := bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}}}
		fields := options.Find().SetProjection(bson.D{{Key: "digest", Value: 1}})
		if err := each(ctx, s.revisions, filter, fields, func(d revisionDoc) { stored[d.ID] = d.Digest }); err != nil {
			return err
		}
		var again []*revisionDoc
		for _, d := range open {
			switch digest, ok := stored[d.ID]; {
			case !ok: // the error kept it out: the same number once more
				again = append(again, d)
			case digest != d.Digest:
				d.Number++
				again = append(again, d)
			}
		}
		if open = again; len(open) == 0 {
			return nil
		}
	}
	return fmt.Errorf("mongobank: import: %d revisions found no free number in %d rounds", len(open), maxRounds)
}

// point makes the items point to their new revisions.
func (s *Store) point(ctx context.Context, docs []revisionDoc, source []*bank.Revision, held map[string]itemDoc, opts bank.ImportOptions) error {
	var inserts []any
	var updates []mongo.WriteModel
	for i, d := range docs {
		before, known := held[d.Item]
		item := newItemDoc(d, source[i], before, opts)
		if !known {
			inserts = append(inserts, item)
			continue
		}
		updates = append(updates, repointing(item))
	}
	if len(inserts) > 0 {
		_, err := s.items.InsertMany(ctx, inserts, options.InsertMany().SetOrdered(false))
		if err != nil && !lungo.IsUniquenessError(err) {
			return wrap(err, "import: insert items")
		}
		if err != nil {
			// Somebody imported the same items at the same time. The higher
			// number wins, as it does for items known before.
			for _, item := range inserts {
				updates = append(updates, repointing(item.(itemDoc)))
			}
		}
	}
	if len(updates) > 0 {
		if _, err := s.items.BulkWrite(ctx, updates); err != nil {
			return wrap(err, "import: update items")
		}
	}
	return nil
}

func newItemDoc(d revisionDoc, r *bank.Revision, before itemDoc, opts bank.ImportOptions) itemDoc {
	code := strings.TrimPrefix(d.Item, string(opts.Bank)+"/")
	item := itemDoc{
		ID: d.Item, Bank: d.Bank, Code: code, Point: d.Content.Point, Ranges: rangesAbove(r.Point),
		Status: string(opts.Status), Revision: d.Number, Published: before.Published, Updated: opts.Now,
		Type: d.Content.Question.Type, Difficulty: d.Content.Difficulty, Stem: d.Content.Question.Stem, Parts: len(d.Content.Parts),
		Digest: d.Digest, Text: searched(r), Author: opts.Author, Batch: opts.Batch,
	}
	if opts.Status == bank.Draft {
		// Whoever brought an item in has written it as far as its approval goes.
		item.Work = newWorkDoc(bank.Work{Stage: bank.StageDraft, Revision: d.Number, Authors: []string{opts.Author}})
	}
	switch {
	case opts.Status == bank.Published:
		item.Published = d.Number
	case before.Status == string(bank.Published):
		item.Status = before.Status
	}
	return item
}

// rangesAbove lists the ranges that hold a point: A, A-B, A-B-C.
func rangesAbove(p bank.PointCode) []string {
	out := []string{}
	for i, c := range string(p) {
		if c == '-' {
			out = append(out, string(p)[:i])
		}
	}
	return out
}

// repointing updates an item that has not moved past this revision meanwhile.
func repointing(item itemDoc) mongo.WriteModel {
	set := bson.D{
		{Key: "point", Value: item.Point}, {Key: "ranges", Value: item.Ranges}, {Key: "status", Value: item.Status},
		{Key: "revision", Value: item.Revision}, {Key: "published", Value: item.Published}, {Key: "updated", Value: item.Updated},
		{Key: "type", Value: item.Type}, {Key: "difficulty", Value: item.Difficulty}, {Key: "stem", Value: item.Stem},
		{Key: "parts", Value: item.Parts}, {Key: "digest", Value: item.Digest}, {Key: "text", Value: item.Text},
		{Key: "author", Value: item.Author}, {Key: "batch", Value: item.Batch},
	}
	update := bson.D{{Key: "$inc", Value: bson.D{{Key: "version", Value: 1}}}}
	if item.Work == nil {
		update = append(update, bson.E{Key: "$unset", Value: bson.D{{Key: "work", Value: ""}}})
	} else {
		set = append(set, bson.E{Key: "work", Value: item.Work})
	}
	return mongo.NewUpdateOneModel().
		SetFilter(bson.D{{Key: "_id", Value: item.ID}, {Key: "revision", Value: bson.D{{Key: "$lt", Value: item.Revision}}}}).
		SetUpdate(append(update, bson.E{Key: "$set", Value: set}))
}
