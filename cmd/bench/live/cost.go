package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"gongyuan/cmd/bench/figure"
)

// cost is G6: the processor time of saves at the rate of a full exam.
func (s *session) cost(ctx context.Context, i *installation, all []*candidate) error {
	if !s.any("G6-api"+i.suffix, "G6-stack"+i.suffix) {
		return nil
	}
	if err := renew(all); err != nil {
		return err
	}
	s.say("G6%s: %d candidates save every %s", i.suffix, len(all), pageOpen.save)
	idle, err := s.idle(i)
	if err != nil {
		return err
	}
	each(ctx, all, clients, func(c *candidate) { _ = c.conn.connect() }) // one that fails is counted when it saves
	wait := s.profile(ctx, i, "G6", roundTime)
	before, err := i.usage()
	if err != nil {
		return err
	}
	saves, _ := steadily(ctx, all, pace{save: pageOpen.save}, roundTime)
	after, err := i.usage()
	if err := errors.Join(err, wait()); err != nil {
		return err
	}
	used, n := after.since(before), float64(len(saves.took))
	per := func(d time.Duration) float64 { return float64(d.Microseconds()) / max(n, 1) }
	notes := []string{
		fmt.Sprintf("processor time of /proc for %.0f durable saves of one answer at %.0f per second%s: api %.0f µs, redis %.0f µs, store %.0f µs each; what runs without any save is in it",
			n, n/roundTime.Seconds(), i.on(), per(used.api), per(used.redis), per(used.store)),
		"saves " + saves.String() + "; without load " + shares(idle, idleTime),
	}
	return errors.Join(
		s.publish(ctx, figure.Figure{ID: "G6-api" + i.suffix, Value: per(used.api), Unit: "µs", Aim: figure.AtMost(150), Broken: saves.failures() > 0, Notes: notes}),
		s.publish(ctx, figure.Figure{ID: "G6-stack" + i.suffix, Value: per(used.all()), Unit: "µs", Aim: figure.AtMost(400), Broken: saves.failures() > 0, Notes: notes[:1]}),
	)
}

// idleTime is how long the installation is watched doing nothing.
const idleTime = 2 * time.Second

func (s *session) idle(i *installation) (usage, error) {
	before, err := i.usage()
	if err != nil {
		return usage{}, err
	}
	time.Sleep(idleTime)
	after, err := i.usage()
	return after.since(before), err
}

// memory is G8.
func (s *session) memory(ctx context.Context, i *installation) error {
	return errors.Join(s.redisMemory(ctx, i), s.apiMemory(ctx, i))
}

