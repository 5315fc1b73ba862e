package main

import (
	"context"
	"errors"
	"go/ast"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gongyuan/engine/archive"
	"gongyuan/engine/assess"
	"gongyuan/engine/batch"
	"gongyuan/engine/byhand"
	"gongyuan/engine/certificate"
	"gongyuan/engine/mongostore"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/retention"
)

// twoPersons is an act that one person proposes and another approves.
type twoPersons struct {
	act  string
	keep func(ctx context.Context, by people.AccountID) error // what by has proposed
	// approve is by the same person.
	approve func(ctx context.Context, by people.AccountID) error
	refused error
	// same and voids name the tests, in folder and function, that show the same
	// person refused, where approve is nil, and the first signature void, or the
	// approval a conflict, once anything has changed in between.
	same, voids string
	// onTheDay marks acts that cannot wait: two ids are two persons, whoever made
	// their accounts.
	onTheDay bool
}

// TestSecondPersons has everybody who proposed approve their own, for each act
// of two persons: whoever holds every role there is, is refused as the same
// person.
func TestSecondPersons(t *testing.T) {
	t.Parallel()
	settings := embeddedSettings(t)
	settings.Apart = 24 * time.Hour
	w := newWorld(t, settings)
	x := w.outside()
	lead, made := w.member(people.Administrator), w.member(people.Administrator)
	for _, m := range []member{lead, made} {
		w.hold(m.id, people.Administrator, people.Editor, people.Reviewer, people.Chair, people.Invigilator, people.CertificateOfficer)
	}
	by := people.AccountID(lead.id)
	w.handed(people.AccountID(made.id), by)
	for _, a := range slices.Concat(w.resultsByTwo(&x), w.othersByTwo(&x), w.papersByTwo(&x)) {
		t.Run(a.act, func(t *testing.T) {
			found(t, a.voids)
			if a.approve == nil {
				found(t, a.same)
				return
			}
			if err := a.keep(t.Context(), by); err != nil {
				t.Fatal(err)
			}
			if err := a.approve(t.Context(), by); !errors.Is(err, a.refused) {
				t.Errorf("the same person: got %v, want %v", err, a.refused)
			}
			ctx := people.Paired(t.Context(), w.engine.personnel)
			if err := a.approve(ctx, people.AccountID(made.id)); errors.Is(err, a.refused) == a.onTheDay {
				t.Errorf("whose account the first has just made: got %v", err)
			}
		})
	}
}

// handed notes that by has just had an account in the hand.
func (w *world) handed(id, by people.AccountID) {
	w.t.Helper()
	a, err := w.engine.people.Account(w.t.Context(), id)
	if err == nil {
		a.Handed = []people.Handing{{By: by, At: w.clock.Now()}}
		_, err = w.engine.people.ReplaceAccount(w.t.Context(), a)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestSecondPersonsAll holds the table against the packages: one that refuses
// the same person has a row.
func TestSecondPersonsAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, embeddedSettings(t))
	x := w.outside()
	rows := map[string]bool{}
	for _, a := range slices.Concat(w.resultsByTwo(&x), w.othersByTwo(&x), w.papersByTwo(&x)) {
		if a.refused != nil {
			of, _, _ := strings.Cut(a.refused.Error(), ":")
			rows[of] = true
		}
		folder, _, _ := strings.Cut(a.same, " ")
		rows[filepath.Base(folder)] = true
	}
	sources(t, func(name string, file *ast.File) {
		of := file.Name.Name
		for _, d := range file.Decls {
			names, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range names.Specs {
				v, ok := spec.(*ast.ValueSpec)
				// The seal's is told at the route, the item's by its desk.
				if ok && slices.ContainsFunc(v.Names, func(n *ast.Ident) bool { return n.Name == "ErrSecondPerson" }) && !rows[of] && of != "sitting" && of != "bank" {
					t.Errorf("%s: no act of package %s is in the table", name, of)
				}
			}
		}
	})
}

// found fails unless the test of the table is there.
func found(t *testing.T, name string) {
	t.Helper()
	folder, function, _ := strings.Cut(name, " ")
	files, err := filepath.Glob(filepath.Join("..", "..", folder, "*_test.go"))
	if err != nil || function == "" {
		t.Fatalf("no test %q: %v", name, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "func "+function+"(") {
			return
		}
	}
	t.Errorf("there is no test %s", name)
}

