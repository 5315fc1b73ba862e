package certificate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"gongyuan/engine/standard"
)

// Statement is what the body signs about a certificate. It says what the
// printed page says, with the document number masked. It does not say that the
// certificate still counts: a revocation is known to the look-up only.
type Statement struct {
	Version        int            `json:"v"`
	Number         Number         `json:"number"`
	Name           string         `json:"name"`
	Document       string         `json:"document"` // masked
	OccupationCode string         `json:"occupationCode"`
	Occupation     string         `json:"occupation"`
	Direction      string         `json:"direction"`
	Level          standard.Level `json:"level"`
	LevelTitle     string         `json:"levelTitle"`
	Body           string         `json:"body"`
	Date           Date           `json:"date"`
	Expires        Date           `json:"expires,omitempty"` // the last day on which it counts
}

// formatVersion is raised when the meaning of a member of a statement or head changes.
const formatVersion = 1

func statementOf(c *Certificate) Statement {
	return Statement{
		Version: formatVersion, Number: c.Number, Name: c.Name, Document: c.DocumentMasked,
		OccupationCode: c.Occupation.Code, Occupation: c.Occupation.Name, Direction: c.Direction,
		Level: c.Level, LevelTitle: c.LevelTitle, Body: c.Body, Date: c.Date, Expires: c.Expires,
	}
}

// VerifyStatement reads a signed statement with the body's published keys. It
// needs no network. It returns ErrStatement, with the reason, for anything
// that these keys have not signed as a statement or that contradicts itself.
func VerifyStatement(text string, keys JWKS) (Statement, error) {
	var s Statement
	if err := open(text, typStatement, keys, &s); err != nil {
		return Statement{}, fmt.Errorf("%w: %w", ErrStatement, err)
	}
	p, err := s.Number.Parse()
	switch {
	case s.Version != formatVersion:
		return Statement{}, fmt.Errorf("%w: version %d is not known", ErrStatement, s.Version)
	case err != nil:
		return Statement{}, fmt.Errorf("%w: %w", ErrStatement, err)
	case s.Expires != "" && (s.Expires.Check() != nil || s.Expires < s.Date):
		return Statement{}, fmt.Errorf("%w: it expires before it was issued", ErrStatement)
	case s.Date.Check() != nil || s.Date.Year()%100 != p.Year || s.Level != p.Level:
		return Statement{}, fmt.Errorf("%w: number, level and date contradict each other", ErrStatement)
	}
	return s, nil
}

// digest is how the log names a signed text without showing it.
func digest(signed string) string {
	sum := sha256.Sum256([]byte(signed))
	return hex.EncodeToString(sum[:])
}
