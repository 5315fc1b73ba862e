package api

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// publicLimit bounds what one address may ask of a route that needs no sign-in.
// A centre of thousands sits behind one address, so the rates hold off floods;
// what stops guessing is counted apart, by what is guessed, and only where it
// failed. Guesses names that.
type publicLimit struct {
	most    int    // requests of one address in floodWindow, at one copy of the program
	body    int    // bytes
	guesses string // what else is limited, "" for nothing: there is nothing to guess
}

const floodWindow = 5 * time.Minute

// publicLimits has a row for every route of the contract that anyone may call;
// the program does not start where one is missing.
var publicLimits = map[string]publicLimit{
	"login":             {30_000, 4 << 10, "failed sign-ins, by account and by address"},
	"loginCandidate":    {30_000, 4 << 10, "failed sign-ins, by admission number and by address"},
	"refresh":           {30_000, 1 << 10, ""},
	"logout":            {30_000, 1 << 10, ""},
	"getPicture":        {200_000, 0, ""},
	"lookUpResult":      {6_000, 4 << 10, "wrong codes, by admission number and by address"},
	"lookUpTranscript":  {6_000, 4 << 10, "wrong codes, by admission number and by address"},
	"getLogHead":        {3_000, 0, "all requests, by address"},
	"getLogInclusion":   {3_000, 0, "all requests, by address"},
	"getLogConsistency": {3_000, 0, "all requests, by address"},
	"getLogLeaves":      {3_000, 0, "all requests, by address"},
	"verifyCertificate": {600, 32 << 10, "all requests, by address; a proof of work from the fourth on"},
	"getKeys":           {3_000, 0, ""},
	"getEnrolForm":      {6_000, 0, ""},
	"listAnnouncements": {6_000, 0, ""},
	"sendEnrolment":     {600, BodyLimit, "applications, by address; a proof of work from the fourth on"},
	"getEnrolStatus":    {6_000, 4 << 10, "all requests, by number and by address; a proof of work from the fourth on"},
	"getComputerCheck":  {6_000, 0, ""},
	"reportComputer":    {3_000, 4 << 10, "reports, by address"},
}

// checkPublic returns an error where a route that anyone may call has no limit.
func checkPublic(routes map[string]operation) error {
	var all []error
	for route, op := range routes {
		l, ok := publicLimits[op.id]
		if op.anyone && (!ok || l.most <= 0 || l.body <= 0 && op.body != nil) {
			all = append(all, fmt.Errorf("api: %s may be called by anyone and has no limit", route))
		}
	}
	return errors.Join(all...)
}

// mostAddresses bounds the memory for addresses of one window; those that come
// after so many are counted as one.
const mostAddresses = 50_000

// flood counts requests by route and address. It is of one copy of the program
// and needs no store: a flood must not become one of the store. It is safe for
// concurrent use.
type flood struct {
	mu     sync.Mutex
	began  time.Time
	counts map[string]int
}

// take counts a request and returns how long to wait where there were too many.
func (f *flood) take(key string, most int, now time.Time) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.counts == nil || now.Sub(f.began) >= floodWindow || now.Before(f.began) {
		f.began, f.counts = now, map[string]int{}
	}
	if _, known := f.counts[key]; !known && len(f.counts) >= mostAddresses {
		key = ""
	}
	f.counts[key]++
	if f.counts[key] <= most {
		return 0
	}
	return f.began.Add(floodWindow).Sub(now)
}

// public refuses what is too much of a route that anyone may call.
func (s *server) public(c *fiber.Ctx, op operation, address string) error {
	limit := publicLimits[op.id]
	if wait := s.floods.take(op.id+" "+address, limit.most, s.clock.Now()); wait > 0 {
		return &waitError{wait}
	}
	if len(c.Request().Body()) > limit.body {
		return fiber.ErrRequestEntityTooLarge
	}
	return nil
}
