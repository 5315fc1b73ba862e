package evidence

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gongyuan/engine/assess"
	"gongyuan/engine/audit"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// Folder is what members of a panel see of a candidate's files.
type Folder struct {
	Own       []File // attached to the examiner's own score, drafts too
	Others    []File // attached by the others, once all have signed
	Materials []File // for the review, without names where the panel reads blind
}

// Folder returns the files of a candidate that the member of the panel may
// read.
func (c *Cabinet) Folder(ctx context.Context, by people.AccountID, at assess.Case) (Folder, error) {
	var out Folder
	p, err := c.panel(ctx, at.Panel)
	if errors.Is(err, assess.ErrNotFound) || err == nil && !serves(&p, by) {
		err = ErrForbidden
	}
	if err != nil {
		return out, fmt.Errorf("files of a candidate: %w", err)
	}
	who, ok := p.Registration(at.Draw)
	if !ok {
		return out, fmt.Errorf("files of a candidate: %w", ErrNotFound)
	}
	scores, err := c.in.Scores.ScoresOfCandidate(ctx, p.ID, who)
	if err != nil {
		return out, fmt.Errorf("files of a candidate: %w", err)
	}
	for _, e := range p.Examiners {
		if !p.MayRead(by, e, scores) {
			continue
		}
		files, err := c.in.Files.FilesOf(ctx, attachmentOwner(&p, assess.ScoreKey{Panel: p.ID, Registration: who, Examiner: e}).Key())
		if err != nil {
			return out, fmt.Errorf("files of a candidate: %w", err)
		}
		for _, f := range files {
			if e == by && (f.State == Draft || f.Counts()) {
				out.Own = append(out.Own, f)
			} else if e != by && f.Counts() {
				out.Others = append(out.Others, f)
			}
		}
	}
	if p.Kind == standard.Review {
		out.Materials, err = c.materialsFor(ctx, &p, who)
	}
	if err != nil {
		return out, fmt.Errorf("files of a candidate: %w", err)
	}
	return out, nil
}

func (c *Cabinet) materialsFor(ctx context.Context, p *assess.Panel, who sitting.RegistrationID) ([]File, error) {
	terms, err := c.in.Terms.Terms(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	all, err := c.in.Files.FilesOf(ctx, Owner{Kind: Material, Registration: who}.Key())
	if err != nil {
		return nil, err
	}
	var out []File
	for _, f := range all {
		if !f.Counts() {
			continue
		}
		if !terms.ShowNames {
			f = nameless(f, fmt.Sprintf("材料 %d", place(all, f.ID)))
		}
		out = append(out, f)
	}
	return out, nil
}

// Attached counts the files of a score by the attachment of the sheet that they
// are. It is what assess.Desk asks before a score is signed.
func (c *Cabinet) Attached(ctx context.Context, key assess.ScoreKey) (map[assess.AttachmentID]int, error) {
	o := Owner{Kind: ScoreFile, Panel: key.Panel, Registration: key.Registration, Examiner: key.Examiner}
	all, err := c.in.Files.FilesOf(ctx, o.Key())
	if err != nil {
		return nil, fmt.Errorf("attachments: %w", err)
	}
	out := map[assess.AttachmentID]int{}
	for _, f := range all {
		if f.Counts() {
			out[f.Slot]++
		}
	}
	return out, nil
}

// Own lists a candidate's materials: those that count, and drafts of their own.
func (c *Cabinet) Own(ctx context.Context, who sitting.RegistrationID) ([]File, error) {
	all, err := c.in.Files.FilesOf(ctx, Owner{Kind: Material, Registration: who}.Key())
	if err != nil {
		return nil, fmt.Errorf("own materials: %w", err)
	}
	me := Actor{Registration: who}.Name()
	return slices.DeleteFunc(all, func(f File) bool { return !f.Counts() && (f.State != Draft || f.By != me) }), nil
}

// Dossier is what administrators see of a candidate's files.
type Dossier struct {
	Registration sitting.Registration
	Draw         int // before the review panel; 0 where there is none yet
	State        MaterialState
	Materials    []File // removed ones too
	Portrait     *File
}

// Dossiers lists the candidates of a sitting with their materials and
// portraits, by room, seat and admission number.
func (c *Cabinet) Dossiers(ctx context.Context, by people.AccountID, id sitting.ID) ([]Dossier, error) {
	if err := c.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return nil, fmt.Errorf("dossiers: %w", err)
	}
	s, err := c.in.Sittings.Sitting(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("dossiers: %w", err)
	}
	regs, err := c.in.Sittings.RegistrationsOf(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("dossiers: %w", err)
	}
	panels, err := c.reviewPanels(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("dossiers: %w", err)
	}
	materials, err := c.byRegistration(ctx, id, Material)
	if err != nil {
		return nil, fmt.Errorf("dossiers: %w", err)
	}
	portraits, err := c.byRegistration(ctx, id, Portrait)
	if err != nil {
		return nil, fmt.Errorf("dossiers: %w", err)
	}
	var out []Dossier
	for _, reg := range regs {
		if !s.Admits(reg.ID) {
			continue
		}
		d := Dossier{Registration: reg}
		if d.State, err = c.Materials(ctx, reg.ID); err != nil {
			return nil, fmt.Errorf("dossiers: %w", err)
		}
		for _, p := range panels {
			d.Draw = max(d.Draw, p.Number(reg.ID))
		}
		for _, f := range materials[reg.ID] {
			if f.State == Kept {
				d.Materials = append(d.Materials, f)
			}
		}
		d.Portrait = newest(portraits[reg.ID])
		out = append(out, d)
	}
	return out, nil
}