func (w *world) resultsByTwo(x *outside) []twoPersons {
	e, store, now := w.engine, mongostore.New(w.engine.stores.db), w.clock.Now()
	return []twoPersons{
		{act: "release of results", voids: "cmd/gongyuan TestRelease", refused: result.ErrSecondPerson,
			keep: func(ctx context.Context, by people.AccountID) error {
				return store.Records().InsertRelease(ctx, result.Release{Sitting: x.ID, Round: 1, State: result.Proposed, By: by, At: now, Version: 1})
			},
			approve: func(ctx context.Context, by people.AccountID) error {
				return only(e.registrar.Approve(ctx, by, x.ID, "", ""))
			}},
		{act: "ruling on misconduct", voids: "engine/result TestRulingMoves", refused: result.ErrSecondPerson,
			keep: func(ctx context.Context, by people.AccountID) error {
				return store.Records().InsertRuling(ctx, result.Ruling{ID: "own", Sitting: x.ID, Registration: x.reg, Kind: result.Misconduct, State: result.Accused, By: by, At: now, Version: 1})
			},
			approve: func(ctx context.Context, by people.AccountID) error {
				return only(e.registrar.Settle(ctx, by, "own", result.Confirm, "属实"))
			}},
		{act: "regrade", voids: "cmd/gongyuan TestRegrade", refused: result.ErrSecondPerson,
			keep: func(ctx context.Context, by people.AccountID) error {
				return store.Regrades().InsertRegrade(ctx, result.Regrade{ID: "own", Item: "own", State: result.RegradeProposed, By: by, At: now, Version: 1})
			},
			approve: func(ctx context.Context, by people.AccountID) error {
				return only(e.reviews.Regrader.Approve(ctx, by, "own", "", "好的"))
			}},
		{act: "answer to an appeal", voids: "cmd/gongyuan TestAppeal", refused: result.ErrSecondPerson,
			keep: func(ctx context.Context, by people.AccountID) error {
				return store.Appeals().InsertAppeal(ctx, result.Appeal{ID: "own", Year: 2026, Serial: 2, Sitting: x.ID, Registration: x.reg, State: result.AppealReported, Reviewer: "reviewer", Report: &result.Report{}, Handler: by, Filed: now, Due: now, Version: 1})
			},
			approve: func(ctx context.Context, by people.AccountID) error {
				return only(e.reviews.Handle(ctx, by, "own", result.Handling{Act: result.DecideAppeal, Version: 1, Why: "同意复核意见"}))
			}},
	}
}

func (w *world) othersByTwo(x *outside) []twoPersons {
	e, store, now := w.engine, mongostore.New(w.engine.stores.db), w.clock.Now()
	unlock := assess.Unlock{ID: assess.UnlockID(string(x.panel.ID) + ":own:1:1"), ScoreKey: assess.ScoreKey{Panel: x.panel.ID, Registration: x.reg, Examiner: "other"}, Draw: 1, Signed: 1, State: assess.Asked, At: now}
	own := assess.PanelID(string(x.ID) + ":review:2")
	return []twoPersons{
		{act: "certificates of a batch", voids: "cmd/gongyuan TestBatch", refused: batch.ErrSecondPerson,
			keep: func(ctx context.Context, by people.AccountID) error {
				return store.Batches().InsertBatch(ctx, batch.Batch{ID: "own", State: batch.Proposed, By: by, Proposer: by, At: now, Version: 1})
			},
			approve: func(ctx context.Context, by people.AccountID) error {
				return only(e.batches.Approve(ctx, by, "own", ""))
			}},
		{act: "revocation or reprint of a certificate", voids: "engine/certificate TestMotionVoid", refused: certificate.ErrSecondPerson,
			keep: func(ctx context.Context, by people.AccountID) error {
				return store.Certificates().InsertMotion(ctx, certificate.Motion{Number: x.number, Seq: 1, Kind: certificate.Revoke, State: certificate.MotionOpen, By: by, At: now, Version: 1})
			},
			approve: func(ctx context.Context, by people.AccountID) error {
				return only(e.registry.Decide(ctx, x.number, 1, true, "", by))
			}},
		{act: "panel that breaks rules", voids: "cmd/gongyuan TestPanelOverride", refused: assess.ErrSecondPerson, onTheDay: true,
			keep: func(ctx context.Context, by people.AccountID) error {
				return store.Assessments().InsertPanel(ctx, assess.Panel{ID: own, Sitting: x.ID, Station: 2, Kind: "review", State: assess.Proposed, Override: &assess.Override{By: by, At: now}, Version: 1})
			},
			approve: func(ctx context.Context, by people.AccountID) error {
				return only(e.desk.Approve(ctx, by, own, 1, "好的"))
			}},
		{act: "signed score opened again", voids: "engine/assess TestUnlockRefused", refused: assess.ErrSecondPerson, onTheDay: true,
			keep: func(ctx context.Context, by people.AccountID) error {
				unlock.By = by
				return store.Assessments().InsertUnlock(ctx, unlock)
			},
			approve: func(ctx context.Context, by people.AccountID) error {
				return only(e.desk.DecideUnlock(ctx, by, unlock.ID, assess.Approved, "好的"))
			}},
		{act: "revision of an item", same: "engine/editorial TestLife", voids: "engine/editorial TestConflicts"},
		{act: "edition of a blueprint", same: "engine/compose TestEdition", voids: "engine/compose TestEdition"},
	}
}

