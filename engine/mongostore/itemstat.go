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

	"gongyuan/bank"
	"gongyuan/bank/stats"
	"gongyuan/engine/itemstat"
	"gongyuan/engine/sitting"
)

// ItemStatistics keeps what items did at sittings: `item_statistics` holds the
// sums of each revision at each sitting, `sitting_statistics` what is about the
// whole sitting. It is safe for concurrent use.
type ItemStatistics struct{ reports, records, limits lungo.ICollection }

var _ itemstat.Store = (*ItemStatistics)(nil)

// ItemStatistics returns the store of item statistics.
func (s *Store) ItemStatistics() *ItemStatistics {
	return &ItemStatistics{s.db.Collection("sitting_statistics"), s.db.Collection("item_statistics"), s.db.Collection("statistics_limits")}
}

func (s *Store) ensureItemStatisticsIndexes(ctx context.Context) error {
	x := s.ItemStatistics()
	return ensure(ctx, []index{
		{x.records, bson.D{{Key: "sitting", Value: 1}}, false},
		{x.records, bson.D{{Key: "item", Value: 1}}, false},
	})
}

// SaveReport implements itemstat.Store. A record is inserted once: the same
// basis gives the same. The report comes last: until it is there, whoever counts
// the records of its basis finds that some are missing.
func (x *ItemStatistics) SaveReport(ctx context.Context, r itemstat.Report) error {
	docs := make([]any, len(r.Items))
	for i := range r.Items {
		docs[i] = itemStatisticsOf(&r.Items[i])
	}
	if err := insertOnce(ctx, x.records, docs); err != nil {
		return err
	}
	if _, err := x.records.DeleteMany(ctx, bson.M{"sitting": string(r.Sitting), "basis": bson.M{"$ne": r.Basis}}); err != nil {
		return wrap(err, "drop old item statistics")
	}
	doc := sittingStatisticsOf(&r)
	_, err := x.reports.ReplaceOne(ctx, bson.M{"_id": doc.Sitting}, doc, options.Replace().SetUpsert(true))
	return wrap(err, "keep sitting statistics")
}

// Report implements itemstat.Store.
func (x *ItemStatistics) Report(ctx context.Context, id sitting.ID) (itemstat.Report, error) {
	var doc sittingStatisticsDoc
	err := x.reports.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return itemstat.Report{}, itemstat.ErrNotFound
	}
	if err != nil {
		return itemstat.Report{}, wrap(err, "sitting statistics")
	}
	out := doc.report()
	filter := bson.M{"sitting": doc.Sitting, "basis": doc.Basis}
	out.Items, err = every(ctx, x.records, filter, bson.D{{Key: "item", Value: 1}, {Key: "revision", Value: 1}, {Key: "part", Value: 1}}, itemStatisticsDoc.record)
	if err == nil && len(out.Items) != doc.Items {
		return itemstat.Report{}, itemstat.ErrNotFound
	}
	return out, err
}

// RecordsOf implements itemstat.Store.
func (x *ItemStatistics) RecordsOf(ctx context.Context, items []bank.ItemID) ([]itemstat.Record, error) {
	if len(items) == 0 {
		return nil, nil
	}
	ids := make([]string, len(items))
	for i, id := range items {
		ids[i] = string(id)
	}
	return every(ctx, x.records, bson.M{"item": bson.M{"$in": ids}}, bson.D{{Key: "_id", Value: 1}}, itemStatisticsDoc.record)
}

// Limits implements itemstat.Store.
func (x *ItemStatistics) Limits(ctx context.Context, id bank.ID) (stats.Limits, error) {
	var doc limitsDoc
	err := x.limits.FindOne(ctx, bson.M{"_id": string(id)}).Decode(&doc)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return stats.Limits{}, itemstat.ErrNotFound
	}
	return stats.Limits{
		MinPeople: doc.MinPeople, TooHard: doc.TooHard, TooEasy: doc.TooEasy, Low: doc.Low, RareOption: doc.RareOption, Omitted: doc.Omitted,
		OtherOption: doc.OtherOption, Slow: doc.Slow, Fast: doc.Fast,
	}, wrap(err, "limits of statistics")
}

// SaveLimits implements itemstat.Store.
func (x *ItemStatistics) SaveLimits(ctx context.Context, id bank.ID, l stats.Limits) error {
	doc := limitsDoc{string(id), l.MinPeople, l.TooHard, l.TooEasy, l.Low, l.RareOption, l.Omitted, l.OtherOption, l.Slow, l.Fast}
	_, err := x.limits.ReplaceOne(ctx, bson.M{"_id": doc.Bank}, doc, options.Replace().SetUpsert(true))
	return wrap(err, "keep limits of statistics")
}