// Portraits returns the ids of the candidates' portraits at a sitting. It is for
// the program's own work and asks nobody's leave; what they show is not in it.
func (c *Cabinet) Portraits(ctx context.Context, id sitting.ID) (map[sitting.RegistrationID]FileID, error) {
	all, err := c.byRegistration(ctx, id, Portrait)
	if err != nil {
		return nil, fmt.Errorf("portraits: %w", err)
	}
	out := map[sitting.RegistrationID]FileID{}
	for reg, files := range all {
		if f := newest(files); f != nil {
			out[reg] = f.ID
		}
	}
	return out, nil
}

func (c *Cabinet) byRegistration(ctx context.Context, id sitting.ID, k Kind) (map[sitting.RegistrationID][]File, error) {
	all, err := c.in.Files.FilesOfSitting(ctx, id, k)
	if err != nil {
		return nil, err
	}
	out := map[sitting.RegistrationID][]File{}
	for _, f := range all {
		out[f.Owner.Registration] = append(out[f.Owner.Registration], f)
	}
	return out, nil
}

func newest(all []File) *File {
	var out *File
	for i := range all {
		if all[i].Counts() && (out == nil || all[i].At.After(out.At)) {
			out = &all[i]
		}
	}
	return out
}

// Face is where a candidate sits and what they look like, by draw number.
type Face struct {
	Draw       int
	Room, Seat string
	Portrait   FileID // "" where there is none
}

// Faces lists them for a member of the panel; none where the panel's terms do
// not show them.
func (c *Cabinet) Faces(ctx context.Context, by people.AccountID, id assess.PanelID) ([]Face, error) {
	p, err := c.panel(ctx, id)
	if errors.Is(err, assess.ErrNotFound) || err == nil && !serves(&p, by) {
		err = ErrForbidden
	}
	if err != nil {
		return nil, fmt.Errorf("faces: %w", err)
	}
	terms, err := c.in.Terms.Terms(ctx, id)
	if err != nil || !terms.ShowFaces {
		return nil, err
	}
	regs, err := c.in.Sittings.RegistrationsOf(ctx, p.Sitting)
	if err != nil {
		return nil, fmt.Errorf("faces: %w", err)
	}
	portraits, err := c.byRegistration(ctx, p.Sitting, Portrait)
	if err != nil {
		return nil, fmt.Errorf("faces: %w", err)
	}
	var out []Face
	for i, who := range p.Draw {
		n := slices.IndexFunc(regs, func(r sitting.Registration) bool { return r.ID == who })
		if n < 0 {
			continue
		}
		face := Face{Draw: i + 1, Room: regs[n].Room, Seat: regs[n].Seat}
		if f := newest(portraits[who]); f != nil {
			face.Portrait = f.ID
		}
		out = append(out, face)
	}
	return out, nil
}

// Terms are what a sitting says of the files that a panel sees. The zero value
// is the careful one: no faces, blind reading, no fixed time.
type Terms struct {
	Panel          assess.PanelID
	ShowFaces      bool      // examiners see portrait and seat beside the draw number
	ShowNames      bool      // reviewers see the names of files as they were uploaded
	MaterialsUntil time.Time // candidates may change their materials before; zero for no fixed time
	By             people.AccountID
	At             time.Time
	Version        int
}

// TermsOf returns the terms of a panel, which need not be appointed yet. Only
// administrators may ask.
func (c *Cabinet) TermsOf(ctx context.Context, by people.AccountID, id assess.PanelID) (Terms, error) {
	if err := c.mustBe(ctx, by, people.Administrator, people.Auditor); err != nil {
		return Terms{}, fmt.Errorf("terms: %w", err)
	}
	if _, err := c.panel(ctx, id); err != nil && !errors.Is(err, assess.ErrNotFound) {
		return Terms{}, fmt.Errorf("terms: %w", err)
	}
	t, err := c.in.Terms.Terms(ctx, id)
	if err != nil {
		return t, fmt.Errorf("terms: %w", err)
	}
	t.Panel = id
	return t, nil
}

// SetTerms replaces the terms of a panel as they were at t.Version. Only
// administrators may. It returns ErrConflict where somebody was quicker.
func (c *Cabinet) SetTerms(ctx context.Context, by people.AccountID, t Terms) (Terms, error) {
	if err := c.mustBe(ctx, by, people.Administrator); err != nil {
		return t, fmt.Errorf("terms: %w", err)
	}
	was, err := c.TermsOf(ctx, by, t.Panel)
	if err != nil {
		return t, err
	}
	t.By, t.At, t.MaterialsUntil = by, c.now(), t.MaterialsUntil.UTC().Truncate(time.Millisecond)
	event := audit.Event{Actor: string(by), Act: "panel.terms", Object: "panel:" + string(t.Panel), Before: said(was), After: said(t)}
	err = audit.Do(ctx, c.in.Trail, event, func() error {
		var err error
		t, err = c.in.Terms.PutTerms(ctx, t)
		return err
	})
	return t, err
}

func said(t Terms) map[string]any {
	out := map[string]any{"showFaces": t.ShowFaces, "showNames": t.ShowNames}
	if !t.MaterialsUntil.IsZero() {
		out["materialsUntil"] = t.MaterialsUntil
	}
	return out
}
