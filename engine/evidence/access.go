package evidence

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gongyuan/engine/assess"
	"gongyuan/engine/people"
	"gongyuan/engine/sitting"
	"gongyuan/engine/standard"
)

// mustBe returns ErrForbidden unless the account is in use and holds the role.
func (c *Cabinet) mustBe(ctx context.Context, who people.AccountID, roles ...people.Role) error {
	return people.MustBe(ctx, c.in.Accounts, who, ErrForbidden, roles...)
}

func (c *Cabinet) administers(ctx context.Context, by Actor) (bool, error) {
	err := c.mustBe(ctx, by.Account, people.Administrator)
	if errors.Is(err, ErrForbidden) {
		return false, nil
	}
	return err == nil, err
}

// serves tells whether the account is an examiner or the chair of a panel that
// is appointed: one that waits for a second person sees nothing yet.
func serves(p *assess.Panel, who people.AccountID) bool {
	return p.State == assess.Appointed && (p.Has(who) || p.Chair == who)
}

// panel returns a panel of a sitting that whoever acts deals with.
func (c *Cabinet) panel(ctx context.Context, id assess.PanelID) (assess.Panel, error) {
	p, err := c.in.Panels.Panel(ctx, id)
	if err == nil {
		err = sitting.Within(ctx, c.in.Sittings, p.Sitting)
	}
	return p, err
}

// scoreOf is one examiner's score before the cabinet: its panel and key.
func (c *Cabinet) scoreOf(ctx context.Context, by people.AccountID, at assess.Case) (assess.Panel, assess.ScoreKey, error) {
	p, err := c.panel(ctx, at.Panel)
	if errors.Is(err, assess.ErrNotFound) || err == nil && (!p.Has(by) || p.State != assess.Appointed) {
		return p, assess.ScoreKey{}, ErrForbidden
	}
	if err != nil {
		return p, assess.ScoreKey{}, err
	}
	who, ok := p.Registration(at.Draw)
	if !ok {
		return p, assess.ScoreKey{}, ErrNotFound
	}
	return p, assess.ScoreKey{Panel: p.ID, Registration: who, Examiner: by}, nil
}

func attachmentOwner(p *assess.Panel, key assess.ScoreKey) Owner {
	return Owner{Kind: ScoreFile, Sitting: p.Sitting, Registration: key.Registration, Panel: key.Panel, Examiner: key.Examiner}
}

// Attach announces a file that the examiner attaches to their own score of a
// candidate. The slot is one of the sheet's attachments, or "" for a photograph
// that the sheet does not ask for.
func (c *Cabinet) Attach(ctx context.Context, by people.AccountID, at assess.Case, u Upload) (Progress, error) {
	p, key, err := c.scoreOf(ctx, by, at)
	if err != nil {
		return Progress{}, fmt.Errorf("attach a file: %w", err)
	}
	sheet, err := c.in.Sheets.Sheet(ctx, p.Sheet)
	if err != nil {
		return Progress{}, fmt.Errorf("attach a file: %w", err)
	}
	if u.Slot != "" && !slices.ContainsFunc(sheet.Attachments, func(a assess.Attachment) bool { return a.ID == u.Slot }) {
		return Progress{}, &FieldError{"/slot", "unknown"}
	}
	f := File{Owner: attachmentOwner(&p, key)}
	if err := c.mayAdd(ctx, Actor{Account: by}, &f); err != nil {
		return Progress{}, fmt.Errorf("attach a file: %w", err)
	}
	return c.begin(ctx, Actor{Account: by}, f.Owner, u)
}

// HandIn announces a material that candidates hand in themselves.
func (c *Cabinet) HandIn(ctx context.Context, who sitting.RegistrationID, u Upload) (Progress, error) {
	return c.forRegistration(ctx, Actor{Registration: who}, Material, "", who, u)
}

// Provide announces a material or a portrait that an administrator uploads for
// a candidate of a sitting.
func (c *Cabinet) Provide(ctx context.Context, by people.AccountID, id sitting.ID, who sitting.RegistrationID, k Kind, u Upload) (Progress, error) {
	if err := c.mustBe(ctx, by, people.Administrator); err != nil {
		return Progress{}, fmt.Errorf("provide a file: %w", err)
	}
	if k != Material && k != Portrait {
		return Progress{}, &FieldError{"/kind", "unknown"}
	}
	return c.forRegistration(ctx, Actor{Account: by}, k, id, who, u)
}

