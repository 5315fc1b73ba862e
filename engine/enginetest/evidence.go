package enginetest

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"gongyuan/engine/assess"
	"gongyuan/engine/evidence"
	"gongyuan/engine/filing"
	"gongyuan/engine/sitting"
)

// EvidenceStore is all that evidence.Cabinet keeps.
type EvidenceStore interface {
	evidence.Files
	evidence.Drafts
	evidence.Contents
	evidence.TermStore
}

// RunEvidence is the suite that every store of files must pass. open returns a
// store that the subtests may share.
func RunEvidence(t *testing.T, open func(t *testing.T) EvidenceStore) {
	for name, test := range map[string]func(*testing.T, EvidenceStore){
		"Files":    evidenceFiles,
		"Change":   evidenceChange,
		"Parts":    evidenceParts,
		"Contents": evidenceContents,
		"Drafts":   evidenceDrafts,
		"Terms":    evidenceTerms,
		"Missing":  evidenceMissing,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func newFile(k evidence.Kind) evidence.File {
	id := uuid.NewString()
	o := evidence.Owner{Kind: k, Sitting: sitting.ID("s-" + id), Registration: sitting.RegistrationID("r-" + id)}
	if k == evidence.ScoreFile {
		o.Panel, o.Examiner = assess.PanelID("p-"+id), "examiner-1"
	}
	if k == evidence.Paper {
		o = evidence.Owner{Kind: k, Filing: filing.ID("f-" + id), Step: 3}
	}
	return evidence.File{
		ID: evidence.FileID(id), Owner: o, Slot: "work", Name: "操作照片.jpg", Given: "ab", Length: 700_000, State: evidence.Draft,
		By: "staff:examiner-1", Begun: Start,
	}
}

func evidenceFiles(t *testing.T, store EvidenceStore) {
	ctx := t.Context()
	f := newFile(evidence.ScoreFile)
	check(t, store.InsertFile(ctx, f))
	wantErr(t, "the same id", store.InsertFile(ctx, f), evidence.ErrDuplicate)
	got, err := store.File(ctx, f.ID)
	check(t, err)
	diff(t, "file", got, f)
	paper := newFile(evidence.Paper)
	check(t, store.InsertFile(ctx, paper))
	papers, err := store.FilesOf(ctx, paper.Owner.Key())
	check(t, err)
	diff(t, "document of a filing", papers, []evidence.File{paper})
	second := f
	second.ID, second.Begun = evidence.FileID(uuid.NewString()), Start.Add(-time.Minute)
	check(t, store.InsertFile(ctx, second))
	other := newFile(evidence.Material)
	other.Owner.Sitting = f.Owner.Sitting
	check(t, store.InsertFile(ctx, other))
	of, err := store.FilesOf(ctx, f.Owner.Key())
	check(t, err)
	diff(t, "by time", of, []evidence.File{second, f})
	materials, err := store.FilesOfSitting(ctx, f.Owner.Sitting, evidence.Material)
	check(t, err)
	diff(t, "of a sitting", materials, []evidence.File{other})
}

func evidenceChange(t *testing.T, store EvidenceStore) {
	ctx := t.Context()
	f := newFile(evidence.Material)
	check(t, store.InsertFile(ctx, f))
	kept := f
	kept.State, kept.Type, kept.Size, kept.Digest, kept.Content, kept.At = evidence.Kept, evidence.JPEG, 690_000, "cd", "name", Start.Add(time.Second)
	var wins atomic.Int32
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := store.ChangeFile(ctx, kept); err == nil {
				wins.Add(1)
			}
		})
	}
	wg.Wait()
	if wins.Load() < 1 {
		t.Fatal("nobody could change the file")
	}
	got, err := store.File(ctx, f.ID)
	check(t, err)
	kept.Version = 1
	diff(t, "changed", got, kept)
	_, err = store.ChangeFile(ctx, f)
	wantErr(t, "an old version", err, evidence.ErrConflict)
	kept.Removed, kept.Remover = Start.Add(time.Hour), "staff:admin"
	_, err = store.ChangeFile(ctx, kept)
	check(t, err)
	check(t, store.DropDraft(ctx, f.ID)) // it is no draft
	got, err = store.File(ctx, f.ID)
	check(t, err)
	diff(t, "removed at", got.Removed, kept.Removed)
}