// papersByTwo are the acts on papers, their archives and their end.
func (w *world) papersByTwo(x *outside) []twoPersons {
	e, store, now := w.engine, mongostore.New(w.engine.stores.db), w.clock.Now()
	return []twoPersons{
		{act: "papers sealed", same: "cmd/gongyuan TestSealByTwo", voids: "cmd/gongyuan TestSealByTwo"},
		{act: "archived papers read", voids: "cmd/gongyuan TestArchive", refused: archive.ErrSecondPerson,
			keep: func(ctx context.Context, by people.AccountID) error {
				return store.Archives().InsertRequest(ctx, archive.Request{ID: archive.RequestOf(x.ID, "own"), Sitting: x.ID, By: by, At: now, State: archive.Asked})
			},
			approve: func(ctx context.Context, by people.AccountID) error {
				return only(e.custody.Archives.Decide(ctx, by, archive.RequestOf(x.ID, "own"), archive.Approved, ""))
			}},
		{act: "answers on paper typed in", voids: "engine/byhand TestType", refused: byhand.ErrSecondPerson, onTheDay: true,
			keep: func(ctx context.Context, by people.AccountID) error {
				return store.PaperSheets().InsertSheet(ctx, byhand.Sheet{Code: "OWN", Sitting: x.ID, Registration: x.reg, Slots: 20, Typed: []byhand.Typed{{By: by, At: now}}, State: byhand.Once})
			},
			approve: func(ctx context.Context, by people.AccountID) error {
				return only(e.custody.Sheets.Type(ctx, by, x.ID, "OWN", nil))
			}},
		{act: "answers on paper settled", voids: "engine/byhand TestSettle", refused: byhand.ErrSecondPerson, onTheDay: true,
			keep: func(ctx context.Context, by people.AccountID) error {
				return store.PaperSheets().InsertSheet(ctx, byhand.Sheet{
					Code: "TWO", Sitting: x.ID, Registration: x.reg, Slots: 20, Typed: []byhand.Typed{{By: "other", At: now, Answers: map[int]string{1: "A"}}, {By: by, At: now}}, State: byhand.Differs,
				})
			},
			approve: func(ctx context.Context, by people.AccountID) error {
				return only(e.custody.Sheets.Settle(ctx, by, x.ID, "TWO", map[int]string{1: "A"}))
			}},
		{act: "deletion of what is due", voids: "engine/retention TestVoid", refused: retention.ErrSecondPerson,
			keep: func(ctx context.Context, by people.AccountID) error {
				return store.Retention().InsertRun(ctx, retention.Run{ID: "own", By: by, At: now, State: retention.Proposed, Version: 1})
			},
			approve: func(ctx context.Context, by people.AccountID) error {
				return only(e.custody.Retention.Confirm(ctx, by, "own"))
			}},
	}
}