// redisMemory weighs attempts with all their answers.
func (s *session) redisMemory(ctx context.Context, i *installation) error {
	if !s.wanted("G8-redis") {
		return nil
	}
	all, err := i.take(s.hundreds())
	if err != nil {
		return err
	}
	if err := renew(all); err != nil {
		return err
	}
	s.say("G8-redis: %d attempts of %d answers", len(all), slotsOfPaper)
	before, err := s.redisUsed(ctx)
	if err != nil {
		return err
	}
	if err := enterAll(ctx, all); err != nil {
		return err
	}
	entered, err := s.redisUsed(ctx)
	if err != nil {
		return err
	}
	err = untimed(ctx, "answers", all, func(c *candidate) error {
		for c.durable < slotsOfPaper {
			if err := c.save(10); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	after, err := s.redisUsed(ctx)
	if err != nil {
		return err
	}
	n := float64(len(all))
	return s.publish(ctx, figure.Figure{
		ID: "G8-redis", Value: float64(after-before) / n / 1000, Unit: "kB", Aim: figure.AtMost(8),
		Notes: []string{fmt.Sprintf("growth of used_memory per attempt, %d attempts with %d answers each in tens (%.2f kB of it before the first answer)", len(all), slotsOfPaper, float64(entered-before)/n/1000)},
	})
}

// redisUsed is Redis' used_memory once its clients are quiet.
func (s *session) redisUsed(ctx context.Context) (int64, error) {
	time.Sleep(time.Second)
	text, err := s.servers.client.Info(ctx, "memory").Result()
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, "used_memory:"); ok {
			return strconv.ParseInt(strings.TrimSpace(value), 10, 64)
		}
	}
	return 0, errors.New("redis says nothing of its memory")
}

// apiMemory weighs pages that are open and silent but for their heartbeats.
func (s *session) apiMemory(ctx context.Context, i *installation) error {
	if !s.wanted("G8-api") {
		return nil
	}
	all := i.candidates[:s.crowd()]
	if s.any("G1", "G2", "G3", "G6-api", "G6-stack") {
		all = i.candidates[s.Candidates:][:s.crowd()] // the others have handed in
	}
	if err := renew(all); err != nil {
		return err
	}
	if err := enterAll(ctx, all); err != nil {
		return err
	}
	s.say("G8-api: %d pages open on a program that has just started", len(all))
	i.api.stop()
	for _, c := range i.candidates {
		c.conn.close()
	}
	if err := i.start(ctx); err != nil {
		return err
	}
	warm := len(all) / 10
	first := within(ctx, all[:warm], time.Second, (*candidate).beat)
	before, err := s.settled(ctx, i)
	if err != nil {
		return err
	}
	rest := all[warm:]
	streams, refusal := openEvents(ctx, rest)
	defer func() {
		for _, c := range streams {
			c.close()
		}
	}()
	beats := within(ctx, rest, 5*time.Second, (*candidate).beat)
	after, err := s.settled(ctx, i)
	if err != nil {
		return err
	}
	writers := rest[:min(len(rest), 100)]
	saves := within(ctx, writers, 10*time.Second, func(c *candidate) error { return c.save(1) })
	saved, err := s.settled(ctx, i)
	if err != nil {
		return err
	}
	n := float64(len(rest)) * 1000
	with := fmt.Sprintf("%d streams of news", len(streams))
	if refusal != "" {
		with += " (one was answered " + refusal + ")"
	}
	return s.publish(ctx, figure.Figure{
		ID: "G8-api", Value: float64(after-before) / n, Unit: "kB", Aim: figure.AtMost(20), Broken: beats.failures()+first.failures() > 0,
		Notes: []string{
			fmt.Sprintf("growth of the program's memory (VmRSS after a collection) per page that is open: %d connections kept alive with one heartbeat each, %s", len(rest), with),
			fmt.Sprintf("more for each of %d that then save an answer: %.4g kB, with the paper that saves are checked against", len(writers), float64(saved-after)/float64(len(writers))/1000),
			"heartbeats " + beats.String() + "; saves " + saves.String(),
		},
	})
}

// settled is the program's memory after it has collected its garbage.
func (s *session) settled(ctx context.Context, i *installation) (int64, error) {
	time.Sleep(time.Second)
	for range 2 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+i.pprof+"/debug/pprof/heap?gc=1", nil)
		if err != nil {
			return 0, err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, fmt.Errorf("collect garbage: %w", err)
		}
		_, err = io.Copy(io.Discard, resp.Body)
		if err := errors.Join(err, resp.Body.Close()); err != nil {
			return 0, err
		}
	}
	time.Sleep(3 * time.Second) // the runtime gives memory back at leisure
	return residentBytes(i.api.pid())
}

// openEvents opens each page's stream of news, a few at once. It returns those
// that are open, and what the last of the others was answered.
func openEvents(ctx context.Context, all []*candidate) (open []*conn, refusal string) {
	var mu sync.Mutex
	each(ctx, all, clients, func(c *candidate) {
		n, err := openStream(c)
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			refusal = cause(err)
			return
		}
		open = append(open, n)
	})
	return open, refusal
}

func openStream(c *candidate) (*conn, error) {
	n := newConn(c.conn.address)
	err := n.connect()
	if err == nil {
		_, err = n.net.Write([]byte(c.events))
	}
	if err == nil {
		err = n.net.SetReadDeadline(time.Now().Add(requestTimeout))
	}
	var line []byte
	if err == nil {
		line, err = n.in.ReadSlice('\n')
	}
	if err == nil && !bytes.HasPrefix(line, []byte("HTTP/1.1 200")) {
		err = errors.New(strings.TrimSpace(string(line)))
	}
	if err != nil {
		n.close()
		return nil, err
	}
	return n, nil
}