type limitsDoc struct {
	Bank        string  `bson:"_id"`
	MinPeople   int     `bson:"minPeople"`
	TooHard     float64 `bson:"tooHard"`
	TooEasy     float64 `bson:"tooEasy"`
	Low         float64 `bson:"low"`
	RareOption  float64 `bson:"rareOption"`
	Omitted     float64 `bson:"omitted"`
	OtherOption float64 `bson:"otherOption"`
	Slow        float64 `bson:"slow"`
	Fast        float64 `bson:"fast"`
}

// sittingStatisticsDoc is a document of `sitting_statistics`. Marks are hundredths.
type sittingStatisticsDoc struct {
	Sitting    string          `bson:"_id"`
	Title      string          `bson:"title"`
	Bank       string          `bson:"bank"`
	At         time.Time       `bson:"at"`
	Basis      string          `bson:"basis"`
	Items      int             `bson:"items"`
	Pass       int64           `bson:"pass"`
	Passed     int             `bson:"passed"`
	Incomplete int             `bson:"incomplete"`
	Misconduct int             `bson:"misconduct"`
	Paper      paperFiguresDoc `bson:"paper"`
}

type paperFiguresDoc struct {
	People      int       `bson:"people"`
	Items       int       `bson:"items"`
	Length      float64   `bson:"length"`
	Full        int64     `bson:"full"`
	Mean        figureDoc `bson:"mean"`
	SD          figureDoc `bson:"sd"`
	Reliability figureDoc `bson:"reliability"`
	Method      string    `bson:"method"`
	SEM         figureDoc `bson:"sem"`
	Histogram   []int     `bson:"histogram"`
}

type figureDoc struct {
	Value float64 `bson:"value"`
	Why   string  `bson:"why,omitempty"`
}

func figureOf(f stats.Figure) figureDoc  { return figureDoc{f.Value, string(f.Why)} }
func (d figureDoc) figure() stats.Figure { return stats.Figure{Value: d.Value, Why: stats.Why(d.Why)} }
func spreadOf(s stats.Spread) spreadDoc  { return spreadDoc{s.XX, s.YY, s.XY} }
func (d spreadDoc) spread() stats.Spread { return stats.Spread{XX: d.XX, YY: d.YY, XY: d.XY} }
func thirdsOf(t stats.Thirds) []int      { return t[:] }
func groupOf(g stats.Group) groupDoc     { return groupDoc{g.Weight, g.Score} }
func (d groupDoc) group() stats.Group    { return stats.Group{Weight: d.Weight, Score: d.Score} }
func thirds(in []int) (out stats.Thirds) {
	copy(out[:], in)
	return out
}

func optionIDs(in []string) (out []bank.OptionID) {
	for _, s := range in {
		out = append(out, bank.OptionID(s))
	}
	return out
}

func sittingStatisticsOf(r *itemstat.Report) sittingStatisticsDoc {
	p := &r.Paper
	return sittingStatisticsDoc{
		Sitting: string(r.Sitting), Title: r.Title, Bank: string(r.Bank), At: r.At, Basis: r.Basis, Items: len(r.Items), Pass: int64(r.Pass), Passed: r.Passed,
		Incomplete: r.Incomplete, Misconduct: r.Misconduct,
		Paper: paperFiguresDoc{
			p.People, p.Items, p.Length, int64(p.Full), figureOf(p.Mean), figureOf(p.SD), figureOf(p.Reliability), string(p.Method), figureOf(p.SEM), p.Histogram[:],
		},
	}
}

func (d sittingStatisticsDoc) report() itemstat.Report {
	p := d.Paper
	out := itemstat.Report{
		Sitting: sitting.ID(d.Sitting), Title: d.Title, Bank: bank.ID(d.Bank), At: utc(d.At), Basis: d.Basis, Pass: bank.Marks(d.Pass), Passed: d.Passed,
		Incomplete: d.Incomplete, Misconduct: d.Misconduct,
		Paper: stats.Paper{
			People: p.People, Items: p.Items, Length: p.Length, Full: bank.Marks(p.Full), Mean: p.Mean.figure(), SD: p.SD.figure(),
			Reliability: p.Reliability.figure(), Method: stats.Method(p.Method), SEM: p.SEM.figure(),
		},
	}
	copy(out.Paper.Histogram[:], p.Histogram)
	return out
}