// forRegistration announces a file of a registration; in is the sitting that it
// must be of, "" for whichever.
func (c *Cabinet) forRegistration(ctx context.Context, by Actor, k Kind, in sitting.ID, who sitting.RegistrationID, u Upload) (Progress, error) {
	reg, err := c.registered(ctx, who)
	if err == nil && in != "" && reg.Sitting != in {
		err = ErrNotFound
	}
	if err != nil {
		return Progress{}, fmt.Errorf("announce a file: %w", err)
	}
	f := File{Owner: Owner{Kind: k, Sitting: reg.Sitting, Registration: who}}
	if err := c.mayAdd(ctx, by, &f); err != nil {
		return Progress{}, fmt.Errorf("announce a file: %w", err)
	}
	u.Slot = ""
	return c.begin(ctx, by, f.Owner, u)
}

// registered returns a registration that is on its sitting's roster.
func (c *Cabinet) registered(ctx context.Context, who sitting.RegistrationID) (sitting.Registration, error) {
	reg, err := c.in.Sittings.Registration(ctx, who)
	if errors.Is(err, sitting.ErrNotFound) {
		return reg, ErrNotFound
	}
	if err != nil {
		return reg, err
	}
	s, err := c.in.Sittings.Sitting(ctx, reg.Sitting)
	if err == nil && !s.Admits(who) {
		err = ErrNotFound
	}
	return reg, err
}

// mayAdd tells whether the actor may add to the owner of f now: nil, ErrClosed
// or ErrForbidden.
func (c *Cabinet) mayAdd(ctx context.Context, by Actor, f *File) error {
	o := f.Owner
	switch o.Kind {
	case ScoreFile:
		if by.Account != o.Examiner || by.Registration != "" {
			return ErrForbidden
		}
		return c.scoreOpen(ctx, o)
	case Material:
		s, err := c.Materials(ctx, o.Registration)
		if err != nil {
			return err
		}
		if by.Registration == o.Registration {
			return s.forCandidate()
		}
		if err := c.mustBe(ctx, by.Account, people.Administrator); err != nil {
			return err
		}
		return s.forStaff()
	case Ground:
		return c.groundsOpen(ctx, by.Account, o)
	case Paper:
		return c.mustKeep(ctx, by.Account)
	}
	return c.mustBe(ctx, by.Account, people.Administrator)
}

// mayRemove is mayAdd, said as ErrNotFound to whoever may not know of the file.
func (c *Cabinet) mayRemove(ctx context.Context, by Actor, f *File) error {
	if f.Owner.Kind == Material && by.Registration != "" && f.By != by.Name() && f.Owner.Registration == by.Registration {
		return ErrForbidden // what an administrator handed in for the candidate stays
	}
	if f.Owner.Kind == Ground && f.By != by.Name() {
		return ErrNotFound
	}
	err := c.mayAdd(ctx, by, f)
	if errors.Is(err, ErrForbidden) {
		return ErrNotFound
	}
	return err
}

func (c *Cabinet) scoreOpen(ctx context.Context, o Owner) error {
	s, err := c.in.Scores.Score(ctx, assess.ScoreKey{Panel: o.Panel, Registration: o.Registration, Examiner: o.Examiner})
	switch {
	case errors.Is(err, assess.ErrNotFound):
		return nil
	case err != nil:
		return err
	case s.State == assess.Locked:
		return ErrClosed
	}
	return nil
}

// MaterialState says whether a candidate hands in materials, and until when.
type MaterialState struct {
	Wanted bool      // the candidate takes the comprehensive review at this sitting
	Until  time.Time // zero for no fixed time
	Over   bool      // that time has come
	Begun  bool      // reviewers have begun to score
	Mine   bool      // they have begun to score this candidate
}

func (s MaterialState) forCandidate() error {
	if !s.Wanted || s.Over || s.Begun {
		return ErrClosed
	}
	return nil
}

// forStaff is wider: an administrator may hand in what came late, until
// somebody scores the candidate.
func (s MaterialState) forStaff() error {
	if !s.Wanted || s.Mine {
		return ErrClosed
	}
	return nil
}

// Open tells whether the candidate may change their materials.
func (s MaterialState) Open() bool { return s.forCandidate() == nil }

