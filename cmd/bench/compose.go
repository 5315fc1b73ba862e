package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/256dpi/lungo"
	"github.com/google/uuid"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"

	"gongyuan/bank"
	"gongyuan/cmd/bench/figure"
	"gongyuan/cmd/gongyuan/embedded"
	"gongyuan/engine/assess"
	"gongyuan/engine/attempt"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// How much is composed: composeRounds times every candidate of every sitting,
// 100,000 results in all. FerretDB reads a whole collection for each query:
// there it is two sittings, once.
const (
	composeSittings   = 4
	composeCandidates = 500
	composeRounds     = 50
	composeExaminers  = 3
	composeSlots      = 100
)

// composeFigures are R1, how many results are composed per second from what
// the store keeps, score sheets of three examiners included, on the embedded
// store; and R2, the time of it beside that of a raw read of the same documents
// in the same round, over MongoDB's wire.
func composeFigures(ctx context.Context, wanted func(string) bool, show func(figure.Figure)) error {
	if wanted("R1") {
		if err := onEmbedded(ctx, show); err != nil {
			return err
		}
	}
	if wanted("R2") {
		return onWire(ctx, show)
	}
	return nil
}

func onEmbedded(ctx context.Context, show func(figure.Figure)) error {
	folder, err := os.MkdirTemp("", "gongyuan-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	store, err := embedded.Open(filepath.Join(folder, "bench.db"))
	if err != nil {
		return err
	}
	defer store.Close()
	m, err := composeAll(ctx, store.Database("bench"), composeSittings, composeRounds)
	if err == nil {
		show(m.figure("R1", m.results/sum(m.composed), "results/s", figure.AtLeast(2000)))
	}
	return err
}

func onWire(ctx context.Context, show func(figure.Figure)) error {
	address := os.Getenv("GONGYUAN_TEST_MONGODB_URL")
	if address == "" {
		return errNoMongo
	}
	client, err := lungo.Connect(ctx, options.Client().ApplyURI(address).SetMaxPoolSize(12))
	if err != nil {
		return err
	}
	db := client.Database("bench_" + strings.ReplaceAll(uuid.NewString(), "-", ""))
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		_ = db.Drop(ctx) // the database is nobody's: its name is not used again
		_ = client.Disconnect(ctx)
	}()
	m, err := composeAll(ctx, db, 2, 1)
	if err == nil {
		show(m.figure("R2", sum(m.composed)/sum(m.raw), "ratio", figure.AtMost(2)))
	}
	return err
}

// composing is what was measured: seconds per sitting.
type composing struct {
	raw, composed []float64
	results       float64
	bytes         int // of the documents of a sitting
}

func (m *composing) figure(id string, value float64, unit string, aim figure.Aim) figure.Figure {
	return figure.Figure{
		ID: id, Value: value, Unit: unit, Aim: aim,
		Calibrations: []figure.Calibration{
			{Name: "raw-read-of-the-same-documents", Value: m.results / sum(m.raw), Unit: "results/s"},
			{Name: "documents-of-a-sitting", Value: float64(m.bytes) / 1e6, Unit: "MB"},
		},
		Notes: []string{fmt.Sprintf("%.0f results of theory (%d answers) and skill (%d signed sheets), %d candidates to a sitting", m.results, composeSlots, composeExaminers, composeCandidates)},
	}
}

// composeAll fills a database, and composes each sitting as often as there are
// rounds.
func composeAll(ctx context.Context, db lungo.IDatabase, sittings, rounds int) (m composing, err error) {
	hall := &composeHall{db: db}
	if err := hall.fill(ctx, sittings); err != nil {
		return m, err
	}
	m.results = float64(sittings * composeCandidates * rounds)
	for range rounds {
		for _, id := range hall.sittings {
			start := time.Now()
			if m.bytes, err = hall.read(ctx, id); err != nil {
				return m, err
			}
			m.raw = append(m.raw, time.Since(start).Seconds())
			start = time.Now()
			all, err := hall.sources.Compose(ctx, id)
			if err != nil {
				return m, err
			}
			m.composed = append(m.composed, time.Since(start).Seconds())
			if err := whole(&all); err != nil {
				return m, err
			}
		}
	}
	return m, nil
}

