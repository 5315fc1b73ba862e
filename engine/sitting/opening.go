package sitting

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gongyuan/engine/people"
)

// Gap (未完成项) is something that was to be done before a sitting was opened and
// was not. Check and Reason are those of package readiness.
type Gap struct {
	Check  string
	Reason string
	Name   string // of a room or a store, "" for neither
	Have   int
	Need   int
}

// Opening (准许开考) says how a sitting was opened. It is kept with the sitting,
// because the protocol of the day says it too.
type Opening struct {
	By     string
	At     time.Time
	Gaps   []Gap  // what was not done then, nil for nothing
	Reason string // why it was opened all the same
}

// Checks knows what is not done before a sitting.
type Checks interface {
	Gaps(ctx context.Context, id ID) ([]Gap, error)
}

// ErrNotReady refuses to open a sitting that is not ready without a reason.
var ErrNotReady = errors.New("sitting: not ready, and no reason to open it all the same")

// Open opens a sitting (开考). What is not done is kept with the reason to open
// all the same; what makes it impossible, such as a filing that ran out or
// papers that are not sealed, no reason mends. Errors are those of Do, a
// *FieldError for the reason, and ErrNotReady for none where the installation
// demands one.
func (o *Office) Open(ctx context.Context, id ID, version int, by people.AccountID, reason string) (Sitting, error) {
	return o.do(ctx, id, version, OpenIt, by, reason)
}

// opening says how the sitting is opened now.
func (o *Office) opening(ctx context.Context, s *Sitting, by people.AccountID, reason string) (*Opening, error) {
	if err := o.permitted(ctx, s); err != nil {
		return nil, err
	}
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 1 || n > 500 {
		return nil, &FieldError{"/reason", "length-2-500"}
	}
	gaps, err := o.checks.Gaps(ctx, s.ID)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	if len(gaps) > 0 && reason == "" && o.reasons {
		return nil, ErrNotReady
	}
	return &Opening{string(by), o.clock.Now().UTC().Truncate(time.Millisecond), gaps, reason}, nil
}