func evidenceParts(t *testing.T, store EvidenceStore) {
	ctx := t.Context()
	id := evidence.FileID(uuid.NewString())
	part := bytes.Repeat([]byte{7}, evidence.PartSize+64)
	for _, n := range []int{2, 0} {
		check(t, store.InsertPart(ctx, id, n, append(bytes.Clone(part), byte(n))))
	}
	check(t, store.InsertPart(ctx, id, 2, []byte("another")))
	have, err := store.Parts(ctx, id)
	check(t, err)
	diff(t, "parts", have, []int{0, 2})
	got, err := store.Part(ctx, id, 2)
	check(t, err)
	if !bytes.Equal(got, append(bytes.Clone(part), 2)) {
		t.Error("the first part did not stay")
	}
	check(t, store.DropParts(ctx, id))
	have, err = store.Parts(ctx, id)
	check(t, err)
	diff(t, "no parts", len(have), 0)
}

func evidenceContents(t *testing.T, store EvidenceStore) {
	ctx := t.Context()
	name := uuid.NewString()
	content := make([]byte, 3<<20) // more than one chunk of GridFS
	for i := range content {
		content[i] = byte(i * 31)
	}
	check(t, store.PutContent(ctx, name, content))
	got, err := store.Content(ctx, name)
	check(t, err)
	if !bytes.Equal(got, content) {
		t.Fatal("the content came back changed")
	}
	check(t, store.DropContent(ctx, name))
	check(t, store.DropContent(ctx, name))
	_, err = store.Content(ctx, name)
	wantErr(t, "dropped", err, evidence.ErrNotFound)
}

func evidenceDrafts(t *testing.T, store EvidenceStore) {
	ctx := t.Context()
	old, young, kept := newFile(evidence.Material), newFile(evidence.Material), newFile(evidence.Material)
	long := Start.AddDate(-1, 0, 0)
	old.Begun, young.Begun, kept.Begun, kept.State = long, long.Add(time.Hour), long, evidence.Kept
	for _, f := range []evidence.File{old, young, kept} {
		check(t, store.InsertFile(ctx, f))
	}
	before, err := store.DraftsBefore(ctx, long.Add(time.Minute))
	check(t, err)
	diff(t, "old drafts", before, []evidence.FileID{old.ID})
	check(t, store.DropDraft(ctx, old.ID))
	_, err = store.File(ctx, old.ID)
	wantErr(t, "dropped", err, evidence.ErrNotFound)
}

func evidenceTerms(t *testing.T, store EvidenceStore) {
	ctx := t.Context()
	id := assess.PanelID(uuid.NewString())
	none, err := store.Terms(ctx, id)
	check(t, err)
	diff(t, "none", none, evidence.Terms{Panel: id})
	t1, err := store.PutTerms(ctx, evidence.Terms{Panel: id, ShowFaces: true, MaterialsUntil: Start, By: "admin", At: Start})
	check(t, err)
	diff(t, "version", t1.Version, 1)
	_, err = store.PutTerms(ctx, evidence.Terms{Panel: id})
	wantErr(t, "somebody was quicker", err, evidence.ErrConflict)
	t1.ShowNames, t1.MaterialsUntil = true, time.Time{}
	t2, err := store.PutTerms(ctx, t1)
	check(t, err)
	_, err = store.PutTerms(ctx, t1)
	wantErr(t, "an old version", err, evidence.ErrConflict)
	got, err := store.Terms(ctx, id)
	check(t, err)
	diff(t, "terms", got, t2)
}

func evidenceMissing(t *testing.T, store EvidenceStore) {
	ctx := t.Context()
	_, err := store.File(ctx, "none")
	wantErr(t, "file", err, evidence.ErrNotFound)
	_, err = store.ChangeFile(ctx, newFile(evidence.Material))
	wantErr(t, "change", err, evidence.ErrConflict)
	_, err = store.Part(ctx, "none", 0)
	wantErr(t, "part", err, evidence.ErrNotFound)
	_, err = store.Content(ctx, fmt.Sprint("none-", uuid.NewString()))
	wantErr(t, "content", err, evidence.ErrNotFound)
	for _, f := range []func() ([]evidence.File, error){
		func() ([]evidence.File, error) { return store.FilesOf(ctx, "none") },
		func() ([]evidence.File, error) { return store.FilesOfSitting(ctx, "none", evidence.Material) },
	} {
		all, err := f()
		check(t, err)
		diff(t, "no files", len(all), 0)
	}
}