func sum(list []float64) (s float64) {
	for _, v := range list {
		s += v
	}
	return s
}

// whole tells what keeps a composed sitting from being what it was made to be:
// a figure of failures would be no figure.
func whole(all *result.All) error {
	if len(all.Candidates) != composeCandidates {
		return fmt.Errorf("composed %d of %d candidates", len(all.Candidates), composeCandidates)
	}
	for _, c := range all.Candidates {
		if c.Outcome.Result != result.Qualified {
			return fmt.Errorf("a candidate came to %q", c.Outcome.Result)
		}
	}
	return nil
}

// composeHall is a database full of closed sittings.
type composeHall struct {
	db       lungo.IDatabase
	sittings []sitting.ID
	sources  result.Sources
}

func (h *composeHall) fill(ctx context.Context, sittings int) error {
	store := mongostore.New(h.db)
	if err := store.EnsureIndexes(ctx); err != nil {
		return err
	}
	norm, err := standard.Sample()
	if err != nil {
		return err
	}
	sheet, err := skillSheet()
	if err != nil {
		return err
	}
	assessments, records := store.Assessments(), store.Records()
	if err := assessments.InsertSheet(ctx, sheet); err != nil {
		return err
	}
	desk := assess.NewDesk(assess.Deps{Sheets: assessments, Panels: assessments, Scores: assessments, Rulings: assessments, Standard: norm})
	h.sources = result.Sources{
		Sittings: composeRosters{store.Sittings()}, Theories: store.Results(), Attempts: store.Attempts(), Assessments: desk,
		Rulings: records, Records: records, Corrections: store.Appeals(), Standard: norm,
	}
	for range sittings {
		id, err := h.fillSitting(ctx, store, &sheet)
		if err != nil {
			return err
		}
		h.sittings = append(h.sittings, id)
	}
	return nil
}

func skillSheet() (assess.Sheet, error) {
	sheets, err := assess.SampleSheets()
	for _, s := range sheets {
		if s.Level == 3 && s.Kind == standard.Skill {
			return s, err
		}
	}
	return assess.Sheet{}, errors.Join(err, errors.New("no sample sheet for the skill of level 3"))
}

type composeRosters struct{ *mongostore.Sittings }

// Roster implements result.Sittings.
func (r composeRosters) Roster(ctx context.Context, s sitting.Sitting) ([]sitting.Registration, error) {
	return r.RegistrationsOf(ctx, s.ID)
}

func (h *composeHall) fillSitting(ctx context.Context, store *mongostore.Store, sheet *assess.Sheet) (sitting.ID, error) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := sitting.Sitting{
		ID: sitting.ID(uuid.NewString()), Title: "bench", Level: 3, State: sitting.Closed, Version: 1,
		Opens: now, Closes: now.Add(time.Hour), Duration: time.Hour, Created: now,
	}
	panel := assess.Panel{
		ID: assess.PanelID(uuid.NewString()), Sitting: s.ID, Level: 3, Kind: standard.Skill, Station: 1, Weight: 100, State: assess.Appointed,
		Version: 1, Sheet: sheet.SheetRef, Rule: assess.Mean, Spread: 10000, Created: now,
	}
	for range composeExaminers {
		panel.Examiners = append(panel.Examiners, people.AccountID(uuid.NewString()))
	}
	panel.Chair = panel.Examiners[0]
	var regs []sitting.Registration
	var theories []result.Theory
	var attempts []attempt.Sealed
	for n := range composeCandidates {
		r := sitting.Registration{
			ID: sitting.RegistrationID(uuid.NewString()), Sitting: s.ID, Candidate: people.CandidateID(uuid.NewString()),
			Admission: fmt.Sprintf("%s-%04d", s.ID[:8], n+1), Room: "01", Seat: fmt.Sprintf("%04d", n+1), Attempt: uuid.NewString(),
		}
		regs = append(regs, r)
		s.Roster = append(s.Roster, r.ID)
		panel.Draw = append(panel.Draw, r.ID)
		theories = append(theories, composeTheory(&r, now))
		attempts = append(attempts, attempt.Sealed{Record: attempt.Record{
			ID: attempt.AttemptID(r.Attempt), Sitting: s.ID, Registration: r.ID, Candidate: r.Candidate, Slots: composeSlots,
			State: attempt.Submitted, Started: now, Marked: true, Created: now,
		}})
	}
	return s.ID, errors.Join(
		store.Sittings().InsertRegistrations(ctx, regs), store.Sittings().InsertSitting(ctx, s),
		store.Results().InsertTheories(ctx, theories), store.Attempts().Create(ctx, attempts),
		store.Assessments().InsertPanel(ctx, panel), h.fillScores(ctx, store, &panel, sheet, now))
}

