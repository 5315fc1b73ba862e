package drill

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"gongyuan/api/contract"
)

// Bounds of a drill.
const (
	MaxCandidates = 6000
	MaxDuration   = 2 * time.Hour
	MaxRamp       = 30 * time.Minute
)

// Config says which drill to hold.
type Config struct {
	// URL is the address of the installation, scheme and host, such as
	// http://127.0.0.1:8080. The drill speaks to no other: it follows no
	// redirect and uses no proxy. With http the password travels in the clear:
	// use it on this machine and in networks of your own.
	URL string
	// AdminLogin and AdminPassword sign in as an administrator, who makes the
	// sitting, moves it on and reads its results.
	AdminLogin, AdminPassword string
	// AdminCode is of the administrator's second factor, where the account has
	// one. It is used once; the session is refreshed from then on.
	AdminCode string
	// Candidates is how many sit the exam, 1 to MaxCandidates. An installation
	// lets one address sign in a few hundred times in five minutes, so that
	// some thousand candidates take the better part of an hour to sign in.
	Candidates int
	// Level is the level of the sitting, as the standard numbers it.
	Level int
	// Blueprint names the blueprint to draw papers by. Left empty, it is the
	// first that the bank can fulfil.
	Blueprint string
	// Duration is how long candidates answer, up to MaxDuration. All hand in
	// at its end.
	Duration time.Duration
	// Ramp is the span in which all candidates enter, up to MaxRamp; 0 lets
	// them enter at once.
	Ramp time.Duration
	// Think is the mean time between two answers of one candidate, at least a
	// millisecond. People take 20 s and more; less is a heavier load per head.
	Think time.Duration
	// Faults injects cut connections, duplicated and reordered requests,
	// reloads, take-overs and parallel submissions.
	Faults bool
	// Seed decides who answers what and where faults strike; 0 takes one from
	// the clock. The report names it. The same seed gives the same candidates.
	Seed uint64
	// Out gets the progress line, and the table of the report at the end; nil
	// for none.
	Out io.Writer
	// JSON and HTML are the paths of the report as data and as a page that
	// needs no other file; empty for none. Existing files are replaced.
	JSON string
	HTML string
}

func (c *Config) signIn() contract.LoginRequest {
	in := contract.LoginRequest{Login: c.AdminLogin, Password: c.AdminPassword}
	if c.AdminCode != "" {
		in.Code = &c.AdminCode
	}
	return in
}

// ErrConfig is wrapped by every complaint about a Config.
var ErrConfig = errors.New("drill: configuration")

// check returns the address to use, or what is wrong.
func (c *Config) check() (string, error) {
	u, err := url.Parse(c.URL)
	fault := ""
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: url: %w", ErrConfig, err)
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		fault = "url must be http or https and a host, nothing else"
	case c.AdminLogin == "" || c.AdminPassword == "":
		fault = "login and password of an administrator are needed"
	case c.Candidates < 1 || c.Candidates > MaxCandidates:
		fault = fmt.Sprintf("candidates must be 1 to %d", MaxCandidates)
	case c.Level < 1 || c.Level > 9:
		fault = "level must be 1 to 9"
	case c.Duration <= 0 || c.Duration > MaxDuration:
		fault = fmt.Sprintf("duration must be above 0 and at most %s", MaxDuration)
	case c.Ramp < 0 || c.Ramp > MaxRamp:
		fault = fmt.Sprintf("ramp must be 0 to %s", MaxRamp)
	case c.Think < time.Millisecond:
		fault = "think must be at least 1ms"
	}
	if fault != "" {
		return "", fmt.Errorf("%w: %s", ErrConfig, fault)
	}
	for _, path := range []string{c.JSON, c.HTML} {
		if err := writable(path); err != nil {
			return "", fmt.Errorf("%w: report: %w", ErrConfig, err)
		}
	}
	return u.Scheme + "://" + u.Host, nil
}

// writable finds out before a long drill whether its report can be written.
func writable(path string) error {
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644) // #nosec G302 G304 -- a report for others to read, where the operator wants it
	if err != nil {
		return err
	}
	return f.Close()
}

// tuning is the pace of the page and of the drill. Tests use a faster one.
type tuning struct {
	saveAfter  time.Duration // a save goes out so long after the last change,
	saveWithin time.Duration // and never later than this after the first
	beatEvery  time.Duration
	askAgain   time.Duration // after 202
	backoff    time.Duration // before the first repetition; doubles up to backoffMax
	backoffMax time.Duration
	patience   time.Duration // until one thing that keeps failing is given up
	timeout    time.Duration // of one request
	workers    int           // that sign in, and that check, at once
	odds       odds
	trial      Trial
}

// odds are the chances of a fault at each save, or at each enter and submit
// where it says so.
type odds struct {
	cut       float64 // also at enter and submit
	duplicate float64
	reorder   float64
	reload    float64
	takeOver  float64
	parallel  float64 // at submit
}

// pace is what live-protocol.md asks of the page.
var pace = tuning{
	saveAfter: time.Second, saveWithin: 5 * time.Second, beatEvery: 15 * time.Second, askAgain: time.Second,
	backoff: 500 * time.Millisecond, backoffMax: 8 * time.Second, patience: 3 * time.Minute, timeout: 30 * time.Second, workers: 16,
	odds: odds{cut: .04, duplicate: .05, reorder: .05, reload: .02, takeOver: .01, parallel: .3},
}