// Materials tells how it stands with the materials of a registration. The
// caller sees to who may ask.
func (c *Cabinet) Materials(ctx context.Context, who sitting.RegistrationID) (MaterialState, error) {
	var out MaterialState
	reg, err := c.registered(ctx, who)
	if err != nil {
		return out, err
	}
	s, err := c.in.Sittings.Sitting(ctx, reg.Sitting)
	if err != nil {
		return out, err
	}
	scheme, _ := c.in.Standard.Scheme(s.Level)
	_, has := scheme.Component(standard.Review)
	out.Wanted = has && reg.Takes(standard.Review)
	terms, err := c.in.Terms.Terms(ctx, assess.PanelOf(reg.Sitting, standard.Review))
	if err != nil {
		return out, err
	}
	out.Until = terms.MaterialsUntil
	out.Over = !out.Until.IsZero() && !c.now().Before(out.Until)
	panels, err := c.reviewPanels(ctx, reg.Sitting)
	if err != nil {
		return out, err
	}
	for _, p := range panels {
		scores, err := c.in.Scores.ScoresOf(ctx, p.ID)
		if err != nil {
			return out, err
		}
		for i := range scores {
			if scores[i].Begun() {
				out.Begun = true
				out.Mine = out.Mine || scores[i].Registration == who
			}
		}
	}
	return out, nil
}

func (c *Cabinet) reviewPanels(ctx context.Context, id sitting.ID) ([]assess.Panel, error) {
	all, err := c.in.Panels.PanelsOfSitting(ctx, id)
	return slices.DeleteFunc(all, func(p assess.Panel) bool { return p.Kind != standard.Review }), err
}

// readable returns the file as the actor may see it, or ErrNotFound.
func (c *Cabinet) readable(ctx context.Context, by Actor, f File) (File, error) {
	o := f.Owner
	if by.Registration != "" {
		if o.Kind == Material && o.Registration == by.Registration && f.Counts() {
			return f, nil
		}
		return File{}, ErrNotFound
	}
	if o.Kind == ScoreFile {
		return c.readAttachment(ctx, by, f)
	}
	if o.Kind == Ground {
		return c.readGround(ctx, by, f)
	}
	admin, err := c.administers(ctx, by)
	if err != nil {
		return File{}, err
	}
	if admin {
		return f, nil
	}
	if !f.Counts() || o.Kind == Paper {
		return File{}, ErrNotFound
	}
	panels, err := c.in.Panels.PanelsOfSitting(ctx, o.Sitting)
	if err != nil {
		return File{}, err
	}
	for _, p := range panels {
		if p.Number(o.Registration) == 0 || !serves(&p, by.Account) {
			continue
		}
		terms, err := c.in.Terms.Terms(ctx, p.ID)
		if err != nil {
			return File{}, err
		}
		if o.Kind == Portrait && terms.ShowFaces {
			return nameless(f, "照片"), nil
		}
		if o.Kind == Material && p.Kind == standard.Review {
			return c.blinded(ctx, terms, f)
		}
	}
	return File{}, ErrNotFound
}

func (c *Cabinet) readAttachment(ctx context.Context, by Actor, f File) (File, error) {
	o := f.Owner
	p, err := c.panel(ctx, o.Panel)
	if errors.Is(err, assess.ErrNotFound) {
		return File{}, ErrNotFound
	}
	if err != nil {
		return File{}, err
	}
	scores, err := c.in.Scores.ScoresOfCandidate(ctx, p.ID, o.Registration)
	if err != nil {
		return File{}, err
	}
	if !f.Counts() || !serves(&p, by.Account) || !p.MayRead(by.Account, o.Examiner, scores) {
		return File{}, ErrNotFound
	}
	return f, nil
}

// blinded takes name and uploader off a material where the panel reads blind.
func (c *Cabinet) blinded(ctx context.Context, terms Terms, f File) (File, error) {
	if terms.ShowNames {
		return f, nil
	}
	all, err := c.in.Files.FilesOf(ctx, f.Owner.Key())
	if err != nil {
		return File{}, err
	}
	return nameless(f, fmt.Sprintf("材料 %d", place(all, f.ID))), nil
}

// place is the number of a file among those of its owner that count, from 1.
// It stays once scoring has begun, since materials then do.
func place(all []File, id FileID) int {
	n := 0
	for _, f := range all {
		if f.Counts() {
			n++
		}
		if f.ID == id {
			return n
		}
	}
	return n
}

// nameless gives a file a name that says nothing, and takes the uploader off.
func nameless(f File, name string) File {
	f.Name, f.By, f.Remover, f.Given = named(name, f.Type), "", "", ""
	return f
}