func composeTheory(r *sitting.Registration, now time.Time) result.Theory {
	t := result.Theory{
		Attempt: r.Attempt, Sitting: string(r.Sitting), Version: 1, Awarded: composeSlots * 100, Full: composeSlots * 100, Pass: 6000,
		Complete: true, Passed: true, Marked: now, Sections: []result.Section{{Type: bank.Single, Awarded: composeSlots * 100, Full: composeSlots * 100, Right: composeSlots, Slots: composeSlots}},
	}
	for n := range composeSlots {
		t.Slots = append(t.Slots, result.Slot{Number: n + 1, Mark: bank.Mark{Awarded: 100, Verdict: bank.Right}})
	}
	return t
}

// fillScores has each examiner sign a sheet for each candidate. The first is
// stored by the store itself; the others are copies of its document.
func (h *composeHall) fillScores(ctx context.Context, store *mongostore.Store, p *assess.Panel, sheet *assess.Sheet, now time.Time) error {
	score := assess.Score{
		ScoreKey: assess.ScoreKey{Panel: p.ID, Registration: p.Draw[0], Examiner: p.Examiners[0]},
		State:    assess.Locked, Elapsed: 600, Saved: now, Locked: now,
	}
	for _, section := range sheet.Sections {
		for _, row := range section.Rows {
			score.Rows = append(score.Rows, assess.RowScore{Row: row.ID, Touched: true})
		}
	}
	for _, v := range sheet.Vetoes {
		score.Vetoes = append(score.Vetoes, assess.Finding{Veto: v.ID, Verdict: assess.NotOccurred})
	}
	if _, err := store.Assessments().PutScore(ctx, score); err != nil {
		return err
	}
	scores := h.db.Collection("scores")
	var first bson.D
	if err := scores.FindOne(ctx, bson.M{"panel": string(p.ID)}).Decode(&first); err != nil {
		return err
	}
	var docs []any
	for i, who := range p.Draw {
		for j, examiner := range p.Examiners {
			if i+j == 0 {
				continue
			}
			docs = append(docs, replaced(first, strings.NewReplacer(string(p.Draw[0]), string(who), string(p.Examiners[0]), string(examiner))))
		}
	}
	_, err := scores.InsertMany(ctx, docs)
	return err
}

// replaced is a document with other words in its own fields.
func replaced(doc bson.D, words *strings.Replacer) bson.D {
	out := make(bson.D, len(doc))
	for i, e := range doc {
		if text, ok := e.Value.(string); ok {
			e.Value = words.Replace(text)
		}
		out[i] = e
	}
	return out
}

// read reads what Compose reads of a sitting, each collection in one query, and
// leaves it as it came. It returns the number of bytes.
func (h *composeHall) read(ctx context.Context, id sitting.ID) (int, error) {
	var panel struct {
		ID string `bson:"_id"`
	}
	if err := h.db.Collection("panels").FindOne(ctx, bson.M{"sitting": string(id)}).Decode(&panel); err != nil {
		return 0, err
	}
	bytes := 0
	for name, filter := range map[string]bson.M{
		"registrations": {"sitting": string(id)}, "theory_results": {"sitting": string(id)},
		"attempts": {"sitting": string(id)}, "scores": {"panel": panel.ID},
	} {
		cursor, err := h.db.Collection(name).Find(ctx, filter)
		if err != nil {
			return 0, err
		}
		var docs []bson.Raw
		if err := cursor.All(ctx, &docs); err != nil {
			return 0, err
		}
		for _, d := range docs {
			bytes += len(d)
		}
	}
	return bytes, nil
}
