package people

import (
	"context"
	"errors"
	"slices"

	"gongyuan/bank"
)

// ErrOutside tells that something is of a sitting at a site, or of a sitting or a
// question bank of a level, that whoever asks does not deal with.
var ErrOutside = errors.New("people: outside the limits of the account")

// Limits are what an account deals with: the sittings of its levels, held at its
// sites, and the question banks of its levels. An empty list limits nothing. Where sites are named, a sitting
// that is held at none of the register is outside.
type Limits struct {
	Levels []int
	Sites  []string
}

// Limits returns the limits of the account.
func (a *Account) Limits() Limits { return Limits{a.Levels, a.Sites} }

// None tells whether nothing is limited.
func (l Limits) None() bool { return len(l.Levels) == 0 && len(l.Sites) == 0 }

// Allow tells whether a sitting of the level at the site is within the limits.
func (l Limits) Allow(site string, level int) bool {
	return (len(l.Levels) == 0 || slices.Contains(l.Levels, level)) && (len(l.Sites) == 0 || slices.Contains(l.Sites, site))
}

// AllowBank tells whether a question bank is within the limits. A bank is of a
// level and of no site. Where levels are named, a bank whose name ends in none is
// outside.
func (l Limits) AllowBank(id bank.ID) bool {
	return len(l.Levels) == 0 || slices.Contains(l.Levels, id.Level())
}

// WithinBank returns ErrOutside where whoever acts does not deal with the bank.
func WithinBank(ctx context.Context, id bank.ID) error {
	if !LimitsOf(ctx).AllowBank(id) {
		return ErrOutside
	}
	return nil
}

type limitsKey struct{}

// Limited returns a context of what somebody with those limits does. Every
// store of sittings that is guarded keeps to them, however the sitting is come
// by: by its own id, or over a registration, an appeal, a batch.
func Limited(ctx context.Context, l Limits) context.Context {
	return context.WithValue(ctx, limitsKey{}, l)
}

// Unlimited returns a context for looking at what the limits of whoever acts
// hide from them but a rule has to know, such as where else an examiner serves.
func Unlimited(ctx context.Context) context.Context { return Limited(ctx, Limits{}) }

// LimitsOf returns the limits of whoever acts; none for the program itself and
// for candidates.
func LimitsOf(ctx context.Context) Limits {
	l, _ := ctx.Value(limitsKey{}).(Limits)
	return l
}
