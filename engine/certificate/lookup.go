package certificate

import (
	"context"
	"fmt"

	"gongyuan/engine/standard"
)

// Query is what the public asks with: a name, and either a certificate number
// or a document number.
type Query struct {
	Number   string
	Document string
	Name     string
}

// Shown is what the public sees of a certificate: names and document numbers
// masked. Of a revoked one it is the number, the state, and the date and the
// reason of the revocation, and nothing else.
type Shown struct {
	Number     Number
	State      State
	RevokedOn  Date
	Reason     string // of the revocation
	Reissues   int    // how often it was printed again under its number
	ReissuedOn Date   // of the last one
	Name       string // 王＊
	Document   string // 1101**********002X
	Occupation string
	Direction  string
	Level      standard.Level
	LevelTitle string
	Body       string
	Date       Date
	Expires    Date // "" for never
}

// Lookup answers the public. There is one answer for "no such number", "no
// such document" and "the name does not match", which costs what any other
// answer costs: ErrNotFound. It returns a
// *NumberError for a number that cannot be one, which says nothing of what is
// kept, and a *FieldError where the name, or both numbers, are missing.
func (r *Registry) Lookup(ctx context.Context, q Query) ([]Shown, error) {
	name := normalName(q.Name)
	number, document := NormalNumber(q.Number), normalDocument(q.Document)
	switch {
	case name == "":
		return nil, &FieldError{"/name", "empty"}
	case (number == "") == (document == ""):
		return nil, &FieldError{"/number", "number-or-document"}
	case number != "":
		if _, err := number.Parse(); err != nil {
			return nil, err
		}
	}
	var found []Certificate
	var err error
	if number != "" {
		found, err = r.records.ByPaper(ctx, number, name)
	} else {
		found, err = r.records.ByHolder(ctx, r.sealer.Hash(document), name)
	}
	if err != nil {
		return nil, fmt.Errorf("look up: %w", err)
	}
	if len(found) == 0 {
		return nil, ErrNotFound
	}
	out := make([]Shown, len(found))
	for i := range found {
		out[i] = found[i].Shown(r.today())
	}
	return out, nil
}

// LookupStatement answers whoever holds a signed statement, as a QR code has
// it. It returns ErrStatement for what this body's keys have not signed, and
// ErrNotFound where the certificate is not kept here as stated: then somebody
// has used the keys behind the register's back.
func (r *Registry) LookupStatement(ctx context.Context, text string) (Shown, error) {
	s, err := VerifyStatement(text, r.JWKS())
	if err != nil {
		return Shown{}, err
	}
	c, err := r.records.ByNumber(ctx, s.Number)
	switch {
	case err != nil:
		return Shown{}, fmt.Errorf("look up a statement: %w", err)
	case c.Statement != text:
		return Shown{}, ErrNotFound
	}
	return c.Shown(r.today()), nil
}

func (r *Registry) today() Date { return DateOf(r.clock.Now()) }

// Shown returns what the public may see of the certificate today.
func (c *Certificate) Shown(today Date) Shown {
	if a, ok := c.Revocation(); ok {
		return Shown{Number: c.Number, State: Revoked, RevokedOn: DateOf(a.At), Reason: a.Reason}
	}
	var last Date
	for _, a := range c.Acts {
		if a.Kind == Reissue {
			last = DateOf(a.At)
		}
	}
	return Shown{
		Reissues: c.Reissues(), ReissuedOn: last, Number: c.Number, State: c.Standing(today), Name: MaskName(c.Name), Document: c.DocumentMasked, Occupation: c.Occupation.Name,
		Direction: c.Direction, Level: c.Level, LevelTitle: c.LevelTitle, Body: c.Body, Date: c.Date, Expires: c.Expires,
	}
}
