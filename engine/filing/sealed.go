package filing

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
)

// Sealer keeps contacts unreadable at rest; *people.Sealer is one.
type Sealer interface {
	Seal(text, context string) []byte
	Open(sealed []byte, context string) (string, error)
}

// sealedMark begins a contact that is sealed. Nobody types it: a contact holds
// no control character.
const sealedMark = "\x1asealed:"

// SealContext is what the contact of an entry is sealed for.
func SealContext(id ID) string { return "filing:" + string(id) }

// SealedContact is a sealed contact as it stands in a store.
func SealedContact(sealed []byte) string {
	return sealedMark + base64.StdEncoding.EncodeToString(sealed)
}

// ParseContact returns the seal of what stands in a store, or the plain text
// where it was kept before contacts were sealed.
func ParseContact(kept string) (sealed []byte, plain string) {
	encoded, ok := strings.CutPrefix(kept, sealedMark)
	if !ok {
		return nil, kept
	}
	sealed, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return []byte{0}, "" // no key opens it
	}
	return sealed, ""
}

// Sealed is a store in which the contacts, persons or telephones, are sealed.
// Contacts of before are read as they are.
type Sealed struct {
	Store  Store
	Sealer Sealer
}

var _ Store = Sealed{}

func (s Sealed) seal(f Filing) Filing {
	if f.Subject.Contact != "" {
		f.Subject.Contact = SealedContact(s.Sealer.Seal(f.Subject.Contact, SealContext(f.ID)))
	}
	return f
}

func (s Sealed) open(f Filing) (Filing, error) {
	sealed, plain := ParseContact(f.Subject.Contact)
	if sealed == nil {
		f.Subject.Contact = plain
		return f, nil
	}
	var err error
	if f.Subject.Contact, err = s.Sealer.Open(sealed, SealContext(f.ID)); err != nil {
		return Filing{}, fmt.Errorf("filing: contact of %s: %w", f.ID, err)
	}
	return f, nil
}

// InsertFiling implements Store.
func (s Sealed) InsertFiling(ctx context.Context, f Filing) error {
	return s.Store.InsertFiling(ctx, s.seal(f))
}

// ReplaceFiling implements Store.
func (s Sealed) ReplaceFiling(ctx context.Context, f Filing) (Filing, error) {
	out, err := s.Store.ReplaceFiling(ctx, s.seal(f))
	if err != nil {
		return Filing{}, err
	}
	return s.open(out)
}

// Filing implements Store.
func (s Sealed) Filing(ctx context.Context, id ID) (Filing, error) {
	f, err := s.Store.Filing(ctx, id)
	if err != nil {
		return Filing{}, err
	}
	return s.open(f)
}

// Filings implements Store.
func (s Sealed) Filings(ctx context.Context) ([]Filing, error) {
	all, err := s.Store.Filings(ctx)
	for i := range all {
		if all[i], err = s.open(all[i]); err != nil {
			return nil, err
		}
	}
	return all, err
}

// noted is the entry as the record of acts keeps it: that there is a contact,
// and not which.
func (f Filing) noted() Filing {
	if f.Subject.Contact != "" {
		f.Subject.Contact = "***"
	}
	return f
}