// itemStatisticsDoc is a document of `item_statistics`: sums, from which every
// figure follows.
type itemStatisticsDoc struct {
	ID       string      `bson:"_id"` // <sitting>|<basis>|<item>@<revision>#<part>
	Sitting  string      `bson:"sitting"`
	Title    string      `bson:"title"`
	On       time.Time   `bson:"on"`
	Basis    string      `bson:"basis"`
	Item     string      `bson:"item"`
	Revision int         `bson:"revision"`
	Part     int         `bson:"part"`
	Type     string      `bson:"type"`
	Options  []string    `bson:"options,omitempty"`
	Key      []string    `bson:"key,omitempty"`
	Usual    float64     `bson:"usual"`
	People   int         `bson:"people"`
	Omitted  int         `bson:"omitted"`
	Score    float64     `bson:"score"`
	Total    spreadDoc   `bson:"total"`
	Rest     spreadDoc   `bson:"rest"`
	RestOf   int         `bson:"restOf"`
	Upper    groupDoc    `bson:"upper"`
	Lower    groupDoc    `bson:"lower"`
	Thirds   []int       `bson:"thirds"`
	Right    []int       `bson:"right"`
	Blank    []int       `bson:"blank"`
	Chosen   []chosenDoc `bson:"chosen,omitempty"`
	Seconds  []int       `bson:"seconds,omitempty"`
	Sittings int         `bson:"sittings"`
}

type spreadDoc struct {
	XX float64 `bson:"xx"`
	YY float64 `bson:"yy"`
	XY float64 `bson:"xy"`
}

type groupDoc struct {
	Weight float64 `bson:"weight"`
	Score  float64 `bson:"score"`
}

type chosenDoc struct {
	Option string    `bson:"option"`
	Thirds []int     `bson:"thirds"`
	Rest   spreadDoc `bson:"rest"`
}

func itemStatisticsOf(r *itemstat.Record) itemStatisticsDoc {
	ref, s := r.Item.Ref, &r.Sums
	doc := itemStatisticsDoc{
		ID: fmt.Sprintf("%s|%s|%s@%d#%d", r.Sitting, r.Basis, ref.Item, ref.Revision, ref.Part), Sitting: string(r.Sitting), Title: r.Title, On: r.On, Basis: r.Basis,
		Item: string(ref.Item), Revision: ref.Revision, Part: ref.Part, Type: string(r.Item.Type), Options: texts(r.Item.Options), Key: texts(r.Item.Key),
		Usual: r.Usual, People: s.People, Omitted: s.Omitted, Score: s.Score, Total: spreadOf(s.Total), Rest: spreadOf(s.Rest), RestOf: s.RestOf,
		Upper: groupOf(s.Upper), Lower: groupOf(s.Lower), Thirds: thirdsOf(s.Thirds), Right: thirdsOf(s.Right), Blank: thirdsOf(s.Blank),
		Seconds: s.Seconds, Sittings: s.Sittings,
	}
	for _, o := range s.Options {
		doc.Chosen = append(doc.Chosen, chosenDoc{string(o.Option), thirdsOf(o.Thirds), spreadOf(o.Rest)})
	}
	return doc
}

func (d itemStatisticsDoc) record() itemstat.Record {
	out := itemstat.Record{
		Sitting: sitting.ID(d.Sitting), Title: d.Title, On: utc(d.On), Basis: d.Basis, Usual: d.Usual,
		Item: stats.Item{Ref: bank.Ref{Item: bank.ItemID(d.Item), Revision: d.Revision, Part: d.Part}, Type: bank.Type(d.Type), Options: optionIDs(d.Options), Key: optionIDs(d.Key)},
		Sums: stats.Sums{
			People: d.People, Omitted: d.Omitted, Score: d.Score, Total: d.Total.spread(), Rest: d.Rest.spread(), RestOf: d.RestOf, Upper: d.Upper.group(),
			Lower: d.Lower.group(), Thirds: thirds(d.Thirds), Right: thirds(d.Right), Blank: thirds(d.Blank), Seconds: d.Seconds, Sittings: d.Sittings,
		},
	}
	for _, o := range d.Chosen {
		out.Sums.Options = append(out.Sums.Options, stats.OptionSums{Option: bank.OptionID(o.Option), Thirds: thirds(o.Thirds), Rest: o.Rest.spread()})
	}
	return out
}
