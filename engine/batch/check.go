package batch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"gongyuan/engine/certificate"
	"gongyuan/engine/people"
	"gongyuan/engine/result"
	"gongyuan/engine/sitting"
)

// scene is what is known of one sitting while a batch is checked.
type scene struct {
	desk      result.Desk
	portraits map[sitting.RegistrationID]string
	persons   map[people.CandidateID]people.Candidate
	issued    map[sitting.RegistrationID]certificate.Number
	site      string // its digits in the number, "" where the sitting names no site
}

func (d *Desk) scene(ctx context.Context, id sitting.ID) (*scene, error) {
	x := &scene{issued: map[sitting.RegistrationID]certificate.Number{}}
	var err error
	if x.desk, err = d.Results.Stand(ctx, id); err != nil {
		return nil, err
	}
	if x.portraits, err = d.Portraits.Portraits(ctx, id); err != nil {
		return nil, err
	}
	ids := make([]people.CandidateID, len(x.desk.All.Candidates))
	for i, c := range x.desk.All.Candidates {
		ids[i] = c.Registration.Candidate
	}
	if x.persons, err = d.Candidates.CandidatesByID(ctx, ids); err != nil {
		return nil, err
	}
	if s := x.desk.All.Sitting.Site; s != "" {
		if x.site, err = d.Sites.SiteSerial(ctx, s); err != nil {
			return nil, err
		}
	}
	all, err := d.Register.OfSitting(ctx, id)
	for _, c := range all {
		x.issued[c.Registration] = c.Number
	}
	return x, err
}

func (d *Desk) scenes(ctx context.Context, ids []sitting.ID) (map[sitting.ID]*scene, error) {
	out := map[sitting.ID]*scene{}
	for _, id := range ids {
		x, err := d.scene(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("sitting %s: %w", id, err)
		}
		out[id] = x
	}
	return out, nil
}

// check finds out what stands against each entry, as of now.
func (d *Desk) check(ctx context.Context, b *Batch, scenes map[sitting.ID]*scene) ([]Checked, error) {
	paper, err := d.Printer.Paper(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Checked, len(b.Entries))
	var documents []string
	for i, e := range b.Entries {
		out[i].Entry = e
		out[i].qualified.Template = paper.Version
		out[i].framed = paper.Portrait
		if err := d.one(ctx, &out[i], scenes[e.Sitting], cmp.Or(b.Proposer, b.By)); err != nil {
			return nil, err
		}
		if n := out[i].qualified.DocumentNumber; n != "" && e.Number == "" {
			documents = append(documents, n)
		}
	}
	if err := d.duplicates(ctx, out, documents); err != nil {
		return nil, err
	}
	return out, nil
}

// duplicates finds who holds what they are to be given, or would get it twice.
func (d *Desk) duplicates(ctx context.Context, out []Checked, documents []string) error {
	issued, err := d.Register.OfDocuments(ctx, documents)
	if err != nil {
		return err
	}
	elsewhere, err := d.Earlier.OfDocuments(ctx, documents)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i := range out {
		c := &out[i]
		n := c.qualified.DocumentNumber
		if c.Number != "" || n == "" {
			continue
		}
		for _, have := range issued[n] {
			if have.Standing(certificate.DateOf(d.Clock.Now())) == certificate.Valid && have.Occupation.Code == c.qualified.Occupation.Code && have.Level == c.qualified.Level &&
				have.Registration != c.Registration {
				c.find(FoundDuplicate, string(have.Number), true)
			}
		}
		for _, have := range elsewhere[n] {
			of, q := have.Occupation, c.qualified
			if have.Valid() && have.Level == q.Level && (of.Code == q.Occupation.Code || of.Code == "" && of.Name == q.Occupation.Name) {
				c.find(FoundElsewhere, string(have.Number), true)
			}
		}
		key := fmt.Sprint(n, c.qualified.Occupation.Code, c.qualified.Level)
		if c.Excluded == "" && seen[key] {
			c.find(FoundTwice, "", true)
		}
		seen[key] = seen[key] || c.Excluded == ""
	}
	return nil
}

// one checks an entry by itself.
func (d *Desk) one(ctx context.Context, c *Checked, x *scene, by people.AccountID) error {
	at, ok := x.desk.All.Find(c.Registration)
	if !ok {
		c.Name = string(c.Registration)
		c.find(FoundGone, "", true)
		return nil
	}
	person := x.persons[at.Registration.Candidate]
	s := x.desk.All.Sitting
	c.Name, c.Masked, c.Level, c.Portrait = person.Name, person.IDMasked, x.desk.All.Scheme.Title, x.portraits[c.Registration]
	c.facts = fmt.Sprintf("%s %s %d %s %d %s", person.IDHash, s.Occupation.Code, s.Level, at.Outcome.Result, c.qualified.Template, x.site)
	if c.Number != "" {
		return nil // what is issued is issued
	}
	if n, ok := x.issued[c.Registration]; ok {
		c.find(FoundIssued, string(n), true)
		return nil
	}
	if why := x.desk.Held(&at, d.Clock.Now()); why != "" {
		c.find(why, "", true)
	}
	if s.OneSealer && d.TwoSealers {
		c.find(FoundSealer, "", true)
	}
	if s.Site != "" && x.site == "" {
		c.find(FoundSite, "", true)
	}
	number, err := d.Opener.Open(person.IDSealed, string(person.ID))
	if errors.Is(err, people.ErrSealed) {
		c.find(FoundDocument, "", true)
		return nil
	} else if err != nil {
		return err
	}
	c.qualified = certificate.Qualified{
		Sitting: s.ID, Registration: c.Registration, Candidate: at.Registration.Candidate, Name: person.Name,
		Document: certificate.ResidentIdentity, DocumentNumber: number, Occupation: s.Occupation, Level: s.Level, LevelTitle: c.Level, Site: x.site, Template: c.qualified.Template,
	}
	var field *certificate.FieldError
	if err := d.Register.Check(c.qualified, by); errors.As(err, &field) && field.Field == "/documentNumber" {
		c.find(FoundDocument, "", true)
	} else if errors.As(err, &field) {
		c.find(FoundName, field.Field, true)
	} else if err != nil {
		return err
	}
	if printable, err := d.Printer.Printable(ctx, c.qualified); err != nil {
		return err
	} else if !printable {
		c.find(FoundUnprintable, "", true)
	}
	if c.Portrait == "" && c.framed {
		c.find(FoundPortrait, c.Faceless, c.Faceless == "")
	}
	return nil
}

// qualifiers are the registrations of a sitting that could be certified, or of
// those that are asked for all that are on its list.
func (x *scene) qualifiers(only []sitting.RegistrationID) []Entry {
	var out []Entry
	for _, c := range x.desk.All.Candidates {
		r := c.Registration.ID
		switch _, issued := x.issued[r]; {
		case len(only) > 0 && !slices.Contains(only, r), issued:
		case len(only) == 0 && x.desk.Latest[r].Outcome.Result != result.Qualified:
		default:
			out = append(out, Entry{Sitting: x.desk.All.Sitting.ID, Registration: r})
		}
	}
	return out
}
